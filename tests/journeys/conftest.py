"""A fresh database and home for every journey."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assembled import fresh_database
from journeys.houses import Place, apart, together

SHAPES = {"together": together, "apart": apart}


@pytest_asyncio.fixture(params=SHAPES)
async def place(request: pytest.FixtureRequest, server: str, template: str, tmp_path: Path) -> AsyncIterator[Place]:
    with fresh_database(server, template) as url:
        async with SHAPES[request.param](url, tmp_path) as place:
            yield place


@pytest_asyncio.fixture
async def place_apart(server: str, template: str, tmp_path: Path) -> AsyncIterator[Place]:
    with fresh_database(server, template) as url:
        async with apart(url, tmp_path) as place:
            yield place
