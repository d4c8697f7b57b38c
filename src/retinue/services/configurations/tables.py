"""What was approved and what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row

Time = DateTime(timezone=True)


class Generation(Row):
    """One approved version of requirements; `number` is the event that approved it."""

    __tablename__ = "generation"
    __table_args__ = {"schema": "configurations"}

    requirements_id: Mapped[UUID]
    requirements_version: Mapped[int]
    document_file: Mapped[str]
    automatic: Mapped[bool]
    lineage: Mapped[UUID | None]
    number: Mapped[int]
    status: Mapped[str]
    config_id: Mapped[UUID | None]
    version: Mapped[int | None]
    reason: Mapped[str | None]
    next: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(Time)
    settled_at: Mapped[datetime | None] = mapped_column(Time)
