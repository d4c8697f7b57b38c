"""What a person waits for at the console: an event on the page, the board of 1,000 clients, a client of 10,000 events. In Debian's Chromium."""

import asyncio
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from figures import figure, installation, new_home, remove
from retinue.assembly.console import FILES
from retinue.assembly.process import connected, opened, settings
from retinue.assembly.rooms import ROOMS
from retinue.cli.process import database
from retinue.contracts.research import ResearchStarted
from retinue.kernel.work import uuid7

ROOT = Path(__file__).parents[1]
CLIENTS, EVENTS, PROBES, VIEWS, REST_MS = 1_000, 10_000, 100, 5, 1500
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
# When something first stood on the page: after the frame that painted it.
WATCH = """
window.painted = (selector) => new Promise((resolve, reject) => {
  setTimeout(() => reject(`${selector} never came`), 15000);
  const look = () => document.querySelector(selector) && (watching.disconnect(), requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
  const watching = new MutationObserver(look);
  watching.observe(document, { childList: true, subtree: true, characterData: true });
  look();
});
window.seen = (count) => new Promise((resolve, reject) => {
  setTimeout(() => reject(`${Object.keys(probes).length} of ${count} came`), 20000);
  const look = () => Object.values(probes).filter(Boolean).length >= count ? resolve() : setTimeout(look, 50);
  look();
});
window.probes = {};
new MutationObserver(() => {
  for (const found of document.body?.innerText.matchAll(/probe (\\d+)/g) ?? [])
    if (!(found[1] in probes)) { probes[found[1]] = 0; requestAnimationFrame(() => setTimeout(() => { probes[found[1]] = Date.now(); })); }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


class House:
    def __init__(self, home: Path, url: str) -> None:
        known = json.loads((home / "credentials.json").read_text())
        self.home, self.url = home, url
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False)
        self.known = known
        token = self.http.post("/auth/login", json={"email": known["email"], "password": known["password"]}).json()["access_token"]
        self.http.headers["authorization"] = f"Bearer {token}"

    def clients(self, count: int) -> list[str]:
        return [self.http.post("/clients", json={"name": f"Company {n:04d}"}).raise_for_status().json()["client_id"] for n in range(count)]

    def browse(self, browser: Browser) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(self.http.post("/auth/one-time", json={}).json()["url"])
        page.wait_for_url(re.compile("/welcome"))
        return page


async def tell(home: Path, client: str, titles: list[str], *, together: int, pause: float = 0.0) -> dict[str, float]:
    """Research that began, which nobody acts upon: source → when it was committed, in milliseconds."""
    os.environ["RETINUE_HOME"] = str(home)
    read = settings()
    at: dict[str, float] = {}
    job = uuid7()
    with database(read) as owner:
        async with opened(read, owner, ROOMS) as process, connected(process):
            for begin in range(0, len(titles), together):
                some = titles[begin : begin + together]
                async with process.database.work("research", UUID(client)) as work:
                    for title in some:
                        work.emit(ResearchStarted(job_id=job, source=title))
                at |= dict.fromkeys(some, time.time() * 1000)
                await asyncio.sleep(pause)
            await asyncio.sleep(0.2)  # the herald's last word
    return at


def outside(told: Coroutine[Any, Any, dict[str, float]]) -> dict[str, float]:
    """In a thread of its own: Playwright's loop has this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, told).result()


def handled(house: House, client: str, number: int) -> None:
    """Until the dossier has it."""
    while True:
        moments = house.http.get("/timeline", params={"client_id": client, "limit": 1}, headers={"X-Tenant-ID": client}).json()["items"]
        if moments and moments[0]["number"] >= number:
            return
        time.sleep(0.2)


def first_view(page: Page, url: str, selector: str) -> float:
    """Milliseconds from the start of the load to the paint, the session renewed on the way; the middle of some, each begun at rest."""
    times = []
    for _ in range(VIEWS):
        page.wait_for_timeout(REST_MS)
        page.goto(url, wait_until="commit")
        times.append(page.evaluate(f"painted({json.dumps(selector)})"))
    return statistics.median(times)


def in_the_browser() -> None:
    home = new_home()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with installation(home, RETINUE_REQUESTS_PER_MINUTE="1000000") as (url, _), sync_playwright() as playwright:
        house = House(home, url)
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        ids = house.clients(CLIENTS)
        page = house.browse(browser)
        bare = first_view(page, f"{url}/settings/appearance", "#main h2")  # the frame, and a page that reads nothing
        board = first_view(page, f"{url}/board", "[data-stage] a.card")
        figure("first view of the board, 1,000 clients", board, "ms", baseline=bare, target="≤ 1000 ms", met=board <= 1000)
        outside(tell(home, ids[0], [f"page {n}" for n in range(EVENTS)], together=200))
        handled(house, ids[0], EVENTS)
        client = first_view(page, f"{url}/clients/{ids[0]}", "[data-timeline] .fact")
        figure("client page of 10,000 events, first cards", client, "ms", baseline=bare, target="≤ 500 ms", met=client <= 500)
        page.wait_for_selector(".strip .pulse:not(.off)")
        told = outside(tell(home, ids[0], [f"probe {n}" for n in range(PROBES)], together=1, pause=0.1))
        page.evaluate(f"seen({PROBES})")
        seen = page.evaluate("probes")
        waits = sorted(seen[str(n)] - told[f"probe {n}"] for n in range(PROBES))
        p95 = waits[int(len(waits) * 0.95)]
        figure("event committed → painted p50", statistics.median(waits), "ms")
        figure("event committed → painted p95", p95, "ms", target="≤ 100 ms", met=p95 <= 100)
        browser.close()
    remove(home)


def sizes() -> None:
    page = (FILES / "console" / "index.html").read_text()
    entry = sum(len(gzip.compress((FILES / "console" / name).read_bytes())) for name in re.findall(r'"/(assets/[^"]+\.js)"', page)) / 1000
    figure("console, entry bundle gzipped", entry, "kB", target="≤ 250 kB", met=entry <= 250)
    widget = len(gzip.compress((FILES / "widget" / "widget.js").read_bytes())) / 1000
    figure("widget, gzipped", widget, "kB", target="< 10 kB", met=widget < 10)


def building() -> None:
    """The console from nothing, the registry's cache as it is: with the system's Node, and with one from a Python package."""
    for name, path in (("the system's Node", os.environ["PATH"]), ("Node from a package", "/usr/bin:/bin")):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{ROOT}", folder], check=True)
            venv = Path(folder) / ".venv"
            venv.mkdir()
            (venv / ".ok").touch()
            os.utime(venv / ".ok", (time.time() + 60,) * 2)
            began = time.perf_counter()
            command = ["make", "-s", ".venv/.console-ok", f"PYTHON={shutil.which('python3.11')}"]
            done = subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"not measured with {name}: {done.stderr[-300:]}")
                continue
            figure(f"console set up from nothing, {name}", time.perf_counter() - began, "s")


if __name__ == "__main__":
    sizes()
    building()
    in_the_browser()
