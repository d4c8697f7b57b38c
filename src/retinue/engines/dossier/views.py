"""Reading the dossier: sections that the reader may see, the timeline, and what stands around a moment."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from retinue.engines.dossier.cards import SECTIONS
from retinue.engines.dossier.tables import Moment
from retinue.engines.dossier.words import asked_words
from retinue.kernel.work import Work

FACTS_AT_MOST = 5_000
DAYS_AT_MOST, CAUSES_AT_MOST, AROUND_AT_MOST = 400, 20, 200


def readable(permissions: Collection[str]) -> list[str]:
    return [section for section, permission in SECTIONS.items() if permission in permissions]


async def sections(work: Work, client: UUID, permissions: Collection[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Section → key → field → value."""
    rows = await work.execute(
        "select section, key, field, value from dossier.fact where organization_id = :client and section = any(:readable)"
        " order by number, id limit :most",
        client=client,
        readable=readable(permissions),
        most=FACTS_AT_MOST,
    )
    found: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in readable(permissions)}
    for section, key, field, value in rows:
        found[section].setdefault(key, {})[field] = value
    return found


def moments(
    permissions: Collection[str],
    *,
    client: UUID | None,
    section: str | None,
    lineage: UUID | None,
    before: tuple[datetime, UUID] | None,
    size: int,
    kind: str | None = None,
    since: datetime | None = None,
) -> tuple[str, dict[str, Any]]:
    """The timeline's question, after the table's name, and its values; the index for it is moment_client, moment_section, moment_lineage, or
    moment_recent for many clients."""
    wanted = [name for name in readable(permissions) if section in (None, name)]
    values: dict[str, Any] = {"size": size + 1}
    if len(wanted) == 1:
        conditions, values["section"] = ["section = :section"], wanted[0]
    else:
        conditions, values["sections"] = ["section = any(:sections)"], wanted
    for column, value in (("organization_id", client), ("lineage", lineage), ("kind", kind)):
        if value:
            conditions.append(f"{column} = :{column}")
            values[column] = value
    if since:
        conditions.append("occurred_at >= :since")
        values["since"] = since
    if before:
        conditions.append("(occurred_at, id) < (:at, :id)")
        values["at"], values["id"] = before
    return f"where {' and '.join(conditions)} order by occurred_at desc, id desc limit :size", values


async def timeline(
    work: Work,
    permissions: Collection[str],
    *,
    client: UUID | None,
    section: str | None,
    lineage: UUID | None,
    before: tuple[datetime, UUID] | None,
    size: int,
    kind: str | None = None,
    since: datetime | None = None,
    search: str | None = None,
) -> list[Moment]:
    """Newest first, one more than `size` when there is more. `before`: time and id of the last one seen. Without a client, of all the
    organizations that this Work reads. `search`: words, the last one perhaps half typed."""
    words = asked_words(search or "")
    if words is None:
        rest, values = moments(
            permissions, client=client, section=section, lineage=lineage, before=before, size=size, kind=kind, since=since
        )
        return await work.select(Moment, rest, **values)
    found = await work.execute(
        "select * from dossier.search_moments(:words, :client, cast(:readable as text[]), :kind, :lineage, :since, :at, :id, :size)",
        words=words,
        client=client,
        readable=[name for name in readable(permissions) if section in (None, name)],
        kind=kind,
        lineage=lineage,
        since=since,
        at=before[0] if before else None,
        id=before[1] if before else None,
        size=size + 1,
    )
    rows = found.all()
    return await by_ids(work, {row.organization_id for row in rows}, [row.id for row in rows])


async def by_ids(work: Work, organizations: Collection[UUID], ids: Sequence[UUID]) -> list[Moment]:
    """Newest first."""
    rest = "where organization_id = any(:os) and id = any(:ids) order by occurred_at desc, id desc"
    return await work.select(Moment, rest, os=list(organizations), ids=list(ids))


async def count_sections(work: Work, client: UUID, permissions: Collection[str], after: int = 0) -> dict[str, int]:
    """Moments by section, of those numbered above `after`; every section that may be read is there."""
    rows = await work.execute(
        "select section, count(*) as events from dossier.moment where organization_id = :client and section = any(:readable) and number > :after"
        " group by section",
        client=client,
        readable=readable(permissions),
        after=after,
    )
    return dict.fromkeys(readable(permissions), 0) | {row.section: row.events for row in rows}


async def count_days(work: Work, client: UUID, permissions: Collection[str], zone: str) -> list[tuple[date, int]]:
    """Moments by day of a time zone, the newest first; days without any are left out."""
    rows = await work.execute(
        "select cast(occurred_at at time zone :zone as date) as day, count(*) as events from dossier.moment"
        " where organization_id = :client and section = any(:readable) group by 1 order by 1 desc limit :days",
        client=client,
        readable=readable(permissions),
        zone=zone,
        days=DAYS_AT_MOST,
    )
    return [(row.day, row.events) for row in rows]


async def count_facts(work: Work, client: UUID, permissions: Collection[str]) -> dict[str, tuple[int, int]]:
    """By section, how many facts and how many sources: pages that claims were read on, else the events that said them. How a research job
    went is no fact about the client."""
    rows = await work.execute(
        "select section, count(*) as facts, count(distinct coalesce(value ->> 'source_url', cast(number as text))) as sources"
        " from dossier.fact where organization_id = :client and section = any(:readable) and (section <> 'research' or value ? 'source_url')"
        " group by section",
        client=client,
        readable=readable(permissions),
    )
    return dict.fromkeys(readable(permissions), (0, 0)) | {row.section: (row.facts, row.sources) for row in rows}


async def event(work: Work, id: UUID, permissions: Collection[str]) -> Moment | None:
    """The moment of an event, when its section may be read."""
    return (await work.select(Moment, "where id = :id and section = any(:readable)", id=id, readable=readable(permissions))).first()


async def led_to(work: Work, moment: Moment, permissions: Collection[str]) -> list[Moment]:
    """What led to it, the nearest first."""
    return await _walk(work, moment, permissions, "m.id = w.cause", CAUSES_AT_MOST, "desc")


async def came_of(work: Work, moment: Moment, permissions: Collection[str]) -> list[Moment]:
    """What it led to, and what that led to, in order."""
    return await _walk(work, moment, permissions, "m.cause = w.id", AROUND_AT_MOST, "asc")


async def _walk(work: Work, moment: Moment, permissions: Collection[str], step: str, size: int, direction: str) -> list[Moment]:
    rows = await work.execute(
        "with recursive w as (select id, cause, number from dossier.moment where organization_id = :o and id = :id union"
        f" select m.id, m.cause, m.number from w join dossier.moment m on m.organization_id = :o and {step})"
        f" select id from w where id <> :id order by number {direction} limit :size",
        o=moment.organization_id,
        id=moment.id,
        size=size,
    )
    ids = [row.id for row in rows]
    found = {row.id: row for row in await by_ids(work, [moment.organization_id], ids) if row.section in readable(permissions)}
    return [found[id] for id in ids if id in found]


async def of_lineage(work: Work, moment: Moment, permissions: Collection[str]) -> list[Moment]:
    """Everything of its lineage at its client, in order."""
    return await work.select(
        Moment,
        "where organization_id = :o and lineage = :lineage and section = any(:readable) order by number limit :most",
        o=moment.organization_id,
        lineage=moment.lineage,
        readable=readable(permissions),
        most=AROUND_AT_MOST,
    )


async def newer(work: Work, client: UUID, permissions: Collection[str], after: int, size: int) -> list[Any]:
    """Of the moments numbered above `after`, the newest `size` in order: id, number, kind, title, detail and subject_id, as rows of thousands."""
    rows = await work.execute(
        "select id, number, kind, title, detail, subject_id from dossier.moment where organization_id = :client and number > :after"
        " and section = any(:readable) order by number desc limit :size",
        client=client,
        after=after,
        readable=readable(permissions),
        size=size,
    )
    return rows[::-1]


@dataclass(frozen=True)
class Around:
    """Of moments: the numbers of their causes by (organization, event), the names of their actors by (organization, actor)."""

    numbers: dict[tuple[UUID, UUID], int]
    names: dict[tuple[UUID, UUID], str]


async def around(work: Work, moments: Iterable[Moment]) -> Around:
    """A cause without a card has no number here; an actor's name is known where they look after the client."""
    causes = list({(moment.organization_id, moment.cause) for moment in moments if moment.cause})
    places = list({moment.organization_id for moment in moments if moment.actor})
    numbers: dict[tuple[UUID, UUID], int] = {}
    names: dict[tuple[UUID, UUID], str] = {}
    if causes:
        for row in await work.execute(
            "select m.organization_id, m.id, m.number from unnest(cast(:os as uuid[]), cast(:ids as uuid[])) c(o, id)"
            " join dossier.moment m on (m.organization_id, m.id) = (c.o, c.id)",
            os=[organization for organization, _ in causes],
            ids=[id for _, id in causes],
        ):
            numbers[row.organization_id, row.id] = row.number
    if places:
        names = await actors(work, places)
    return Around(numbers, names)


async def actors(work: Work, organizations: Sequence[UUID]) -> dict[tuple[UUID, UUID], str]:
    """The names of who looks after these, by (organization, actor)."""
    rows = await work.execute(
        "select a.organization_id, cast(a.value #>> '{}' as uuid) as actor, n.value #>> '{}' as name from dossier.fact a"
        " join dossier.fact n on (n.organization_id, n.section, n.key, n.field) = (a.organization_id, a.section, a.key, 'name')"
        " where a.organization_id = any(:os) and a.section = 'people' and a.field = 'agent_id'",
        os=list(organizations),
    )
    return {(row.organization_id, row.actor): row.name for row in rows}


async def clients(work: Work, organizations: Sequence[UUID]) -> dict[UUID, str]:
    """What these are called."""
    rows = await work.execute(
        "select organization_id, value #>> '{}' as name from dossier.fact where organization_id = any(:os) and section = 'company'"
        " and key = 'client' and field = 'name'",
        os=list(organizations),
    )
    return {row.organization_id: row.name for row in rows}
