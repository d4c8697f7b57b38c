"""The console opens by itself where somebody looks, and nowhere else."""

from pathlib import Path

import pytest

from retinue.cli.browser import open_console

LINK = "http://127.0.0.1:1/sign-in#rtn_once"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where this person's browser writes the address that it was given."""
    browser, address = tmp_path / "browser", tmp_path / "address"
    browser.write_text(f'#!/bin/sh\necho noise\nprintf %s "$1" > {address}\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return address


def test_at_a_screen_the_browser_gets_the_link(opened: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    monkeypatch.setenv("DISPLAY", ":9")
    assert open_console(LINK)
    assert opened.read_text() == LINK
    assert capfd.readouterr() == ("", "")


def test_without_a_screen_or_when_told_not_to_nothing_opens(opened: Path, monkeypatch: pytest.MonkeyPatch):
    assert not open_console(LINK)
    monkeypatch.setenv("DISPLAY", ":9")
    assert not open_console(LINK, no_browser=True)
    assert not opened.exists()
