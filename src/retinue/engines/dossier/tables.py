"""Facts, one row a field so that each keeps the number of the event that set it, and the moments of the timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.dialects.postgresql import JSONB
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
