"""Moments of the timeline, as they are read; what else the dossier holds is read by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from retinue.kernel.tables import Row


@dataclass(kw_only=True)
class Moment(Row):
    table = "dossier.moment"

    number: int
    kind: str
    section: str
    title: str
    detail: str | None = None
    subject_type: str | None = None
    subject_id: UUID | None = None
    lineage: UUID | None = None
    cause: UUID | None = None
    actor: UUID | None = None
    person: UUID | None = None
    occurred_at: datetime
    found: str

    @classmethod
    def told(cls, organization: UUID, line: Mapping[str, Any]) -> Self:
        """As it will be read once the dossier has it. `line`: of the projection."""
        return cls(organization_id=organization, **{name: value for name, value in line.items() if name != "said"})
