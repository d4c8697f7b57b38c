"""One request, one transaction: what it may read and write, and what it tells."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg.conninfo import make_conninfo
from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from retinue.kernel.clock import Clock
from retinue.kernel.errors import NotFound
from retinue.kernel.events import Event, Keys, Misuse, envelope
from retinue.kernel.ids import uuid7
from retinue.kernel.telemetry import TRACE, new_trace
from retinue.kernel.tracing import span

__all__ = ["Database", "Work", "uuid7"]


@lru_cache(maxsize=2_000)
def statement(sql: str) -> TextClause:
    """Statements are our own words, so there are few, and reading the names of their values out of them need not be done twice."""
    return text(sql)


BEGIN = text("select set_config('role', :role, true), kernel.begin(:actor, :organization) as roles")
SERVE = text("select set_config('role', :role, true), kernel.serve(:organization), cast(null as text[]) as roles")
# Procrastinate's own words: a worker of named queues listens to theirs, and to no other channel.
DEFERRED = """select pg_notify('procrastinate_queue_v1#' || room, '{"type": "job_inserted", "job_id": 0}')
 from unnest(cast(:rooms as text[])) room"""
NO_ORGANIZATION = "RT404"
NAMED_AT_MOST = 200
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database restarts, or a connection was lost
AWAY_SECONDS = 0.25


class Work:
    """Writes `organization`; its events and jobs commit with its rows or not at all."""

    def __init__(
        self,
        session: AsyncSession,
        room: str,
        organization: UUID,
        actor: UUID | None,
        now: datetime,
        cause: Event | None = None,
        roles: Sequence[str] = (),
    ) -> None:
        self.session, self.room, self.organization, self.actor, self.now, self.cause = session, room, organization, actor, now, cause
        self.roles = tuple(roles)
        self.permissions: frozenset[str] = frozenset()
        self.lineage: UUID | None = None
        self.trace = TRACE.get() or new_trace()
        self.number: int | None = None
        self.flushed = False
        self.keys = Keys(self)
        self.events: list[tuple[Event, Event | None]] = []
        self.jobs: list[dict[str, Any]] = []

    async def execute(self, sql: str, **values: Any) -> CursorResult[Any]:
        return await self.session.execute(statement(sql), values)  # type: ignore[return-value]

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

    async def flush(self, answer: str = "select", **values: Any) -> None:
        """Write rows, jobs, then events: the head's lock is taken last, and held only to the commit.

        `answer`: what the kernel writes of the answer in the same statement; it may read the number from `told`.
        """
        if self.flushed:
            if values:
                raise Misuse("a Work is flushed once")
            return
        await self.session.flush()
        if self.jobs:
            await self.execute("select jobs.defer(cast(:jobs as json))", jobs=json.dumps(self.jobs, default=str))
        if self.events:
            values["batch"] = await envelope(self, self.events)
        if values:
            told = "events.append(cast(:batch as json))" if self.events else "cast(null as bigint)"
            sql = f"with told as materialized (select {told} as number), answer as ({answer}) select number from told"
            self.number = (await self.execute(sql, **values)).scalar_one()
        self.flushed = True


class Database:
    """A pool of one login, which may become the roles of its rooms and owns nothing."""

    def __init__(self, url: str, *, prefix: str = "retinue", pool: int = 10, clock: Clock | None = None) -> None:
        self.engine = create_async_engine(url, pool_size=pool, max_overflow=0, pool_timeout=30, hide_parameters=True)
        self.plain = self.engine.execution_options(isolation_level="AUTOCOMMIT")  # on the same pool
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
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                begun = await self._begin(session, room, organization, actor)
                work = Work(session, room, organization, actor, self.clock.now(), roles=begun.roles or ())
                yield work
                await self.commit(work)

    async def _begin(self, session: AsyncSession, room: str, organization: UUID, actor: UUID | None) -> Any:
        """A connection that was lost while it lay in the pool is replaced once: nothing has been done on it yet."""
        who = {"role": self.role(room), "organization": organization}
        for again in (True, False):
            try:
                return (await session.execute(BEGIN, who | {"actor": actor}) if actor else await session.execute(SERVE, who)).one()
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") == NO_ORGANIZATION:
                    raise NotFound() from None
                if not (again and error.connection_invalidated):
                    raise
                await session.rollback()

    async def commit(self, work: Work) -> None:
        await work.flush()
        await work.session.commit()
        if work.events:
            self.told.add(work.organization)
        if work.events or work.jobs:
            if work.jobs:
                self.deferred.add(work.room)
            self.news.set()

    async def call(self, sql: str, **values: Any) -> Sequence[Any]:
        """A definer function as the login itself, in a transaction of its own: one statement is one by itself."""
        async with self.plain.connect() as connection:
            return (await connection.execute(statement(sql), values)).all()

    async def herald(self) -> None:
        """Wake the workers of all processes: one notification for all commits since the last, never inside a Work."""
        while True:
            await self.news.wait()
            try:
                async with self.plain.connect() as connection:
                    while True:
                        await self.news.wait()
                        self.news.clear()
                        await self._tell(connection)
            except AWAY:
                self.news.set()
                await asyncio.sleep(AWAY_SECONDS)

    async def _tell(self, connection: AsyncConnection) -> None:
        told, self.told = self.told, set()
        deferred, self.deferred = self.deferred, set()
        try:
            if told:
                named = ",".join(map(str, told)) if len(told) <= NAMED_AT_MOST else "*"
                await connection.execute(text("select pg_notify('retinue_events', :named)"), {"named": named})
            if deferred:
                await connection.execute(text(DEFERRED), {"rooms": sorted(deferred)})
        except AWAY:
            self.told |= told
            self.deferred |= deferred
            raise

    async def close(self) -> None:
        await self.engine.dispose()
