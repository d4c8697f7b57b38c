"""`retinue demo` opens the console before its story begins, on the page that watches it, and leaves it there."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import retinue
from assembled import free_home

from .conftest import picture
from .living import LOOPBACK, free_port

START_SECONDS, STORY = 120, 180_000  # milliseconds


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A browser that only says which address it was given, and where it says it."""
    told, browser = tmp_path / "told", tmp_path / "browser"
    os.mkfifo(told)
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {told}\n')
    browser.chmod(0o700)
    reader = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    yield str(browser), reader
    os.close(reader)


@pytest.mark.slow
def test_the_console_watches_the_story_and_stays(opened: tuple[str, int], page: Page) -> None:
    browser, reader = opened
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RETINUE_")}
    with free_home() as home:
        ours = {"RETINUE_HOME": str(home), "RETINUE_PORT": str(free_port()), "PYTHONPATH": str(Path(retinue.__file__).parents[1])}
        story = subprocess.Popen(
            [sys.executable, "-u", "-m", "retinue", "demo"],
            env=clean | ours | LOOPBACK | {"BROWSER": browser, "DISPLAY": ":9"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell lets what it starts in the background ignore Ctrl-C
        )
        try:
            assert select.select([reader], [], [], START_SECONDS)[0], "no browser was opened"
            page.goto(os.read(reader, 4096).decode())
            way = page.get_by_role("list", name="From company to agent").get_by_role("listitem")
            expect(way.nth(7)).not_to_contain_text("done")  # it is there before the story has been told
            picture(page, "demo-begins")
            expect(page.get_by_role("heading", name=re.compile("^A retinue for (?!your)"))).to_be_visible(timeout=STORY)
            expect(way.nth(7)).to_contain_text(", done", timeout=STORY)
            for step in range(7):
                expect(way.nth(step)).to_contain_text(", done")
            expect(page.get_by_role("region", name=re.compile("^Chat with"))).to_be_visible()
            said = ""
            assert story.stdout
            for line in story.stdout:
                said += line
                if "Ctrl-C stops everything" in line:
                    break
            assert "it watches what follows" in said and "signed-in link, good once: http" in said, said
            page.reload()
            expect(page.get_by_role("img", name="8 of 8 steps done")).to_be_visible()
            picture(page, "demo-ended")
        finally:
            story.send_signal(signal.SIGINT)
            story.communicate(timeout=60)
    assert story.returncode == 0
