"""What the chat's script may weigh and do."""

import gzip
import json
import re
from pathlib import Path

import pytest

from retinue.assembly.widget import SCRIPT, VISITED

ROOT = Path(__file__).parents[2]
BYTES_AT_MOST = 10_000
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc|setHTML|createContextualFragment"
)
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\(")


def test_the_script_is_small() -> None:
    assert SCRIPT.exists(), "run make setup"
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) < BYTES_AT_MOST


def test_nobodys_markup_becomes_markup() -> None:
    assert MARKUP.search("root.innerHTML = text") and MARKUP.search("eval(x)")
    sources = [*(ROOT / "widget/src").glob("*.ts")]
    assert len(sources) > 5
    assert [path.name for path in sources if MARKUP.search(path.read_text())] == []
    assert not MARKUP.search(SCRIPT.read_text())


def test_no_colour_stands_outside_the_style_sheet() -> None:
    assert COLOUR.search("color: #fff") and not COLOUR.search("this.#badge")
    assert [path.name for path in (ROOT / "widget/src").glob("*.ts") if COLOUR.search(path.read_text())] == []


def test_the_lock_names_no_host() -> None:
    lock = json.loads((ROOT / "widget/package-lock.json").read_text())
    assert len(lock["packages"]) > 2
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


@pytest.mark.parametrize(
    ("path", "open_"),
    [
        ("/api/v1/chat/widget", True),
        ("/api/v1/chat/conversations", True),
        ("/api/v1/chat/conversations/1/messages", True),
        ("/api/v1/chat/conversations/1/files", True),
        ("/api/v1/chat/conversations/1", True),
        ("/widget.js", True),
        ("/widget-0a1b.js", True),
        ("/api/v1/chat/conversations/1/take", False),
        ("/api/v1/chat/conversations/1/notes", False),
        ("/api/v1/auth/login", False),
        ("/api/v1/chat/widgets", False),
        ("/widget/preview", False),
    ],
)
def test_other_sites_may_call_what_visitors_need(path: str, open_: bool) -> None:
    assert bool(VISITED.match(path)) == open_
