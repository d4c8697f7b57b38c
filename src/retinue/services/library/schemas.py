"""Request and response shapes of the library."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from retinue.kernel.shapes import Body

Strategy = Literal["semantic", "fixed_size", "paragraph"]


class DateRange(Body):
    start: datetime | None = None
    end: datetime | None = None


class IngestOptions(Body):
    """`document_id` is the caller's own id and is kept. `chunk_size`: words a passage, about."""

    document_id: str | None = Field(None, min_length=1, max_length=500)
    namespace: str = Field("default", min_length=1, max_length=200)
    title: str = Field("", max_length=500)
    url: str | None = Field(None, max_length=2000)
    metadata: dict[str, Any] = Field({}, max_length=100)
    chunking_strategy: Strategy = "semantic"
    chunk_size: int = Field(200, ge=20, le=2000)


class Ingest(IngestOptions):
    content: str = Field(min_length=1, max_length=10_000_000)


class Accepted(BaseModel):
    """`chunks_to_process` is an estimate until the document has been read."""

    job_id: UUID
    status: str
    estimated_completion: datetime
    chunks_to_process: int


class IngestStatus(BaseModel):
    job_id: UUID
    document_id: str
    status: str
    chunks_processed: int
    chunks_total: int
    embeddings_generated: int
    graph_entities_extracted: int
    completed_at: datetime | None
    namespace: str
    reason: str | None
    next: str | None


class Filters(BaseModel, extra="allow"):
    """Any other name is one of the documents' metadata: a value that it must have, or a list of which it must have one."""

    date_range: DateRange | None = None
    kind: str | Annotated[list[str], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _few(self) -> Self:
        if len(self.model_extra or {}) > 20:
            raise ValueError("at most 20 filters")
        return self


class Query(Body):
    """`filters`: `kind`, `date_range`, and any name of the documents' metadata, as `document_type`: its value, or a list of which one is enough."""

    query: str = Field(min_length=1, max_length=2000)
    namespace: str | None = Field(None, max_length=200)
    top_k: int = Field(5, ge=1, le=50)
    filters: Filters = Filters()
    enable_graph_rag: bool = False


class Result(BaseModel):
    """`start` and `end` count characters of the document's extracted text; `page` is a PDF's.
    `score`, 0 to 1, says how well the passage fits by itself, whatever else was found; it never rises from one result to the next."""

    content: str
    score: float
    metadata: dict[str, Any]
    chunk_id: UUID
    document_id: str
    title: str
    url: str | None
    heading: str
    start: int
    end: int
    page: int | None


class Results(BaseModel):
    """`left_out`: what of the request had no effect, and why."""

    results: list[Result]
    graph_insights: list[dict[str, Any]] = []
    left_out: list[str] = []
    latency_ms: float
    embedder: str


class DocumentShown(BaseModel):
    document_id: str
    id: UUID
    namespace: str
    title: str
    url: str | None
    kind: str
    version: int
    characters: int
    updated_at: datetime


class DocumentText(DocumentShown):
    text: str
    sections: list[dict[str, Any]]
