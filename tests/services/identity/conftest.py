"""The room over HTTP, on a database of its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from psycopg.rows import namedtuple_row

from retinue.assembly.application import application
from retinue.contracts.permissions import OF_NO_ROLE, ROLES
from retinue.kernel.clock import StoppedClock
from retinue.kernel.events import Event, read
from retinue.kernel.jobs import Runner
from retinue.kernel.limits import Limiter
from retinue.kernel.process import Process
from retinue.kernel.security import Security, Signer
from retinue.kernel.settings import KernelSettings
from retinue.kernel.work import Database
from retinue.services.identity import room
from retinue.services.identity.domain.first_start import Credentials, establish
from retinue.services.identity.settings import IdentitySettings

BAKERY = {"name": "Nordwind Bäckerei", "website": "https://Nordwind.example/", "contact_email": "Anna@nordwind.example"}
CLAIM = {"email": "anna@nordwind.example", "password": "a long password"}


@dataclass
class House:
    """`here`: a client at an address of the network."""

    app: FastAPI
    process: Process
    clock: StoppedClock
    owner: Credentials
    owner_url: str
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def at(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(address, 40000))
        client = httpx.AsyncClient(transport=transport, base_url="http://retinue/api/v1")
        self.clients.append(client)
        return client

    async def sign_in(self, email: str, password: str) -> "Person":
        answer = await self.at().post("/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return Person(self, answer.json()["access_token"], answer.json()["refresh_token"])

    def holder(self, bearer: str) -> "Person":
        return Person(self, bearer, "")

    async def claimed(self, operator: "Person", **changes: Any) -> tuple[dict[str, Any], "Person"]:
        """A claimed client and its owner, signed in."""
        answer = await operator.post("/clients", BAKERY | changes)
        assert answer.status_code == 201, answer.text
        client = answer.json()
        claim = CLAIM | {"token": client["claim_url"].partition("#")[2], "email": changes.get("contact_email", CLAIM["email"])}
        done = await self.at().post("/clients/claim", json=claim)
        assert done.status_code == 201, done.text
        return client, await self.sign_in(claim["email"], claim["password"])

    async def run_jobs(self) -> None:
        async with Runner(self.process, {"identity": room.jobs}).open() as runner:
            await runner.run_all()

    async def events(self, organization: UUID | str) -> list[Event]:
        organization = UUID(str(organization))
        with psycopg.connect(self.owner_url, row_factory=namedtuple_row) as connection:
            rows = connection.execute("select * from events.log where organization_id = %s order by number", (organization,)).fetchall()
        async with self.process.database.work("identity", organization) as work:
            return await read(work, rows)


@dataclass
class Person:
    house: House
    access_token: str
    refresh_token: str

    async def send(self, method: str, path: str, *, tenant: Any = None, **values: Any) -> httpx.Response:
        headers = values.pop("headers", {}) | {"Authorization": f"Bearer {self.access_token}"}
        if tenant:
            headers["X-Tenant-ID"] = str(tenant)
        return await self.house.at().request(method, path, headers=headers, **values)

    async def get(self, path: str, **values: Any) -> httpx.Response:
        return await self.send("GET", path, **values)

    async def post(self, path: str, json: Any = None, **values: Any) -> httpx.Response:
        return await self.send("POST", path, json=json if json is not None else {}, **values)

    async def add(self, email: str, *roles: str, tenant: Any = None) -> tuple["Person", str]:
        """Somebody new, signed in, and their id."""
        answer = await self.post("/people", {"email": email, "name": email.split("@")[0], "roles": roles}, tenant=tenant)
        assert answer.status_code == 201, answer.text
        return await self.house.sign_in(email, answer.json()["password"]), answer.json()["id"]


@pytest.fixture
def process(database: Database, clock: StoppedClock, tmp_path: Any) -> Process:
    database.clock = clock
    process, signer = Process(database), Signer(tmp_path / "keys", clock)
    process.provide(Signer, signer)
    process.provide(Security, Security(database, signer, ROLES, OF_NO_ROLE))
    process.provide(Limiter, Limiter(6000, clock, per_visitor=100_000, per_stranger=100_000))
    process.provide(IdentitySettings, IdentitySettings())
    process.provide(KernelSettings, KernelSettings(home=tmp_path))
    return process


@pytest_asyncio.fixture
async def house(process: Process, owner_url: str, clock: StoppedClock, monkeypatch: Any) -> AsyncIterator[House]:
    credentials = await establish(process.database, process.get(IdentitySettings), "http://retinue")
    assert credentials is not None
    house = House(application(process, [room]), process, clock, credentials, owner_url)
    yield house
    await asyncio.gather(*(client.aclose() for client in house.clients))


@pytest_asyncio.fixture
async def operator(house: House) -> Person:
    return await house.sign_in(house.owner.email, house.owner.password)
