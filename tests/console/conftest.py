"""Fixtures of the browser tests: one house and one browser for the session, a fresh context for each test."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .living import House, living

PICTURES = Path(os.environ.get("RETINUE_TEST_PICTURES", Path(__file__).parents[2] / "build/pictures"))
CHROMIUM = os.environ.get("RETINUE_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 20
Open = Callable[..., BrowserContext]
expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with living() as house:
        yield house


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "No Chromium here. As root: apt-get install --no-install-recommends chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Open]:
    """`open_context(theme="dark", width=375, **more)`: somebody else's browser, with nothing stored. Errors of its pages fail the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_(theme: str = "light", width: int = 1440, height: int = 900, **more: Any) -> BrowserContext:
        context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": height}, **more)
        context.set_default_timeout(SECONDS * 1000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield open_
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """A test that asks for this runs once in each theme."""
    return str(request.param)


@pytest.fixture
def page(open_context: Open) -> Page:
    """A page in the light theme on an ordinary screen."""
    return open_context().new_page()


# Some frames, in which a transition begins, then the end of all that end.
STILL = """async () => {
  for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.all(ending.map((one) => one.finished.catch(() => null)));
}"""


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds in a page that stands still: rule, impact and where. Half-faded, a dialog has half its contrast."""
    page.evaluate(STILL)
    found = Axe().run(page, **options).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {', '.join(str(n['target']) + ' ' + n['failureSummary'][:200] for n in v['nodes'])}" for v in found
    ]


def picture(page: Page, name: str) -> None:
    """Kept as `build/pictures/NAME.png`, to be looked at."""
    assert re.fullmatch(r"[a-z0-9-]+", name)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
