"""The first run: eight steps of the newest client with their real durations, a chat with its agent, and what is left to do."""

import re

from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House
from .test_signing_in import sign_in

LATER = 120_000  # milliseconds, for what the server works at


def arrive(page: Page, house: House) -> Page:
    """Other tests make other clients: here it is the example company."""
    sign_in(page, house)
    page.goto(f"{house.url}/welcome?client={house.client_id}")
    expect(page.get_by_role("heading", name=f"A retinue for {house.client_name}")).to_be_visible()
    return page


def test_every_step_that_was_taken_is_told_with_its_duration(house: House, page: Page) -> None:
    arrive(page, house)
    steps = page.get_by_role("list", name="From company to agent").get_by_role("listitem")
    expect(steps).to_have_count(8)
    for at, title in enumerate(("Opened", "Read the company", "Found", "Took in", "Wrote", "Approved", "Built")):
        expect(steps.nth(at)).to_contain_text(re.compile(f"{title}.*, done"))
    for at in (1, 2, 3, 4, 5, 6):
        expect(steps.nth(at).locator(".side span")).to_have_text(re.compile(r"^[\d.]+ (ms|s|min)$"))
    job = house.owner.get("/research/jobs")["items"][-1]
    expect(steps.nth(1)).to_contain_text(f"{job['pages']} pages read")
    expect(page.get_by_text("no model was asked")).to_be_visible()
    page.get_by_text("What was real in this run").click()
    expect(page.get_by_role("cell", name="served on this machine")).to_be_visible()
    steps.nth(4).get_by_role("link", name="Read").click()
    expect(page).to_have_url(re.compile("/requirements$"))


def test_the_agent_answers_with_its_source_and_says_what_it_does_not_know(house: House, page: Page) -> None:
    arrive(page, house)
    chat = page.get_by_role("region", name=re.compile("^Chat with"))
    expect(chat.locator(".offers button").first).to_be_visible()  # the questions that its configuration suggests
    page.locator("main").press("t")
    expect(chat.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("What are your opening hours?")
    page.keyboard.press("Enter")
    expect(chat.locator(".bub.mine")).to_have_text(re.compile("opening hours"))
    answer = chat.locator(".said", has_text="Rules").first
    expect(answer).to_be_visible(timeout=LATER)
    expect(answer.get_by_role("img", name=re.compile("^confidence"))).to_be_visible()
    answer.get_by_role("button", name=re.compile("^Source 1")).click()
    expect(answer.locator("mark")).not_to_be_empty()
    page.keyboard.press("Tab")
    chat.get_by_role("textbox").fill("Do you have a weighbridge in Buenos Aires?")
    page.keyboard.press("Enter")
    expect(chat.locator(".bub.unsure")).to_contain_text("I don't know", timeout=LATER)
    picture(page, "welcome-chat-light")
    answer.get_by_role("button", name="Why").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(chat.locator(".bub.mine")).to_have_count(2)  # the conversation goes on
    chat.get_by_role("button", name="Begin a new conversation").click()
    expect(chat.locator(".bub")).to_have_count(0)


def test_markup_in_a_message_is_text(house: House, page: Page) -> None:
    arrive(page, house)
    chat = page.get_by_role("region", name=re.compile("^Chat with"))
    chat.get_by_role("textbox").fill("<img src=x onerror=\"document.title='taken'\"><b>bold</b>")
    page.keyboard.press("Enter")
    expect(chat.locator(".bub.mine")).to_contain_text("<b>bold</b>")
    assert chat.locator(".bub img, .bub b").count() == 0
    assert "taken" not in page.title()


def test_a_broken_line_loses_no_message(house: House, page: Page) -> None:
    sockets = []
    page.route_web_socket(re.compile("/api/v1/chat/ws/"), lambda ws: (sockets.append(ws), ws.connect_to_server()))
    arrive(page, house)
    chat = page.get_by_role("region", name=re.compile("^Chat with"))
    chat.get_by_role("textbox").fill("When are you open?")
    page.keyboard.press("Enter")
    expect(chat.locator(".said", has_text="Rules")).to_have_count(1, timeout=LATER)
    page.context.set_offline(True)
    sockets[-1].close(code=1011)
    expect(chat.get_by_text("The line broke.")).to_be_visible()
    chat.get_by_role("textbox").fill("What do you offer?")
    page.keyboard.press("Enter")
    expect(chat.locator(".bub.mine[data-waits=true]")).to_have_text(re.compile("What do you offer"))
    page.context.set_offline(False)
    expect(chat.locator(".said", has_text="Rules")).to_have_count(2, timeout=LATER)
    expect(chat.locator(".bub.mine")).to_have_count(2)
    assert len(sockets) >= 2


def test_the_offline_banner_becomes_a_chip_and_never_goes(house: House, page: Page) -> None:
    arrive(page, house)
    banner = page.get_by_role("region", name="Offline engine")
    expect(banner).to_contain_text("No model is configured.")
    banner.get_by_role("button", name="Make it small").click()
    expect(banner).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Offline engine").click()
    banner.get_by_role("link", name="What changes with a model").click()
    expect(page).to_have_url(re.compile("/develop/tasks$"))


def test_what_is_next_leads_there(house: House, page: Page) -> None:
    arrive(page, house)
    page.get_by_label("Your company's address").fill("https://ours.example")
    page.get_by_label("Your company's address").press("Enter")
    expect(page.get_by_label("Address of its website")).to_have_value("https://ours.example")
    page.go_back()
    page.get_by_role("link", name="Get the line").click()
    expect(page).to_have_url(re.compile(f"/clients/{house.client_id}/widget$"))


def test_it_is_as_good_in_both_themes_and_narrow(house: House, open_context: Open, theme: str) -> None:
    page = arrive(open_context(theme).new_page(), house)
    expect(page.get_by_text("Built the agent")).to_be_visible()
    expect(page.get_by_role("region", name=re.compile("^Chat with"))).to_be_visible()
    picture(page, f"welcome-{theme}")
    assert violations(page) == []
    page.set_viewport_size({"width": 1024, "height": 768})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"welcome-narrow-{theme}")


def test_before_anybody_it_teaches(house: House, page: Page) -> None:
    page.route(re.compile(r"/api/v1/clients\?"), lambda route: route.fulfill(json={"items": [], "next_cursor": None}))
    page.route(
        re.compile(r"/api/v1/board/summary"),
        lambda route: route.fulfill(json={"stages": [], "clients": 0, "needs": 0, "events_last_hour": 0, "activity": []}),
    )
    sign_in(page, house)
    expect(page.get_by_text("There is no agent yet")).to_be_visible()
    assert violations(page) == []
    picture(page, "welcome-empty-light")
    page.goto(f"{house.url}/board")
    expect(page.get_by_text("Your board is empty")).to_be_visible()
    assert violations(page) == []
    picture(page, "board-empty-light")
