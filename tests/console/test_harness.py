"""The house and the browser of these tests."""

from playwright.sync_api import Page

from .conftest import Open, picture, violations
from .living import House


def test_the_house_knows_the_example_company(house: House, page: Page):
    assert house.client_name == "Tarnbrook Weighing"
    (configuration,) = house.owner.get("/configurations")["items"]
    assert configuration["deployed"] == {"production": 1}
    page.goto(f"{house.url}/sign-in")
    assert page.title() == "Retinue"
    picture(page, "sign-in-light")


def test_a_theme_is_what_the_browser_prefers(open_context: Open, theme: str):
    page = open_context(theme).new_page()
    page.set_content("<html lang=en><title>x</title><main><h1>One</h1><button>Press</button></main>")
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (theme == "dark")
    assert violations(page) == []
    page.set_content("<html lang=en><title>x</title><main><h1>One</h1><button></button></main>")
    assert [found.split()[0] for found in violations(page)] == ["button-name"]
