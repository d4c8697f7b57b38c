"""What was approved and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from retinue.kernel.tables import Row


@dataclass(kw_only=True)
class Generation(Row):
    """One approved version of requirements; `number` is the event that approved it."""

    table = "configurations.generation"

    requirements_id: UUID
    requirements_version: int
    document_file: str
    automatic: bool
    lineage: UUID | None = None
    number: int
    status: str
    config_id: UUID | None = None
    version: int | None = None
    reason: str | None = None
    next: str | None = None
    created_at: datetime
    settled_at: datetime | None = None
