"""HTTP in for the log, what is parked, and jobs."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from fastapi.responses import StreamingResponse

from retinue.kernel.asks import GivenUp
from retinue.kernel.deliver import Deliverer
from retinue.kernel.errors import Forbidden, NotFound, Refusal
from retinue.kernel.events import Event
from retinue.kernel.http import (
    NUMBER_AT_MOST,
    PAGE,
    PAGE_AT_MOST,
    AnswerGone,
    Page,
    Router,
    caller_of,
    organization_of,
    page_of,
    process_of,
    works,
)
from retinue.kernel.live import Live, patiently
from retinue.kernel.marks import marked
from retinue.kernel.problems import problem
from retinue.kernel.security import VISIT, Caller, Security
from retinue.kernel.watch import watch_of
from retinue.kernel.work import Work
from retinue.services.copilot import store
from retinue.services.copilot.schemas import Job, LoggedEvent, Parked

router = Router("copilot", tag="dossier and events", about="Everything known about a client, and the log it is made from.")
SEES_ALL = "clients:read"
ENDED = ("done", "failed")
Size = Annotated[int, Query(ge=1, le=PAGE_AT_MOST)]


def logged(row: Any) -> LoggedEvent:
    """As the newest version of its class has it, without what is personal."""
    known = Event.kinds.get(row.kind)
    body = row.body
    if known:
        body = known.newest(row.kind, body | dict.fromkeys(known.sealed(row.kind))) | dict.fromkeys(known.personal)
    return LoggedEvent(
        number=row.number,
        event_id=row.id,
        client_id=row.organization_id,
        kind=known.kind if known else row.kind,
        topic=known.topic if known else "",
        occurred_at=row.occurred_at,
        lineage_id=row.lineage,
        cause_id=row.cause,
        actor_id=row.actor,
        trace_id=row.trace,
        body=body,
    )


@router.get(
    "/events",
    response_model=Page[LoggedEvent],
    summary="Read or follow the log of events",
    openapi_extra=marked(streams="Events `event`, each with its number as id."),
)
async def events(
    request: Request,
    client_id: UUID | None = None,
    after: Annotated[int, Query(ge=0, le=NUMBER_AT_MOST)] = 0,
    topic: str | None = None,
    limit: Size = PAGE,
    work: Work = works("copilot", "events:read"),
) -> Any:
    """The log by number. With `Accept: text/event-stream` it goes on as events happen; each event's id is its number."""
    kinds = store.kinds_of(topic) if topic else None
    client = client_id or work.organization
    await store.must_read(work, client)
    if "text/event-stream" in request.headers.get("accept", ""):
        last = request.headers.get("last-event-id", "")
        return StreamingResponse(
            ending(
                follow(
                    request,
                    client,
                    min(int(last), NUMBER_AT_MOST) if last.isascii() and last.isdigit() and len(last) < 20 else after,
                    kinds,
                )
            ),
            media_type="text/event-stream",
        )
    rows = await store.log(work, client, after=after, kinds=kinds, size=limit + 1)
    page = page_of(rows, limit, lambda row: row.number, logged)
    return page


async def follow(request: Request, client: UUID, after: int, kinds: list[str] | None) -> AsyncIterator[bytes]:
    """Reads in short Works of the caller's own, so that lost access ends the stream."""
    process, caller = process_of(request), await caller_of(request)
    live, watch = process.get(Live), await watch_of(request, "copilot", client, "events:read")

    async def read() -> Sequence[Any]:
        async with process.database.work("copilot", client, caller.actor) as work:
            if "events:read" not in process.get(Security).permissions(caller, work.roles):
                raise Forbidden("events:read")
            return await store.log(work, client, after=after, kinds=kinds, size=PAGE_AT_MOST)

    while not await request.is_disconnected():
        await patiently(watch.look)
        rows = await patiently(read)
        for row in rows:
            after = row.number
            yield f"id: {row.number}\nevent: event\ndata: {logged(row).model_dump_json()}\n\n".encode()
        if not rows and not await live.wait(client):
            yield b": still here\n\n"


async def ending(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A refusal after the stream has begun is its last event."""
    try:
        async for part in stream:
            yield part
    except Refusal as refusal:
        yield f"event: error\ndata: {json.dumps(problem(refusal))}\n\n".encode()


@router.get("/events/parked", summary="List events that could not be handled")
async def parked(limit: Size = PAGE, work: Work = works("copilot", "events:read")) -> Page[Parked]:
    rows = await store.parked(work, limit + 1)
    return page_of(
        rows,
        limit,
        lambda row: row.number,
        lambda row: Parked(
            room=row.room, client_id=row.organization_id, number=row.number, kind=row.kind, error=row.error, parked_at=row.parked_at
        ),
    )


@router.post("/events/parked/{room}/{number}/replay", summary="Handle a parked event again")
async def replay(room: str, number: Annotated[int, Path(ge=1, le=NUMBER_AT_MOST)], request: Request) -> dict[str, bool]:
    """Handle a parked event now. It comes late, once; asking again answers `replayed: false`."""
    process, caller = process_of(request), await caller_of(request)
    organization = await organization_of(request, caller)
    async with process.database.work("copilot", organization, caller.actor) as work:  # closed before another is opened
        if "events:replay" not in process.get(Security).permissions(caller, work.roles):
            raise Forbidden("events:replay")
    deliverer = process.get(Deliverer)
    if room not in deliverer.rooms:
        raise NotFound()
    return {"replayed": await deliverer.replay(room, organization, number)}


def permission_of(caller: Caller) -> str:
    sees_all = caller.kind == "person" or SEES_ALL in caller.scopes
    return SEES_ALL if sees_all else VISIT if caller.kind == "visitor" else "conversations:write"


def asked() -> Any:
    """The Work of whoever may look at jobs, or at the ones that they asked for themselves: visitors, and keys that only converse."""

    async def work(request: Request) -> AsyncIterator[Work]:
        async with asynccontextmanager(works("copilot", permission_of(await caller_of(request))).dependency)(request) as opened:
            yield opened

    return Depends(work, scope="function")


@router.get(
    "/jobs/{job_id}",
    response_model=Job,
    summary="Read or follow an answer that takes longer",
    openapi_extra=marked(streams="Events `progress`, then `done` or `error`."),
)
async def job(job_id: UUID, request: Request, work: Work = asked()) -> Any:
    """A request that answered 202. With `Accept: text/event-stream` the answer is sent when it is there."""
    shown = await shown_job(work, job_id, await caller_of(request))
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(ending(follow_job(request, work.organization, job_id)), media_type="text/event-stream")
    return shown


async def shown_job(work: Work, job_id: UUID, caller: Caller) -> Job:
    row = await store.ask(work, job_id)
    if row is None or (SEES_ALL not in work.permissions and row.actor != (caller.actor or caller.conversation)):
        raise NotFound()
    return Job(job_id=row.id, name=row.name, status=row.status, tries=row.tries, result=row.output)


async def follow_job(request: Request, client: UUID, job_id: UUID) -> AsyncIterator[bytes]:
    """Until the ask ends. Raises GivenUp for one that failed and said nothing, AnswerGone for one that was emptied."""
    process, caller = process_of(request), await caller_of(request)

    watch = await watch_of(request, "copilot", client, permission_of(caller))

    async def read() -> Job:
        async with process.database.work("copilot", client, caller.actor) as work:
            work.permissions = process.get(Security).permissions(caller, work.roles)
            return await shown_job(work, job_id, caller)

    while not await request.is_disconnected():
        await patiently(watch.look)
        shown = await patiently(read)
        ended = shown.status in ENDED
        if ended and shown.result == {}:
            raise AnswerGone()
        if shown.status == "failed" and shown.result is None:
            raise GivenUp()
        yield f"event: {'done' if ended else 'progress'}\ndata: {json.dumps(shown.model_dump(mode='json'))}\n\n".encode()
        if ended:
            return
        await process.get(Live).wait(client)
