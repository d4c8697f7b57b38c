"""Event commit → frame on the live socket, with one tab and with two hundred, over one installation in one process."""

import asyncio
import json
import os
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from figures import figure, free_port
from retinue.assembly.application import application
from retinue.assembly.process import connected, opened, settings, working
from retinue.assembly.rooms import ROOMS
from retinue.contracts.identity import ClientCreated
from retinue.contracts.research import ResearchStarted
from retinue.embedded.postgres import PostgresSettings, start
from retinue.kernel.process import Process
from retinue.kernel.security import Signer
from retinue.kernel.work import uuid7
from retinue.services.identity.domain.first_start import establish
from retinue.services.identity.settings import IdentitySettings

EVENTS, PAUSE_SECONDS, CLIENTS = 200, 0.05, 20


async def tab(url: str, token: str) -> ClientConnection:
    socket = await connect(url, max_size=None)
    await socket.send(json.dumps({"type": "auth", "token": token}))
    await socket.send('{"type":"watch"}')
    assert json.loads(await socket.recv())["type"] == "hello"
    return socket


async def hear(socket: ClientConnection, arrived: dict[int, float], count: int) -> None:
    while len(arrived) < count:
        frame = json.loads(await socket.recv())
        if frame["type"] == "moment":
            arrived[int(frame["moment"]["title"].split()[2])] = time.perf_counter()


async def measured(process: Process, url: str, token: str, clients: list[UUID], tabs: int) -> list[float]:
    """Milliseconds from the return of the commit to the frame, over every event and every tab."""
    async with AsyncExitStack() as stack:
        sockets = [await tab(url, token) for _ in range(tabs)]
        for socket in sockets:
            stack.push_async_callback(socket.close)
        arrived: list[dict[int, float]] = [{} for _ in sockets]
        hearing = [asyncio.create_task(hear(s, a, EVENTS)) for s, a in zip(sockets, arrived, strict=True)]
        committed: list[float] = []
        for n in range(EVENTS):
            async with process.database.work("research", clients[n % len(clients)]) as work:
                work.emit(ResearchStarted(job_id=uuid7(), source=str(n)))
            committed.append(time.perf_counter())
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.wait_for(asyncio.gather(*hearing), 60)
        return [1000 * (at - committed[n]) for each in arrived for n, at in each.items()]


async def measure(owner_url: str, home: Path) -> None:
    os.environ["RETINUE_HOME"] = str(home)
    async with opened(settings(), owner_url, ROOMS) as process:
        made = await establish(process.database, process.get(IdentitySettings), "http://retinue")
        assert made is not None
        clients = [uuid7() for _ in range(CLIENTS)]
        with psycopg.connect(owner_url, autocommit=True) as owner:
            (actor,) = owner.execute("select actor from kernel.access").fetchone() or ()
            for client in clients:
                owner.execute("insert into kernel.organization values (%s, false, now())", (client,))
                owner.execute("insert into kernel.access select actor, %s, roles from kernel.access limit 1", (client,))
        for n, client in enumerate(clients):
            async with process.database.work("identity", client) as work:
                work.emit(ClientCreated(client_id=client, name=f"Client {n}", slug=f"c{n}", website=None, claim_expires_at=work.now))
        token = process.get(Signer).sign("access", timedelta(hours=1), org=str(made.organization_id), sub=str(actor))
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(application(process, ROOMS), port=port, log_level="critical", lifespan="off"))
        async with connected(process), working(process, ROOMS):
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            for tabs in (1, 200):
                times = await measured(process, f"ws://127.0.0.1:{port}/api/v1/live", token, clients, tabs)
                name = f"event commit → live frame, {CLIENTS} clients, {'one tab' if tabs == 1 else f'{tabs} tabs'}"
                middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
                target, met = ("≤ 50 ms", middle <= 50) if tabs == 1 else ("", None)
                figure(f"{name}, p50", middle, "ms", target=target, met=met)
                figure(f"{name}, p95", late, "ms", target=target, met=late <= 50 if target else None)
            server.should_exit = True
            await serving


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="retinue-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with start(home, settings=PostgresSettings()) as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("create database live")
            asyncio.run(measure(server.login("postgres", "live"), home))


if __name__ == "__main__":
    main()
