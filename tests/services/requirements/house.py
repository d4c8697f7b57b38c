"""Two rooms that follow research, over HTTP and events, on a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI
from psycopg.rows import namedtuple_row

from retinue.assembly.application import application
from retinue.contracts.identity import ClientCreated
from retinue.contracts.permissions import OF_NO_ROLE, ROLES
from retinue.contracts.research import Claim, ClaimsFound, ResearchCompleted
from retinue.engines.governance.facts import AuditFact
from retinue.engines.governance.gate import Gate
from retinue.engines.llm import LlmSettings, Models
from retinue.kernel.clock import StoppedClock
from retinue.kernel.deliver import Deliverer
from retinue.kernel.events import Event, read
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job, Runner
from retinue.kernel.limits import Limiter
from retinue.kernel.process import Process
from retinue.kernel.security import Security, Signer
from retinue.kernel.work import Database, uuid7
from retinue.services.configurations import room as configurations
from retinue.services.requirements import room as requirements

PROVED = (requirements, configurations)


@dataclass
class House:
    app: FastAPI
    process: Process
    clock: StoppedClock
    owner: "psycopg.Connection[Any]"
    owner_url: str

    @property
    def database(self) -> Database:
        return self.process.database

    def organization(self, *, operator: bool = False) -> UUID:
        id = uuid7()
        self.owner.execute("insert into kernel.organization values (%s, %s, %s)", (id, operator, self.clock.now()))
        return id

    def person(self, organization: UUID, *roles: str, actor: UUID | None = None) -> "Person":
        actor = actor or uuid7()
        held = list(roles or ("owner",))
        self.owner.execute("insert into kernel.access values (%s, %s, %s)", (actor, organization, held))
        token = self.process.get(Signer).sign("access", timedelta(hours=1), org=str(organization), sub=str(actor))
        return Person(self, organization, actor, token)

    async def emit(self, room: str, organization: UUID, *events: Event) -> int:
        async with self.database.work(room, organization) as work:
            for event in events:
                work.emit(event)
        assert work.number is not None
        return work.number

    async def deliver(self) -> None:
        """Events and the jobs they start, until there is nothing left to do."""
        deliverer = Deliverer(self.database, {room.name: room.handlers for room in PROVED})
        await deliverer.deliver_all()
        await self.run_jobs()
        await deliverer.deliver_all()
        await self.run_jobs()

    async def run_jobs(self) -> None:
        async with Runner(self.process, {room.name: room.jobs for room in PROVED}).open() as runner:
            await runner.run_all()

    async def job(self, name: str, organization: UUID, **arguments: Any) -> None:
        """One run of a job's body, as after a crash."""
        room = next(room for room in PROVED if name in room.jobs.by_name)
        await room.jobs.by_name[name].function(Job(self.process, room.name, organization, 2), **arguments)

    async def events(self, organization: UUID, of: type[Event] | None = None) -> list[Any]:
        with psycopg.connect(self.owner_url, row_factory=namedtuple_row) as connection:
            rows = connection.execute("select * from events.log where organization_id = %s order by number", (organization,)).fetchall()
        async with self.database.work("requirements", organization) as work:
            found = await read(work, rows)
        return [event for event in found if of is None or isinstance(event, of)]

    async def research(self, organization: UUID, claims: list[Claim], *, source: str = "https://brookside.example") -> UUID:
        """Tell of a research job that found `claims`, in events of two."""
        job, lineage = uuid7(), uuid7()
        told = [ClaimsFound(job_id=job, claims=claims[n : n + 2], lineage=lineage) for n in range(0, len(claims), 2)]
        await self.emit("research", organization, *told, completed(job, len(claims), source, lineage))
        return job

    async def client(self, name: str = "Brookside Cycles") -> UUID:
        organization = self.organization()
        expires = self.clock.now() + timedelta(days=7)
        created = ClientCreated(client_id=organization, name=name, slug="c", website=None, claim_expires_at=expires)
        await self.emit("identity", organization, created)
        return organization


@dataclass
class Person:
    house: House
    organization: UUID
    actor: UUID
    token: str

    async def send(self, method: str, path: str, **values: Any) -> httpx.Response:
        headers = values.pop("headers", {}) | {"Authorization": f"Bearer {self.token}"}
        transport = httpx.ASGITransport(self.house.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://retinue/api/v1") as client:
            return await client.request(method, path, headers=headers, **values)

    async def get(self, path: str, **values: Any) -> Any:
        answer = await self.send("GET", path, **values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.send("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.send("PUT", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def newest(self) -> Any:
        return (await self.get("/requirements"))["items"][0]


def completed(job: UUID, claims: int, source: str, lineage: UUID) -> ResearchCompleted:
    return ResearchCompleted(
        job_id=job, source=source, pages=3, refused=0, claims=claims, seconds=1.5, answered_by="rules", lineage=lineage
    )


def claim(field: str, value: str, quote: str = "", **values: Any) -> Claim:
    shape = {"source_url": "https://brookside.example/", "start": 0, "end": 5, "confidence": 0.9, "inferred": False, "basis": None}
    return Claim(claim_id=uuid7(), field=field, value=value, quote=quote or value, **(shape | values))


def shop() -> list[Claim]:
    """A bicycle workshop; every call gives new ids, as every research does."""
    return [
        claim("description", "A bicycle workshop with hire bikes"),
        claim("product_or_service", "Puncture repair"),
        claim("product_or_service", "Bicycle hire"),
        claim("price", "Puncture repair: £14", "Puncture repair costs £14."),
        claim("opening_hours", "Mo-Fr 09:00-17:00", "Open Monday to Friday, 9 to 5."),
        claim("phone", "+44 1632 960000", "Ring us on 01632 960000."),
        claim("email", "hello@brookside.example", "Write to hello@brookside.example."),
    ]


@asynccontextmanager
async def opened(
    database: Database, owner: "psycopg.Connection[Any]", owner_url: str, clock: StoppedClock, folder: Path
) -> AsyncIterator[House]:
    database.clock = clock
    process, signer = Process(database), Signer(folder / "keys", clock)

    async def forgotten(_: AuditFact) -> None:
        """No model is asked here, so nothing passes the gate."""

    process.provide(Signer, signer)
    process.provide(Security, Security(database, signer, ROLES, OF_NO_ROLE))
    process.provide(Limiter, Limiter(60_000, clock, per_visitor=100_000, per_stranger=100_000))
    process.provide(Files, Files(folder / "files"))
    process.provide(Models, Models({}, Gate(forgotten, clock=clock), LlmSettings()))
    deliverer = Deliverer(database, {room.name: room.handlers for room in PROVED})
    await deliverer.register()
    yield House(application(process, PROVED), process, clock, owner, owner_url)


def rooms_of(rooms: tuple[Any, ...]) -> tuple[Any, ...]:
    """With those proved here, whether or not assembly has them yet."""
    names = {room.name for room in rooms}
    return (*rooms, *(room for room in PROVED if room.name not in names))
