"""Carries events to the rooms: in order within an organization, once each, and past an event that cannot be handled."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TypeVar
from uuid import UUID

from retinue.kernel.events import Event, Misuse, read
from retinue.kernel.live import Live
from retinue.kernel.telemetry import FAILED, HANDLED, LAG, PARKED, STOPPED, TRACE, log, whereabouts
from retinue.kernel.tracing import span
from retinue.kernel.work import AWAY, AWAY_SECONDS, Database, Work

TRIES = 5
POLL_SECONDS = 0.25
POLL_SHARE = 0.05  # of the time at most
LOG = log("deliver")
Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])


@dataclass(frozen=True)
class Handler:
    function: Callable[..., Awaitable[None]]
    many: bool


class Handlers:
    """What a room does with which event. A projection starts at an organization's first event, emits and defers nothing, and may be rebuilt."""

    def __init__(self, *, projection: bool = False) -> None:
        self.projection = projection
        self.by_kind: dict[str, Handler] = {}

    def on(self, *events: type[Event], many: bool = False) -> Callable[[Function], Function]:
        """Register `async (work, event)`, or with `many` `async (work, events)`, which takes a run of them in order."""

        def register(function: Function) -> Function:
            for event in events:
                if event.kind in self.by_kind:
                    raise Misuse(f"two handlers for {event.kind} in one room")
                self.by_kind[event.kind] = Handler(function, many)
            return function

        return register

    async def handle(self, work: Work, events: Iterable[Event]) -> None:
        for handler, run in groupby((e for e in events if e.kind in self.by_kind), key=lambda e: self.by_kind[e.kind]):
            if handler.many:
                batch = list(run)
                work.cause = batch[-1]
                TRACE.set(batch[-1].trace)
                work.trace = batch[-1].trace
                with span(f"handle {work.room}", events=len(batch)):
                    await handler.function(work, batch)
                continue
            for event in run:
                work.cause = event
                TRACE.set(event.trace)
                work.trace = event.trace
                with span(f"handle {event.kind}", room=work.room, organization=str(work.organization)):
                    await handler.function(work, event)
        if self.projection and (work.events or work.jobs):
            raise Misuse(f"{work.room} is a projection: it may be replayed, so it emits and defers nothing")


# The room's role and its scope first and once, then the rows.
SERVED = "with served as materialized (select set_config('role', :role, true), kernel.serve(:o)) "
TAKE = SERVED + "select t.* from served, events.take(:room, :o, :size, :try) t"
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
        self.database, self.release, self.concurrency, self.live = database, release, concurrency, live
        self.rooms = {name: handlers for name, handlers in rooms.items() if handlers.by_kind}
        self.names = list(self.rooms)
        self.wanted: dict[UUID, None] = {}  # the queue of organizations to look at
        self.want_all = False
        self.serving: dict[Try, bool] = {}  # whether its organization was named meanwhile
        self.turns = 0
        self.woken = asyncio.Event()
        self.heads: dict[UUID, int] = {}

    async def register(self) -> None:
        for room, handlers in self.rooms.items():
            await self.database.call(
                "select events.listen(:room, :kinds, :projection, :release)",
                room=room,
                kinds=list(handlers.by_kind),
                projection=handlers.projection,
                release=self.release,
            )

    async def run(self) -> None:
        await self.register()
        live = self.live or Live(self.database)
        live.followers.append(self.want)
        try:
            async with asyncio.TaskGroup() as group:
                if self.live is None:
                    group.create_task(live.run())
                while True:
                    try:
                        await self._rounds()
                    except* AWAY as away:
                        LOG.warning("delivery waits for the database", error=type(away.exceptions[0]).__name__)
                        await asyncio.sleep(AWAY_SECONDS)
        finally:
            live.followers.remove(self.want)

    async def _rounds(self) -> None:
        """The poll comes by the clock, however much there is to do, or a retry would wait for a quiet moment."""
        loop = asyncio.get_running_loop()
        await self.moved()
        self.want(None)
        poll = loop.call_later(POLL_SECONDS, self.woken.set)
        try:
            async with asyncio.TaskGroup() as places:
                while True:
                    await self.woken.wait()
                    self.woken.clear()
                    if loop.time() >= poll.when():
                        started = loop.time()
                        self.want(await self.moved())
                        poll = loop.call_later(max(POLL_SECONDS, (loop.time() - started) / POLL_SHARE), self.woken.set)
                    await self._fill(places)
        finally:
            poll.cancel()

    async def _fill(self, places: asyncio.TaskGroup) -> None:
        """Start what is due, while places are free; the end of a turn wakes again."""
        while (self.want_all or self.wanted) and self.names:
            if self.want_all:
                self.want_all = False
                await self._want_due()
            free = self.concurrency - len(self.serving)
            front = list(islice(self.wanted, free))
            if not front:
                return
            for organization in front:
                del self.wanted[organization]
            counted = await self._count(self.names, front, free)
            for each in counted:
                self.serving[each] = False
                self.turns += 1
                places.create_task(self._serve(each))
            if free == len(counted) < len(front) * len(self.names):
                self.want(front)

    async def _want_due(self) -> None:
        rows = await self.database.call("select * from events.due(:rooms, null, :at)", rooms=self.names, at=self.database.clock.now())
        due = list({row.organization_id for row in rows})
        random.shuffle(due)  # or several deliverers would go through them side by side
        self.want(due)

    async def _count(self, rooms: list[str], organizations: list[UUID], most: int) -> list[Try]:
        attempt = "select room, organization_id, tries, size from events.attempt(:rooms, :o, :at, :most)"
        now = self.database.clock.now()
        return [Try(*row) for row in await self.database.call(attempt, rooms=rooms, o=organizations, at=now, most=most)]

    async def _serve(self, counted: Try) -> None:
        """One turn. Others passed this inbox by meanwhile, so what they were told of is looked for at its end."""
        more = True
        try:
            more = await self._try(counted) >= counted.size
        finally:
            if self.serving.pop(counted) or more:
                self.want([counted.organization])
            self.woken.set()

    async def moved(self) -> set[UUID]:
        """Organizations whose log grew since the last look, or whose next try is due: what a lost notification would have named."""
        heads = {row.organization_id: row.number for row in await self.database.call("select * from events.heads()")}
        grown = {organization for organization, number in heads.items() if self.heads.get(organization) != number}
        self.heads = heads
        due = await self.database.call(
            "select * from events.retries(:rooms, :at) r(organization)", rooms=self.names, at=self.database.clock.now()
        )
        return grown | {row.organization for row in due}

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
        for counted in await self._count([room], [organization], 1):
            return await self._try(counted)
        return 0

    async def _try(self, counted: Try) -> int:
        room, organization = counted.room, counted.organization
        who = {"room": room, "o": organization}
        if counted.tries > TRIES:
            park = "select events.park(:room, :o, :try, :at)"
            parked = (await self.database.call(park, **who, **{"try": counted.tries}, at=self.database.clock.now()))[0][0]
            PARKED.labels(room).inc(parked)
            return int(parked)
        try:
            return await self.take(room, organization, counted.size, counted.tries)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is counted, retried, and parked in the end
            FAILED.labels(room).inc()
            where = whereabouts(error)
            LOG.warning("handler failed", room=room, organization=str(organization), tries=counted.tries, size=counted.size, where=where)
            fail = "select events.fail(:room, :o, :size, :e, :at)"
            at = self.database.clock.now()
            if (await self.database.call(fail, **who, size=counted.size, e=where[-4000:], at=at))[0][0]:
                STOPPED.labels(room).set(1)
                LOG.error("room stopped: it fails in three organizations; install a fixed release, or resume it", room=room)
            return counted.size

    async def take(self, room: str, organization: UUID, size: int, tries: int) -> int:
        who = {"room": room, "role": self.database.role(room), "o": organization}
        async with self.database.begun(TAKE, who | {"size": size, "try": tries}) as (wire, rows):
            if not rows:
                return 0
            work = Work(wire, room, organization, None, self.database.clock.now())
            await self.rooms[room].handle(work, await read(work, rows))
            tells = bool(work.events or work.jobs)
            await wire.send("select events.move(:n)", {"n": rows[-1].number}, last=not tells)
            if tells:
                await self.database.commit(work)
        if work.events:
            self.want([organization])
        HANDLED.labels(room).inc(len(rows))
        LAG.labels(room).observe((work.now - rows[0].occurred_at).total_seconds())
        return len(rows)

    async def replay(self, room: str, organization: UUID, number: int) -> bool:
        """Handle a parked event now; it comes late, and only once. Answers False when it is not parked."""
        who = {"room": room, "role": self.database.role(room), "o": organization}
        async with self.database.begun(UNPARK, who | {"n": number}) as (wire, rows):
            if not rows:
                return False
            work = Work(wire, room, organization, None, self.database.clock.now())
            await self.rooms[room].handle(work, await read(work, rows))
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
                await self._fill(places)
                if not self.serving:
                    return
                await self.woken.wait()
        raise Misuse("events cause events without end")


async def wait_handled(database: Database, room: str, organization: UUID, number: int, seconds: float = 0.5) -> bool:
    """Wait, in no transaction, until `room` has handled all that it handles up to `number`: what a read with ?after= asks for."""
    end = asyncio.get_running_loop().time() + seconds
    while not (await database.call("select events.handled(:room, :o, :n)", room=room, o=organization, n=number))[0][0]:
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(0.005)
    return True
