"""One request, one transaction: what it may read and write, and what it tells."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from retinue.kernel.clock import Clock
from retinue.kernel.errors import NotFound
from retinue.kernel.events import Event, Keys, Misuse, envelope
from retinue.kernel.ids import uuid7
from retinue.kernel.lanes import queue_of
from retinue.kernel.pool import Pool, conninfo_of
from retinue.kernel.tables import Row, Rows, columns, insert, update
from retinue.kernel.telemetry import TRACE, new_trace
from retinue.kernel.tracing import span
from retinue.kernel.wire import Away, PoolTimeout, Wire

__all__ = ["AWAY", "AWAY_SECONDS", "Away", "Database", "PoolTimeout", "Rows", "Work", "uuid7"]

BEGIN = "select set_config('role', :role, true), kernel.begin(:actor, :organization) as roles"
SERVE = "select set_config('role', :role, true), kernel.serve(:organization), cast(null as text[]) as roles"
# Procrastinate's own words: a worker of named queues listens to theirs, and to no other channel.
DEFERRED = """select pg_notify('procrastinate_queue_v1#' || queue, '{"type": "job_inserted", "job_id": 0}')
 from unnest(cast(:queues as text[])) queue"""
TOLD = "select pg_notify('retinue_events', :named)"
NO_ORGANIZATION = "RT404"
NAMED_AT_MOST = 200
AWAY = (Away,)  # the database restarts, or a connection was lost, or none came free: nothing against what was asked
AWAY_SECONDS = 0.25
PATIENCE_SECONDS = 0.03  # a third of what a page may take to show an event
Kind = TypeVar("Kind", bound=Row)


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
        self.after: list[Callable[[], None]] = []

    async def execute(self, sql: str, /, **values: Any) -> Rows[Any]:
        """Rows by name. Parameters are written `:name`."""
        return await self.wire.send(sql, values)

    async def select(self, kind: type[Kind], rest: str, /, **values: Any) -> Rows[Kind]:
        """Rows of one table, each as the dataclass that stands for it; `rest` is what follows the table's name."""
        return await self.wire.send(f"select {columns(kind)} from {kind.table} {rest}", values, kind=class_row(kind))

    async def add(self, *rows: Row, unless_there: bool = False) -> None:
        """Rows of one table, in one round trip."""
        if not rows:
            return
        sql = insert(type(rows[0])) + (" on conflict do nothing" if unless_there else "")
        if len(rows) == 1:
            await self.wire.send(sql, rows[0].stored(vars(rows[0])))
        else:
            await self.wire.send_many(sql, [row.stored(vars(row)) for row in rows])

    async def change(self, row: Row, /, **values: Any) -> None:
        """In the database and in `row`."""
        who = {"organization_id": row.organization_id, "id": row.id}
        changed = await self.wire.send(update(row, tuple(values)), row.stored(values) | who)
        if changed.rowcount != 1:
            raise Misuse(f"there is no such row of {row.table} that this Work may write")
        for name, value in values.items():
            setattr(row, name, value)

    def emit(self, event: Event) -> None:
        if event.publisher != self.room:
            raise Misuse(f"{self.room} may not publish {event.kind}")
        if self.flushed:
            raise Misuse("a Work that was flushed tells nothing more")
        self.events.append((event, self.cause))

    def defer(self, job: str, /, *, at: datetime | None = None, **arguments: Any) -> None:
        """A job of this room. Arguments are ids and numbers: the jobs' tables know no tenants, so nothing personal goes there."""
        if job.partition(".")[0] != self.room:
            raise Misuse(f"{self.room} may not start {job}")
        if self.flushed:
            raise Misuse("a Work that was flushed starts nothing more")
        self.jobs.append(
            {"task": job, "queue": queue_of(job), "args": arguments | {"trace": self.trace}, "at": at.isoformat() if at else None}
        )

    def then(self, told: Callable[[], None]) -> None:
        """Once this is committed, within this process: for what may be lost, and may not raise."""
        self.after.append(told)

    async def flush(self, answer: str = "select", /, *, last: bool = False, **values: Any) -> None:
        """Write rows, jobs, then events: the head's lock is taken last, and held only to the commit, which `last` sends along.

        `answer`: what the kernel writes of the answer in the same statement; it may read the number from `told`.
        """
        if self.flushed:
            if values:
                raise Misuse("a Work is flushed once")
            return
        if self.jobs:
            await self.wire.send("select jobs.defer(cast(:jobs as json))", {"jobs": json.dumps(self.jobs, default=str)})
        if self.events:
            values["batch"] = await envelope(self, self.events)
        if values:
            told = "events.append(cast(:batch as json))" if self.events else "cast(null as bigint)"
            sql = f"with told as materialized (select {told} as number), answer as ({answer}) select number from told"
            self.number = (await self.wire.send(sql, values, last=last))[0][0]
        self.flushed = True


class News:
    """What was committed and not yet told to the workers of all processes."""

    def __init__(self) -> None:
        self.told: set[UUID] = set()
        self.deferred: set[str] = set()  # queues
        self.event = asyncio.Event()


class Database:
    """Connections of one login, which may become the roles of its rooms and owns nothing. Only what `begun` yields is a transaction.

    `carrying` is the same database over connections of its own: what carries events and jobs and what answers requests never wait for
    each other's.
    """

    def __init__(self, url: str, *, prefix: str = "retinue", pool: int = 10, carrying: int = 10, clock: Clock | None = None) -> None:
        self.url, self.prefix, self.clock = url, prefix, clock or Clock()
        self.conninfo = conninfo_of(url)
        self.pool, self.heralds = Pool(self.conninfo, pool), Pool(self.conninfo, 1)
        self.news = News()
        self.carrying = copy.copy(self)
        self.carrying.pool, self.carrying.carrying = Pool(self.conninfo, carrying), self.carrying

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
                for told in work.after:
                    told()

    @asynccontextmanager
    async def begun(self, sql: str, values: Mapping[str, Any]) -> AsyncIterator[tuple[Wire, list[Any]]]:
        """A transaction that begins with `sql`, and the rows of that; rolled back unless committed.

        A connection that was lost while it lay in the pool is replaced once: nothing has been done on it yet.
        Raises NotFound when `sql` enters an organization that is not there for the actor.
        """
        for again in (True, False):
            async with self.pool.connection() as wire:
                try:
                    rows = await wire.send(sql, values, first=True)
                except Away:
                    if not (again and wire.lost):
                        raise
                    continue
                except psycopg.Error as error:
                    if error.sqlstate == NO_ORGANIZATION:
                        raise NotFound() from None
                    raise
                yield wire, rows
                return

    async def commit(self, work: Work) -> None:
        if not work.wire.in_transaction:
            raise Misuse("a Work that was rolled back commits nothing: open a savepoint around what may fail")
        await work.flush(last=True)
        await work.wire.commit()
        if work.events:
            self.news.told.add(work.organization)
        if work.jobs:
            self.news.deferred.update(job["queue"] for job in work.jobs)
        if work.jobs or (work.events and not work.followed):
            self.news.event.set()
        elif work.events:
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.news.event.set)

    async def call(self, sql: str, /, **values: Any) -> Rows[Any]:
        """A definer function as the login itself, in a transaction of its own."""
        async with self.pool.connection() as wire:
            return await wire.send(sql, values)

    async def herald(self) -> None:
        """Wake the workers of all processes: one notification for all commits since the last, never inside a Work."""
        news = self.news
        while True:
            await news.event.wait()
            try:
                async with self.heralds.connection() as wire:
                    while True:
                        await news.event.wait()
                        news.event.clear()
                        await self._tell(wire)
            except AWAY:
                news.event.set()
                await asyncio.sleep(AWAY_SECONDS)

    async def _tell(self, wire: Wire) -> None:
        news = self.news
        told, news.told = news.told, set()
        deferred, news.deferred = news.deferred, set()
        try:
            if told:
                named = ",".join(map(str, told)) if len(told) <= NAMED_AT_MOST else "*"
                await wire.send(TOLD, {"named": named})
            if deferred:
                await wire.send(DEFERRED, {"queues": sorted(deferred)})
        except AWAY:
            news.told |= told
            news.deferred |= deferred
            raise

    async def close(self) -> None:
        for pool in (self.pool, self.carrying.pool, self.heralds):
            pool.close()
