"""What was asked to be taken in, and how far each research job's pages are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row

Time = DateTime(timezone=True)


class Intake(Row):
    """A document on its way in. `text_file` when it was read before (a Document as JSON), else `content_file` is to be read."""

    __tablename__ = "intake"
    __table_args__ = {"schema": "library"}

    research_job_id: Mapped[UUID | None]
    key: Mapped[str]
    name: Mapped[str]
    namespace: Mapped[str]
    title: Mapped[str]
    url: Mapped[str | None]
    document_kind: Mapped[str]
    media_type: Mapped[str | None]
    content_file: Mapped[str | None]
    text_file: Mapped[str | None]
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)
    strategy: Mapped[str]
    chunk_size: Mapped[int]
    lineage: Mapped[UUID]
    status: Mapped[str]
    chunks: Mapped[int]
    changed: Mapped[bool]
    reason: Mapped[str | None]
    next: Mapped[str | None]
    document_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(Time)
    completed_at: Mapped[datetime | None] = mapped_column(Time)


class Batch(Row):
    """A research job, by its id. `announced` once everything that it read has been taken in."""

    __tablename__ = "batch"
    __table_args__ = {"schema": "library"}

    completed: Mapped[bool]
    announced: Mapped[bool]
