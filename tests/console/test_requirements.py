"""A draft is read, changed, met by somebody else's change, and approved, in a browser."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House, Staff

PAGE = b"""# Fernhill Kennels

Fernhill Kennels boards dogs and cats while their owners travel. We have 24 kennels and a heated cattery.

A night for a dog costs \xc2\xa328. A night for a cat costs \xc2\xa316. We are open Monday to Saturday from 8.00 to 18.00.

Telephone 0131 496 0311 or write to stay@fernhill.example. In an emergency we call the vet at once.
Callers often wait ten minutes on a Monday morning, and we cannot take bookings online yet.
"""


@pytest.fixture
def drafted(house: House) -> Staff:
    """A client of its own with a draft."""
    staff = house.new_client("Fernhill Kennels")
    file = staff.send("POST", "/research/files", files={"file": ("kennels.md", PAGE, "text/markdown")})
    staff.post("/research/jobs", {"source": "Kennels", "files": [file["file_id"]]})
    until = time.monotonic() + 60
    while not staff.get("/requirements")["items"]:
        assert time.monotonic() < until, "no draft within a minute"
    return staff


def document(staff: Staff) -> Any:
    return staff.get("/requirements/" + staff.get("/requirements")["items"][0]["requirements_id"])


def at(page: Page, house: House, staff: Staff) -> Page:
    link = house.owner.post("/auth/one-time")["url"]
    page.goto(link.replace("/sign-in#", f"/sign-in?next=/clients/{staff.tenant}/requirements#"))
    return page


def item(page: Page, words: str) -> Any:
    return page.locator("[data-entry]").filter(has_text=words).first


def test_a_draft_is_changed_saved_and_approved(house: House, drafted: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, drafted)
    prices = item(page, "Prices")
    expect(prices).to_be_visible()
    assert violations(page) == []
    picture(page, f"requirements-draft-{theme}")
    prices.get_by_role("button", name=re.compile("source")).click()
    expect(prices.get_by_role("list", name="Sources")).to_contain_text("£28")
    prices.locator(".from").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("£")
    page.keyboard.press("Escape")
    prices.hover()
    prices.get_by_role("button", name="Edit").click()
    page.get_by_label("Text of this item").fill("What a night costs, for dogs and for cats.")
    page.keyboard.press("Enter")
    expect(prices.locator(".edit")).to_have_text(["a night costs, for dogs and for cats."])
    page.get_by_role("button", name="Add to “What the agent is for”").click()
    page.get_by_label("Text of this item").fill("Take bookings at any hour.")
    page.keyboard.press("Enter")
    tone = page.locator("#part-out_of_scope [data-entry]").first
    tone.hover()
    tone.get_by_role("button", name="Take out").click()
    expect(page.locator("#part-out_of_scope s")).to_be_visible()
    expect(page.get_by_text("3 unsaved changes, kept in this browser")).to_be_visible()
    page.mouse.move(0, 0)
    expect(page.get_by_role("tooltip")).to_have_count(0)
    assert violations(page) == []
    picture(page, f"requirements-edited-{theme}")
    page.reload()
    expect(item(page, "Take bookings at any hour.")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("3 unsaved changes are saved first")
    assert violations(page) == []
    picture(page, f"requirements-approving-{theme}")
    page.get_by_role("button", name="Approve version 2").click()
    expect(page.get_by_role("link", name="See what changed in the agent")).to_be_visible()
    expect(page.get_by_text("approved", exact=True)).to_be_visible()
    picture(page, f"requirements-approved-{theme}")
    saved = document(drafted)
    assert (saved["status"], saved["version"], saved["automatic"]) == ("approved", 2, False)
    assert "Take bookings at any hour." in [goal["text"] for goal in saved["body"]["goals"]]
    assert violations(page) == []
    page.get_by_role("button", name="Reopen to change").click()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    assert document(drafted)["status"] == "draft"


def test_by_keyboard_alone(house: House, drafted: Staff, page: Page) -> None:
    at(page, house, drafted)
    expect(item(page, "Prices")).to_be_visible()
    page.keyboard.press("n")
    focused = page.locator("[data-entry]:focus")
    expect(focused).to_be_visible()
    first = focused.get_attribute("data-entry")
    page.keyboard.press("n")
    expect(page.locator(f"[data-entry='{first}']")).not_to_be_focused()
    page.keyboard.press("p")
    expect(page.locator(f"[data-entry='{first}']")).to_be_focused()
    page.keyboard.press("Enter")
    area = page.get_by_label(re.compile("^Text of this"))
    expect(area).to_be_focused()
    before = area.input_value()
    page.keyboard.type(" By keyboard.")
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-entry='{first}']")).to_be_focused()
    expect(page.locator(f"[data-entry='{first}'] .edit")).to_contain_text("By keyboard.")
    page.keyboard.press("z")
    expect(page.locator(f"[data-entry='{first}']")).to_contain_text(before)
    expect(page.locator(f"[data-entry='{first}'] .edit")).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.type(" Kept.")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Version 2 is saved.")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Approve version 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reopen to change")).to_be_visible()


def test_saving_can_be_taken_back(house: House, drafted: Staff, page: Page) -> None:
    at(page, house, drafted)
    item(page, "Prices").press("Enter")
    page.get_by_label("Text of this item").fill("Other words.")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save").click()
    page.locator(".mantine-Notification-root", has_text="Version 2 is saved.").get_by_role("button", name="Undo").click()
    expect(item(page, "Prices").locator(".edit")).to_have_count(0)
    expect(page.get_by_text("Version 3")).to_be_visible()
    assert document(drafted)["body"]["topics"] == document(drafted)["drafted"]["topics"]


def test_two_people_change_the_same_draft_and_nothing_is_lost(house: House, drafted: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, drafted)
    item(page, "Prices").press("Enter")
    page.get_by_label("Text of this item").fill("Mine: prices of dogs.")
    page.keyboard.press("Enter")
    email, password = drafted.person("business_owner", name="Odile Varga")
    other = house.sign_in(email, password, drafted.tenant)
    theirs = document(drafted)
    for topic in theirs["body"]["topics"]:
        if topic["name"] == "Prices":
            topic["text"] = "Theirs: prices of cats."
    theirs["body"]["tone"]["text"] = "Short and warm."
    other.put(f"/requirements/{theirs['requirements_id']}", {"version": 1, "body": theirs["body"]})
    banner = page.get_by_role("alert").filter(has_text="Odile Varga saved version 2")
    expect(banner).to_contain_text("2 changes")
    assert violations(page) == []
    picture(page, f"requirements-behind-{theme}")
    banner.get_by_role("button", name="Bring in what they changed").click()
    clash = page.get_by_role("group", name="Two people changed this")
    expect(clash).to_contain_text("Mine: prices of dogs.")
    expect(clash).to_contain_text("Theirs: prices of cats.")
    expect(item(page, "Short and warm.")).to_be_visible()
    clash.scroll_into_view_if_needed()
    assert violations(page) == []
    picture(page, f"requirements-clash-{theme}")
    clash.get_by_role("button", name="Keep yours").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 3 is saved.")).to_be_visible()
    body = document(drafted)["body"]
    assert (body["tone"]["text"], [t["text"] for t in body["topics"] if t["name"] == "Prices"]) == (
        "Short and warm.",
        ["Mine: prices of dogs."],
    )


def test_of_two_who_approve_the_second_is_told(house: House, drafted: Staff, page: Page) -> None:
    at(page, house, drafted)
    expect(item(page, "Prices")).to_be_visible()
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Approve version 1")).to_be_visible()
    changed = document(drafted)
    changed["body"]["tone"]["text"] = "Short and warm."
    path = f"/requirements/{changed['requirements_id']}"
    page.route("**/approve", lambda route: (drafted.put(path, {"version": 1, "body": changed["body"]}), route.continue_()))
    dialog.get_by_role("button", name="Approve version 1").click()
    expect(dialog.get_by_role("alert")).to_contain_text("saved version 2 before you approved")
    assert document(drafted)["status"] == "draft"
    page.unroute("**/approve")
    dialog.get_by_text("Close", exact=True).click()
    page.keyboard.press("a")
    drafted.post(f"{path}/approve", {"version": 2})
    expect(page.get_by_role("button", name="Reopen to change")).to_be_visible()


def test_what_was_written_waits_for_whoever_signs_in_again(house: House, drafted: Staff, page: Page) -> None:
    at(page, house, drafted)
    item(page, "Prices").press("Enter")
    page.get_by_label("Text of this item").fill("Written before the session ended.")
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_text("Your session ended. What you wrote is kept and waits for you.")).to_be_visible()
    page.get_by_label("E-mail").fill(house.credentials["email"])
    page.locator("input[type=password]").fill(house.credentials["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(item(page, "Written before the session ended.")).to_be_visible()
    expect(page.get_by_text("1 unsaved change, kept in this browser")).to_be_visible()


def test_before_there_is_a_draft(house: House, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, house.new_client("Nothing yet"))
    expect(page.get_by_text("Nothing was researched yet.")).to_be_visible()
    assert violations(page) == []
    picture(page, f"requirements-empty-{theme}")


@pytest.mark.parametrize("width", [1024, 390])
def test_narrow(house: House, drafted: Staff, open_context: Open, width: int) -> None:
    page = at(open_context(width=width, height=800).new_page(), house, drafted)
    expect(item(page, "Prices")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    picture(page, f"requirements-{width}")
