"""What was asked to be taken in, and how far each research job's pages are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.kernel.tables import Row


@dataclass(kw_only=True)
class Intake(Row):
    """A document on its way in. `text_file` when it was read before (a Document as JSON), else `content_file` is to be read."""

    table = "library.intake"
    documents = ("metadata",)

    research_job_id: UUID | None = None
    key: str
    name: str
    namespace: str
    title: str
    url: str | None = None
    document_kind: str
    media_type: str | None = None
    content_file: str | None = None
    text_file: str | None = None
    metadata: dict[str, Any]
    strategy: str
    chunk_size: int
    lineage: UUID
    status: str
    chunks: int
    changed: bool
    reason: str | None = None
    next: str | None = None
    document_id: UUID | None = None
    created_at: datetime
    completed_at: datetime | None = None


@dataclass(kw_only=True)
class Batch(Row):
    """A research job, by its id. `announced` once everything that it read has been taken in."""

    table = "library.batch"

    completed: bool
    announced: bool
