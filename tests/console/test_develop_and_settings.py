"""Keys, events, tasks, people and how the console looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House
from .test_signing_in import sign_in

PAGES = ["develop/keys", "develop/events", "develop/parked", "develop/tasks", "settings/people", "settings/appearance", "settings/you"]


def test_a_key_is_made_shown_once_used_and_ended(house: House, page: Page) -> None:
    sign_in(page, house)
    page.goto(f"{house.url}/develop/keys")
    page.get_by_role("button", name="New key").first.click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name").fill("Reporting")
    dialog.get_by_role("combobox", name="Scopes").fill("clients:read")
    page.get_by_role("option", name="clients:read").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog", name="The key, shown once")
    secret = shown.locator("code").inner_text()
    assert secret.startswith("rtn_")
    shown.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    row = page.get_by_role("row", name=re.compile("Reporting")).first
    row.get_by_role("button", name="End").click()
    page.get_by_role("button", name="End this key").click()
    expect(row).to_contain_text("ended")


def test_the_log_opens_an_event_and_the_keyboard_goes_everywhere(house: House, page: Page) -> None:
    sign_in(page, house)
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("/develop$"))
    page.get_by_role("button", name="Events", exact=True).click()
    page.get_by_role("combobox", name="Organization").fill(house.client_name)
    page.get_by_role("option", name=house.client_name).click()
    page.get_by_label("After number").fill("0")
    expect(page.get_by_role("cell", name=re.compile("identity.client_created")).first).to_be_visible()
    page.get_by_label("After number").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="All keys")).to_contain_text("Go to Board")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_placeholder(re.compile("run a command"))).to_be_focused()
    page.keyboard.type("settings")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/settings$"))


def test_a_person_is_added_given_a_role_and_undone(house: House, page: Page) -> None:
    sign_in(page, house)
    page.goto(f"{house.url}/settings/people")
    page.get_by_role("button", name="Add a person").first.click()
    dialog = page.get_by_role("dialog", name="Add a person")
    dialog.get_by_label("Name").fill("Robin Example")
    dialog.get_by_label("E-mail").fill("robin@people.example")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_contain_text("shown once")
    dialog.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("Robin Example"))
    row.get_by_role("button", name="Change roles").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").or_(
        page.locator("[role=dialog] .mantine-InputClearButton-root")
    ).first.click()
    page.get_by_role("button", name="End their access").click()
    expect(row).to_contain_text("no access")
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("member")


def test_what_one_may_not_do_is_shown_with_its_reason(house: House, page: Page) -> None:
    email, password = house.owner.person("viewer")
    page.goto(f"{house.url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto(f"{house.url}/develop/keys")
    expect(page.get_by_text("do not include keys:write")).to_be_visible()


def test_appearance_is_kept(house: House, page: Page) -> None:
    sign_in(page, house)
    page.goto(f"{house.url}/settings/appearance")
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="140 %").click()
    page.reload()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22.4px"


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_fit(house: House, open_context: Open, theme: str, path: str) -> None:
    page = sign_in(open_context(theme=theme).new_page(), house)
    page.goto(f"{house.url}/{path}")
    expect(page.locator("main section").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    assert violations(page) == []
    picture(page, f"{path.replace('/', '-')}-{theme}")
    page.set_viewport_size({"width": 1024, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
