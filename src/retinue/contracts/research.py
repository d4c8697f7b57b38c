"""What research tells."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from retinue.kernel.events import Event


class Claim(BaseModel):
    """A fact about the company with where it was read. Offsets are characters of the page's extracted text."""

    model_config = ConfigDict(frozen=True)
    claim_id: UUID
    field: str
    value: str
    source_url: str
    quote: str
    start: int | None
    end: int | None
    confidence: float
    inferred: bool
    basis: str | None


class _Research(Event):
    topic: ClassVar[str] = "research_events"
    job_id: UUID


class ResearchStarted(_Research):
    source: str


class PageRead(_Research):
    """`text_file` holds the document as JSON (engine documents), `content_file` the bytes as they came, both by hash."""

    url: str
    title: str
    document_kind: str
    content_file: str
    text_file: str
    characters: int


class PageRefused(_Research):
    url: str
    reason: str
    next: str


class ClaimsFound(_Research):
    """Up to 40 at a time."""

    claims: list[Claim]


class ResearchCompleted(_Research):
    """All pages were told before this."""

    source: str
    pages: int
    refused: int
    claims: int
    seconds: float
    answered_by: str


class ResearchFailed(_Research):
    source: str
    reason: str
    next: str
