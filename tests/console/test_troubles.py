"""What goes wrong between a page and its server, and the ways to anything: what was written stays, and a sentence says what to do."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, violations
from .living import House
from .test_inbox import Visit
from .test_signing_in import sign_in

SHIFTED = """
const Real = Date, shift = %d * 60_000;
Date = class extends Real {
  constructor(...given) { if (given.length) super(...given); else super(Real.now() + shift); }
  static now() { return Real.now() + shift; }
};
"""


def test_a_session_that_ends_while_typing_keeps_what_was_typed(house: House, open_context: Open) -> None:
    context = open_context()
    page = context.new_page()
    page.clock.install()
    sign_in(page, house)
    page.goto(f"{house.url}/new")
    page.get_by_label("Name").fill("Half a na")
    context.clear_cookies()
    page.clock.fast_forward("02:00:00")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_label("E-mail").fill(house.credentials["email"])
    page.locator("input[type=password]").fill(house.credentials["password"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/new$"))
    expect(page.get_by_label("Name")).to_have_value("Half a na")


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_is_off_makes_no_time_wrong(house: House, open_context: Open, minutes: int) -> None:
    visit = Visit(house, name="Nora Late")
    visit.say("Can I talk to a person?")
    context = open_context()
    context.add_init_script(SHIFTED % minutes)
    page = sign_in(context.new_page(), house)
    page.goto(visit.page)
    waits = page.get_by_role("main").get_by_text(re.compile("Call back")).first
    expect(waits).to_contain_text(re.compile(r"\d+ s$"))
    expect(page.get_by_text(re.compile("^Live"))).to_be_visible()


def test_a_page_that_is_older_than_its_server_says_so(house: House, page: Page) -> None:
    page.route("**/build.json", lambda route: route.fulfill(json={"build": "another"}))
    sign_in(page, house)
    expect(page.get_by_role("region", name="A newer console")).to_contain_text("What you wrote stays")
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert violations(page) == []


def test_a_server_that_lacks_what_the_page_asks_leaves_the_rest(house: House, page: Page) -> None:
    lacks = {
        "type": "/problems/NotFound",
        "title": "NotFound",
        "status": 404,
        "detail": "Nothing is here.",
        "next": "Look at /docs.",
        "trace_id": "0",
    }
    page.route(re.compile("/api/v1/needs"), lambda route: route.fulfill(status=404, json=lacks, content_type="application/problem+json"))
    sign_in(page, house)
    page.goto(f"{house.url}/board")
    expect(page.get_by_role("link", name=re.compile(house.client_name)).first).to_be_visible()
    expect(page.get_by_text("Nothing is here.")).to_be_visible()


def test_the_palette_finds_and_goes_by_keyboard_alone(house: House, page: Page) -> None:
    sign_in(page, house)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="All keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type(house.client_name[:8])
    expect(page.get_by_role("dialog").get_by_role("button", name=re.compile(house.client_name)).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/clients/{house.client_id}"))
    page.keyboard.press("Control+k")
    page.keyboard.type("calibration")
    expect(page.get_by_text("Scale calibration on site").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile("/inbox"))
