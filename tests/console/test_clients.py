"""The clients' list, the story of one, what waits and what is known, in a browser."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Open, picture, violations
from .living import House, Staff

TALK = ["Do you calibrate on site?", "I want to talk to a person please"]


def talk(staff: Staff, *said: str) -> str:
    """A conversation with the agent of the example company, in which a visitor said these."""
    id: str = staff.post("/chat/conversations", {"channel": "website_chat"})["conversation_id"]
    for content in said:
        staff.post(f"/chat/conversations/{id}/messages", {"content": content})
    return id


def cards(page: Page) -> Locator:
    return page.get_by_role("list", name="Timeline").locator(".fact")


def story(page: Page, house: House, staff: Staff) -> Page:
    page.goto(house.link(f"/clients/{staff.tenant}"))
    expect(cards(page).first).to_be_visible()
    return page


def test_a_story_is_read_opened_and_followed_by_keyboard(house: House, open_context: Open, theme: str) -> None:
    talk(house.owner, *TALK)
    page = story(open_context(theme).new_page(), house, house.owner)
    expect(page.get_by_role("heading", name=house.client_name)).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Dossier").get_by_role("button", name=re.compile("Research"))).to_contain_text("109 / 19")
    expect(
        page.get_by_role("region", name="What waits for a person").get_by_role("link", name="Open the conversation").first
    ).to_be_visible()
    assert violations(page) == []
    picture(page, f"client-{theme}")

    page.keyboard.press("j")
    expect(cards(page).first).to_be_focused()
    asked = cards(page).filter(has_text="Answered:").first
    asked.focus()
    page.keyboard.press("Space")
    opened = page.locator("[data-line]").filter(has=page.locator(".figures")).first
    expect(opened).to_contain_text("Confidence")
    expect(opened).to_contain_text(re.compile("Because|After"))
    picture(page, f"client-card-{theme}")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name=re.compile("Because|After"))).to_be_visible()
    expect(drawer.get_by_text("Trace")).to_be_visible()
    assert violations(page) == []
    picture(page, f"event-{theme}")
    cause = drawer.get_by_role("listitem").first.get_by_role("button")
    before = drawer.inner_text()
    cause.click()
    expect(drawer).not_to_have_text(before)
    page.go_back()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()


def test_a_lineage_is_followed_and_let_go(house: House, page: Page) -> None:
    talk(house.owner, "What are your opening hours?")
    story(page, house, house.owner)
    page.keyboard.press("j")
    page.keyboard.press("l")
    chip = page.get_by_role("button", name=re.compile("^lineage [0-9A-F]{4}"))
    expect(chip).to_be_visible()
    expect(cards(page).filter(has_text=re.compile("^(Visitor|Answered)")).first).to_be_visible()
    picture(page, "client-lineage-light")
    page.keyboard.press("l")
    expect(chip).not_to_be_visible()


def test_sections_words_and_the_whole_of_it_as_a_file(house: House, page: Page) -> None:
    story(page, house, house.owner)
    filters = page.get_by_role("group", name="Filters of the timeline")
    filters.get_by_role("button", name=re.compile("^Requirements")).click()
    expect(cards(page).first).to_contain_text("Requirements")
    assert all("equirements" in text for text in cards(page).all_inner_texts())
    page.keyboard.press("x")
    with page.expect_download() as told:
        page.get_by_role("menuitem", name=re.compile("CSV")).click()
    rows = list(csv.DictReader(io.StringIO(Path(told.value.path()).read_text())))
    assert rows and {row["section"] for row in rows} == {"requirements"}
    assert told.value.suggested_filename == "tarnbrook-weighing-timeline.csv"
    expect(page.get_by_role("menu")).to_have_count(0)
    filters.get_by_role("button", name=re.compile("^All")).click()
    page.keyboard.press("f")
    expect(page.get_by_label("Find in the timeline")).to_be_focused()
    page.keyboard.type("went live")
    expect(cards(page)).to_have_count(1)
    page.get_by_label("Find in the timeline").blur()
    page.keyboard.press("x")
    with page.expect_download() as told:
        page.get_by_role("menuitem", name=re.compile("JSON")).click()
    (moment,) = json.loads(Path(told.value.path()).read_text())
    assert moment["kind"].startswith("configurations.configuration_deployed")
    page.get_by_label("Find in the timeline").fill("nobody ever said this")
    expect(page.get_by_text("No event is like that.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(cards(page).nth(3)).to_be_visible()


def test_what_happens_is_told_at_once_and_nothing_under_the_reader_moves(house: House, page: Page) -> None:
    story(page, house, house.owner)
    talk(house.owner, "Is the first one on the page?")
    expect(cards(page).filter(has_text="Is the first one on the page?").first).to_be_in_viewport()
    timeline = page.locator("[data-timeline]")
    timeline.evaluate("box => box.scrollTo(0, 400)")
    held = page.locator("[data-line] .fact:visible").nth(8)
    was = held.inner_text(), held.bounding_box()
    talk(house.owner, "And does the second one wait?")
    more = page.get_by_role("button", name=re.compile(r"^\d+ new$"))
    expect(more).to_be_visible()
    assert (held.inner_text(), held.bounding_box()) == was
    picture(page, "client-arrivals-light")
    more.click()
    expect(cards(page).filter(has_text="And does the second one wait?").first).to_be_in_viewport()


def test_what_happened_while_one_was_away(house: House, open_context: Open, theme: str) -> None:
    newest = house.owner.get("/timeline", client_id=house.client_id)["items"][0]["number"]
    house.owner.post("/seen", {"client_id": house.client_id, "number": newest})
    talk(house.owner, *TALK)
    page = story(open_context(theme).new_page(), house, house.owner)
    away = page.get_by_role("region", name="While you were away")
    expect(away).to_contain_text("by rules")
    expect(page.get_by_role("list", name="Timeline").get_by_label("new").first).to_be_visible()
    assert violations(page) == []
    picture(page, f"client-away-{theme}")
    away.get_by_role("button", name=re.compile("^Source 1")).first.click()
    expect(page.get_by_role("dialog").get_by_text("Trace")).to_be_visible()
    page.keyboard.press("Escape")
    away.get_by_role("button", name="Mark read").click()
    expect(away).not_to_be_visible()
    expect(page.get_by_role("list", name="Timeline").get_by_label("new")).to_have_count(0)
    page.reload()
    expect(cards(page).first).to_be_visible()
    expect(page.get_by_role("region", name="While you were away")).to_have_count(0)


def test_clients_are_found_by_name_stage_and_need(house: House, page: Page) -> None:
    one, other = house.new_client("Zephyr Sails"), house.new_client("Zephyr Ropes")
    story(page, house, house.owner)
    rows = page.get_by_role("list", name="Clients", exact=True).get_by_role("listitem")
    page.keyboard.press("/")
    page.keyboard.type("zephyr")
    expect(rows).to_have_count(2)
    page.keyboard.press("Enter")
    expect(rows.nth(0).get_by_role("link")).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1).get_by_role("link")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/clients/({one.tenant}|{other.tenant})"))
    picture(page, "clients-found-light")
    find = page.get_by_label("Find a client")
    find.fill("no such company")
    expect(page.get_by_text("No client is like that.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Stage").click()
    page.get_by_role("menuitem", name="Prospect").click()
    find.fill("tarnbrook")
    expect(page.get_by_text("No client is like that.")).to_be_visible()
    find.fill("")
    talk(house.owner, *TALK)
    page.get_by_role("button", name=re.compile("^Needs someone")).click()
    expect(page.get_by_role("list", name="Clients that need someone")).to_contain_text(house.client_name)


def test_more_clients_than_fit_are_read_as_one_scrolls(house: House, page: Page) -> None:
    for number in range(110):
        house.new_client(f"Kestrel {number:03}")
    page.goto(house.link("/clients?sort=name"))
    expect(page).to_have_url(re.compile("/clients/[0-9a-f-]{36}"))  # the first one is opened
    page.get_by_label("Find a client").fill("kestrel")
    rows = page.get_by_role("list", name="Clients", exact=True)
    expect(rows.get_by_role("listitem").first).to_contain_text("Kestrel 000")
    assert rows.get_by_role("listitem").count() < 60
    rows.get_by_role("link").first.focus()
    page.keyboard.press("End")
    expect(rows).to_contain_text("Kestrel 099")
    expect(rows.get_by_role("listitem").first).to_have_attribute("aria-setsize", "110")
    page.keyboard.press("End")
    expect(rows).to_contain_text("Kestrel 109")


def test_a_section_of_the_dossier_leads_to_its_quotes(house: House, open_context: Open, theme: str) -> None:
    page = story(open_context(theme).new_page(), house, house.owner)
    page.get_by_role("region", name="Dossier").get_by_role("button", name=re.compile("Research")).click()
    section = page.get_by_role("dialog")
    section.get_by_label("Find a fact").fill("64 people")
    fact = section.get_by_role("list", name="Research").get_by_role("button").first
    expect(fact).to_contain_text("64 people")
    assert violations(page) == []
    picture(page, f"dossier-{theme}")
    fact.click()
    expect(page.get_by_role("dialog").locator("mark")).to_contain_text("64 people")


def test_a_new_claim_link_is_told_once(house: House, page: Page) -> None:
    staff = house.new_client("Unclaimed Works")
    story(page, house, staff)
    page.get_by_role("button", name=re.compile("^Unclaimed until")).click()
    page.get_by_role("button", name="Make a new link").click()
    expect(page.get_by_role("dialog")).to_contain_text("/claim#")
    picture(page, "claim-link-light")


def test_who_may_not_is_told_why(house: House, page: Page) -> None:
    email, password = house.owner.person("viewer")
    page.goto(f"{house.url}/sign-in?next=/clients/{house.client_id}/documents")
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    send = page.get_by_role("button", name="Send files")
    expect(send).to_be_disabled()
    send.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("do not include")


def test_another_tenants_client_is_not_there(house: House, page: Page) -> None:
    page.goto(house.link("/clients/00000000-0000-7000-8000-000000000000"))
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_role("link", name="All clients").click()
    expect(cards(page).first).to_be_visible()


@pytest.mark.parametrize("width", [1024, 390])
def test_narrow(house: House, open_context: Open, width: int) -> None:
    page = story(open_context(width=width).new_page(), house, house.owner)
    expect(page.get_by_role("region", name="Dossier")).not_to_be_visible()
    page.get_by_role("button", name="What waits").click()
    expect(page.get_by_role("region", name="Dossier")).to_be_visible()
    picture(page, f"client-side-{width}-light")
    page.get_by_role("button", name="Fold this pane").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"client-{width}-light")
