"""The log and what is parked, as readers see them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from retinue.kernel.errors import NotFound
from retinue.kernel.events import Event
from retinue.kernel.work import Work


def kinds_of(topic: str) -> list[str]:
    return [kind for kind, event in Event.kinds.items() if event.topic == topic]


async def must_read(work: Work, client_id: UUID) -> None:
    """Raises NotFound when this Work does not read that organization."""
    if client_id not in (await work.execute("select kernel.scope()")).scalar_one():
        raise NotFound()


async def log(work: Work, client: UUID, *, after: int, kinds: list[str] | None, size: int) -> Sequence[Any]:
    """By number; of some kinds by their index, since a rare one may have no other event for as long as the log is."""
    by_number = "select * from events.log where organization_id = :o and number > :after order by number limit :size"
    by_kind = (
        "select l.* from unnest(cast(:kinds as text[])) k(kind), lateral (select * from events.log l where (l.organization_id, l.kind) = (:o, k.kind)"
        " and l.number > :after order by l.number limit :size) l order by l.number limit :size"
    )
    asked = {"o": client, "after": after, "size": size} | ({"kinds": kinds} if kinds is not None else {})
    return (await work.execute(by_number if kinds is None else by_kind, **asked)).all()


async def heads(work: Work) -> dict[UUID, Any]:
    """`number` and `occurred_at` of the last event of every organization that this Work reads."""
    rows = await work.execute(
        "select o.id, l.* from unnest(kernel.scope()) o(id), lateral"
        " (select number, occurred_at from events.log l where l.organization_id = o.id order by number desc limit 1) l"
    )
    return {row.id: row for row in rows}


async def after(work: Work, seen: Mapping[UUID, int]) -> dict[UUID, list[Any]]:
    """By organization, every event beyond the number given, in order."""
    if not seen:
        return {}
    rows = await work.execute(
        "select l.* from unnest(cast(:os as uuid[]), cast(:ns as bigint[])) s(o, n) join events.log l on l.organization_id = s.o and l.number > s.n"
        " order by l.organization_id, l.number",
        os=list(seen),
        ns=list(seen.values()),
    )
    return {place: list(group) for place, group in groupby(rows, key=lambda row: row.organization_id)}


async def one(work: Work, client: UUID, number: int) -> Any | None:
    return (await work.execute("select * from events.log where organization_id = :o and number = :n", o=client, n=number)).first()


async def seen(work: Work, clients: Sequence[UUID]) -> dict[UUID, Any]:
    """By client, how far whoever asks has read: `number`, `seen_at`."""
    rows = await work.execute(
        "select * from copilot.seen where organization_id = any(:clients) and id = :reader", clients=list(clients), reader=work.actor
    )
    return {row.organization_id: row for row in rows}


async def mark_seen(work: Work, number: int) -> int:
    """Never back, and never beyond what there is. Answers how far it is now."""
    row = await work.execute(
        "insert into copilot.seen (organization_id, id, number, seen_at) values (:o, :reader,"
        " least(:number, coalesce((select max(number) from events.log where organization_id = :o), 0)), :at)"
        " on conflict (organization_id, id) do update set number = greatest(seen.number, excluded.number), seen_at = excluded.seen_at"
        " returning number",
        o=work.organization,
        reader=work.actor,
        number=number,
        at=work.now,
    )
    return int(row.scalar_one())


async def parked(work: Work, size: int) -> Sequence[Any]:
    return (
        await work.execute(
            "select p.*, l.kind from events.parked p join events.log l using (organization_id, number) order by p.parked_at desc limit :size",
            size=size,
        )
    ).all()


async def ask(work: Work, id: UUID) -> Any | None:
    return (await work.execute("select * from kernel.ask where id = :id", id=id)).first()
