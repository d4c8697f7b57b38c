"""One request, one transaction: what it may read and write, and what it tells."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.conninfo import make_conninfo
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from retinue.kernel.clock import Clock
from retinue.kernel.errors import NotFound
from retinue.kernel.events import Event, Keys, Misuse, envelope
from retinue.kernel.ids import uuid7
from retinue.kernel.telemetry import TRACE, new_trace
from retinue.kernel.tracing import span
from retinue.kernel.wire import Answer, Wire

__all__ = ["Database", "Work", "uuid7"]

BEGIN = "select set_config('role', :role, true), kernel.begin(:actor, :organization) as roles"
SERVE = "select set_config('role', :role, true), kernel.serve(:organization), cast(null as text[]) as roles"
# Procrastinate's own words: a worker of named queues listens to theirs, and to no other channel.
DEFERRED = """select pg_notify('procrastinate_queue_v1#' || room, '{"type": "job_inserted", "job_id": 0}')
 from unnest(cast(:rooms as text[])) room"""
TOLD = "select pg_notify('retinue_events', :named)"
NO_ORGANIZATION = "RT404"
NAMED_AT_MOST = 200
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database restarts, or a connection was lost
AWAY_SECONDS = 0.25
PATIENCE_SECONDS = 0.03  # a third of what a page may take to show an event


class Work:
    """Writes `organization`; its events and jobs commit with its rows or not at all."""

    def __init__(
        self,
        wire: Wire,
        room: str,
        organization: UUID,
        actor: UUID | None,
        now: datetime,
        cause: Event | None = None,
        roles: Sequence[str] = (),
    ) -> None:
        self.wire, self.room, self.organization, self.actor, self.now, self.cause = wire, room, organization, actor, now, cause
        self.roles = tuple(roles)
        self.permissions: frozenset[str] = frozenset()
        self.lineage: UUID | None = None
        self.trace = TRACE.get() or new_trace()
        self.number: int | None = None
        self.flushed = False
        self.followed = False  # by another Work shortly: its events and these are best carried together
        self.keys = Keys(self)
        self.events: list[tuple[Event, Event | None]] = []
        self.jobs: list[dict[str, Any]] = []
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """Of this transaction, made when it is first asked for: a Work without mapped rows does without."""
        if self._session is None:
            self._session = AsyncSession(self.wire.connection, expire_on_commit=False)
        return self._session

    async def execute(self, sql: str, **values: Any) -> Answer:
        return await self.wire.answer(sql, values)

    def emit(self, event: Event) -> None:
        if event.publisher != self.room:
            raise Misuse(f"{self.room} may not publish {event.kind}")
        if self.flushed:
            raise Misuse("a Work that was flushed tells nothing more")
        self.events.append((event, self.cause))

    def defer(self, job: str, *, at: datetime | None = None, **arguments: Any) -> None:
        """A job of this room. Arguments are ids and numbers: the jobs' tables know no tenants, so nothing personal goes there."""
        if job.partition(".")[0] != self.room:
            raise Misuse(f"{self.room} may not start {job}")
        if self.flushed:
            raise Misuse("a Work that was flushed starts nothing more")
        self.jobs.append({"task": job, "args": arguments | {"trace": self.trace}, "at": at.isoformat() if at else None})

    async def flush(self, answer: str = "select", *, last: bool = False, **values: Any) -> None:
        """Write rows, jobs, then events: the head's lock is taken last, and held only to the commit, which `last` sends along.

        `answer`: what the kernel writes of the answer in the same statement; it may read the number from `told`.
        """
        if self.flushed:
            if values:
                raise Misuse("a Work is flushed once")
            return
        await self.flush_rows()
        if self.jobs:
            await self.wire.send("select jobs.defer(cast(:jobs as json))", {"jobs": json.dumps(self.jobs, default=str)})
        if self.events:
            values["batch"] = await envelope(self, self.events)
        if values:
            told = "events.append(cast(:batch as json))" if self.events else "cast(null as bigint)"
            sql = f"with told as materialized (select {told} as number), answer as ({answer}) select number from told"
            self.number = (await self.wire.send(sql, values, last=last))[0][0]
        self.flushed = True

    async def flush_rows(self) -> None:
        if self._session is not None:
            await self._session.flush()


class Database:
    """A pool of one login, which may become the roles of its rooms and owns nothing.

    The engine is in autocommit: only what `begun` yields is a transaction.
    """

    def __init__(self, url: str, *, prefix: str = "retinue", pool: int = 10, clock: Clock | None = None) -> None:
        self.engine = create_async_engine(
            url, pool_size=pool, max_overflow=0, pool_timeout=30, hide_parameters=True, isolation_level="AUTOCOMMIT"
        )
        self.url, self.prefix, self.clock = url, prefix, clock or Clock()
        self.told: set[UUID] = set()
        self.deferred: set[str] = set()  # rooms
        self.news = asyncio.Event()

    @property
    def conninfo(self) -> str:
        """For libpq: its addresses take no password with a space as SQLAlchemy writes it."""
        url = self.engine.url
        where = {name: value for name, value in url.query.items() if isinstance(value, str)}
        return make_conninfo("", **url.translate_connect_args(username="user", database="dbname"), **where)

    def role(self, room: str) -> str:
        return f"{self.prefix}_{room}"

    @asynccontextmanager
    async def work(self, room: str, organization: UUID, actor: UUID | None = None) -> AsyncIterator[Work]:
        """A Work of `actor`, or of the room itself when there is none. Commits at the end, rolls back on any exception.

        Raises NotFound when the actor has no access to the organization.
        """
        with span(f"work {room}", organization=str(organization)):
            who = {"role": self.role(room), "organization": organization}
            async with self.begun(*((BEGIN, who | {"actor": actor}) if actor else (SERVE, who))) as (wire, rows):
                work = Work(wire, room, organization, actor, self.clock.now(), roles=rows[0].roles or ())
                yield work
                await self.commit(work)

    @asynccontextmanager
    async def begun(self, sql: str, values: Mapping[str, Any]) -> AsyncIterator[tuple[Wire, list[Any]]]:
        """A transaction that begins with `sql`, and the rows of that; rolled back unless committed.

        A connection that was lost while it lay in the pool is replaced once: nothing has been done on it yet.
        Raises NotFound when `sql` enters an organization that is not there for the actor.
        """
        for again in (True, False):
            async with self.engine.connect() as connection:
                wire = Wire(connection)
                try:
                    rows = await wire.send(sql, values, first=True)
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", "") == NO_ORGANIZATION:
                        raise NotFound() from None
                    if not (again and error.connection_invalidated):
                        raise
                    continue
                yield wire, rows
                return

    async def commit(self, work: Work) -> None:
        if not work.wire.in_transaction:
            raise Misuse("a Work whose session was rolled back commits nothing: open a savepoint around what may fail")
        await work.flush(last=True)
        await work.wire.commit()
        if work.events:
            self.told.add(work.organization)
        if work.jobs:
            self.deferred.add(work.room)
        if work.jobs or (work.events and not work.followed):
            self.news.set()
        elif work.events:
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.news.set)

    async def call(self, sql: str, **values: Any) -> list[Any]:
        """A definer function as the login itself, in a transaction of its own."""
        async with self.engine.connect() as connection:
            return await Wire(connection).send(sql, values)

    async def herald(self) -> None:
        """Wake the workers of all processes: one notification for all commits since the last, never inside a Work."""
        while True:
            await self.news.wait()
            try:
                async with self.engine.connect() as connection:
                    while True:
                        await self.news.wait()
                        self.news.clear()
                        await self._tell(Wire(connection))
            except AWAY:
                self.news.set()
                await asyncio.sleep(AWAY_SECONDS)

    async def _tell(self, wire: Wire) -> None:
        told, self.told = self.told, set()
        deferred, self.deferred = self.deferred, set()
        try:
            if told:
                named = ",".join(map(str, told)) if len(told) <= NAMED_AT_MOST else "*"
                await wire.send(TOLD, {"named": named})
            if deferred:
                await wire.send(DEFERRED, {"rooms": sorted(deferred)})
        except AWAY:
            self.told |= told
            self.deferred |= deferred
            raise

    async def close(self) -> None:
        await self.engine.dispose()
