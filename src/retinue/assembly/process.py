"""One process: what its rooms are given, what runs beside the requests, and how it ends."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic_settings import BaseSettings

from retinue import __version__
from retinue.assembly import provisions
from retinue.assembly.application import application
from retinue.assembly.install import install, is_ready, login_password
from retinue.assembly.rooms import ENGINES, ROOMS
from retinue.contracts.permissions import OF_NO_ROLE, ROLES
from retinue.kernel.clock import Clock
from retinue.kernel.deliver import Deliverer
from retinue.kernel.ending import AGAIN_SECONDS, stop
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.jobs import RUNNER_ENDS_SECONDS, Runner
from retinue.kernel.limits import Limiter
from retinue.kernel.live import Live
from retinue.kernel.process import Process
from retinue.kernel.room import Room
from retinue.kernel.schema import LOGIN, PREFIX, role
from retinue.kernel.security import Security, Signer, new_secret_file, written_once
from retinue.kernel.settings import KernelSettings, read_all, unknown
from retinue.kernel.sweeping import Asks
from retinue.kernel.telemetry import log
from retinue.kernel.tracing import export_to
from retinue.kernel.work import Database

LOG = log("process")


class NotMigrated(Refusal):
    """The database is not at this release."""

    status = 503
    next = "Run `retinue migrate` with RETINUE_DATABASE_URL, the owner's address; then start this again."


class UnknownRoom(Refusal):
    """There is no room called {name}."""

    status = 400
    next = "The rooms are: {rooms}."

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.next = self.next.format(rooms=", ".join(room.name for room in ROOMS))


@dataclass(frozen=True)
class Settings:
    """Everything that was read from the environment, once."""

    kernel: KernelSettings
    others: dict[type[BaseSettings], Any]
    unknown: Sequence[str] = ()  # what is said of variables that look like settings and are none


def settings() -> Settings:
    kinds: list[type[BaseSettings]] = [KernelSettings, *provisions.SETTINGS, *(room.settings for room in ROOMS if room.settings)]
    read = read_all(dict.fromkeys(kinds))
    kernel = read.pop(KernelSettings)
    return Settings(kernel, read, unknown(kinds))


def named(names: Iterable[str] | None) -> list[Room]:
    """Rooms by name; all without names. Raises UnknownRoom."""
    if names is None:
        return list(ROOMS)
    by_name = {room.name: room for room in ROOMS}
    unknown = next((name for name in names if name not in by_name), None)
    if unknown is not None:
        raise UnknownRoom(unknown)
    return [by_name[name] for name in names]


def migrated(read: Settings, owner_url: str, rooms: Sequence[Room]) -> tuple[str, bool]:
    """Brings the database to this release as its owner. Answers the address under which a process of `rooms` logs in, and whether anything
    had to be done.

    All rooms share a login; a process of some rooms has one of its own, with its own password, that can become those and no others.
    """
    secret = written_once(read.kernel.home / "keys" / "login", new_secret_file).decode()
    name, some = LOGIN, None
    if len(rooms) < len(ROOMS):
        name = f"{LOGIN}_" + hashlib.sha256(",".join(sorted(room.name for room in rooms)).encode()).hexdigest()[:8]
        some = (name, [room.name for room in rooms])
    done = install(owner_url, ROOMS, ENGINES, secret, prefix=read.kernel.database_prefix, login=some)
    PREFIX.set(read.kernel.database_prefix)
    return login_url(owner_url, role(name), login_password(secret, name)), done


@asynccontextmanager
async def opened(read: Settings, owner_url: str, rooms: Sequence[Room], *, clock: Clock | None = None) -> AsyncIterator[Process]:
    """A process with its database ready. `owner_url`: the database as its owner."""
    login, _ = await asyncio.to_thread(migrated, read, owner_url, rooms)
    async with entered(read, login, rooms, clock=clock) as process:
        yield process


@asynccontextmanager
async def entered(read: Settings, login: str, rooms: Sequence[Room], *, clock: Clock | None = None) -> AsyncIterator[Process]:
    """A process on a database that stands at this release; it never had the owner's address. Raises NotMigrated."""
    for said in read.unknown:
        LOG.warning(said)
    PREFIX.set(read.kernel.database_prefix)
    if not await asyncio.to_thread(is_ready, login, ROOMS, ENGINES):
        raise NotMigrated()
    database = Database(
        login,
        prefix=read.kernel.database_prefix,
        pool=read.kernel.database_pool,
        carrying=read.kernel.database_carrying,
        clock=clock,
    )
    process = Process(database)
    signer = Signer(read.kernel.home / "keys", clock)
    process.provide(KernelSettings, read.kernel)
    for kind, value in read.others.items():
        process.provide(kind, value)
    process.provide(Signer, signer)
    process.provide(Security, Security(database, signer, ROLES, OF_NO_ROLE))
    process.provide(
        Limiter,
        Limiter(
            read.kernel.requests_per_minute,
            database.clock,
            per_visitor=read.kernel.visitor_requests_per_minute,
            per_stranger=read.kernel.public_requests_per_minute,
        ),
    )
    process.provide(Files, Files(read.kernel.home / "files"))
    process.provide(Live, Live(database))
    process.provide(Asks, Asks([ask for room in rooms for ask in room.asks]))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        if read.kernel.otlp_endpoint:
            stack.push_async_callback(asyncio.to_thread, export_to(read.kernel.otlp_endpoint))
        await provisions.provide(process, stack, rooms)
        yield process


def login_url(owner_url: str, user: str, password: str) -> str:
    """With the user in the address and all else behind it: libpq takes the path of a socket nowhere but there."""
    parts = conninfo_to_dict(make_conninfo(owner_url, user=user, password=password))
    who = ":".join(quote(str(parts.pop(name)), safe="") for name in ("user", "password"))
    return f"postgresql://{who}@/{quote(str(parts.pop('dbname', '')), safe='')}?{urlencode(parts, quote_via=quote)}"


@asynccontextmanager
async def working(process: Process, rooms: Sequence[Room], *, concurrency: int = 4) -> AsyncIterator[None]:
    """Events and jobs of `rooms` are carried while this is open."""
    handlers = {room.name: room.handlers for room in rooms}
    carrying = process.carrying
    deliverer = Deliverer(carrying.database, handlers, release=__version__, concurrency=concurrency, live=process.get(Live))
    runner = Runner(carrying, {room.name: room.jobs for room in rooms})
    asks = process.get(Asks)
    await deliverer.register()
    process.provide(Deliverer, deliverer)
    async with _beside(runner.run(), patience=RUNNER_ENDS_SECONDS), _beside(deliverer.run(), asks.run(carrying)):
        yield


@asynccontextmanager
async def _beside(*bodies: Coroutine[Any, Any, None], patience: float = AGAIN_SECONDS) -> AsyncIterator[None]:
    """They run while this is open; if one dies, so does the process. `patience`: how long, in seconds, one may take to end before it is told
    again; a runner that is told twice lets go of the jobs that it is finishing."""
    tasks = [asyncio.create_task(body, name=getattr(body, "__qualname__", "")) for body in bodies]
    for task in tasks:
        task.add_done_callback(_crash)
    try:
        yield
    finally:
        await stop(*tasks, again=patience)


def _crash(task: "asyncio.Task[None]") -> None:
    """A process that no longer carries events must not look alive: it ends, and whoever supervises it starts it again."""
    if not task.cancelled():  # one that returns carries no more than one that raises
        LOG.error("a background task ended; the process ends", task=task.get_name(), exc_info=task.exception())
        os.kill(os.getpid(), 15)


@asynccontextmanager
async def connected(process: Process) -> AsyncIterator[None]:
    async with _beside(process.database.herald(), process.get(Live).run(), process.get(Asks).beat(process)):
        yield


def serving(process: Process, serve: Sequence[Room], work: Sequence[Room]) -> FastAPI:
    """An application that answers for `serve` and carries events and jobs for `work`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connected(process):
            if work:
                async with working(process, work):
                    yield
                    app.state.draining = True
                    await process.get(Asks).drain(process.get(KernelSettings).drain_seconds)
            else:
                yield
                await process.get(Asks).drain(process.get(KernelSettings).drain_seconds)

    return application(process, serve, lifespan)
