"""What a site allows: its robots.txt by RFC 9309, and the pages that its sitemaps name."""

import html
import re
import zlib
from collections.abc import AsyncIterator
from typing import Any

from protego import Protego

from retinue.engines.web.addresses import normalize, site_of
from retinue.engines.web.fetcher import ANY, Fetcher
from retinue.engines.web.refusals import Busy, NotAWebsite, WebRefused
from retinue.engines.web.settings import PRODUCT, WebSettings
from retinue.kernel.errors import ForeignError, foreign

_ROBOTS_BYTES = 512_000  # RFC 9309, 2.5 asks for 500 KiB at least
_SITEMAP_BYTES = 50_000_000  # sitemaps.org: 50 MB, 50,000 addresses
_SITEMAPS = 50
_LOCATION = re.compile(r"<(?:[\w-]{1,20}:)?loc>\s*([^<\s]{1,2500})\s*<", re.I)
_INDEX = re.compile(r"<(?:[\w-]{1,20}:)?sitemapindex[\s>]", re.I)


class Robots:
    def __init__(self, rules: Any, settings: WebSettings, *, closed: bool = False) -> None:
        self._rules, self._settings, self._closed = rules, settings, closed

    def allows(self, url: str) -> bool:
        if self._closed:
            return False
        return self._rules is None or bool(self._rules.can_fetch(url, PRODUCT))

    @property
    def pause(self) -> float:
        """Seconds between two requests: ours, or the site's if longer."""
        asked = float(self._rules.crawl_delay(PRODUCT) or 0) if self._rules is not None else 0.0
        return max(self._settings.seconds_between, min(asked, self._settings.crawl_delay_seconds))

    @property
    def sitemaps(self) -> list[str]:
        return list(self._rules.sitemaps)[:_SITEMAPS] if self._rules is not None else []


async def robots_of(origin: str, fetcher: Fetcher, *, public: bool = False) -> Robots:
    """Absent (4xx) allows everything; failing (5xx, busy) forbids everything (RFC 9309, 2.3.1); unreachable raises."""
    try:
        answer = await fetcher.fetch(f"{origin}/robots.txt", types=ANY, most_bytes=_ROBOTS_BYTES, truncate=True, public=public)
    except Busy:
        return Robots(None, fetcher.settings, closed=True)
    if answer.status >= 500:
        return Robots(None, fetcher.settings, closed=True)
    if answer.status != 200:
        return Robots(None, fetcher.settings)
    try:
        with foreign("reading robots.txt"):
            rules = Protego.parse(answer.body.decode("utf-8-sig", "replace"))
    except ForeignError:
        return Robots(None, fetcher.settings)
    return Robots(rules, fetcher.settings)


async def sitemap_of(origin: str, robots: Robots, fetcher: Fetcher, *, most: int, public: bool = False) -> AsyncIterator[str]:
    """Normalized addresses of the same site that its sitemaps name; a sitemap that fails is left out."""
    waiting = list(dict.fromkeys([*robots.sitemaps, f"{origin}/sitemap.xml"]))
    seen: set[str] = set()
    found = 0
    while waiting and len(seen) < _SITEMAPS and found < most:
        try:
            url = normalize(waiting.pop(0), origin)
            if url in seen or site_of(url) != site_of(origin) or not robots.allows(url):
                continue
            seen.add(url)
            answer = await fetcher.fetch(url, types=ANY, most_bytes=_SITEMAP_BYTES, truncate=True, pause=robots.pause, public=public)
        except WebRefused:
            continue
        if answer.status != 200:
            continue
        text = _unpacked(answer.body).decode("utf-8", "replace")
        places = [html.unescape(match[1]) for match in _LOCATION.finditer(text)]
        if _INDEX.search(text):
            waiting.extend(places[:_SITEMAPS])
            continue
        for place in places:
            try:
                address = normalize(place, origin)
            except NotAWebsite:
                continue
            if site_of(address) == site_of(origin) and found < most:
                found += 1
                yield address


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _SITEMAP_BYTES)
    except zlib.error:
        return b""
