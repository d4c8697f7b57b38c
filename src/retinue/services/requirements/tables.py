"""Drafts and approved documents, and what research told of the companies they are about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.kernel.tables import Row


@dataclass(kw_only=True)
class Research(Row):
    """A research job, by its id. `expected` claims were found, told in the event `number`; both None until it has completed."""

    table = "requirements.research"

    source: str | None = None
    expected: int | None = None
    number: int | None = None
    lineage: UUID | None = None
    status: str
    requirements_id: UUID | None = None
    reason: str | None = None
    next: str | None = None
    settled_at: datetime | None = None


@dataclass(kw_only=True)
class Claim(Row):
    table = "requirements.claim"

    research_job_id: UUID
    number: int
    place: int
    field: str
    value: str
    quote: str
    source_url: str
    confidence: float
    inferred: bool
    basis: str | None = None


@dataclass(kw_only=True)
class Document(Row):
    """`confirmed_by`: the last research job that led to the same draft. `drafted`, `drafted_hash`: what the machine wrote, whatever people
    made of it; `drafted` is None for what was drafted before it was kept."""

    table = "requirements.document"
    documents = ("body", "drafted")

    research_job_id: UUID
    confirmed_by: UUID
    status: str
    version: int
    body: dict[str, Any]
    summary: str
    items: int
    answered_by: str
    confidence: float
    claims_hash: str
    drafted_hash: str
    drafted: dict[str, Any] | None = None
    document_file: str
    lineage: UUID
    automatic: bool
    created_at: datetime
    updated_at: datetime
    updated_by: UUID | None = None
    approved_at: datetime | None = None
    approved_by: UUID | None = None
