"""HTTP in for requirements."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from retinue.kernel.files import Files
from retinue.kernel.http import PAGE, PAGE_AT_MOST, BadCursor, Page, Router, cursor_value, page_of, permitted, process_of, works
from retinue.kernel.work import Work
from retinue.services.requirements import content, domain, store
from retinue.services.requirements.schemas import Approve, Change, Reopen, Requirements, RequirementsItem, ResearchState, Status
from retinue.services.requirements.tables import Document

router = Router(
    "requirements",
    prefix="/requirements",
    tag="requirements",
    about="What a client's agents shall do: drafted from research, changed and approved by people.",
)


def item(row: Document) -> RequirementsItem:
    return RequirementsItem(
        requirements_id=row.id,
        lineage_id=row.lineage,
        **{name: getattr(row, name) for name in RequirementsItem.model_fields if name not in ("requirements_id", "lineage_id")},
    )


async def whole(work: Work, row: Document) -> Requirements:
    claims = await store.claims(work, row.organization_id, row.research_job_id)
    return Requirements(
        **item(row).model_dump(),
        body=content.with_sources(row.body, claims),
        drafted=content.with_sources(row.drafted, claims) if row.drafted else None,
    )


def place(cursor: str | None) -> UUID | None:
    value = cursor_value(cursor)
    try:
        return UUID(value) if value is not None else None
    except (TypeError, ValueError, AttributeError):
        raise BadCursor() from None


@router.get("", summary="List requirements")
async def documents(
    cursor: str | None = None,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE,
    work: Work = works("requirements", "requirements:read"),
) -> Page[RequirementsItem]:
    """Newest first."""
    rows = await store.documents(work, place(cursor), status, limit + 1)
    return page_of(rows, limit, lambda row: str(row.id), item)


@router.get("/{requirements_id}", summary="Read requirements with their sources")
async def document(requirements_id: UUID, work: Work = works("requirements", "requirements:read")) -> Requirements:
    """With the claims, quotes and addresses that each item follows from."""
    return await whole(work, await store.document(work, requirements_id))


@router.get("/research/{research_job_id}", summary="Say what became of a research job")
async def research(research_job_id: UUID, work: Work = works("requirements", "requirements:read")) -> ResearchState:
    """Whether a research job has led to a draft, to none because nothing changed, or is still awaited."""
    row = await store.research_seen(work, research_job_id)
    return ResearchState(
        research_job_id=row.id,
        **{name: getattr(row, name) for name in ResearchState.model_fields if name != "research_job_id"},
    )


async def kept(request: Request, body: Change) -> str:
    """The document as a file, before any transaction."""
    organization = await permitted(request, "requirements", "requirements:write")
    return await process_of(request).get(Files).put(organization, content.document_bytes(body.body))


@router.put("/{requirements_id}", summary="Change a draft")
async def change(
    requirements_id: UUID, body: Change, file: Annotated[str, Depends(kept)], work: Work = works("requirements", "requirements:write")
) -> Requirements:
    """Replace the body of a draft; of two people who save the same version, the second is told."""
    return await whole(work, await domain.change(work, requirements_id, body.body, file, body.version))


@router.post("/{requirements_id}/approve", summary="Approve requirements")
async def approve(requirements_id: UUID, body: Approve, work: Work = works("requirements", "requirements:approve")) -> RequirementsItem:
    """A configuration is generated from this version. Approving it again is harmless."""
    return item(await domain.approve(work, requirements_id, body.version, body.automatic))


@router.post("/{requirements_id}/reopen", summary="Make requirements a draft again")
async def reopen(requirements_id: UUID, body: Reopen, work: Work = works("requirements", "requirements:write")) -> RequirementsItem:
    """Make approved or replaced requirements a draft again."""
    return item(await domain.reopen(work, requirements_id, body.version))
