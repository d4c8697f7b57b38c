"""What the library tells."""

from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event


class DocumentIngested(Event):
    """A document can be quoted. `key` is the caller's own id of it."""

    topic: ClassVar[str] = "rag_events"
    document_id: UUID
    key: str
    namespace: str
    title: str
    url: str | None
    document_kind: str
    version: int
    chunks: int
    characters: int


class DocumentRefused(Event):
    topic: ClassVar[str] = "rag_events"
    key: str
    reason: str
    next: str


class DocumentDeleted(Event):
    topic: ClassVar[str] = "rag_events"
    document_id: UUID
    key: str


class KnowledgeReady(Event):
    """Everything that a research job read has been ingested."""

    topic: ClassVar[str] = "rag_events"
    research_job_id: UUID
    documents: int
    chunks: int
    unchanged: int
