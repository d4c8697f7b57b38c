"""One house for the files of this folder; every test has its own client in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from assembled import Caller, House, assembled, fresh_database


@pytest_asyncio.fixture(scope="module")
async def house(server: str, template: str, tmp_path_factory) -> AsyncIterator[House]:
    home: Path = tmp_path_factory.mktemp("home")
    with fresh_database(server, template) as url:
        async with assembled(url, home) as house:
            yield house


@pytest_asyncio.fixture
async def client(house: House) -> Caller:
    return await house.client()
