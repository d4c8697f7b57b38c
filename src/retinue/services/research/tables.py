"""Research jobs, the pages that each read, and the claims that came of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from retinue.kernel.tables import Row


@dataclass(kw_only=True)
class ResearchJob(Row):
    """`expected`: pages read and known to be there, for a progress line."""

    table = "research.job"

    source: str
    status: str
    pages: int
    refused: int
    expected: int
    claims: int
    reason: str | None = None
    next: str | None = None
    answered_by: str | None = None
    lineage: UUID
    created_by: UUID | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(kw_only=True)
class SourcePage(Row):
    """A page or file. `links`, `depth`, `asked` let a crawl go on after a crash; `etag` and `sha256` let the next one skip it."""

    table = "research.page"
    documents = ("links",)

    job_id: UUID
    position: int
    asked: str
    url: str
    depth: int
    links: list[str]
    status: str
    title: str
    kind: str | None = None
    content_file: str | None = None
    text_file: str | None = None
    characters: int
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    reason: str | None = None
    next: str | None = None
    fetched_at: datetime


@dataclass(kw_only=True)
class FoundClaim(Row):
    table = "research.claim"

    job_id: UUID
    position: int
    field: str
    value: str
    source_url: str
    quote: str
    start: int | None = None
    end: int | None = None
    fetched_at: datetime
    confidence: float
    in_markup: bool
    inferred: bool
    basis: str | None = None


@dataclass(kw_only=True)
class Upload(Row):
    """A file that a caller sent to be researched."""

    table = "research.upload"

    name: str
    content_file: str
    media_type: str | None = None
    size: int
    job_id: UUID | None = None
    created_at: datetime
