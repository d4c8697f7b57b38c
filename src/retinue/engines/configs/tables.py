"""Versions of configurations, which never change, and which of them is deployed where."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from retinue.kernel.tables import Row


class Version(Row):
    __tablename__ = "version"
    __table_args__ = {"schema": "configs"}

    config_id: Mapped[UUID]
    version: Mapped[int]
    product_type: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body_hash: Mapped[str]
    message: Mapped[str]
    requirements_id: Mapped[UUID | None]
    answered_by: Mapped[str]
    lineage: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Deployment(Row):
    __tablename__ = "deployment"
    __table_args__ = {"schema": "configs"}

    config_id: Mapped[UUID]
    environment: Mapped[str]
    version: Mapped[int]
    previous_version: Mapped[int | None]
    deployed_by: Mapped[UUID | None]
    deployed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
