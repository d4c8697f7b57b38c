"""Conversations as visitors and staff meet them: a real server on loopback, a real database, two clients."""

import asyncio
import json
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import pytest_asyncio
import uvicorn
from psycopg.conninfo import make_conninfo
from psycopg.rows import namedtuple_row

from retinue.assembly.application import application
from retinue.assembly.install import install
from retinue.assembly.provisions import model_folder
from retinue.assembly.rooms import ENGINES, ROOMS
from retinue.contracts.permissions import OF_NO_ROLE, ROLES
from retinue.engines.contacts import engine as contacts
from retinue.engines.dialogue import engine as dialogue
from retinue.engines.documents import Limits, Reader
from retinue.engines.governance.gate import Gate
from retinue.engines.knowledge import store as knowledge
from retinue.engines.knowledge.chunks import chunk, markdown_sections
from retinue.engines.knowledge.embedding import Embedder
from retinue.engines.llm import Models
from retinue.kernel.events import Event, read
from retinue.kernel.files import Files
from retinue.kernel.limits import Limiter
from retinue.kernel.live import Live
from retinue.kernel.process import Process
from retinue.kernel.security import Security, Signer, hashed, new_secret
from retinue.kernel.sweeping import Asks
from retinue.kernel.work import Database, uuid7
from retinue.services.conversations import room
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.settings import ConversationsSettings
from retinue.services.conversations.watching import Chats

ALL = tuple({r.name: r for r in (*ROOMS, room)}.values())
OPENING = """# Opening hours

Our showroom is open Monday to Friday from 8.00 to 17.00. On Saturdays we open from 9.00 to 12.30. On Sundays we are closed.

# Calibration

A calibration of a bench scale costs £85. A calibration of a floor scale costs £140. Calibration takes two working days.

# Delivery

We deliver to England and Wales for £12. Delivery to Scotland costs £19.
"""


def configuration(**changes: Any) -> dict[str, Any]:
    return {
        "config_metadata": {"product_type": "chatbot", "languages": ["en-GB"], "client_name": "Hollow Oak Scales"},
        "system_prompt": {"role": "assistant", "instructions": "You are the assistant of Hollow Oak Scales.", "constraints": []},
        "greeting": "Hello, this is the assistant of Hollow Oak Scales.",
        "suggested_questions": ["When are you open?"],
        "llm_config": {"provider": "openai", "model": "balanced"},
        "workflow_features": {
            "pii_collection": {"enabled": True, "fields": ["name", "email", "phone"]},
            "human_escalation": {"enabled": True, "triggers": [], "unavailable_action": "queue_callback"},
        },
    } | changes


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """With conversations, whether or not assembly has it yet."""
    engines = tuple({e.name: e for e in (*ENGINES, contacts, dialogue)}.values())
    name = f"template_talk_{uuid.uuid4().hex[:8]}"

    def address(database: str) -> str:
        return make_conninfo(server, dbname=database)

    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")  # roles are the whole server's, advisory locks one database's
        install(address(name), ALL, engines, "for-tests-only")
    return name


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    embedder = Embedder.load(model_folder(Path(tempfile.gettempdir()) / "retinue-tests"))
    embedder.prepare()
    return embedder


@dataclass
class Client:
    """An organization with an agent in production and one member of each role."""

    house: "House"
    id: UUID
    config_id: UUID
    people: dict[str, UUID] = field(default_factory=dict)

    def person(self, role: str = "member") -> "Caller":
        actor = self.people.get(role)
        if actor is None:
            actor = self.people[role] = uuid7()
            self.house.sql("insert into kernel.access values (%s, %s, %s)", actor, self.id, [role])
        token = self.house.process.get(Signer).sign("access", timedelta(hours=1), org=str(self.id), sub=str(actor))
        return Caller(self.house, token, self.id)

    def deploy(self, version: int, **changes: Any) -> None:
        now = self.house.process.database.clock.now()
        body = json.dumps(configuration(**changes))
        self.house.sql(
            "insert into configs.version (organization_id, id, config_id, version, product_type, body, body_hash, message, answered_by, created_at)"
            " values (%s, %s, %s, %s, 'chatbot', %s, '', '', 'rules', %s)",
            self.id, uuid7(), self.config_id, version, body, now,
        )  # fmt: skip
        self.house.sql(
            "insert into configs.deployment (organization_id, id, config_id, environment, version, deployed_at) values (%s, %s, %s, 'production', %s, %s)"
            " on conflict (organization_id, config_id, environment) do update set version = excluded.version, deployed_at = excluded.deployed_at",
            self.id, uuid7(), self.config_id, version, now,
        )  # fmt: skip

    def widget_key(self, *origins: str) -> str:
        key = new_secret("rtn_pub_")
        self.house.sql(
            "insert into kernel.credential (organization_id, id, hash, kind, actor, scopes, origins) values (%s, %s, %s, 'widget', %s, '{}', %s)",
            self.id, uuid7(), hashed(key), uuid7(), list(origins),
        )  # fmt: skip
        return key

    async def learn(self, text: str, key: str = "handbook", title: str = "Handbook") -> None:
        sections = markdown_sections(text)
        chunks = chunk(text, sections)
        points = await self.house.embedder.embed([c.context(title) + "\n" + c.text if hasattr(c, "context") else c.text for c in chunks])
        async with self.house.process.database.work("library", self.id) as work:
            await knowledge.put_document(
                work,
                key=key,
                text=text,
                chunks=chunks,
                points=points,
                embedder=self.house.embedder.name,
                title=title,
                url=f"https://x.example/{key}",
            )

    async def start(self, **body: Any) -> "Visit":
        answer = await self.person("member").post("/chat/conversations", body)
        assert answer.status_code == 201, answer.text
        started = answer.json()
        return Visit(Caller(self.house, started["visitor_token"]), started)


@dataclass
class Caller:
    house: "House"
    token: str
    tenant: UUID | None = None

    async def send(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()} | {"Authorization": f"Bearer {self.token}"}
        if self.tenant:
            headers.setdefault("X-Tenant-ID", str(self.tenant))
        return await self.house.http.request(method, f"/api/v1{path}", json=json, headers=headers)

    async def post(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.send("POST", path, {} if json is None else json, **headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.send("GET", path, **headers)


@dataclass
class Visit:
    visitor: Caller
    started: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.started["conversation_id"])

    @property
    def path(self) -> str:
        return f"/chat/conversations/{self.id}"

    async def say(self, content: str, **headers: str) -> dict[str, Any]:
        answer = await self.visitor.post(f"{self.path}/messages", {"content": content}, **headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def messages(self) -> list[dict[str, Any]]:
        answer = await self.visitor.get(f"{self.path}/messages?limit=200")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@dataclass
class House:
    process: Process
    url: str
    http: httpx.AsyncClient
    owner: psycopg.Connection
    embedder: Embedder

    def sql(self, statement: str, *values: Any) -> list[Any]:
        cursor = self.owner.cursor(row_factory=namedtuple_row)
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []

    async def client(self, **changes: Any) -> Client:
        client = Client(self, uuid7(), uuid7())
        self.sql("insert into kernel.organization values (%s, false, %s)", client.id, self.process.database.clock.now())
        client.deploy(1, **changes)
        await client.learn(OPENING)
        return client

    async def events(self, organization: UUID) -> list[Event]:
        rows = self.sql("select * from events.log where organization_id = %s order by number", organization)
        async with self.process.database.work("conversations", organization) as work:
            return await read(work, rows)


def process_of(database: Database, folder: Path, embedder: Embedder, **provided: Any) -> Process:
    process, signer = Process(database), Signer(folder)

    async def unrecorded(_: Any) -> None:
        return None

    gate = Gate(unrecorded, clock=database.clock)
    process.provide(Signer, signer)
    process.provide(Security, Security(database, signer, ROLES, OF_NO_ROLE))
    process.provide(Limiter, Limiter(100_000, database.clock, per_visitor=100_000, per_stranger=100_000))
    process.provide(Asks, Asks([ask for r in ALL for ask in r.asks]))
    process.provide(Live, Live(database))
    process.provide(Chats, Chats(database, process.get(Live), process.get(Security)))
    process.provide(Files, Files(folder / "files"))
    process.provide(Reader, Reader(Limits()))
    process.provide(ConversationsSettings, ConversationsSettings())
    models = provided.get("models") or Models({}, gate)
    process.provide(Agents, Agents(database, embedder, models, gate))
    return process


@asynccontextmanager
async def served(process: Process) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(application(process, [room]), host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    live = asyncio.create_task(process.get(Live).run())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving
    live.cancel()
    await asyncio.gather(live, return_exceptions=True)


@pytest_asyncio.fixture
async def house(database: Database, owner: psycopg.Connection, embedder: Embedder, tmp_path: Path) -> AsyncIterator[House]:
    process = process_of(database, tmp_path, embedder)
    async with served(process) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield House(process, url, http, owner, embedder)


@pytest_asyncio.fixture
async def client(house: House) -> Client:
    return await house.client()
