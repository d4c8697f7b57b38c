"""The page of a client's chat: its settings saved and put live with a way back, its keys, its secret shown once, the line to paste."""

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from .conftest import Open, picture, violations
from .living import House, Staff
from .widgets import client_with, new_key

NAME = "Hollow Oak Scales"


@pytest.fixture
def client(house: House) -> Staff:
    """An agent that is live, and a key that is good on one site."""
    staff = client_with(house, f"{NAME} {uuid.uuid4().hex[:6]}", title="Ask the scales")
    new_key(staff, "https://www.hollowoak.example")
    return staff


def at(page: Page, house: House, staff: Staff) -> Page:
    page.goto(house.link(f"/clients/{staff.tenant}/widget"))
    expect(page.get_by_role("navigation", name="Pages of this client")).to_be_visible()
    return page


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title='Preview of the chat']")


def keys(page: Page) -> Locator:
    return page.get_by_role("list", name="Keys").get_by_role("listitem").filter(has=page.get_by_role("radio"))


def live(staff: Staff) -> Any:
    (item,) = staff.get("/configurations")["items"]
    number = item["deployed"].get("production")
    return number, staff.get(f"/configurations/{item['config_id']}/versions/{number}")["body"] if number else None


def test_settings_go_live_in_one_press_and_come_back(house: House, client: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, client)
    expect(chat(page).get_by_role("heading", name="Ask the scales")).to_be_visible()
    save = page.get_by_role("button", name="Save and put live")
    expect(save).to_be_disabled()
    assert violations(page, context={"exclude": [["iframe"]]}) == []
    picture(page, f"widget-page-{theme}")
    page.get_by_label("Title").fill("Ask about weighing")
    page.get_by_label("Greeting").fill("Good day from the scales.")
    page.get_by_label("Colour").fill("#75387f")
    page.keyboard.press("Escape")
    page.get_by_role("group", name="Side").get_by_role("button", name="Left").click()
    expect(page.get_by_text("Changed: greeting, title, colour and side.")).to_be_visible()
    page.reload()  # nothing is lost
    expect(page.get_by_label("Title")).to_have_value("Ask about weighing")
    expect(save).to_be_enabled()
    save.click()
    told = page.locator(".mantine-Notification-root", has_text="Version 2 is live: new visitors see it.")
    expect(told).to_be_visible()
    expect(chat(page).get_by_role("heading", name="Ask about weighing")).to_be_visible()
    expect(chat(page).get_by_text("Good day from the scales.")).to_be_visible()
    number, body = live(client)
    assert (number, body["greeting"]) == (2, "Good day from the scales.")
    assert (body["widget"]["title"], body["widget"]["accent"], body["widget"]["position"]) == ("Ask about weighing", "#75387f", "left")
    assert body["system_prompt"]["instructions"] == "Answer from the library."
    picture(page, f"widget-page-saved-{theme}")
    told.get_by_role("button", name="Undo").click()
    expect(chat(page).get_by_role("heading", name="Ask the scales")).to_be_visible()
    assert live(client)[0] == 1
    expect(page.get_by_label("Title")).to_have_value("Ask about weighing")  # what was written is still there to go on with


def test_what_is_asked_first_and_when_people_are_there(house: House, client: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, client)
    page.get_by_role("switch", name="Ask who is there").click()
    page.get_by_role("group", name="Name", exact=True).get_by_role("button", name="May").click()
    page.get_by_label("What it says over the fields").fill("Whom may we greet?")
    page.get_by_role("switch", name="Tell business hours").click()
    opening = page.get_by_role("group", name="Opening 1")
    opening.get_by_role("button", name="Saturday").click()
    opening.get_by_label("Closes").fill("08:00")
    expect(opening.get_by_text("It closes before it opens.")).to_be_visible()
    expect(page.get_by_role("button", name="Save and put live")).to_have_attribute("aria-disabled", "true")
    assert violations(page, context={"exclude": [["iframe"]]}) == []
    picture(page, f"widget-page-hours-{theme}")
    opening.get_by_label("Closes").fill("16:00")
    page.get_by_label("Closed all day on").fill("2026-12-25")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="2026-12-25")).to_be_visible()
    page.get_by_label("Time zone").first.fill("Europe/Lon")
    page.get_by_role("option", name="Europe/London").click()
    page.get_by_role("button", name="Save and put live").click()
    expect(chat(page).get_by_text("Whom may we greet?")).to_be_visible()
    widget = live(client)[1]["widget"]
    assert widget["pre_chat"] == {
        "intro": "Whom may we greet?",
        "fields": [{"name": "name", "required": False}, {"name": "email", "required": True}],
    }
    hours = widget["business_hours"]
    assert (hours["timezone"], hours["closed_on"]) == ("Europe/London", ["2026-12-25"])
    assert hours["openings"] == [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "opens": "09:00", "closes": "16:00"}]


def test_by_the_keyboard_alone(house: House, client: Staff, page: Page) -> None:
    at(page, house, client)
    expect(chat(page).get_by_role("heading", name="Ask the scales")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.labels?.[0]?.textContent") == "Title":
            break
    page.keyboard.press("Control+a")
    page.keyboard.type("By keys")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Version 2 is live")).to_be_visible()
    expect(chat(page).get_by_role("heading", name="By keys")).to_be_visible()
    page.keyboard.press("Enter")  # nothing has changed: nothing is saved
    assert live(client)[0] == 2


def test_a_key_its_sites_its_secret_and_the_line(house: House, client: Staff, open_context: Open, theme: str) -> None:
    context = open_context(theme)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = at(context.new_page(), house, client)
    expect(keys(page)).to_have_count(1)
    expect(keys(page)).to_contain_text("www.hollowoak.example")
    page.get_by_role("button", name="New key").click()
    form = page.get_by_role("dialog", name="New public key")
    form.get_by_label("Name").fill("The shop")
    site = form.get_by_label("Sites that may use it")
    site.fill("shop.hollowoak.example")
    form.get_by_role("button", name="Make the key").click()
    expect(form.get_by_role("alert")).to_have_text("Write https://shop.hollowoak.example, with the https:// that browsers put before it.")
    expect(site).to_be_focused()
    assert violations(page, context={"exclude": [["iframe"]]}) == []
    picture(page, f"widget-page-key-{theme}")
    site.fill("https://shop.hollowoak.example/")
    page.keyboard.press("Enter")
    expect(form.get_by_role("list", name="Sites").get_by_role("listitem")).to_have_text("https://shop.hollowoak.example")
    form.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog", name=re.compile("The identity secret of “The shop”"))
    secret = shown.get_by_label("Identity secret").inner_text()
    assert len(secret) > 20
    page.keyboard.press("Escape")  # not lost by a slip of the hand
    shown.get_by_role("button", name="Copy the secret").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert violations(page, context={"exclude": [["iframe"]]}) == []
    picture(page, f"widget-page-secret-{theme}")
    shown.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    made = next(key for key in client.get("/api-keys")["items"] if key["name"] == "The shop")
    assert made["origins"] == ["https://shop.hollowoak.example"]
    page.get_by_role("button", name="Copy the line").click()
    line = f'<script src="{house.url}/widget.js" data-key="{made["public_key"]}" async></script>'
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == line
    keys(page).filter(has_text="a shop").get_by_role("radio").click()
    expect(page.get_by_label("HTML")).not_to_contain_text(made["public_key"])


def test_sites_are_changed_undone_and_a_key_is_replaced_and_ended(house: House, client: Staff, page: Page) -> None:
    at(page, house, client)
    key = keys(page).first
    key.get_by_role("button", name="Sites").click()
    form = page.get_by_role("dialog", name="Sites of “a shop”")
    form.get_by_role("button", name="Remove https://www.hollowoak.example").click()
    form.get_by_role("button", name="Save the sites").click()
    expect(key.get_by_text("every page may use it")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(key.get_by_text("www.hollowoak.example")).to_be_visible()
    line = page.get_by_label("HTML")
    before = line.inner_text()
    key.get_by_role("button", name="Replace").click()
    page.get_by_role("button", name="Replace this key").click()
    page.get_by_role("button", name="I have kept it").click()
    expect(line).not_to_have_text(before)
    expect(chat(page).get_by_role("heading", name="Ask the scales")).to_be_visible()
    key.get_by_role("button", name="End").click()
    page.get_by_role("button", name="End this key").click()
    expect(page.get_by_text("No public key yet")).to_be_visible()
    expect(page.get_by_text("The chat opens with a public key.")).to_be_visible()


def test_what_is_live_goes_on_under_a_newer_version(house: House, client: Staff, page: Page) -> None:
    (item,) = client.get("/configurations")["items"]
    body = client.get(f"/configurations/{item['config_id']}")["body"] | {"suggested_questions": ["Is this tried yet?"]}
    client.post(f"/configurations/{item['config_id']}/versions", {"body": body, "message": "An experiment", "based_on": 1})
    at(page, house, client)
    expect(page.get_by_text("Version 2 is newer and not live.")).to_be_visible()
    page.get_by_label("Title").fill("Still tried")
    page.get_by_role("button", name="Save and put live").click()
    expect(page.get_by_text("Version 3 is live")).to_be_visible()
    assert live(client)[1]["suggested_questions"] == ["Are you open?"]


def test_a_server_that_is_away_loses_nothing(house: House, client: Staff, page: Page) -> None:
    at(page, house, client)
    page.get_by_label("Title").fill("Written in a tunnel")
    expect(page.get_by_role("button", name="Save and put live")).to_be_enabled()
    page.context.set_offline(True)
    page.get_by_role("button", name="Save and put live").click()
    expect(page.get_by_text("The server does not answer.").first).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Written in a tunnel")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save and put live").click()
    expect(page.get_by_text("Version 2 is live")).to_be_visible()
    assert live(client)[1]["widget"]["title"] == "Written in a tunnel"


def test_who_may_only_look_is_told_why(house: House, client: Staff, page: Page) -> None:
    email, password = client.person("viewer", name="Only Looking")
    page.goto(f"{house.url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/(board|welcome|clients)"))
    page.goto(f"{house.url}/clients/{client.tenant}/widget")
    expect(page.get_by_text("Public keys are not yours to see.")).to_be_visible()
    expect(page.get_by_label("Title")).to_be_disabled()
    expect(page.get_by_role("group", name="Side").get_by_role("button", name="Left")).to_be_disabled()
    assert violations(page) == []
    picture(page, "widget-page-barred-light")


def test_before_there_is_an_agent(house: House, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, house.new_client("Nobody yet"))
    expect(page.get_by_text("There is no agent to chat with yet.")).to_be_visible()
    assert violations(page) == []
    picture(page, f"widget-page-empty-{theme}")
    page.get_by_role("link", name="Go to the requirements").click()
    expect(page).to_have_url(re.compile("/requirements$"))


@pytest.mark.parametrize("width", [1920, 1024, 390])
def test_at_other_widths(house: House, client: Staff, open_context: Open, width: int) -> None:
    page = at(open_context(width=width, height=1080 if width == 1920 else 800).new_page(), house, client)
    expect(chat(page).get_by_role("heading", name="Ask the scales")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"widget-page-{width}")
    if width < 1200:
        if width > 899:
            page.get_by_role("button", name="Keys, and the line to paste").click()
        page.get_by_role("button", name="Copy the line").scroll_into_view_if_needed()
        expect(page.get_by_role("button", name="Copy the line")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"widget-page-{width}-keys")
    else:
        page.get_by_role("group", name="Width of the page").get_by_role("button", name="Phone").click()
        page.get_by_role("group", name="The visitor's theme").get_by_role("button", name="Dark").click()
        expect(chat(page).get_by_role("heading", name="Ask the scales")).to_be_visible()
        picture(page, "widget-page-phone")
