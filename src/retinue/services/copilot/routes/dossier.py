"""HTTP in for the dossier and its timeline."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Query
from pydantic import AwareDatetime

from retinue.engines.dossier import away, views
from retinue.engines.dossier.tables import Moment as MomentRow
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.events import read
from retinue.kernel.http import PAGE, PAGE_AT_MOST, AfterEvent, Page, Router, cursor_moment, page_of, works
from retinue.kernel.work import Work
from retinue.services.copilot import shapes, store
from retinue.services.copilot.schemas import Away, AwayLine, DayCount, Dossier, EventDetail, FactCount, Moment, Seen, TimelineCounts

router = Router("copilot", tag="dossier and events")
NEWS_AT_MOST = 2_000


class UnknownZone(Refusal):
    """There is no time zone called {zone}."""

    status = 422
    next = "Name one of the IANA database, such as Europe/Berlin."


@router.get("/dossier/{client_id}", summary="Read everything known about a client")
async def dossier(client_id: UUID, after: int | None = AfterEvent("copilot"), work: Work = works("copilot", "dossier:read")) -> Dossier:
    """Everything known about a client. `?after=` an event's number waits until it is in here."""
    await store.must_read(work, client_id)
    rows = await views.timeline(work, work.permissions, client=client_id, section=None, lineage=None, before=None, size=PAGE)
    return Dossier(
        client_id=client_id,
        sections=await views.sections(work, client_id, work.permissions),
        counts={
            section: FactCount(facts=facts, sources=sources)
            for section, (facts, sources) in (await views.count_facts(work, client_id, work.permissions)).items()
        },
        seen_number=(await number_and_time(work, client_id))[0],
        timeline=await shapes.moments(work, rows[:PAGE]),
    )


@router.get("/timeline", summary="Read what happened, newest first")
async def timeline(
    section: str | None = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    since: AwareDatetime | None = None,
    lineage_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE,
    client_id: UUID | None = None,
    after: int | None = AfterEvent("copilot"),
    work: Work = works("copilot", "dossier:read"),
) -> Page[Moment]:
    """Newest first: of the client named, or of every organization that the caller may read. `search`: all these words, the last one perhaps
    half typed."""
    if client_id:
        await store.must_read(work, client_id)
    rows = await views.timeline(
        work,
        work.permissions,
        client=client_id,
        section=section,
        lineage=lineage_id,
        before=cursor_moment(cursor),
        size=limit,
        kind=kind,
        since=since,
        search=search,
    )
    return await paged(work, rows, limit)


async def paged(work: Work, rows: list[MomentRow], limit: int) -> Page[Moment]:
    page = page_of(rows, limit, lambda row: [row.occurred_at.isoformat(), row.id], lambda row: row)
    return Page(items=await shapes.moments(work, page.items), next_cursor=page.next_cursor)


@router.get("/timeline/counts", summary="Count what happened, by section and day")
async def counts(
    client_id: UUID | None = None,
    zone: Annotated[str, Query(max_length=64)] = "UTC",
    after: int | None = AfterEvent("copilot"),
    work: Work = works("copilot", "dossier:read"),
) -> TimelineCounts:
    """How many moments a client has, by section and by day (of the time zone `zone`, the newest 400 that have any)."""
    client = client_id or work.organization
    await store.must_read(work, client)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(zone=zone) from None
    return TimelineCounts(
        sections=await views.count_sections(work, client, work.permissions),
        days=[DayCount(day=day, events=events) for day, events in await views.count_days(work, client, work.permissions, zone)],
    )


@router.get("/timeline/{event_id}", summary="Read an event with its causes and effects")
async def event(event_id: UUID, work: Work = works("copilot", "dossier:read")) -> EventDetail:
    """One event with what led to it, what it led to, and its lineage."""
    row = await views.event(work, event_id, work.permissions)
    logged = await store.one(work, row.organization_id, row.number) if row else None
    if row is None or logged is None:
        raise NotFound()
    there = Work(work.wire, work.room, row.organization_id, work.actor, work.now)  # keys of persons are an organization's own
    told = await read(there, [logged])
    return EventDetail(
        moment=(await shapes.moments(work, [row]))[0],
        topic=told[0].topic if told else "",
        trace_id=logged.trace,
        body=told[0].model_dump(mode="json") if told else {},
        causes=await shapes.moments(work, await views.led_to(work, row, work.permissions)),
        effects=await shapes.moments(work, await views.came_of(work, row, work.permissions)),
        lineage=await shapes.moments(work, await views.of_lineage(work, row, work.permissions)),
    )


async def number_and_time(work: Work, client_id: UUID) -> tuple[int, datetime | None]:
    """How far whoever asks has read, and when they said so."""
    row = (await store.seen(work, [client_id])).get(client_id)
    return (row.number, row.seen_at) if row else (0, None)


@router.post("/seen", summary="Say how far one has read a client")
async def seen(told: Seen, work: Work = works("copilot", "dossier:read")) -> Seen:
    """Say how far the caller has read a client: never back, and never beyond the newest event."""
    if told.client_id != work.organization:
        raise NotFound()
    return Seen(client_id=told.client_id, number=await store.mark_seen(work, told.number))


@router.get("/away/{client_id}", summary="Read what happened while one was away")
async def away_from(client_id: UUID, after: int | None = AfterEvent("copilot"), work: Work = works("copilot", "dossier:read")) -> Away:
    """What happened since the caller last said how far they have read: counts, and five sentences at most with the events behind each."""
    await store.must_read(work, client_id)
    number, since = await number_and_time(work, client_id)
    sections = await views.count_sections(work, client_id, work.permissions, after=number)
    rows = await views.newer(work, client_id, work.permissions, number, NEWS_AT_MOST)
    return Away(
        since=since,
        number=number,
        events=sum(sections.values()),
        sections=sections,
        lines=[AwayLine(text=line.text, event_ids=line.event_ids) for line in away.told(rows)],
    )
