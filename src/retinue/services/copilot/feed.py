"""One reader of the log for all live sockets of a process: each event is read, titled and decrypted once, for whoever may see it."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from retinue.engines.dossier import views
from retinue.engines.dossier.cards import CARDS, SECTIONS
from retinue.engines.dossier.projection import line
from retinue.engines.dossier.tables import Moment as MomentRow
from retinue.kernel import events
from retinue.kernel.ending import stop
from retinue.kernel.live import Heads, Live, Woken
from retinue.kernel.security import Caller, Security
from retinue.kernel.telemetry import log
from retinue.kernel.work import AWAY, AWAY_SECONDS, Database, Work
from retinue.services.copilot import shapes, store
from retinue.services.copilot.schemas import Moment

ROOM, SEES = "copilot", "dossier:read"
READ_AT_ONCE = 200  # events of one organization
TOGETHER = 4  # organizations read at the same time
WAITING_AT_MOST = 500  # frames of one socket
SOON, LATER, UNTIL = 0.01, 0.25, 60.0  # seconds: between looks at what the dossier has handled, and how long it is looked for
NOT_PERMITTED, BROKEN = 4403, 1011
LOG = log("feed")


@cache
def kinds() -> frozenset[str]:
    """Of every version of the events that have a card."""
    return frozenset(kind for event in CARDS for kind in event.told())


def reset(client: UUID | None) -> str:
    """The page shall read again: one client, or everything."""
    return json.dumps({"type": "reset", "client_id": str(client) if client else None})


RESET = reset(None)


@dataclass(frozen=True)
class Told:
    """An event as its readers get it; who may not know people gets it without the actor's name."""

    number: int
    section: str
    named: str
    unnamed: str


@dataclass(frozen=True)
class Batch:
    """What an organization's log has beyond `since`, up to `number`, and which actors may read there."""

    organization: UUID
    number: int
    may: frozenset[UUID]
    told: Sequence[Told] = ()
    more: bool = False


@dataclass(eq=False)
class Reader:
    """One socket. What waits for it is bounded: when it falls behind, all of that is dropped for one reset."""

    caller: Caller
    permissions: frozenset[str] = frozenset()
    waiting: deque[tuple[UUID, int, str]] = field(default_factory=deque)
    ahead: dict[UUID, int] = field(default_factory=dict)  # read by the socket itself, not yet by the feed
    closing: int | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def actor(self) -> UUID:
        assert self.caller.actor is not None  # a person
        return self.caller.actor

    def offer(self, organization: UUID, number: int, frame: str) -> None:
        if len(self.waiting) >= WAITING_AT_MOST:
            self.waiting.clear()
            organization, number, frame = self.caller.organization, 0, RESET
        if not (self.waiting and self.waiting[-1][2] == frame == RESET):
            self.waiting.append((organization, number, frame))
        self.news.set()

    def end(self, code: int) -> None:
        self.closing = code
        self.waiting.clear()
        self.news.set()


async def readable(work: Work, rows: Sequence[Any]) -> list[events.Event]:
    """Events of one organization that have a card. One that cannot be read is left out: the deliverer parks it, and says so."""
    rows = [row for row in rows if row.kind in kinds()]
    try:
        return await events.read(work, rows)
    except ValidationError:
        if len(rows) > 1:
            return [event for row in rows for event in await readable(work, [row])]
        LOG.warning("an event cannot be shown", organization=str(work.organization), number=rows[0].number, kind=rows[0].kind)
        return []


async def told(work: Work, rows: Sequence[Any]) -> list[Told]:
    """`rows` of the log of the organization that this Work writes."""
    lines = [MomentRow.told(work.organization, line(event)) for event in await readable(work, rows)]
    around = await views.around(work, lines)
    around.numbers.update({(work.organization, row.id): row.number for row in lines})
    return [
        Told(row.number, row.section, frame(shapes.moment(row, around, named=True)), frame(shapes.moment(row, around, named=False)))
        for row in lines
    ]


def frame(moment: Moment) -> str:
    return f'{{"type":"moment","moment":{moment.model_dump_json()}}}'


class Feed:
    """Reads while somebody looks. It acts as the room, in one organization at a time, and asks the database in the same transaction who
    may read there; what they may see is what they hold where they belong, read beside the events."""

    def __init__(self, database: Database, live: Live, security: Security) -> None:
        self.database, self.live, self.security = database, live, security
        self.heads = Heads(database)
        self.readers: set[Reader] = set()
        self.position: dict[UUID, int] = {}
        self.shut_out: set[tuple[UUID, UUID]] = set()  # (actor, organization): events passed that this actor may not read
        self.handling: dict[UUID, tuple[int, set[Reader]]] = {}
        self.unhandled = asyncio.Event()
        self.starting = asyncio.Lock()
        self.tasks: list[asyncio.Task[None]] = []

    async def join(self, reader: Reader) -> None:
        """From here on everything that `reader` may see waits for it."""
        async with self.starting:
            if not self.tasks:
                await self.heads.grown()
                self.position = dict(self.heads.numbers)
                self.tasks = [asyncio.create_task(self.run()), asyncio.create_task(self.follow())]
                for task in self.tasks:
                    task.add_done_callback(self._ended)
            self.readers.add(reader)

    def caught_up(self, reader: Reader, heads: dict[UUID, int]) -> None:
        """`reader` has read everything up to `heads` itself, after it joined."""
        reader.ahead = {organization: number for organization, number in heads.items() if self.position.get(organization, 0) < number}
        fresh = [each for each in reader.waiting if each[1] == 0 or each[1] > heads.get(each[0], 0)]
        reader.waiting = deque(fresh)

    async def leave(self, reader: Reader) -> None:
        self.readers.discard(reader)
        async with self.starting:
            if self.tasks and not self.readers:
                tasks, self.tasks = self.tasks, []
                await stop(*tasks)
                self.shut_out.clear()
                self.handling.clear()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """By a bug, when not by `leave`: the sockets close, and whoever opens them again starts the feed again."""
        if task.cancelled() or task.exception() is None:
            return
        LOG.error("the live feed broke; its sockets close", exc_info=task.exception())
        tasks, self.tasks = self.tasks, []
        for each in tasks:
            each.cancel()
        for reader in self.readers:
            reader.end(BROKEN)
        self.readers.clear()

    async def run(self) -> None:
        with self.live.watch() as woken:
            while True:
                organizations = await woken.next()
                try:
                    if organizations is None:  # what a lost notification would have named
                        await self.heads.grown()
                        organizations = {o for o, number in self.heads.numbers.items() if self.position.get(o, 0) < number}
                    if organizations:
                        await self.wave(organizations, woken)
                except AWAY:
                    await asyncio.sleep(AWAY_SECONDS)
                    woken.add(None)

    async def wave(self, organizations: Iterable[UUID], woken: Woken) -> None:
        gate = asyncio.Semaphore(TOGETHER)

        async def read(organization: UUID) -> Batch | None:
            async with gate:
                return await self.read(organization)

        found = await asyncio.gather(self.judge(), *map(read, organizations), return_exceptions=True)
        for error in found:
            if isinstance(error, BaseException):  # told when no read is under way any more
                raise error
        for batch in (batch for batch in found if isinstance(batch, Batch)):
            self.pass_on(batch)
            if batch.more:
                woken.add({batch.organization})

    async def read(self, organization: UUID) -> Batch | None:
        since = self.position.get(organization, 0)
        async with self.database.work(ROOM, organization) as work:
            actors = [reader.actor for reader in self.readers]
            may = frozenset((await work.execute("select actor from kernel.actors() where actor = any(:ours)", ours=actors)).scalars())
            if not may:  # nobody here: pass by what there is
                number = (await work.execute("select max(number) from events.log where organization_id = :o", o=organization)).scalar_one()
                return Batch(organization, number, may) if number and number > since else None
            rows = await store.log(work, organization, after=since, kinds=None, size=READ_AT_ONCE)
            return Batch(organization, rows[-1].number, may, await told(work, rows), len(rows) == READ_AT_ONCE) if rows else None

    async def judge(self) -> None:
        """Every reader's permissions as they are now; whoever holds none where they belong is sent away."""
        for home in {reader.caller.organization for reader in self.readers}:
            async with self.database.work(ROOM, home) as work:
                roles = {row.actor: row.roles for row in await work.execute("select actor, roles from kernel.actors()")}
            for reader in self.readers:
                if reader.caller.organization == home:
                    reader.permissions = self.security.permissions(reader.caller, roles.get(reader.actor, ()))
                    if SEES not in reader.permissions:
                        reader.end(NOT_PERMITTED)

    def pass_on(self, batch: Batch) -> None:
        place = batch.organization
        hearing = set()
        for reader in self.readers:
            if reader.closing is not None:
                continue
            if reader.actor not in batch.may:
                self.shut_out.add((reader.actor, place))
                continue
            if (reader.actor, place) in self.shut_out:
                reader.offer(place, batch.number, reset(place))
                hearing.add(reader)
                continue
            seen = reader.ahead.get(place, 0)
            if seen <= batch.number:
                reader.ahead.pop(place, None)
            for one in batch.told:
                if one.number > seen and SECTIONS[one.section] in reader.permissions:
                    reader.offer(place, one.number, one.named if shapes.NAMES in reader.permissions else one.unnamed)
            hearing.add(reader)
        self.shut_out -= {(reader.actor, place) for reader in hearing}
        self.position[place] = batch.number
        if batch.told:
            for reader in hearing:
                self.await_handled(reader, {place: batch.told[-1].number})

    def await_handled(self, reader: Reader, numbers: Mapping[UUID, int]) -> None:
        """`reader` hears when the dossier has everything up to there."""
        for place, number in numbers.items():
            before, others = self.handling.get(place, (0, set()))
            self.handling[place] = (max(before, number), others | {reader})
            self.unhandled.set()

    async def follow(self) -> None:
        """Say when the dossier has what was told; one question for all organizations, less often the longer it takes."""
        loop = asyncio.get_running_loop()
        while True:
            await self.unhandled.wait()
            self.unhandled.clear()
            pause, end = SOON, loop.time() + UNTIL
            while self.handling:
                if self.unhandled.is_set():
                    self.unhandled.clear()
                    pause, end = SOON, loop.time() + UNTIL
                try:
                    await self._say_handled()
                except AWAY:
                    pause = LATER
                if loop.time() > end:
                    self.handling.clear()
                if self.handling:
                    await asyncio.sleep(pause)
                    pause = min(pause * 1.5, LATER)

    async def _say_handled(self) -> None:
        wanted = {organization: number for organization, (number, _) in self.handling.items()}
        rows = await self.database.call(
            "select w.o from unnest(cast(:os as uuid[]), cast(:ns as bigint[])) w(o, n) where events.handled(:room, w.o, w.n)",
            os=list(wanted),
            ns=list(wanted.values()),
            room=ROOM,
        )
        for (organization,) in rows:
            number, readers = self.handling[organization]
            if number == wanted[organization]:
                del self.handling[organization]
            for reader in readers & self.readers:
                reader.offer(organization, 0, f'{{"type":"handled","client_id":"{organization}","number":{wanted[organization]}}}')
