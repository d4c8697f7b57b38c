"""The board: clients by stage, as a table and as a funnel, what happens now, and what waits for a person."""

import csv
import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import Open, picture, violations
from .living import House, Staff
from .test_signing_in import sign_in

LATER = 120_000  # milliseconds, for what the server works at
WORDS = b"# About\n\nWe are a bakery in Leeds. We are open Monday to Friday from 9:00 to 17:30. A loaf costs 3 pounds.\n"


def client(house: House, name: str = "") -> Staff:
    made = house.operator.post("/clients", {"name": name or f"Bakery {uuid.uuid4().hex[:6]}"})
    return Staff(house.url, house.operator.token, made["client_id"])


@pytest.fixture(scope="module")
def needy(house: House) -> tuple[str, Staff]:
    """A client whose draft waits for a person."""
    name = f"Needy {uuid.uuid4().hex[:6]}"
    staff = client(house, name)
    begin_reading(staff)
    for _ in range(600):
        if any(need["kind"] == "approve_requirements" for need in staff.get("/needs", client_id=staff.tenant)["items"]):
            return name, staff
        staff.get("/timeline", client_id=staff.tenant, after=10**6)  # waits half a second for what comes
    raise AssertionError("no draft came")


def begin_reading(staff: Staff) -> None:
    file = staff.send("POST", "/research/files", files={"file": ("about.md", WORDS)})["file_id"]
    staff.post("/research/jobs", {"client_id": staff.tenant, "source": "about.md", "files": [file]})


def arrive(page: Page, house: House, query: str = "") -> Page:
    sign_in(page, house)
    page.goto(f"{house.url}/board{query}")
    expect(page.get_by_role("group", name="View")).to_be_visible()
    return page


def test_clients_stand_where_they_are_and_review_leads_there(house: House, needy: tuple[str, Staff], page: Page) -> None:
    name, staff = needy
    arrive(page, house)
    live, waiting = page.locator("[data-stage=live]"), page.locator("[data-stage=requirements]")
    expect(live.get_by_role("link").first).to_be_visible()
    card = waiting.get_by_role("link", name=re.compile(name))
    expect(card.locator(".ait")).to_have_text("Approve the requirements")
    picture(page, "board-light")
    need = page.get_by_role("region", name="Needs you")
    need.get_by_role("link", name=re.compile(f"Review: .*{name}")).click()
    expect(page).to_have_url(re.compile(f"/clients/{staff.tenant}/requirements"))


def test_the_keyboard_goes_along_and_across_and_opens(house: House, needy: tuple[str, Staff], page: Page) -> None:
    arrive(page, house)
    expect(page.locator(".k").first).to_be_visible()
    page.locator("main").press("j")
    expect(page.locator(".k:focus")).to_have_count(1)
    first = page.evaluate("document.activeElement.closest('[data-stage]').dataset.stage")
    page.keyboard.press("l")
    page.wait_for_function("stage => document.activeElement.closest('[data-stage]')?.dataset.stage !== stage", arg=first)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("stage => document.activeElement.closest('[data-stage]')?.dataset.stage === stage", arg=first)
    opened = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(opened)))
    page.locator("main").press("g")
    page.keyboard.press("b")
    page.locator("main").press("c")
    expect(page).to_have_url(re.compile("/new$"))


def test_filters_stand_in_the_address(house: House, needy: tuple[str, Staff], page: Page) -> None:
    name, _ = needy
    arrive(page, house)
    page.locator("main").press("/")
    page.keyboard.type(name)
    expect(page.locator(".k")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=Needy"))
    page.get_by_role("button", name="Needs someone").click()
    expect(page).to_have_url(re.compile("needs="))
    page.reload()
    expect(page.get_by_role("button", name="Needs someone")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".k")).to_have_count(1)
    page.get_by_placeholder("Find a client").fill("nobody is called so")
    expect(page.locator(".k")).to_have_count(0)
    expect(page.get_by_text("Nobody here is like that.").first).to_be_visible()


def test_what_happens_is_told_at_once_and_stands_still_when_paused(house: House, page: Page) -> None:
    arrive(page, house)
    feed = page.get_by_role("region", name="Live activity")
    expect(page.get_by_text(re.compile(r"^Live"), exact=False).first).to_be_visible()
    expect(page.locator(".strip .pulse:not(.off)")).to_be_visible()
    name = f"Arrival {uuid.uuid4().hex[:6]}"
    client(house, name)
    expect(feed.get_by_text(f"{name} became a client")).to_be_visible()
    feed.get_by_role("button", name="Pause").click()
    page.mouse.move(700, 20)
    later = f"Later {uuid.uuid4().hex[:6]}"
    client(house, later)
    expect(feed.get_by_role("button", name=re.compile(r"^\d+ new$"))).to_be_visible()
    expect(feed.get_by_text(f"{later} became a client")).to_have_count(0)
    feed.get_by_role("button", name="Go on").click()
    expect(feed.get_by_text(f"{later} became a client")).to_be_visible()
    feed.get_by_text(f"{later} became a client").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_card_moves_by_itself_and_not_under_the_pointer(house: House, page: Page) -> None:
    name = f"Mover {uuid.uuid4().hex[:6]}"
    staff = client(house, name)
    arrive(page, house)
    card = page.get_by_role("link", name=re.compile(name)).and_(page.locator(".k"))
    before, after = page.locator("[data-stage=prospect]"), page.locator("[data-stage=requirements]")
    expect(before.locator(card)).to_be_visible()
    count = after.locator("header .n")
    drafts = int(count.inner_text())
    card.hover()
    begin_reading(staff)
    expect(count).to_have_text(str(drafts + 1), timeout=LATER)  # the figures know
    expect(before.locator(card)).to_be_visible()
    page.mouse.move(700, 20)
    expect(after.locator(card)).to_be_visible()
    expect(before.locator(card)).to_have_count(0)
    expect(card).to_contain_text("Approve the requirements")


def natural(name: str) -> list[str | int]:
    """Numbers in a name are compared as numbers, as the table does."""
    return [int(part) if part.isdigit() else part.casefold() for part in re.split(r"(\d+)", name)]


def test_the_table_sorts_and_becomes_a_file(house: House, needy: tuple[str, Staff], page: Page) -> None:
    arrive(page, house, "?view=table")
    name, _ = needy
    expect(page.get_by_role("cell", name=name)).to_be_visible()
    page.get_by_role("button", name="Facts").click()
    expect(page.get_by_role("columnheader", name="Facts")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Client", exact=True).click()
    expect(page.get_by_role("columnheader", name="Client", exact=True)).to_have_attribute("aria-sort", "ascending")
    picture(page, "board-table-light")
    with page.expect_download() as saved:
        page.locator("main").press("x")
    rows = list(csv.DictReader(saved.value.path().read_text().splitlines()))
    names = [row["client"] for row in rows]
    assert name in names and names == sorted(names, key=natural)
    page.keyboard.press("j")
    expect(page.locator("tbody a:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/clients/"))


def test_the_funnel_says_its_message_in_words(house: House, page: Page) -> None:
    arrive(page, house, "?view=funnel")
    expect(page.get_by_role("heading", name=re.compile("clients? went live"))).to_be_visible()
    table = page.get_by_role("table")
    expect(table.get_by_role("rowheader")).to_have_text(["Prospect", "Research", "Requirements", "Rollout", "Live"])
    picture(page, "board-funnel-light")


def thousand(route: Route) -> None:
    """As a house with a thousand clients answers."""
    query = route.request.url.partition("?")[2]
    asked: dict[str, Any] = dict(part.split("=") for part in query.split("&") if part)
    size, begin = int(asked.get("limit", 50)), int(asked.get("cursor") or 0)
    if asked.get("needs") == "true" or asked.get("stage") not in (None, "live"):
        return route.fulfill(json={"items": [], "next_cursor": None})
    cards = [
        {"client_id": str(uuid.UUID(int=n + 1)), "name": f"Client {n:04}", "slug": f"c{n}", "website": None, "industry": "Bakery", "stage": "live",
         "stage_since": "2026-01-01T00:00:00Z", "assigned_to": None, "assigned_name": None, "last": None, "needs": 0, "next": None, "facts": n, "sources": 1,
         "documents": 1, "conversations": 0, "waiting": 0, "unread": False}
        for n in range(begin, min(1000, begin + size))
    ]  # fmt: skip
    route.fulfill(json={"items": cards, "next_cursor": str(begin + size) if begin + size < 1000 else None})


def test_a_thousand_clients(house: House, page: Page) -> None:
    page.route(re.compile(r"/api/v1/board\?"), thousand)
    stages = [{"stage": "live", "clients": 1000, "median_days": 3.0}]
    page.route(
        re.compile(r"/api/v1/board/summary"),
        lambda route: route.fulfill(json={"stages": stages, "clients": 1000, "needs": 0, "events_last_hour": 0, "activity": []}),
    )
    arrive(page, house)
    expect(page.locator("[data-stage=live] .k").first).to_be_visible()
    assert page.locator(".k").count() < 40
    page.get_by_role("button", name="988 more, all quiet").click()
    expect(page.get_by_role("button", name="788 more, all quiet")).to_be_attached()
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("heading", name="1,000 clients")).to_be_visible()
    page.get_by_role("button", name="Facts").click()
    expect(page.locator("tbody a").first).to_have_text("Client 0999")
    assert page.locator("tbody tr").count() < 80


def test_it_says_when_it_cannot_be_read_and_tries_again(house: House, page: Page) -> None:
    broken = re.compile(r"/api/v1/board")
    page.route(
        broken,
        lambda route: route.fulfill(
            status=422,
            content_type="application/problem+json",
            json={"title": "No", "status": 422, "detail": "The board is being rebuilt.", "next": "Wait a minute."},
        ),
    )
    arrive(page, house)
    expect(page.get_by_role("alert").first).to_contain_text("The board is being rebuilt. Wait a minute.".split(". ")[0])
    page.unroute(broken)
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator(".k").first).to_be_visible()


def test_it_is_as_good_in_both_themes_and_narrow(house: House, needy: tuple[str, Staff], open_context: Open, theme: str) -> None:
    page = arrive(open_context(theme).new_page(), house)
    expect(page.locator(".k").first).to_be_visible()
    expect(page.locator(".need").first).to_be_visible()
    assert violations(page) == []
    picture(page, f"board-{theme}")
    for view in ("table", "funnel"):
        page.goto(f"{house.url}/board?view={view}")
        expect(page.get_by_role("table")).to_be_visible()
        assert violations(page) == []
        picture(page, f"board-{view}-{theme}")
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{house.url}/board")
    expect(page.locator(".need").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"board-narrow-{theme}")
