"""Clients of the toys' application, as fixtures, and what their answers must hold."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from kernel.toys.app import application, process
from retinue.kernel.process import Process
from retinue.kernel.security import Security
from retinue.kernel.work import Database

Clients = Callable[..., httpx.AsyncClient]


@pytest.fixture
def toys(held: Database, tmp_path: Path) -> Process:
    return process(held, tmp_path)


@pytest.fixture
def app(toys: Process) -> FastAPI:
    return application(toys)


@pytest_asyncio.fixture
async def client_of(app: FastAPI, toys: Process) -> AsyncIterator[Clients]:
    """Make a client that sends the bearer of `actor`, and X-Tenant-ID when told."""
    made: list[httpx.AsyncClient] = []

    def make(organization: UUID, actor: UUID, tenant_id: UUID | None = None, bearer: str = "") -> httpx.AsyncClient:
        token = bearer or toys.get(Security).signer.sign("access", timedelta(hours=1), org=str(organization), sub=str(actor))
        headers = {"authorization": f"Bearer {token}"} | ({"x-tenant-id": str(tenant_id)} if tenant_id else {})
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://toys/api/v1", headers=headers
        )
        made.append(client)
        return client

    yield make
    for client in made:
        await client.aclose()


@pytest.fixture
def client(client_of: Clients, tenant: Callable[[], tuple[UUID, UUID]]) -> httpx.AsyncClient:
    return client_of(*tenant())


def is_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["next"] and said["title"] and said["detail"]
    assert "trace_id" in said
