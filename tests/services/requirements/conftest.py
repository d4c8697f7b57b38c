"""The house of these tests."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from conftest import make_template
from retinue.assembly.rooms import ENGINES, ROOMS
from retinue.kernel.clock import StoppedClock
from retinue.kernel.work import Database
from services.requirements.house import House, opened, rooms_of


@pytest.fixture(scope="session")
def template(server: str) -> str:
    name = f"template_built_{uuid.uuid4().hex[:8]}"
    make_template(server, name, rooms_of(ROOMS), ENGINES)
    return name


@pytest_asyncio.fixture
async def house(
    database: Database, owner: "psycopg.Connection[Any]", owner_url: str, clock: StoppedClock, tmp_path: Path
) -> AsyncIterator[House]:
    async with opened(database, owner, owner_url, clock, tmp_path) as house:
        yield house
