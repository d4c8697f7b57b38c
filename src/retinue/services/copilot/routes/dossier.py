"""HTTP in for the dossier and its timeline."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from retinue.engines.dossier import views
from retinue.engines.dossier.tables import Moment as MomentRow
from retinue.kernel.http import PAGE, PAGE_AT_MOST, AfterEvent, Page, Router, cursor_moment, page_of, works
from retinue.kernel.work import Work
from retinue.services.copilot import shapes, store
from retinue.services.copilot.schemas import Dossier, Moment

router = Router("copilot", tags=["dossier and events"])


@router.get("/dossier/{client_id}")
async def dossier(client_id: UUID, after: int | None = AfterEvent("copilot"), work: Work = works("copilot", "dossier:read")) -> Dossier:
    """Everything known about a client. `?after=` an event's number waits until it is in here."""
    await store.must_read(work, client_id)
    rows = await views.timeline(work, work.permissions, client=client_id, section=None, lineage=None, before=None, size=PAGE)
    return Dossier(
        client_id=client_id,
        sections=await views.sections(work, client_id, work.permissions),
        timeline=await shapes.moments(work, rows[:PAGE]),
    )


@router.get("/timeline")
async def timeline(
    section: str | None = None,
    lineage_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE,
    client_id: UUID | None = None,
    after: int | None = AfterEvent("copilot"),
    work: Work = works("copilot", "dossier:read"),
) -> Page[Moment]:
    """Newest first: of the client named, or of every organization that the caller may read."""
    if client_id:
        await store.must_read(work, client_id)
    rows = await views.timeline(
        work, work.permissions, client=client_id, section=section, lineage=lineage_id, before=cursor_moment(cursor), size=limit
    )
    return await paged(work, rows, limit)


async def paged(work: Work, rows: list[MomentRow], limit: int) -> Page[Moment]:
    page = page_of(rows, limit, lambda row: [row.occurred_at.isoformat(), row.id], lambda row: row)
    return Page(items=await shapes.moments(work, page.items), next_cursor=page.next_cursor)
