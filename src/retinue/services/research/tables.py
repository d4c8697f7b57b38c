"""Research jobs, the pages that each read, and the claims that came of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row

Time = DateTime(timezone=True)


class ResearchJob(Row):
    """`expected`: pages read and known to be there, for a progress line."""

    __tablename__ = "job"
    __table_args__ = {"schema": "research"}

    source: Mapped[str]
    status: Mapped[str]
    pages: Mapped[int]
    refused: Mapped[int]
    expected: Mapped[int]
    claims: Mapped[int]
    reason: Mapped[str | None]
    next: Mapped[str | None]
    answered_by: Mapped[str | None]
    lineage: Mapped[UUID]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(Time)
    started_at: Mapped[datetime | None] = mapped_column(Time)
    completed_at: Mapped[datetime | None] = mapped_column(Time)


class SourcePage(Row):
    """A page or file. `links`, `depth`, `asked` let a crawl go on after a crash; `etag` and `sha256` let the next one skip it."""

    __tablename__ = "page"
    __table_args__ = {"schema": "research"}

    job_id: Mapped[UUID]
    position: Mapped[int]
    asked: Mapped[str]
    url: Mapped[str]
    depth: Mapped[int]
    links: Mapped[list[str]] = mapped_column(JSONB)
    status: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str | None]
    content_file: Mapped[str | None]
    text_file: Mapped[str | None]
    characters: Mapped[int]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    sha256: Mapped[str | None]
    reason: Mapped[str | None]
    next: Mapped[str | None]
    fetched_at: Mapped[datetime] = mapped_column(Time)


class FoundClaim(Row):
    __tablename__ = "claim"
    __table_args__ = {"schema": "research"}

    job_id: Mapped[UUID]
    position: Mapped[int]
    field: Mapped[str]
    value: Mapped[str]
    source_url: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int | None]
    end: Mapped[int | None]
    fetched_at: Mapped[datetime] = mapped_column(Time)
    confidence: Mapped[float]
    in_markup: Mapped[bool]
    inferred: Mapped[bool]
    basis: Mapped[str | None]


class Upload(Row):
    """A file that a caller sent to be researched."""

    __tablename__ = "upload"
    __table_args__ = {"schema": "research"}

    name: Mapped[str]
    content_file: Mapped[str]
    media_type: Mapped[str | None]
    size: Mapped[int]
    job_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(Time)
