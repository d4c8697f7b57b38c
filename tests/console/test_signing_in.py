"""Who gets in, by which way, and what is kept of what they wrote."""

import re

from playwright.sync_api import Page, expect

from .conftest import Open, picture, violations
from .living import House


def sign_in(page: Page, house: House) -> Page:
    """By a one-time link, as `make demo` prints it."""
    page.goto(house.owner.post("/auth/one-time")["url"])
    expect(page).to_have_url(re.compile("/welcome$"))
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return page


def test_a_link_signs_in_once_and_leaves_no_secret_in_the_address(house: House, open_context: Open) -> None:
    link = house.owner.post("/auth/one-time")["url"]
    first = open_context().new_page()
    first.goto(link)
    expect(first).to_have_url(re.compile("/welcome$"))
    expect(first.get_by_role("navigation", name="Main")).to_be_visible()
    second = open_context().new_page()
    second.goto(link)
    expect(second.get_by_role("alert")).to_contain_text("used before, or is older than ten minutes")
    expect(second.get_by_label("E-mail")).to_be_visible()
    assert "#" not in second.url
    for page in (first, second):
        assert page.evaluate("Object.values({...localStorage, ...sessionStorage}).join()").find("rtr_") == -1
        assert page.evaluate("document.cookie") == ""


def test_by_password_with_the_keyboard_alone_and_back_to_where_one_was_going(house: House, page: Page) -> None:
    page.goto(f"{house.url}/develop/tasks")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_label("E-mail").focus()
    page.keyboard.type(house.credentials["email"])
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.locator("input[type=password]").fill(house.credentials["password"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/develop/tasks$"))
    expect(page.get_by_role("button", name="pii.find")).to_be_visible()


def test_no_way_leads_out_of_the_console(house: House, page: Page) -> None:
    page.goto(f"{house.url}/sign-in?next=//evil.example/")
    page.get_by_label("E-mail").fill(house.credentials["email"])
    page.locator("input[type=password]").fill(house.credentials["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    assert page.url.startswith(house.url)


def test_signing_out_ends_the_session_of_every_tab(house: House, open_context: Open) -> None:
    context = open_context()
    page = sign_in(context.new_page(), house)
    page.get_by_role("button", name=re.compile("theme, settings, sign out")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    again = context.new_page()
    again.goto(f"{house.url}/settings")
    expect(again).to_have_url(re.compile("/sign-in"))


def test_it_is_accessible_and_looks_right(house: House, open_context: Open, theme: str) -> None:
    page = open_context(theme=theme).new_page()
    page.goto(f"{house.url}/sign-in")
    expect(page.get_by_label("E-mail")).to_be_focused()
    assert violations(page) == []
    picture(page, f"sign-in-{theme}")
    page.goto(f"{house.url}/claim")
    expect(page.get_by_text("lacks the secret")).to_be_visible()
    assert violations(page) == []
