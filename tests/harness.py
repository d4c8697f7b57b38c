"""Delivers what a room must withstand: late events, events again, and personal fields that are gone."""

import random
from collections.abc import Iterable, Mapping
from uuid import UUID

import psycopg

from retinue.kernel.deliver import Deliverer, Handlers
from retinue.kernel.room import Room
from retinue.kernel.work import Database


async def deliver_everything(
    database: Database,
    rooms: Mapping[str, Handlers] | Iterable[Room],
    owner_url: str,
    *,
    late: float = 0.3,
    seed: int = 1,
    erased: bool = False,
) -> int:
    """Deliver every event; set random ones (`late`: their share) aside and replay them after the others; then deliver all again.

    `erased` destroys every person's key first. An exception here is one that a room does not withstand. Answers how many came late.
    Rooms must have registered before their events, or only projections get any.
    """
    handlers = dict(rooms) if isinstance(rooms, Mapping) else {room.name: room.handlers for room in rooms}
    chance = random.Random(seed)
    deliverer = Deliverer(database, handlers)
    await deliverer.register()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        if erased:
            owner.execute("update kernel.person set key = null")
        owner.execute("delete from events.parked")
        due = "select room, organization_id from events.due(:rooms, :releases, null, :at)"
        while inboxes := await database.call(due, **deliverer.ours):
            for room, organization in inboxes:
                await one_event(deliverer, room, organization, aside=chance.random() < late)
        parked = owner.execute("select room, organization_id, number from events.parked").fetchall()
        chance.shuffle(parked)
        for room, organization, number in parked:
            assert await deliverer.replay(room, organization, number)
            assert not await deliverer.replay(room, organization, number), "a replay happens once"
        await deliverer.deliver_all()  # what the replays told
        for room, organization in owner.execute("select room, organization_id from events.cursor").fetchall():
            assert await deliverer.take(room, organization, 100, 0) == 0, "the cursor drops what was handled"
        assert owner.execute("select count(*) from events.parked").fetchone() == (0,)
    return len(parked)


async def one_event(deliverer: Deliverer, room: str, organization: UUID, *, aside: bool) -> None:
    """One event alone, so that any of them can be late; what it raises is the test's failure, and no retry follows."""
    for counted in await deliverer.count([room], [organization], 1):
        if aside:
            await deliverer.park(counted)
        else:
            await deliverer.take(room, organization, 1, counted.tries)
