"""Where a page leads: one linear scan for links, because a hostile page may be anything."""

import html
import re

from retinue.engines.web.addresses import normalize
from retinue.engines.web.refusals import NotAWebsite

_TAG = re.compile(r"(a|area|base|link|meta|iframe)[\s/]", re.I)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_SKIPPED = {name: re.compile(f"</{name}", re.I) for name in ("script", "style", "textarea", "template")}
_MAX_TAG = 5_000
_MAX_LINKS = 2_000
_MAX_MARKUP = 5_000_000  # characters


def links_of(body: bytes, url: str, charset: str = "utf-8") -> list[str]:
    """Normalized addresses in order of appearance, each once; none if the page asks not to be followed."""
    try:
        page = body.decode(charset, "replace")[:_MAX_MARKUP]
    except LookupError:
        page = body.decode("utf-8", "replace")[:_MAX_MARKUP]
    base, found, at = url, dict[str, None](), 0
    while (at := page.find("<", at)) != -1 and len(found) < _MAX_LINKS:
        if page.startswith("<!--", at):
            at = _after(page, "-->", at)
            continue
        skipped = next((close for name, close in _SKIPPED.items() if page[at + 1 : at + 1 + len(name)].lower() == name), None)
        if skipped:
            closing = skipped.search(page, at + 1)
            at = closing.end() if closing else len(page)
            continue
        at += 1
        if not (tag := _TAG.match(page, at)):
            continue
        # A `>` inside a quoted value is rare and only cuts the tag short; what is scanned is not scanned again.
        end = page.find(">", at, at + _MAX_TAG)
        if end == -1:
            continue
        attributes = {
            name.lower(): html.unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(page[tag.end() : end])
        }
        at = end
        name = tag[1].lower()
        if name == "meta":
            content = attributes.get("content", "")
            if attributes.get("name", "").lower() in ("robots", "retinue") and re.search(r"\b(nofollow|none)\b", content, re.I):
                return []
            if attributes.get("http-equiv", "").lower() == "refresh" and "=" in content:
                _keep(found, content.partition("=")[2].strip("'\" "), base)
        elif name == "base":
            base = _joined(attributes.get("href", ""), url) or url
        elif name == "iframe":
            _keep(found, attributes.get("src", ""), base)
        elif name != "link" and "href" in attributes:
            _keep(found, attributes["href"], base)
    return list(found)


def _after(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return len(text) if end == -1 else end + len(mark)


def _keep(found: dict[str, None], href: str, base: str) -> None:
    if href and (url := _joined(href, base)):
        found.setdefault(url)


def _joined(href: str, base: str) -> str | None:
    try:
        return normalize(href, base)
    except NotAWebsite:
        return None
