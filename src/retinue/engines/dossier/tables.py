"""Facts, one row a field so that each keeps the number of the event that set it; moments of the timeline; clients; what waits for a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Computed, DateTime
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row


class Fact(Row):
    __tablename__ = "fact"
    __table_args__ = {"schema": "dossier"}

    section: Mapped[str]
    key: Mapped[str]
    field: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB)
    number: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[UUID | None]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Moment(Row):
    __tablename__ = "moment"
    __table_args__ = {"schema": "dossier"}

    number: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    section: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str | None]
    subject_type: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    lineage: Mapped[UUID | None]
    cause: Mapped[UUID | None]
    actor: Mapped[UUID | None]
    person: Mapped[UUID | None]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    found: Mapped[str]
    said: Mapped[str | None] = mapped_column(deferred=True)
    words: Mapped[Any] = mapped_column(TSVECTOR, deferred=True)


class Client(Row):
    """`id` is the organization's; `lasts` the newest moment of each section."""

    __tablename__ = "client"
    __table_args__ = {"schema": "dossier"}

    name: Mapped[str | None]
    slug: Mapped[str | None]
    website: Mapped[str | None]
    industry: Mapped[str | None]
    stage: Mapped[str]
    stage_number: Mapped[int] = mapped_column(BigInteger)
    stage_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    assigned_to: Mapped[UUID | None]
    assigned_name: Mapped[str | None]
    assigned_person: Mapped[UUID | None]
    assigned_number: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    lasts: Mapped[Any] = mapped_column(JSONB)
    facts: Mapped[int]
    sources: Mapped[int]
    documents: Mapped[int]
    conversations: Mapped[int]


class Need(Row):
    """Open while the last event that opened it is newer than the last that closed it."""

    __tablename__ = "need"
    __table_args__ = {"schema": "dossier"}

    kind: Mapped[str]
    section: Mapped[str]
    subject: Mapped[UUID]
    title: Mapped[str | None]
    detail: Mapped[str | None]
    opened: Mapped[int | None] = mapped_column(BigInteger)
    closed: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    open: Mapped[bool] = mapped_column(Boolean, Computed("coalesce(opened > closed, false)", persisted=True))
