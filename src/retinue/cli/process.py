"""One process of the installation: its database, its rooms, and the socket it answers on."""

import asyncio
import gc
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
import uvloop

from retinue.cli.browser import open_console
from retinue.cli.homes import CREDENTIALS, kept_credentials, write_private
from retinue.cli.output import say
from retinue.kernel.errors import Refusal
from retinue.kernel.settings import KernelSettings

DATABASE = "retinue"


class PortInUse(Refusal):
    """Port {port} on {host} is in use."""

    next = "Stop what uses it, or choose another: retinue up --port {other}"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host=host, port=port)
        self.next = self.next.format(other=port + 1)


@contextmanager
def database(read: Any) -> Iterator[str]:
    """The address of the installation's database as its owner; the embedded server is up while this is open."""
    from retinue.embedded.postgres import PostgresSettings, start

    if read.kernel.database_url:
        yield read.kernel.database_url.get_secret_value()
        return
    server = start(read.kernel.home, settings=read.others[PostgresSettings])
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("select pg_advisory_lock(1)")
            if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(f"create database {DATABASE}")
        with server.kept():
            yield server.login("postgres", DATABASE)
    finally:
        server.close()


@contextmanager
def login(read: Any, names: list[str] | None) -> Iterator[str]:
    """The address under which a process of these rooms logs in: the one that it was given, else the owner brings the database to this
    release and makes one. Whoever serves gets no more than this."""
    from retinue.assembly.process import migrated, named

    if read.kernel.database_login_url:
        yield read.kernel.database_login_url.get_secret_value()
        return
    with database(read) as owner:
        yield migrated(read, owner, named(names))[0]


def check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortInUse(host, port) from None


def run(body: Coroutine[Any, Any, None]) -> None:
    """On libuv's loop: every statement waits on its connection's socket, which costs asyncio's own loop several times as much."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(body)


def at_the_door(settings: KernelSettings) -> dict[str, Any]:
    """Who is believed about whom a request comes from: nobody, unless the operator names proxies; and how large a socket's frame may be."""
    return {"proxy_headers": bool(settings.proxies), "forwarded_allow_ips": settings.proxies, "ws_max_size": 1_000_000}


class Server(uvicorn.Server):
    """Ends when told and no more: uvicorn's own way raises the signal again at its end, which would skip what is to be closed after it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


async def serve(
    read: Any, address: str, serves: list[str] | None, works: list[str] | None, *, establish: bool, opens: bool = False, json_: bool = False
) -> None:
    """Until stopped. `address`: of the database as a login. `serves` and `works`: rooms by name, None for all, [] for none."""
    from retinue.assembly.process import entered, named, serving
    from retinue.kernel.telemetry import configure_logs
    from retinue.services.identity.domain.first_start import establish as establish_operator
    from retinue.services.identity.domain.first_start import renew_credentials
    from retinue.services.identity.settings import IdentitySettings

    configure_logs(read.kernel.log_level, read.kernel.home / "retinue.log" if establish else None)  # `up`; others are a supervisor's
    serving_rooms, working_rooms = named(serves), named(works)
    home: Path = read.kernel.home
    every = {room.name: room for room in (*serving_rooms, *working_rooms)}
    async with entered(read, address, list(every.values())) as process:
        if establish:
            url, known = read.kernel.address, kept_credentials(home)
            made = await establish_operator(process.database, process.get(IdentitySettings), url)
            if made is None and known is None:
                made = await renew_credentials(process.database, url)
            write_private(home / CREDENTIALS, made.document() if made else (known or {}) | {"url": url})
        app = serving(process, serving_rooms, working_rooms)
        server = Server(
            uvicorn.Config(
                app,
                host=read.kernel.host,
                port=read.kernel.port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=read.kernel.drain_seconds,
                **at_the_door(read.kernel),
            )
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        task = asyncio.create_task(server.serve())
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        gc.collect()
        gc.freeze()  # what start-up made stays to the end: half a million objects that no collection need walk through
        if server.started:
            say(f"ready {read.kernel.address}", json_, ready=True, url=read.kernel.address, started=True)
        if server.started and opens:
            await asyncio.to_thread(open_console, read.kernel.address)
        await task
