"""The pictures of the documentation, from the example company on a server of its own time; `make pictures` keeps them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, picture
from .living import House
from .test_inbox import Visit
from .test_signing_in import sign_in

ROOT = Path(__file__).parents[2]
PAGES = ("welcome", "board", "client", "agents", "inbox", "widget", "events")


@pytest.fixture(scope="session")
def conversation(house: House) -> str:
    visit = Visit(house, name="Sam Taylor")
    for question in ("What are your opening hours?", "Do you calibrate on site?", "Can I talk to a person?"):
        visit.say(question)
    house.owner.post("/widget-keys", {"name": "website", "origins": ["https://www.tarnbrook.example"]})
    return visit.id


def address(name: str, client: str, conversation: str) -> str:
    return {
        "client": f"/clients/{client}",
        "agents": f"/clients/{client}/agents",
        "widget": f"/clients/{client}/widget",
        "inbox": f"/inbox/{client}/{conversation}",
        "events": "/develop/events",
    }.get(name, f"/{name}")


def settled(page: Page) -> None:
    """Nothing is being read any more, and the letters have their font."""
    expect(page.get_by_role("status", name=re.compile("Reading|Loading"))).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


def test_the_pages_that_the_documentation_shows(house: House, conversation: str, open_context: Open, theme: str) -> None:
    page = open_context(theme).new_page()
    sign_in(page, house)
    for name in PAGES:
        page.goto(house.url + address(name, house.client_id, conversation))
        expect(page.locator("#main")).to_be_visible()
        settled(page)
        picture(page, f"docs-{name}-{theme}")


def test_the_documentation_shows_pictures_that_are_there() -> None:
    shown = {
        (text.parent / found).resolve()
        for text in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for found in re.findall(r"\]\(([^)#]+\.png)", text.read_text())
    }
    assert shown == {ROOT / f"docs/pictures/{name}-{theme}.png" for name in PAGES for theme in ("light", "dark")}
    assert all(path.is_file() and path.stat().st_size < 400_000 for path in shown)
