"""Which vendors' tools a page's markup shows."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from retinue.services.research.extraction.claims import Claim, claim
from retinue.services.research.extraction.pages import Page
from retinue.services.research.extraction.site import Site

_SNIPPET = 200  # characters of markup that a quote may take


@cache
def signatures() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Vendor, category and the substrings, in lower case, that give it away."""
    table = tomllib.loads(files(__package__).joinpath("tools.toml").read_text(encoding="utf-8"))
    return tuple((name, kind, tuple(marks)) for kind, vendors in table.items() for name, marks in vendors.items())


def tool_claims(site: Site) -> Iterator[Claim]:
    found: set[str] = set()
    for page in site.pages:
        lowered = page.source.lower()
        if len(lowered) != len(page.source):
            lowered = page.source
        for name, kind, marks in signatures():
            if name in found:
                continue
            at = min((where for mark in marks if (where := _outside_words(lowered, mark)) >= 0), default=-1)
            if at >= 0:
                found.add(name)
                yield claim("tool_seen", f"{name} ({kind})", page, _snippet(page, at), 0.9, in_markup=True)
        generator = page.html_meta.generator
        if generator and (span := page.find_in_source(generator)):
            name = re.split(r"[\s;,/]", generator)[0]
            if name and not any(name.casefold() in known.casefold() for known in found):
                found.add(name)
                yield claim("tool_seen", f"{name} (site)", page, span, 0.85, in_markup=True)


def _outside_words(markup: str, mark: str) -> int:
    """The first place where the mark is not a part of a longer word or host name."""
    before = r"(?<![\w-])" if mark[0].isalnum() else ""
    after = r"(?![a-z0-9])" if mark[-1].isalnum() else ""
    match = re.search(f"{before}{re.escape(mark)}{after}", markup) if mark in markup else None
    return match.start() if match else -1


def _snippet(page: Page, at: int) -> tuple[int, int]:
    """The attribute's value or the word around the place."""
    markup = page.source
    begin = max((markup.rfind(mark, max(0, at - _SNIPPET), at + 1) for mark in "\"'<(\n "), default=-1) + 1
    ends = [end for mark in "\"')>\n " if (end := markup.find(mark, at + 1)) >= 0]
    end = min([*ends, at + _SNIPPET, len(markup)])
    if markup.startswith('content="', at) or markup.startswith("content=", at):
        closing = markup.find('"', at + 9)
        end = min(closing if closing > 0 else len(markup), at + _SNIPPET)
        begin = at
    return max(begin, at - _SNIPPET, 0) if begin <= at else at, max(end, at + 1)


def tools_of_kind(claims: list[Claim], kind: str) -> list[Claim]:
    return [found for found in claims if found.field == "tool_seen" and found.value.endswith(f"({kind})")]
