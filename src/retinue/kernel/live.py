"""Tells readers and the deliverer of this process that an organization's log grew: one connection listens for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar
from uuid import UUID

import psycopg

from retinue.kernel.telemetry import log
from retinue.kernel.work import AWAY, AWAY_SECONDS, Database

T = TypeVar("T")
FALLBACK_SECONDS = 1.0
NAMED_AT_MOST = 1_000
LOG = log("live")


class Woken:
    """Organizations whose log grew, kept until somebody looks."""

    def __init__(self) -> None:
        self.organizations: set[UUID] | None = set()  # None: any of them
        self.event = asyncio.Event()

    def add(self, organizations: Iterable[UUID] | None) -> None:
        if organizations is None or self.organizations is None:
            self.organizations = None
        else:
            self.organizations.update(organizations)
            if len(self.organizations) > NAMED_AT_MOST:
                self.organizations = None
        if self.organizations is None or self.organizations:
            self.event.set()

    async def next(self, seconds: float = FALLBACK_SECONDS) -> set[UUID] | None:
        """All since the last call, as soon as there are some. None: look at every one, since nothing was heard for `seconds` or which
        they are is not known."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.event.wait(), seconds)
        heard = self.event.is_set()
        found, self.organizations = self.organizations, set()
        self.event.clear()
        return found if heard else None


class Live:
    """A wake-up and nothing more: a reader reads its own log again, by number. Whoever follows hears of all; None means any of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.followers: list[Callable[[Collection[UUID] | None], None]] = [self.wake]

    async def run(self) -> None:
        """A lost connection is opened again; meanwhile whoever waits looks by itself."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self.database.conninfo, autocommit=True) as connection:
                    await connection.execute("listen retinue_events")
                    async for note in connection.notifies():
                        named = None if note.payload == "*" else [UUID(x) for x in note.payload.split(",")]
                        for follower in list(self.followers):
                            follower(named)
            except psycopg.OperationalError as error:
                LOG.warning("notifications are lost until the database is back", error=type(error).__name__)
            await asyncio.sleep(AWAY_SECONDS)

    def wake(self, organizations: Collection[UUID] | None) -> None:
        for organization in list(self.waiting) if organizations is None else organizations:
            for event in self.waiting.get(organization, ()):
                event.set()

    @contextmanager
    def watch(self) -> Iterator[Woken]:
        """Hears of every organization while this is open."""
        woken = Woken()
        self.followers.append(woken.add)
        try:
            yield woken
        finally:
            self.followers.remove(woken.add)

    async def wait(self, organization: UUID, seconds: float = FALLBACK_SECONDS) -> bool:
        """Until the log of `organization` grew, or `seconds` passed; in no transaction. Answers whether it was woken."""
        event = asyncio.Event()
        self.waiting[organization].add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
            return True
        except TimeoutError:
            return False
        finally:
            self.waiting[organization].discard(event)
            if not self.waiting[organization]:
                del self.waiting[organization]


async def patiently(read: Callable[[], Awaitable[T]]) -> T:
    """Again until the database is there: a socket or stream that is open outlives its absence. `read` may be repeated whole."""
    while True:
        try:
            return await read()
        except AWAY:
            await asyncio.sleep(AWAY_SECONDS)


class Heads:
    """The last number of each organization's log. Only those that moved since the last look are read."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.numbers: dict[UUID, int] = {}
        self.next = 0

    async def grown(self) -> set[UUID]:
        """Organizations whose log grew since the last call; at the first call all."""
        rows = await self.database.call("select * from events.moved(:since)", since=self.next)
        grown = {row.organization_id for row in rows if row.organization_id and self.numbers.get(row.organization_id) != row.number}
        self.numbers |= {row.organization_id: row.number for row in rows if row.organization_id}
        self.next = rows[0].next
        return grown
