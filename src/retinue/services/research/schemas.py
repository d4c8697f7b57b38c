"""Request and response shapes of research."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from retinue.kernel.shapes import Body

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")]


class StartResearch(Body):
    """`source` is a website's address. For files: `files`, ids that `POST /research/files` gave, and `source` a name for them."""

    client_id: UUID | None = None
    source: Source
    files: list[UUID] = Field([], max_length=1000)


class Started(BaseModel):
    job_id: UUID
    status: str


class Progress(BaseModel):
    """`expected`: pages read and known to be there. `reason` and `next` when it failed."""

    job_id: UUID
    source: str
    status: str
    pages: int
    refused: int
    expected: int
    claims: int
    answered_by: str | None
    reason: str | None
    next: str | None
    lineage_id: UUID
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class Claim(BaseModel):
    """`quote` is `text[start:end]` of the page (of its markup when `in_markup`); an inference says its `basis`."""

    claim_id: UUID
    field: str
    value: str
    source_url: str
    quote: str
    start: int | None
    end: int | None
    fetched_at: datetime
    confidence: float
    in_markup: bool
    inferred: bool
    basis: str | None


class RefusedPage(BaseModel):
    url: str
    reason: str | None
    next: str | None


class Report(BaseModel):
    job_id: UUID
    source: str
    answered_by: str | None
    claims: list[Claim]
    pages: list[str]
    refused: list[RefusedPage]


class Uploaded(BaseModel):
    file_id: UUID
    name: str
    size: int
