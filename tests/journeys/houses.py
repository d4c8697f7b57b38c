"""The same house in two shapes: all rooms in this process, or some rooms each in processes of their own on one home."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

import retinue
from assembled import prepare, settings
from retinue.assembly.process import opened, serving
from retinue.assembly.rooms import ROOMS
from retinue.engines.web import WebSettings
from retinue.services.identity.domain.first_start import establish
from retinue.services.identity.settings import IdentitySettings

SECONDS = 90.0
SERVES = (("identity", "research"), ("library", "requirements", "configurations"), ("conversations", "copilot"))
WORKS = (("identity", "research"), ("library", "requirements", "configurations", "conversations", "copilot"))
# Which process answers a path, as a reverse proxy would know it.
ANSWERED_BY = {"auth": 0, "clients": 0, "api-keys": 0, "widget-keys": 0, "people": 0, "research": 0,
               "rag": 1, "documents": 1, "requirements": 1, "configurations": 1,
               "chat": 2, "dossier": 2, "timeline": 2, "events": 2, "jobs": 2}  # fmt: skip


@dataclass
class Place:
    """Where the house answers, and who may sign in."""

    addresses: list[str]
    email: str
    password: str
    owner_url: str
    home: Path
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def address(self, path: str) -> str:
        return self.addresses[ANSWERED_BY[path.strip("/").partition("/")[0].partition("?")[0]] % len(self.addresses)]

    def url(self, path: str) -> str:
        return f"{self.address(path)}/api/v1{path}"


async def until(what: str, look: Callable[[], Awaitable[Any]], seconds: float = SECONDS) -> Any:
    """Real processes work on their own time: look again until there is something."""
    end = asyncio.get_running_loop().time() + seconds
    while not (found := await look()):
        assert asyncio.get_running_loop().time() < end, f"waited {seconds:.0f} s for {what}"
        await asyncio.sleep(0.1)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def together(owner_url: str, home: Path) -> AsyncIterator[Place]:
    async with opened(settings(home, WebSettings(allow_private=True)), owner_url, ROOMS) as process:
        port = free_port()
        made = await establish(process.database, process.get(IdentitySettings), f"http://127.0.0.1:{port}")
        assert made is not None
        app = serving(process, ROOMS, ROOMS)
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", timeout_graceful_shutdown=2))
        running = asyncio.create_task(server.serve())
        while not server.started and not running.done():
            await asyncio.sleep(0.01)
        try:
            yield Place([f"http://127.0.0.1:{port}"], made.email, made.password, owner_url, home)
        finally:
            server.should_exit = True
            await running


def start(home: Path, owner_url: str, *command: str, port: int | None = None) -> subprocess.Popen[bytes]:
    """`retinue` as a person types it."""
    said = {
        "RETINUE_HOME": str(home),
        "RETINUE_DATABASE_URL": owner_url,
        "RETINUE_DATABASE_POOL": "6",
        "RETINUE_WEB_ALLOW_PRIVATE": "true",
        "PYTHONPATH": str(Path(retinue.__file__).parents[1]),
    } | ({"RETINUE_PORT": str(port)} if port else {})
    log = (home / f"{command[0]}-{command[2].partition(',')[0]}.log").open("ab")
    return subprocess.Popen(
        [sys.executable, "-m", "retinue", *command], env=os.environ | said, stdout=log, stderr=log, stdin=subprocess.DEVNULL
    )


def start_worker(place: Place, rooms: tuple[str, ...]) -> subprocess.Popen[bytes]:
    place.workers[rooms[0]] = start(place.home, place.owner_url, "worker", "--rooms", ",".join(rooms))
    return place.workers[rooms[0]]


@asynccontextmanager
async def apart(owner_url: str, home: Path) -> AsyncIterator[Place]:
    prepare(home)
    ports = [free_port() for _ in SERVES]
    place = Place([f"http://127.0.0.1:{port}" for port in ports], "", "", owner_url, home)
    servers = [start(home, owner_url, "serve", "--rooms", ",".join(rooms), port=port) for rooms, port in zip(SERVES, ports, strict=True)]
    try:
        for rooms in WORKS:
            start_worker(place, rooms)
        async with httpx.AsyncClient() as http:

            async def ready() -> bool:
                for process in (*servers, *place.workers.values()):
                    assert process.poll() is None, logs(home)
                try:
                    return all([(await http.get(f"{address}/health/ready")).is_success for address in place.addresses])
                except httpx.TransportError:
                    return False

            await until("all processes", ready)
        known = json.loads((home / "credentials.json").read_text())
        place.email, place.password = known["email"], known["password"]
        yield place
    finally:
        processes = [*servers, *place.workers.values()]
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def logs(home: Path) -> str:
    return "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in sorted(home.glob("*.log")))
