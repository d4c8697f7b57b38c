"""Carries events to the rooms: in order within an organization, once each, and past an event that cannot be handled."""

import asyncio
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from retinue.kernel.ending import stop
from retinue.kernel.events import Misuse, read
from retinue.kernel.handlers import Handlers
from retinue.kernel.live import Heads, Live
from retinue.kernel.telemetry import BEHIND, FAILED, HANDLED, LAG, PARKED, STOPPED, log, whereabouts
from retinue.kernel.work import AWAY, AWAY_SECONDS, Database, Work

__all__ = ["Deliverer", "Handlers", "wait_handled"]

TRIES = 5
POLL_SECONDS, FIRST_LOOK_SECONDS = 0.25, 0.005
POLL_SHARE = 0.05  # of the time at most
LOG = log("deliver")


# The room's role and its scope first and once, then the rows.
SERVED = "with served as materialized (select set_config('role', :role, true), kernel.serve(:o)) "
TAKE = SERVED + "select t.* from served, events.take(:room, :release, :o, :size, :try) t"
UNPARK = SERVED + "select l.* from served, events.unpark(:room, :o, :n) l"


@dataclass(frozen=True, eq=False)
class Try:
    """A counted try of an inbox, which whoever takes the inbox must name. Each is its own: a late one may wait beside the next."""

    room: str
    organization: UUID
    tries: int
    size: int


class Deliverer:
    """Gives each inbox its turns. Several may run, in one process or many, over the same rooms.

    Organizations wait in a queue. When places are free, those in front are looked at, as many inboxes as there are places are counted in one
    statement, and each is given one batch; an organization that has more goes to the end of the queue, so a busy one delays nobody else.
    """

    def __init__(
        self, database: Database, rooms: Mapping[str, Handlers], *, release: str = "0", concurrency: int = 4, live: Live | None = None
    ) -> None:
        """`release`: of the code; each room's is that with what it hears."""
        self.database, self.concurrency, self.live = database, concurrency, live
        self.rooms = {name: handlers for name, handlers in rooms.items() if handlers.by_kind}
        self.releases = {name: handlers.release(release) for name, handlers in self.rooms.items()}
        self.wanted: dict[UUID, None] = {}  # the queue of organizations to look at
        self.want_all = False
        self.serving: dict[Try, bool] = {}  # whether its organization was named meanwhile
        self.owed: list[Try] = []  # tries that the database cut off, to be given back
        self.turns = 0
        self.woken = asyncio.Event()
        self.heads = Heads(database)

    @property
    def ours(self) -> dict[str, Any]:
        """What the functions that look for work are asked with."""
        return {"rooms": list(self.releases), "releases": list(self.releases.values()), "at": self.database.clock.now()}

    async def register(self) -> None:
        """A release that is new takes charge of its rooms; one that was followed meanwhile takes nothing until somebody goes back to it."""
        listen = "select events.listen(:room, :release, :kinds, :projection, :at)"
        for room, handlers in self.rooms.items():
            who = {"room": room, "release": self.releases[room], "kinds": handlers.kinds, "projection": handlers.projection}
            charge = (await self.database.call(listen, **who, at=self.database.clock.now()))[0][0]
            BEHIND.labels(room).set(charge != self.releases[room])
            if charge != self.releases[room]:
                LOG.warning(
                    "another release is in charge of this room; to go back: retinue events use RELEASE",
                    room=room,
                    release=self.releases[room],
                    charge=charge,
                )

    async def run(self) -> None:
        await self.register()
        live = self.live or Live(self.database)
        live.followers.append(self.want)
        listening = asyncio.create_task(live.run()) if self.live is None else None
        try:
            async with asyncio.TaskGroup() as group:
                await self._rounds(group)
        finally:
            live.followers.remove(self.want)
            if listening:
                await stop(listening)

    async def _rounds(self, places: asyncio.TaskGroup) -> None:
        """The poll comes by the clock, however much there is to do, or a retry would wait for a quiet moment. While the database is away
        the turns that are under way end by themselves."""
        loop = asyncio.get_running_loop()
        due = False

        def look() -> None:
            nonlocal due
            due = True
            self.woken.set()

        self.want(None)
        poll: asyncio.Handle = loop.call_soon(look)
        try:
            while True:
                await self.woken.wait()
                self.woken.clear()
                try:
                    await self._give_back()
                    if due:
                        started = loop.time()
                        self.want(await self.moved())
                        due, poll = False, loop.call_later(max(POLL_SECONDS, (loop.time() - started) / POLL_SHARE), look)
                    await self._fill(places)
                except AWAY as away:
                    LOG.warning("delivery waits for the database", error=type(away).__name__)
                    await asyncio.sleep(AWAY_SECONDS)
                    self.want(None)
        finally:
            poll.cancel()

    async def _give_back(self) -> None:
        """Tries that came to nothing because the database was away; one whose transaction the server still holds is asked for again."""
        owed, self.owed = self.owed, []
        while owed:
            who = {"room": owed[-1].room, "o": owed[-1].organization, "try": owed[-1].tries}
            try:
                given = (await self.database.call("select events.give_back(:room, :o, :try)", **who))[0][0]
            except AWAY:
                self.owed += owed
                raise
            self.want([owed[-1].organization])
            each = owed.pop()
            if not given:
                self.owed.append(each)

    async def _fill(self, places: asyncio.TaskGroup) -> None:
        """Start what is due, while places are free; the end of a turn wakes again."""
        while (self.want_all or self.wanted) and self.rooms:
            if self.want_all:
                self.want_all = False
                await self._want_due()
            free = self.concurrency - len(self.serving)
            front = list(islice(self.wanted, free))
            if not front:
                return
            for organization in front:
                del self.wanted[organization]
            counted = await self.count(list(self.rooms), front, free)
            for each in counted:
                self.serving[each] = False
                self.turns += 1
                places.create_task(self._serve(each))
            if free == len(counted) < len(front) * len(self.rooms):
                self.want(front)

    async def _want_due(self) -> None:
        rows = await self.database.call("select * from events.due(:rooms, :releases, null, :at)", **self.ours)
        due = list({row.organization_id for row in rows})
        random.shuffle(due)  # or several deliverers would go through them side by side
        self.want(due)

    async def count(self, rooms: list[str], organizations: list[UUID], most: int) -> list[Try]:
        """Count tries of inboxes that are due, `most` of them; whoever counts one takes it."""
        attempt = "select room, organization_id, tries, size from events.attempt(:rooms, :releases, :o, :at, :most)"
        ours = {"rooms": rooms, "releases": [self.releases[room] for room in rooms], "at": self.database.clock.now()}
        return [Try(*row) for row in await self.database.call(attempt, **ours, o=organizations, most=most)]

    async def _serve(self, counted: Try) -> None:
        """One turn. Others passed this inbox by meanwhile, so what they were told of is looked for at its end. No error leaves it: it would
        end the turns beside it."""
        more = True
        try:
            more = await self._try(counted) >= counted.size
        except AWAY as away:
            LOG.warning("a turn waits for the database", room=counted.room, error=type(away).__name__)
            self.owed.append(counted)
        finally:
            if self.serving.pop(counted) or more:
                self.want([counted.organization])
            self.woken.set()

    async def moved(self) -> set[UUID]:
        """Organizations whose log grew since the last look, or whose next try is due: what a lost notification would have named."""
        due = await self.database.call("select * from events.retries(:rooms, :releases, :at) r(organization)", **self.ours)
        return await self.heads.grown() | {row.organization for row in due}

    def want(self, organizations: Collection[UUID] | None) -> None:
        """Look at these, or with None at all."""
        if organizations is None:
            self.want_all = True
        else:
            self.wanted.update(dict.fromkeys(organizations))
        for counted in self.serving:
            self.serving[counted] |= organizations is None or counted.organization in organizations
        if organizations is None or organizations:
            self.woken.set()

    async def turn(self, room: str, organization: UUID) -> int:
        """Give one inbox a turn, if it is due and nobody else has it. Answers the events that it is past."""
        for counted in await self.count([room], [organization], 1):
            return await self._try(counted)
        return 0

    async def _try(self, counted: Try) -> int:
        room, organization = counted.room, counted.organization
        if counted.tries > TRIES:
            return await self.park(counted)
        try:
            return await self.take(room, organization, counted.size, counted.tries)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is counted, retried, and parked in the end
            FAILED.labels(room).inc()
            where = whereabouts(error)
            LOG.warning("handler failed", room=room, organization=str(organization), tries=counted.tries, size=counted.size, where=where)
            fail = "select events.fail(:room, :release, :o, :size, :e, :at)"
            said = {"size": counted.size, "e": where[-4000:], "at": self.database.clock.now()}
            if (await self.database.call(fail, room=room, release=self.releases[room], o=organization, **said))[0][0]:
                STOPPED.labels(room).set(1)
                LOG.error("room stopped: it fails in three organizations; install a fixed release, or: retinue events resume", room=room)
            return counted.size

    async def park(self, counted: Try) -> int:
        """Set the next event of an inbox aside. Answers how many were."""
        who = {"room": counted.room, "release": self.releases[counted.room], "o": counted.organization, "try": counted.tries}
        parked = int(
            (await self.database.call("select events.park(:room, :release, :o, :try, :at)", **who, at=self.database.clock.now()))[0][0]
        )
        PARKED.labels(counted.room).inc(parked)
        return parked

    async def take(self, room: str, organization: UUID, size: int, tries: int) -> int:
        who = {"room": room, "release": self.releases[room], "role": self.database.role(room), "o": organization}
        async with self.database.begun(TAKE, who | {"size": size, "try": tries}) as (wire, rows):
            if not rows:
                return 0
            work = Work(wire, room, organization, None, self.database.clock.now())
            await self._handle(work, rows)
            tells = bool(work.events or work.jobs)
            await wire.send("select events.move(:n)", {"n": rows[-1].number}, last=not tells)
            if tells:
                await self.database.commit(work)
        if work.events:
            self.want([organization])
        HANDLED.labels(room).inc(len(rows))
        LAG.labels(room).observe((work.now - rows[0].occurred_at).total_seconds())
        return len(rows)

    async def _handle(self, work: Work, rows: list[Any]) -> None:
        handlers = self.rooms[work.room]
        if missing := handlers.missing(row.kind for row in rows):
            raise Misuse(f"{work.room} has no handler for {missing[0]}: to pass it by would lose it")
        await handlers.handle(work, await read(work, rows))

    async def replay(self, room: str, organization: UUID, number: int) -> bool:
        """Handle a parked event now; it comes late, and only once. Answers False when it is not parked."""
        who = {"room": room, "role": self.database.role(room), "o": organization}
        async with self.database.begun(UNPARK, who | {"n": number}) as (wire, rows):
            if not rows:
                return False
            work = Work(wire, room, organization, None, self.database.clock.now())
            await self._handle(work, rows)
            await self.database.commit(work)
            return True

    async def deliver_all(self, turns: int = 10_000) -> None:
        """Until nothing is due; for tests and commands that end."""
        await self.register()
        end = self.turns + turns
        async with asyncio.TaskGroup() as places:
            while self.turns < end:
                if not self.serving:
                    self.want(None)
                self.woken.clear()
                await self._give_back()
                await self._fill(places)
                if not self.serving:
                    return
                await self.woken.wait()
        raise Misuse("events cause events without end")


async def wait_handled(database: Database, room: str, organization: UUID, number: int, seconds: float = 0.5) -> bool:
    """Wait, in no transaction, until `room` has handled all that it handles up to `number`: what a read with ?after= asks for."""
    end, pause = asyncio.get_running_loop().time() + seconds, FIRST_LOOK_SECONDS
    while not (await database.call("select events.handled(:room, :o, :n)", room=room, o=organization, n=number))[0][0]:
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.05)  # what is not handled at once waits behind others: asking more often would only keep them waiting
    return True
