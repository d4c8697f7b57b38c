"""Versions of an agent are compared, changed, tried, deployed and rolled back, in a browser."""

import copy
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House, Staff

BODY: dict[str, Any] = {
    "config_metadata": {"product_type": "chatbot", "languages": ["en-GB"], "client_name": "Hollow Oak Scales"},
    "system_prompt": {
        "role": "customer_support_agent",
        "instructions": "You are the assistant of Hollow Oak Scales.\n\nYou answer questions about:\n- Opening hours\n- Calibration\n- Delivery",
        "constraints": ["Answer only from the company's own sources.", "When the sources do not answer, say so and offer a person."],
    },
    "greeting": "Hello, this is the assistant of Hollow Oak Scales.",
    "suggested_questions": ["When are you open?"],
    "tools_available": [{"tool_name": "search_knowledge", "status": "implemented"}, {"tool_name": "hand_over", "status": "implemented"}],
    "llm_config": {"provider": "openai", "model": "balanced"},
    "workflow_features": {"human_escalation": {"enabled": True, "triggers": [], "unavailable_action": "queue_callback"}},
}

# Each time what was read so far ends, until all are read.
HELD_DOWN = """all => {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true, cancelable: true }));
  return document.querySelector("[aria-label=Versions] li").getAttribute("aria-setsize") === all;
}"""


def changed(**values: Any) -> dict[str, Any]:
    return copy.deepcopy(BODY) | values


@pytest.fixture
def client(house: House) -> Staff:
    """A client of its own with three versions, of which the second is in production."""
    staff = house.new_client("Hollow Oak Scales")
    path = f"/configurations/{staff.post('/configurations', {'body': BODY})['config_id']}"
    second = changed(greeting="Hello, this is the assistant of Hollow Oak Scales. How can I help?")
    staff.post(f"{path}/versions", {"body": second, "message": "Ask how one can help", "based_on": 1})
    third = copy.deepcopy(second)
    third["system_prompt"]["constraints"].pop()
    third["suggested_questions"].append("What does a calibration cost?")
    third["system_prompt"]["instructions"] += ", to Scotland too"
    staff.post(f"{path}/versions", {"body": third, "message": "Deliver to Scotland", "based_on": 2})
    staff.post(f"{path}/deploy", {"version": 1})
    staff.post(f"{path}/deploy", {"version": 2})
    return staff


def configuration(staff: Staff) -> Any:
    return staff.get("/configurations")["items"][0]


def at(page: Page, house: House, staff: Staff, search: str = "") -> Page:
    link = house.owner.post("/auth/one-time")["url"]
    page.goto(link.replace("/sign-in#", f"/sign-in?next=/clients/{staff.tenant}/agents{search}#"))
    return page


def test_what_changed_is_walked_in_the_text_and_in_the_list(house: House, client: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, client)
    text = page.get_by_role("textbox", name="Version 3, compared with version 2")
    expect(text).to_contain_text("Scotland")
    expect(page.get_by_text("1 removed")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("change 1 of")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("change 2 of")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_text("change 1 of")).to_be_visible()
    assert violations(page) == []
    picture(page, f"agents-changes-{theme}")
    page.get_by_role("group", name="How to show what differs").get_by_role("button", name="List").click()
    changes = page.get_by_role("list", name="Changes from version 2 to 3").get_by_role("listitem")
    expect(changes).to_have_count(3)
    page.keyboard.press("n")
    expect(changes.nth(0)).to_be_focused()
    page.keyboard.press("n")
    expect(changes.nth(1)).to_be_focused()
    assert violations(page) == []
    picture(page, f"agents-list-{theme}")
    page.get_by_role("group", name="Beside the version").get_by_role("button", name="Lineage").click()
    expect(page.get_by_role("list", name="Lineage")).to_contain_text("None took this version.")
    assert violations(page) == []
    picture(page, f"agents-lineage-{theme}")


def test_a_version_is_tried_before_anybody_meets_it(house: House, client: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, client)
    expect(page.get_by_text("version 3, not deployed; nobody else sees this")).to_be_visible()
    page.keyboard.press("s")
    field = page.get_by_label("Ask Hollow Oak Scales")
    expect(field).to_be_focused()
    page.keyboard.type("What does a calibration cost?")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("How can I help?")
    expect(log.get_by_text("version 3").first).to_be_visible()
    assert violations(page) == []
    picture(page, f"agents-trying-{theme}")
    (tried,) = client.get("/chat/conversations")["items"]
    assert (tried["channel"], tried["config_version"]) == ("test", 3)
    assert configuration(client)["deployed"] == {"production": 2}


def test_changing_it_by_form_and_by_text_until_the_server_is_content(house: House, client: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, client)
    page.get_by_role("button", name="Change it").click()
    page.get_by_role("group", name="View").get_by_role("button", name="Form").click()
    page.get_by_label("Greeting").fill("Good day from the scales.")
    page.get_by_role("switch", name="Ask for contact details").click()
    expect(page.get_by_role("status", name="What the server says of it")).to_contain_text("valid")
    assert violations(page) == []
    picture(page, f"agents-form-{theme}")
    page.get_by_role("group", name="View").get_by_role("button", name="YAML").click()
    editor = page.get_by_role("textbox", name="Text of the new version")
    expect(editor).to_contain_text("Good day from the scales.")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\ncolour: blue")
    said = page.get_by_role("status", name="What the server says of it")
    expect(said).to_contain_text("there is no such field")
    expect(page.locator(".cm-lintRange-error")).to_have_text("blue")
    assert violations(page) == []
    picture(page, f"agents-fault-{theme}")
    page.reload()
    expect(said).to_contain_text("there is no such field")
    editor.click()
    page.keyboard.press("Control+End")
    expect(editor).to_contain_text("colour: blue")
    for _ in "colour: blue":
        page.keyboard.press("Backspace")
    expect(said).to_contain_text("valid")
    page.get_by_label("What changes").fill("A warmer greeting")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Version 4", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Version 4, compared with version 3")).to_contain_text("Good day from")
    newest = client.get(f"/configurations/{configuration(client)['config_id']}")
    assert newest["body"]["greeting"] == "Good day from the scales."
    assert newest["body"]["system_prompt"]["instructions"].endswith(", to Scotland too")


def test_deploying_and_rolling_back(house: House, client: Staff, open_context: Open, theme: str) -> None:
    client.post("/chat/conversations", {"channel": "widget"})
    page = at(open_context(theme).new_page(), house, client)
    bar = page.get_by_role("region", name="Deployed")
    expect(bar).to_contain_text("1 running chat, 1 in all")
    expect(bar.get_by_role("button", name="Deploy version 3")).to_be_visible()
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("New chats in production take version 3 instead of version 2, at once.")
    expect(dialog).to_contain_text("1 running chat keeps version 2 to the end.")
    assert violations(page) == []
    picture(page, f"agents-deploying-{theme}")
    page.keyboard.press("Enter")
    expect(bar.get_by_text("version 3", exact=True)).to_be_visible()
    expect(page.locator(".mantine-Modal-content")).to_have_count(0)
    page.keyboard.press("Shift+R")
    expect(bar.get_by_text("version 2", exact=True)).to_be_visible()
    told = page.locator(".mantine-Notification-root", has_text="Production is back on version 2.")
    expect(told).to_be_visible()
    assert configuration(client)["deployed"] == {"production": 2}
    picture(page, f"agents-rolled-back-{theme}")
    told.get_by_role("button", name="Undo").click()
    expect(bar.get_by_text("version 3", exact=True)).to_be_visible()


def test_of_two_who_save_the_second_keeps_both(house: House, client: Staff, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, client, "?view=form")
    page.get_by_role("button", name="Change it").click()
    page.get_by_label("Greeting").fill("Mine.")
    email, password = client.person("business_owner", "technical_contact", name="Odile Varga")
    other = house.sign_in(email, password, client.tenant)
    theirs = changed(greeting="Theirs.", suggested_questions=["May I come by?"])
    other.post(f"/configurations/{configuration(client)['config_id']}/versions", {"body": theirs, "message": "Shorter", "based_on": 3})
    banner = page.get_by_role("alert").filter(has_text="Odile Varga saved version 4")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="See both texts").click()
    editor = page.get_by_role("textbox", name="Text of the new version")
    expect(editor).to_contain_text("May I come by?")
    assert violations(page) == []
    picture(page, f"agents-behind-{theme}")
    page.locator(".cm-deletedChunk", has_text="May I come by?").get_by_role("button", name="Take theirs").click()
    banner.get_by_role("button", name="Go on, on version 4").click()
    page.get_by_label("What changes").fill("Both")
    page.get_by_role("button", name="Save as version 5").click()
    expect(page.get_by_role("heading", name="Version 5", exact=True)).to_be_visible()
    body = client.get(f"/configurations/{configuration(client)['config_id']}")["body"]
    assert (body["greeting"], body["suggested_questions"]) == ("Mine.", ["May I come by?"])


def test_two_hundred_versions_by_keyboard(house: House, page: Page) -> None:
    staff = house.new_client("Many versions")
    made = staff.post("/configurations", {"body": BODY})
    for number in range(1, 200):
        body = {"body": changed(greeting=f"Hello {number}."), "message": f"Greeting {number}", "based_on": number}
        staff.post(f"/configurations/{made['config_id']}/versions", body)
    at(page, house, staff)
    versions = page.get_by_role("navigation", name="Versions")
    expect(versions.get_by_role("button", name="Greeting 199")).to_be_visible()
    assert versions.get_by_role("listitem").count() < 60
    versions.get_by_role("button", name="Greeting 199").focus()
    page.keyboard.press("j")
    expect(versions.get_by_role("button", name="Greeting 198")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Version 199", exact=True)).to_be_visible()
    page.wait_for_function(HELD_DOWN, arg="200")
    page.keyboard.press("End")
    expect(versions.get_by_role("button", name="First version")).to_be_visible()


def test_before_there_is_an_agent(house: House, open_context: Open, theme: str) -> None:
    page = at(open_context(theme).new_page(), house, house.new_client("Nobody yet"))
    expect(page.get_by_text("There is no agent yet.")).to_be_visible()
    assert violations(page) == []
    picture(page, f"agents-empty-{theme}")


@pytest.mark.parametrize("width", [1024, 390])
def test_narrow(house: House, client: Staff, open_context: Open, width: int) -> None:
    page = at(open_context(width=width, height=800).new_page(), house, client)
    expect(page.get_by_role("textbox", name="Version 3, compared with version 2")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    picture(page, f"agents-{width}")
