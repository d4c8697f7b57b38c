"""HTTP in for the board and what waits for a person."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query

from retinue.engines.dossier import board, views
from retinue.kernel.http import PAGE, PAGE_AT_MOST, AfterEvent, BadCursor, Page, Router, cursor_value, page_of, works
from retinue.kernel.work import Work
from retinue.services.copilot import shapes, store
from retinue.services.copilot.schemas import BoardSummary, ClientCard, MinuteCount, Need, Stage, StageCount

router = Router("copilot", tag="board", about="All clients at a glance, and what waits for a person.")
Size = Annotated[int, Query(ge=1, le=PAGE_AT_MOST)]


def moment_of(value: Any) -> datetime:
    """A time of a cursor. Raises BadCursor."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadCursor() from None
    if moment.tzinfo is None:
        raise BadCursor()
    return moment


def id_of(value: Any) -> UUID:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        raise BadCursor() from None


def parts(cursor: str | None, count: int) -> list[Any] | None:
    value = cursor_value(cursor)
    if value is not None and not (isinstance(value, list) and len(value) == count):
        raise BadCursor()
    return value


def card_cursor(cursor: str | None, sort: board.Sort) -> tuple[Any, UUID] | None:
    value = parts(cursor, 2)
    if value is None:
        return None
    if sort != "name":
        return moment_of(value[0]), id_of(value[1])
    if not isinstance(value[0], str) or "\0" in value[0]:
        raise BadCursor()
    return value[0], id_of(value[1])


def need_cursor(cursor: str | None) -> tuple[datetime | None, datetime, UUID] | None:
    value = parts(cursor, 3)
    if value is None:
        return None
    return moment_of(value[0]) if value[0] is not None else None, moment_of(value[1]), id_of(value[2])


@router.get("/board", summary="List clients by stage")
async def cards(
    stage: Stage | None = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    assigned: Literal["me"] | UUID | None = None,
    needs: bool | None = None,
    sort: board.Sort = "recent",
    cursor: str | None = None,
    limit: Size = PAGE,
    after: int | None = AfterEvent("copilot"),
    work: Work = works("copilot", "clients:read"),
) -> Page[ClientCard]:
    """The clients that the caller sees: the newest event first, by name, or the longest in their stage first. `needs`: only those that
    need a person, or only those that do not."""
    rows = await board.cards(
        work,
        stage=stage,
        search=search,
        assigned=work.actor if assigned == "me" else assigned,
        needs=needs,
        sort=sort,
        after=card_cursor(cursor, sort),
        size=limit,
    )
    ids = [row.id for row in rows]
    first, seen = await board.next_needs(work, work.permissions, ids), await store.seen(work, ids)
    sections = views.readable(work.permissions)
    return page_of(
        rows,
        limit,
        lambda row: [row.sort_key if sort == "name" else row.sort_key.isoformat(), row.id],
        lambda row: shapes.client_card(row, first.get(row.id), sections, seen[row.id].number if row.id in seen else 0),
    )


@router.get("/board/summary", summary="Count clients, needs and the last hour")
async def summary(work: Work = works("copilot", "clients:read")) -> BoardSummary:
    """Clients by stage, what waits, and the last hour minute by minute."""
    stages = await board.stages(work)
    minutes = await board.activity(work, work.permissions)
    return BoardSummary(
        stages=[StageCount(stage=name, clients=clients, median_days=days) for name, (clients, days) in stages.items()],
        clients=sum(clients for clients, _ in stages.values()),
        needs=await board.count_needs(work, work.permissions),
        events_last_hour=sum(events for _, events in minutes),
        activity=[MinuteCount(minute=minute, events=events) for minute, events in minutes],
    )


@router.get("/needs", summary="List what waits for a person")
async def needs(
    client_id: UUID | None = None,
    cursor: str | None = None,
    limit: Size = PAGE,
    after: int | None = AfterEvent("copilot"),
    work: Work = works("copilot", "dossier:read"),
) -> Page[Need]:
    """What waits for a person: due first, then waiting longest. A later event closes it."""
    if client_id:
        await store.must_read(work, client_id)
    rows = await board.needs(work, work.permissions, client=client_id, after=need_cursor(cursor), size=limit)
    return page_of(rows, limit, lambda row: [row.due_at and row.due_at.isoformat(), row.since.isoformat(), row.id], shapes.need)
