"""Carries events to the rooms: in order within an organization, once each, and past an event that cannot be handled."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar
from uuid import UUID

import psycopg

from retinue.kernel.events import Event, Misuse, read
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


class Deliverer:
    """Gives each inbox its turns. Several may run, in one process or many, over the same rooms."""

    def __init__(self, database: Database, rooms: Mapping[str, Handlers], *, release: str = "0", concurrency: int = 4) -> None:
        self.database, self.release, self.concurrency = database, release, concurrency
        self.rooms = {name: handlers for name, handlers in rooms.items() if handlers.by_kind}
        self.names = list(self.rooms)
        self.wanted: set[UUID] | None = None  # organizations to look at; None: all
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
        async with asyncio.TaskGroup() as group:
            group.create_task(self.listen())
            while True:
                try:
                    await self._rounds()
                except AWAY as error:
                    LOG.warning("delivery waits for the database", error=type(error).__name__)
                    self.want(None)
                    await asyncio.sleep(AWAY_SECONDS)

    async def _rounds(self) -> None:
        poll = POLL_SECONDS
        while True:
            wanted, self.wanted = self.wanted, set()
            if (wanted is None or wanted) and await self.wave(wanted):
                self.want(wanted)  # whoever handled something looks again: others passed it by meanwhile
            if self.wanted == set():
                self.woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.woken.wait(), poll)
                    continue
                started = asyncio.get_running_loop().time()
                self.want(await self.moved())
                poll = max(POLL_SECONDS, (asyncio.get_running_loop().time() - started) / POLL_SHARE)

    async def moved(self) -> set[UUID]:
        """Organizations whose log grew since the last look, or whose next try is due: what a lost notification would have named."""
        heads = {row.organization_id: row.number for row in await self.database.call("select * from events.heads()")}
        grown = {organization for organization, number in heads.items() if self.heads.get(organization) != number}
        self.heads = heads
        due = await self.database.call(
            "select * from events.retries(:rooms, :at) r(organization)", rooms=self.names, at=self.database.clock.now()
        )
        return grown | {row.organization for row in due}

    def want(self, organizations: set[UUID] | None) -> None:
        self.wanted = None if organizations is None or self.wanted is None else self.wanted | organizations
        if organizations is None or organizations:
            self.woken.set()

    async def listen(self) -> None:
        """A lost connection is opened again; meanwhile the poll carries on."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self.database.conninfo, autocommit=True) as connection:
                    await connection.execute("listen retinue_events")
                    async for n in connection.notifies():
                        self.want(None if n.payload == "*" else {UUID(x) for x in n.payload.split(",")})
            except psycopg.OperationalError as error:
                LOG.warning("notifications are lost until the database is back", error=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def wave(self, organizations: set[UUID] | None = None) -> int:
        """Give every inbox that has news one turn, in random order, so that a busy organization delays nobody else. Answers turns with work."""
        if not self.names:
            return 0
        due = list(
            await self.database.call(
                "select room, organization_id from events.due(:rooms, :o, :at)",
                rooms=self.names,
                o=None if organizations is None else list(organizations),
                at=self.database.clock.now(),
            )
        )
        random.shuffle(due)
        gate = asyncio.Semaphore(self.concurrency)

        async def turn(room: str, organization: UUID) -> int:
            async with gate:
                return await self.turn(room, organization)

        turns = await asyncio.gather(*(turn(*inbox) for inbox in due), return_exceptions=True)
        for error in turns:
            if isinstance(error, BaseException):  # told when no turn is under way any more
                raise error
        return sum(turn for turn in turns if isinstance(turn, int))

    async def turn(self, room: str, organization: UUID) -> int:
        now = self.database.clock.now()
        counted = await self.database.call("select * from events.attempt(:room, :o, :at)", room=room, o=organization, at=now)
        if not counted:  # another worker has it
            return 0
        tries, size = counted[0]
        if tries > TRIES:
            parked = (
                await self.database.call("select events.park(:room, :o, :try, :at)", room=room, o=organization, **{"try": tries}, at=now)
            )[0][0]
            PARKED.labels(room).inc(parked)
            return int(parked)
        try:
            return await self.take(room, organization, size, tries)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is counted, retried, and parked in the end
            FAILED.labels(room).inc()
            where = whereabouts(error)
            LOG.warning("handler failed", room=room, organization=str(organization), tries=tries, size=size, where=where)
            stopped = (
                await self.database.call(
                    "select events.fail(:room, :o, :size, :e, :at)",
                    room=room,
                    o=organization,
                    size=size,
                    e=where[-4000:],
                    at=self.database.clock.now(),
                )
            )[0][0]
            if stopped:
                STOPPED.labels(room).set(1)
                LOG.error("room stopped: it fails in three organizations; install a fixed release, or resume it", room=room)
            return 1

    async def take(self, room: str, organization: UUID, size: int, tries: int) -> int:
        who = {"room": room, "role": self.database.role(room), "o": organization}
        async with self.database.begun(TAKE, who | {"size": size, "try": tries}) as (wire, rows):
            if not rows:
                return 0
            work = Work(wire, room, organization, None, self.database.clock.now())
            await self.rooms[room].handle(work, await read(work, rows))
            await work.flush_rows()
            if not (await wire.send("select events.move(:n)", {"n": rows[-1].number}))[0][0]:
                raise Misuse(f"the inbox of {room} moved while it was held: what was done here was done before")
            await self.database.commit(work)
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

    async def deliver_all(self, rounds: int = 10_000) -> None:
        """Until nothing is due; for tests and commands that end."""
        await self.register()
        for _ in range(rounds):
            if not await self.wave():
                return
        raise Misuse("events cause events without end")


async def wait_handled(database: Database, room: str, organization: UUID, number: int, seconds: float = 0.5) -> bool:
    """Wait, in no transaction, until `room` has handled all that it handles up to `number`: what a read with ?after= asks for."""
    end = asyncio.get_running_loop().time() + seconds
    while not (await database.call("select events.handled(:room, :o, :n)", room=room, o=organization, n=number))[0][0]:
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(0.005)
    return True
