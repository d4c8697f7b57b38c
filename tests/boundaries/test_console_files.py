"""The console's files: guarded, immutable where they may be, and never in the way of the API."""

import gzip
import re
from typing import cast

import httpx
import pytest

from retinue.assembly.application import application
from retinue.assembly.console import FILES, POLICY
from retinue.assembly.rooms import ROOMS
from retinue.kernel.process import Process

ENTRY_BYTES = 250 * 1000  # gzipped
PAGE = (FILES / "console" / "index.html").read_text()


@pytest.fixture(scope="module")
def house() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(application(cast(Process, None), ROOMS)), base_url="http://retinue")


@pytest.mark.parametrize("path", ["/", "/board", "/clients/0190/requirements", "/sign-in", "/claim"])
async def test_every_address_of_the_console_is_its_one_page_and_guarded(house: httpx.AsyncClient, path: str) -> None:
    answer = await house.get(path)
    assert answer.status_code == 200
    assert answer.text == PAGE
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_assets_are_kept_for_ever_and_missing_ones_are_missing(house: httpx.AsyncClient) -> None:
    asset = re.findall(r'src="(/assets/[^"]+)"', PAGE)[0]
    answer = await house.get(asset)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert (await house.get("/assets/gone.js")).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing", "/health/nothing"])
async def test_unknown_ways_of_the_api_stay_problems(house: httpx.AsyncClient, path: str) -> None:
    answer = await house.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/404"
    assert (await house.post("/board")).status_code == 405


@pytest.mark.parametrize("path", ["/..%2f..%2fapplication.py", "/%2e%2e/%2e%2e/application.py", "/assets/..%2f..%2f..%2fabout.py"])
async def test_nothing_outside_its_folder_is_served(house: httpx.AsyncClient, path: str) -> None:
    answer = await house.get(path)
    assert answer.status_code == 404 or answer.text == PAGE


def test_what_the_first_view_loads_is_small() -> None:
    first = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', PAGE)
    size = sum(len(gzip.compress((FILES / "console" / name).read_bytes())) for name in first)
    assert 0 < size <= ENTRY_BYTES


def test_pages_bring_all_they_need() -> None:
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', PAGE)
