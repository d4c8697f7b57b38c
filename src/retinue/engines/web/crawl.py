"""Which pages of a site are read, in what order, and where to go on after a crash."""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel

from retinue.engines.web import refusals
from retinue.engines.web.addresses import host_of, normalize, origin_of, site_of, worth_asking
from retinue.engines.web.fetcher import Fetched, Fetcher
from retinue.engines.web.links import links_of
from retinue.engines.web.robots import Robots, robots_of, sitemap_of
from retinue.kernel.errors import Refusal

_FAILURES = 5  # pages in a row that a site did not serve before it is left alone
_QUERIES = 20  # addresses that differ only in their query; calendars and filters have millions


class Visited(BaseModel):
    """What to keep of a page so that a later crawl goes on after it."""

    asked: str
    url: str
    depth: int
    links: list[str]


class Known(BaseModel):
    """A page as an earlier crawl read it; unchanged ones are not sent again."""

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    links: list[str] = []


class Page(Visited):
    """A page read, or refused with its reason. An unchanged page has no body if the server said so (304)."""

    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    unchanged: bool = False
    duplicate_of: str | None = None
    refusal: str | None = None
    reason: str | None = None

    def visited(self) -> Visited:
        return Visited(asked=self.asked, url=self.url, depth=self.depth, links=self.links)


class Crawl:
    """`async for page in Crawl(source, fetcher)`: the pages of one site, nearest first, refused ones included.

    Raises a Refusal if the first page cannot be read, or the site stops answering; pages given out before stay read.
    After a crash, `visited` are the pages already kept, in their order; `known` are those of an earlier crawl.
    """

    def __init__(
        self,
        source: str,
        fetcher: Fetcher,
        *,
        visited: Iterable[Visited] = (),
        known: Mapping[str, Known] | None = None,
    ) -> None:
        self.source, self.fetcher, self.settings = source, fetcher, fetcher.settings
        self.visited = list(visited)
        self.known = known or {}
        self.site = ""
        self.read = len(self.visited)
        self._public = False
        self._queue: deque[tuple[str, int]] = deque()
        self._seen: set[str] = set()
        self._queries: Counter[str] = Counter()
        self._robots: dict[str, Robots] = {}
        self._bodies: dict[str, str] = {}

    @property
    def expected(self) -> int:
        """Pages read and to read, as far as known now; for a progress line."""
        return min(self.read + len(self._queue), self.settings.pages)

    async def __aiter__(self) -> AsyncIterator[Page]:
        if self.visited:
            home = self.visited[0].url
            self.site = site_of(home)
            for earlier in self.visited:
                self._seen |= {earlier.asked, earlier.url}
            for earlier in self.visited:
                self._add(earlier.links, earlier.depth + 1)
        else:
            first = await self._first()
            home = first.url
            self.read += 1
            yield first
        if self.read < self.settings.pages:
            await self._add_sitemap(home)
        failures = 0
        attempts = 0
        while self._queue and self.read < self.settings.pages and attempts < self.settings.pages * 3:
            url, depth = self._queue.popleft()
            attempts += 1
            try:
                page = await self._page(url, depth)
            except Refusal as refusal:
                lasting = isinstance(refusal, refusals.Unreachable | refusals.Busy | refusals.TooSlow | refusals.NotResolvable)
                failures = failures + 1 if lasting else 0
                if failures >= _FAILURES:
                    raise
                yield Page(
                    asked=url, url=url, depth=depth, links=[], fetched_at=self.fetcher.clock.now(),
                    status=_status(refusal), refusal=type(refusal).__name__, reason=str(refusal),
                )  # fmt: skip
                continue
            if page is not None:
                failures = 0
                self.read += 1
                self._add(page.links, depth + 1)
                yield page

    async def _first(self) -> Page:
        addresses = [self.source] if "://" in self.source else [f"https://{self.source}", f"http://{self.source}"]
        page = None
        for position, address in enumerate(addresses):
            url = normalize(address)
            self.site = site_of(url)
            self._seen = {url}
            try:
                page = await self._page(url, 0, home=True)
                break
            except (refusals.Unreachable, refusals.TlsFailed, refusals.BadAnswer):
                if position + 1 == len(addresses):
                    raise
            except refusals.NotServed as refusal:
                raise refusals.NoPageReadable(url=url, reason=str(refusal)) from refusal
        if page is None:
            raise refusals.RedirectLoop(url=self.source)
        self.site = site_of(page.url)
        self._add(page.links, 1)
        return page

    async def _page(self, url: str, depth: int, *, home: bool = False) -> Page | None:
        """The page at the end of the redirects; None if that one is read or queued already."""
        asked = url
        for _ in range(self.settings.redirects + 1):
            robots = await self._rules(origin_of(url))
            if not robots.allows(url):
                what = "the whole site" if home and urlsplit(url).path == "/" else urlsplit(url).path
                raise refusals.RobotsForbid(host=host_of(url), what=what)
            answer = await self.fetcher.fetch(url, pause=robots.pause, headers=self._conditions(url), follow=False, public=self._public)
            self._public = answer.public
            if answer.redirect is None:
                return await self._made(asked, answer, depth)
            if answer.redirect == url:
                break
            url = answer.redirect
            if not home:
                if site_of(url) != self.site:
                    raise refusals.LeavesSite(url=asked, host=host_of(url))
                if url in self._seen:
                    return None
            self._seen.add(url)
        raise refusals.RedirectLoop(url=asked)

    async def _made(self, asked: str, answer: Fetched, depth: int) -> Page:
        url, known = answer.url, self.known.get(answer.url)
        page = Page(
            asked=asked,
            url=url,
            depth=depth,
            links=[],
            status=answer.status,
            content_type=answer.content_type,
            body=answer.body,
            fetched_at=answer.fetched_at,
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
        )
        if answer.status == 304 and known:
            if known.sha256:
                self._bodies.setdefault(known.sha256, url)
            page = page.model_copy(
                update={
                    "unchanged": True,
                    "links": known.links,
                    "sha256": known.sha256,
                    "etag": known.etag or page.etag,
                }
            )
        elif answer.status != 200:
            raise refusals.NotServed(url=url, status_code=answer.status)
        else:
            page.sha256 = hashlib.sha256(answer.body).hexdigest()
            page.unchanged = known is not None and known.sha256 == page.sha256
            if "html" in page.content_type or not page.content_type:
                charset = page.content_type.lower().partition("charset=")[2].strip("\"' ;") or "utf-8"
                page.links = await asyncio.to_thread(links_of, answer.body, url, charset)
            first = self._bodies.setdefault(page.sha256, url)
            page.duplicate_of = first if first != url else None
        return page

    def _conditions(self, url: str) -> dict[str, str]:
        known = self.known.get(url)
        if known is None:
            return {}
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in asked.items() if value}

    async def _rules(self, origin: str) -> Robots:
        if origin not in self._robots:
            self._robots[origin] = await robots_of(origin, self.fetcher, public=self._public)
        return self._robots[origin]

    async def _add_sitemap(self, home: str) -> None:
        origin = origin_of(home)
        robots = await self._rules(origin)
        named = sitemap_of(origin, robots, self.fetcher, most=self.settings.pages * 5, public=self._public)
        # Pages near the root say what a company does; its archive fills the rest of the limit.
        self._add(sorted([url async for url in named], key=lambda url: urlsplit(url).path.strip("/").count("/")), 1)

    def _add(self, urls: Iterable[str], depth: int) -> None:
        if depth > self.settings.depth:
            return
        for url in urls:
            if url in self._seen or site_of(url) != self.site or not worth_asking(url):
                continue
            if len(self._queue) >= self.settings.pages * 10:
                return
            place = urlsplit(url)
            if place.query:
                self._queries[place.path] += 1
                if self._queries[place.path] > _QUERIES:
                    continue
            self._seen.add(url)
            self._queue.append((url, depth))


def _status(refusal: Refusal) -> int | None:
    status = refusal.details.get("status_code")
    return status if isinstance(status, int) else None
