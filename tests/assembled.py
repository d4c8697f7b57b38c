"""The whole house in the test's own loop: every room of assembly over HTTP, with events and jobs carried when the test says so."""

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI
from psycopg.rows import namedtuple_row
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from retinue.assembly import provisions
from retinue.assembly.application import application
from retinue.assembly.process import Settings, opened
from retinue.assembly.rooms import ROOMS
from retinue.engines.knowledge.embedding import Embedder, Lexical
from retinue.engines.web import WebSettings
from retinue.kernel.clock import Clock
from retinue.kernel.deliver import Deliverer
from retinue.kernel.events import Event, read
from retinue.kernel.jobs import Runner
from retinue.kernel.process import Process
from retinue.kernel.settings import KernelSettings
from retinue.services.identity.domain.first_start import Credentials, establish
from retinue.services.identity.settings import IdentitySettings

EMBEDDER = Embedder(Lexical())
PASSWORD = "for-tests-only"  # what the login roles' are made from, as in conftest.py: roles are the whole server's


def with_name(server: str, name: str) -> str:
    """The same server, another database."""
    head, question, query = server.partition("?")
    return f"{head[: head.index('/', len('postgresql://'))]}/{name}{question}{query}"


@contextmanager
def fresh_database(server: str, template: str) -> Iterator[str]:
    """A clone of the template, as its owner."""
    name = f"house_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield with_name(server, name)
    finally:
        with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
            connection.execute(f"drop database if exists {name} with (force)")


def prepare(home: Path) -> Path:
    """A home whose logins sign in as the other tests' do, and which shares their embedding model."""
    models = Path(tempfile.gettempdir()) / f"retinue-tests-models-{os.getuid()}"
    models.mkdir(exist_ok=True)
    (home / "keys").mkdir(parents=True, exist_ok=True)
    (home / "keys" / "login").write_text(PASSWORD)
    if not (home / "models").exists():
        (home / "models").symlink_to(models)
    return home


@contextmanager
def free_home() -> Iterator[Path]:
    """An empty home that the database's unprivileged user can pass through, and that shares the embedding model."""
    home = Path(tempfile.mkdtemp(prefix="retinue-"))
    home.chmod(0o755)
    prepare(home)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def settings(home: Path, *others: BaseSettings) -> Settings:
    """Defaults, and what a test says otherwise."""
    prepare(home)
    kinds = {*provisions.SETTINGS, *(room.settings for room in ROOMS if room.settings)}
    given = {type(other): other for other in others}
    kernel = KernelSettings(home=home, requests_per_minute=1_000_000, metrics_token=SecretStr("figures-for-tests"))
    return Settings(kernel, {kind: given.get(kind) or kind() for kind in kinds})


@dataclass
class House:
    app: FastAPI
    process: Process
    owner: Credentials
    owner_url: str
    deliverer: Deliverer
    runner: Runner
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    people: dict[str, "Caller"] = field(default_factory=dict)

    def at(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=("192.0.2.1", 40000), raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://retinue/api/v1", timeout=60)
        self.clients.append(client)
        return client

    async def sign_in(self, email: str, password: str) -> "Caller":
        answer = await self.at().post("/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return Caller(self, answer.json()["access_token"])

    async def operator(self) -> "Caller":
        if "operator" not in self.people:
            self.people["operator"] = await self.sign_in(self.owner.email, self.owner.password)
        return self.people["operator"]

    async def client(self, name: str = "") -> "Caller":
        """The operator's staff within a client of their own making."""
        operator = await self.operator()
        made = await operator.post("/clients", {"name": name or f"Client {uuid.uuid4().hex[:8]}"})
        assert made.status_code == 201, made.text
        await self.settle()
        return Caller(self, operator.token, made.json()["client_id"])

    async def settle(self) -> None:
        """Until no event is due and no job waits."""
        while True:
            await self.deliverer.deliver_all()
            if not self.waiting_jobs():
                return
            await self.runner.run_all()

    def waiting_jobs(self) -> int:
        sql = "select count(*) from jobs.procrastinate_jobs where status = 'todo' and (scheduled_at is null or scheduled_at <= now())"
        return int(self.ask(sql)[0][0])

    def ask(self, sql: str, *values: Any) -> list[Any]:
        """As the database's owner, for what no caller can see or do."""
        with psycopg.connect(self.owner_url, autocommit=True, row_factory=namedtuple_row) as connection:
            found = connection.execute(sql, values)
            return found.fetchall() if found.description else []

    async def events(self, organization: UUID | str, kind: str = "") -> list[Event]:
        """The log of one organization, with its personal fields."""
        organization = UUID(str(organization))
        rows = self.ask("select * from events.log where organization_id = %s order by number", organization)
        async with self.process.database.work("identity", organization) as work:
            return [event for event in await read(work, rows) if kind in event.kind]


@dataclass
class Caller:
    """Whoever holds a token or key; `tenant` goes into X-Tenant-ID."""

    house: House
    token: str
    tenant: str | None = None
    connection: httpx.AsyncClient | None = None

    async def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **values: Any) -> httpx.Response:
        self.connection = self.connection or self.house.at()
        named = {"X-Tenant-ID": self.tenant} if self.tenant else {}
        headers = {"Authorization": f"Bearer {self.token}"} | named | (headers or {})
        return await self.connection.request(method, path, headers=headers, **values)

    async def get(self, path: str, **params: Any) -> Any:
        """The body of a 200."""
        answer = await self.send("GET", path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def status(self, path: str, **params: Any) -> int:
        return (await self.send("GET", path, params=params or None)).status_code

    async def post(self, path: str, json: Any = None, **values: Any) -> httpx.Response:
        return await self.send("POST", path, json=json, **values)

    async def key(self, *scopes: str) -> "Caller":
        """A key of this organization, which says no tenant."""
        made = await self.post("/api-keys", {"name": "test", "scopes": list(scopes)})
        assert made.status_code == 201, made.text
        return Caller(self.house, made.json()["key"])

    async def person(self, *roles: str) -> "Caller":
        """Somebody new of this organization, signed in."""
        email = f"{uuid.uuid4().hex[:10]}@people.example"
        made = await self.post("/people", {"email": email, "name": "Somebody New", "roles": list(roles)})
        assert made.status_code == 201, made.text
        return await self.house.sign_in(email, made.json()["password"])


@asynccontextmanager
async def assembled(owner_url: str, home: Path, *others: BaseSettings, clock: Clock | None = None) -> AsyncIterator[House]:
    """`others`: settings unlike the defaults. Private sites may be read unless they say otherwise."""
    given: Sequence[BaseSettings] = (
        others if any(isinstance(o, WebSettings) for o in others) else (*others, WebSettings(allow_private=True))
    )
    async with opened(settings(home, *given), owner_url, ROOMS, clock=clock) as process:
        process.provide(Embedder, EMBEDDER)
        deliverer = Deliverer(process.database, {room.name: room.handlers for room in ROOMS})
        process.provide(Deliverer, deliverer)
        await deliverer.register()
        made = await establish(process.database, process.get(IdentitySettings), "http://retinue")
        assert made is not None
        async with Runner(process, {room.name: room.jobs for room in ROOMS}).open() as runner:
            house = House(application(process, ROOMS), process, made, owner_url, deliverer, runner)
            yield house
            for client in house.clients:
                await client.aclose()
