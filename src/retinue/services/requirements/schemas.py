"""Request and response shapes of requirements."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from retinue.kernel.shapes import Body
from retinue.services.requirements.draft import RequirementsDraft

Status = Literal["draft", "approved", "superseded"]


class RequirementsItem(BaseModel):
    """`confirmed_by`: the last research job whose facts led to this same draft; `research_job_id` the first.

    `updated_by` is None while nobody has changed the draft."""

    requirements_id: UUID
    status: Status
    version: int
    summary: str
    items: int
    answered_by: str
    confidence: float
    research_job_id: UUID
    confirmed_by: UUID
    lineage_id: UUID
    created_at: datetime
    updated_at: datetime
    updated_by: UUID | None
    approved_at: datetime | None
    approved_by: UUID | None
    automatic: bool


class Requirements(RequirementsItem):
    """`body` is the document; each item has its claims under `sources`, which may stay in a body that is sent back.

    `drafted`: the same as it was first written, before people changed it; None where that was not kept."""

    body: dict[str, Any]
    drafted: dict[str, Any] | None


class ResearchState(BaseModel):
    """What became of a research job here: once drafted or unchanged, `requirements_id` is the document."""

    research_job_id: UUID
    status: Literal["gathering", "drafting", "drafted", "unchanged", "overtaken", "failed"]
    requirements_id: UUID | None
    reason: str | None
    next: str | None
    settled_at: datetime | None


def without_sources(body: Any) -> Any:
    """A document as it is kept, of one as it is read: reading puts each item's claims beside their ids."""
    if isinstance(body, dict):
        return {name: without_sources(value) for name, value in body.items() if name != "sources" or "source_claims" not in body}
    return [without_sources(value) for value in body] if isinstance(body, list) else body


class Change(Body):
    """`version` is the one that was changed. `body` may be the document as it was read, `sources` and all."""

    version: int = Field(ge=1, le=2_000_000_000)
    body: Annotated[RequirementsDraft, BeforeValidator(without_sources)]


class Approve(Body):
    """`automatic`: nobody read it."""

    version: int = Field(ge=1, le=2_000_000_000)
    automatic: bool = False


class Reopen(Body):
    version: int = Field(ge=1, le=2_000_000_000)
