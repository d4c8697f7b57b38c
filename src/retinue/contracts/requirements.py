"""What requirements tells."""

from typing import ClassVar
from uuid import UUID

from retinue.kernel.events import Event


class _Requirements(Event):
    """`document_file` is the requirements document as JSON, by hash."""

    topic: ClassVar[str] = "prd_events"
    requirements_id: UUID
    version: int
    document_file: str


class RequirementsDrafted(_Requirements):
    research_job_id: UUID | None
    summary: str
    items: int
    answered_by: str


class RequirementsChanged(_Requirements):
    pass


class RequirementsApproved(_Requirements):
    automatic: bool
