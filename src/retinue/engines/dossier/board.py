"""The board: clients by stage, what waits for a person, how much happens; for whoever reads many clients."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from retinue.engines.dossier.clients import STAGES
from retinue.engines.dossier.views import readable
from retinue.kernel.work import Work

Sort = Literal["recent", "name", "stage"]
PARKED = "events"  # stands as the section of what could not be handled
READS_PARKED = "events:read"
MINUTES = 60

# Column and direction. A client is one row, found by its key in the reader's scope; sorting a thousand of them costs less than a millisecond.
ORDERS: dict[Sort, tuple[str, str]] = {"recent": ("c.last_at", "desc"), "name": ("lower(c.name)", "asc"), "stage": ("c.stage_since", "asc")}

# A parked event is a need without being in the dossier, which it may be missing from.
NEEDS = f"""(
  select organization_id, id, kind, section, title, detail, since, due_at, subject as subject_id from dossier.need where open
  union all
  select p.organization_id, cast(md5(p.room || l.id) as uuid), 'event_parked', '{PARKED}', 'An event could not be handled',
    p.room || ' could not handle ' || l.kind, p.parked_at, null, l.id
  from events.parked p join events.log l on (l.organization_id, l.number) = (p.organization_id, p.number))"""
DUE = "coalesce(n.due_at, 'infinity')"


def seen_by(permissions: Collection[str]) -> list[str]:
    """Sections of needs."""
    return [*readable(permissions), *([PARKED] if READS_PARKED in permissions else [])]


def cards_sql(*, stage: str | None, search: str | None, assigned: UUID | None, needs: bool | None = None, sort: Sort, after: bool) -> str:
    column, direction = ORDERS[sort]
    wanted = ["c.name is not null"]
    if stage is not None:
        wanted.append("c.stage = :stage")
    if assigned is not None:
        wanted.append("c.assigned_to = :assigned")
    if needs is not None:
        waiting = f"select n.organization_id from {NEEDS} n where n.section = any(:seen)"
        wanted.append(f"c.organization_id {'in' if needs else 'not in'} ({waiting})")
    if search is not None:
        wanted.append("position(lower(:search) in lower(concat_ws(' ', c.name, c.slug, c.website, c.industry, c.assigned_name))) > 0")
    if after:
        kind = "text" if sort == "name" else "timestamptz"
        wanted.append(f"({column}, c.id) {'<' if direction == 'desc' else '>'} (cast(:key as {kind}), cast(:id as uuid))")
    return f"""select c.*, {column} as sort_key from dossier.client c where {" and ".join(wanted)}
      order by {column} {direction}, c.id {direction} limit :size"""


async def cards(
    work: Work,
    *,
    stage: str | None,
    search: str | None,
    assigned: UUID | None,
    needs: bool | None = None,
    sort: Sort,
    after: tuple[Any, UUID] | None,
    size: int,
) -> Sequence[Any]:
    """One more than `size` when there is more. `needs`: only those that need a person, or only those that do not."""
    sql = cards_sql(stage=stage, search=search, assigned=assigned, needs=needs, sort=sort, after=after is not None)
    key, id = after or (None, None)
    seen = None if needs is None else seen_by(work.permissions)
    asked = {"stage": stage, "search": search, "assigned": assigned, "seen": seen} | ({"key": key, "id": id} if after else {})
    asked = {name: value for name, value in asked.items() if value is not None}
    return (await work.execute(sql, size=size + 1, **asked)).all()


async def next_needs(work: Work, permissions: Collection[str], clients: Sequence[UUID]) -> dict[UUID, Any]:
    """By client, the need that comes first, with how many there are (`needs`) and how many of them are waiting conversations (`waiting`)."""
    rows = await work.execute(
        "select distinct on (n.organization_id) n.*, count(*) over (partition by n.organization_id) as needs,"
        " count(*) filter (where n.kind = 'conversation_waiting') over (partition by n.organization_id) as waiting"
        f" from {NEEDS} n where n.organization_id = any(:clients) and n.section = any(:seen) order by n.organization_id, {DUE}, n.since, n.id",
        clients=list(clients),
        seen=seen_by(permissions),
    )
    return {row.organization_id: row for row in rows}


async def stages(work: Work) -> dict[str, tuple[int, float | None]]:
    """By stage: clients, and the median of the days that they have been in it."""
    rows = await work.execute(
        "select stage, count(*) as clients, percentile_cont(0.5) within group (order by extract(epoch from (cast(:now as timestamptz) - stage_since)))"
        " / 86400 as days from dossier.client where name is not null group by stage",
        now=work.now,
    )
    found = {row.stage: (row.clients, float(row.days)) for row in rows}
    return {stage: found.get(stage, (0, None)) for stage in STAGES}


async def activity(work: Work, permissions: Collection[str]) -> list[tuple[Any, int]]:
    """The last sixty minutes, the present one last: (minute, events)."""
    last = work.now.replace(second=0, microsecond=0)
    first = last - timedelta(minutes=MINUTES - 1)
    rows = await work.execute(
        "select date_trunc('minute', occurred_at) as minute, count(*) as events from dossier.moment"
        " where occurred_at >= :first and section = any(:sections) group by 1",
        first=first,
        sections=readable(permissions),
    )
    found = {row.minute: row.events for row in rows}
    return [(minute, found.get(minute, 0)) for minute in (first + timedelta(minutes=n) for n in range(MINUTES))]


async def count_needs(work: Work, permissions: Collection[str]) -> int:
    rows = await work.execute(f"select count(*) from {NEEDS} n where n.section = any(:seen)", seen=seen_by(permissions))
    return int(rows.scalar_one())


def needs_sql(*, client: bool, after: bool) -> str:
    wanted = ["n.section = any(:seen)"]
    if client:
        wanted.append("n.organization_id = :client")
    if after:
        wanted.append(
            f"({DUE}, n.since, n.id) > (coalesce(cast(:due as timestamptz), 'infinity'), cast(:since as timestamptz), cast(:id as uuid))"
        )
    return f"""
select n.*, c.name as client_name from (select * from {NEEDS} n where {" and ".join(wanted)} order by {DUE}, n.since, n.id limit :size) n
left join dossier.client c on (c.organization_id, c.id) = (n.organization_id, n.organization_id) order by {DUE}, n.since, n.id"""


async def needs(
    work: Work, permissions: Collection[str], *, client: UUID | None, after: tuple[Any, Any, UUID] | None, size: int
) -> Sequence[Any]:
    """What is due first, then what waits longest. One more than `size` when there is more."""
    asked: dict[str, Any] = {"client": client} if client else {}
    if after:
        asked |= dict(zip(("due", "since", "id"), after, strict=True))
    sql = needs_sql(client=client is not None, after=after is not None)
    return (await work.execute(sql, seen=seen_by(permissions), size=size + 1, **asked)).all()
