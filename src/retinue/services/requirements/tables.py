"""Drafts and approved documents, and what research told of the companies they are about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row

Time = DateTime(timezone=True)


class Client(Row):
    """The company's name; `id` is the organization's own. `number`: the event that said so."""

    __tablename__ = "client"
    __table_args__ = {"schema": "requirements"}

    name: Mapped[str]
    number: Mapped[int]


class Research(Row):
    """A research job, by its id. `expected` claims were found, told in the event `number`; both None until it has completed."""

    __tablename__ = "research"
    __table_args__ = {"schema": "requirements"}

    source: Mapped[str | None]
    expected: Mapped[int | None]
    number: Mapped[int | None]
    lineage: Mapped[UUID | None]
    status: Mapped[str]
    requirements_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    next: Mapped[str | None]
    settled_at: Mapped[datetime | None] = mapped_column(Time)


class Claim(Row):
    __tablename__ = "claim"
    __table_args__ = {"schema": "requirements"}

    research_job_id: Mapped[UUID]
    number: Mapped[int]
    place: Mapped[int]
    field: Mapped[str]
    value: Mapped[str]
    quote: Mapped[str]
    source_url: Mapped[str]
    confidence: Mapped[float]
    inferred: Mapped[bool]
    basis: Mapped[str | None]


class Document(Row):
    """`confirmed_by`: the last research job that led to the same draft. `drafted`, `drafted_hash`: what the machine wrote, whatever people
    made of it; `drafted` is None for what was drafted before it was kept."""

    __tablename__ = "document"
    __table_args__ = {"schema": "requirements"}

    research_job_id: Mapped[UUID]
    confirmed_by: Mapped[UUID]
    status: Mapped[str]
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    summary: Mapped[str]
    items: Mapped[int]
    answered_by: Mapped[str]
    confidence: Mapped[float]
    claims_hash: Mapped[str]
    drafted_hash: Mapped[str]
    drafted: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    document_file: Mapped[str]
    lineage: Mapped[UUID]
    automatic: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Time)
    updated_at: Mapped[datetime] = mapped_column(Time)
    updated_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None] = mapped_column(Time)
    approved_by: Mapped[UUID | None]
