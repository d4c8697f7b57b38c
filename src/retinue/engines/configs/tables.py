"""Versions of configurations, which never change, and which of them is deployed where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.kernel.tables import Row


@dataclass(kw_only=True)
class Version(Row):
    table = "configs.version"
    documents = ("body",)

    config_id: UUID
    version: int
    product_type: str
    body: dict[str, Any]
    body_hash: str
    message: str
    requirements_id: UUID | None = None
    answered_by: str
    lineage: UUID | None = None
    created_by: UUID | None = None
    created_at: datetime


@dataclass(kw_only=True)
class Deployment(Row):
    table = "configs.deployment"

    config_id: UUID
    environment: str
    version: int
    previous_version: int | None = None
    deployed_by: UUID | None = None
    deployed_at: datetime
