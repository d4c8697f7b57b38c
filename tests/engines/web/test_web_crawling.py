"""Which pages of a site are read, and how a crawl goes on after it was killed."""

import gzip
from typing import Any

import pytest

from engines.web import internet
from engines.web.internet import Internet, Site, Sleeper
from retinue.engines.web import Crawl, Fetcher, Known, Page, WebSettings
from retinue.engines.web.links import links_of
from retinue.engines.web.refusals import Busy, NoPageReadable, NotAWebsite, RobotsForbid, Unreachable, WrongType
from retinue.kernel.clock import StoppedClock

LOCAL = WebSettings(allow_private=True)
TEXT = {"Content-Type": "text/plain"}


async def crawl(site: Site, source: str | None = None, settings: WebSettings = LOCAL, **options: Any) -> list[Page]:
    clock = StoppedClock()
    async with Fetcher(settings, internet.open_gate, clock=clock, sleep=Sleeper(clock)) as fetcher:
        return [page async for page in Crawl(source or site.url, fetcher, **options)]


def paths(pages: list[Page]) -> list[str]:
    return [page.url.partition("//")[2].partition("/")[2] for page in pages if page.refusal is None]


HOME = '<a href="/a">A</a> <a href=b?utm_source=x>B</a> <a href="https://elsewhere.example/">out</a> <a href="/photo.JPG">p</a>'


async def test_nearest_pages_first_each_once_and_nothing_elsewhere() -> None:
    pages = {"/": HOME, "/a": '<a href="/deep#x">d</a><a href="/">home</a>', "/b": "<a href='/a'>a</a>", "/deep": "end"}
    async with Site(pages) as site:
        assert paths(await crawl(site)) == ["", "a", "b", "deep"]
        assert site.paths == ["/robots.txt", "/", "/sitemap.xml", "/a", "/b", "/deep"]


async def test_robots_are_obeyed() -> None:
    robots = (
        200,
        TEXT,
        b"User-agent: *\nDisallow: /\n\nUser-agent: retinue\nDisallow: /private\nAllow: /private/open\n",
    )
    home = '<a href="/private/x"></a><a href="/private/open"></a><a href="/ok"></a>'
    async with Site({"/robots.txt": robots, "/": home, "/private/open": "o", "/private/x": "secret", "/ok": "k"}) as site:
        pages = await crawl(site)
        assert paths(pages) == ["", "private/open", "ok"]
        assert [page.refusal for page in pages if page.refusal] == ["RobotsForbid"]
        assert "/private/x" not in site.paths


@pytest.mark.parametrize("robots", [(200, TEXT, b"User-agent: *\nDisallow: /"), (500, {}, b""), (503, {}, b"")])
async def test_a_closed_site_is_not_read(robots: internet.Answer) -> None:
    async with Site({"/robots.txt": robots, "/": "secret"}) as site:
        with pytest.raises(RobotsForbid, match="the whole site"):
            await crawl(site)
        assert "/" not in site.paths


@pytest.mark.parametrize("status", [404, 401, 403, 410])
async def test_no_robots_means_all_is_allowed(status: int) -> None:
    async with Site({"/robots.txt": (status, {}, b"User-agent: *\nDisallow: /"), "/": "open"}) as site:
        assert paths(await crawl(site)) == [""]


async def test_a_crawl_delay_is_kept_up_to_a_limit() -> None:
    for asked, kept in ((4, 4.0), (3600, 30.0)):
        robots = (200, TEXT, f"User-agent: *\nCrawl-delay: {asked}".encode())
        async with Site({"/robots.txt": robots, "/": '<a href="/a">', "/a": "a"}) as site:
            clock = StoppedClock()
            sleep = Sleeper(clock)
            net = Internet(site, {"shop.example": [internet.PUBLIC]})
            async with Fetcher(WebSettings(), internet.open_gate, clock=clock, sleep=sleep, resolve=net.resolve, network=net) as fetcher:
                assert len([page async for page in Crawl("http://shop.example", fetcher)]) == 2
            assert sleep.slept[1:] == [kept, kept]


async def test_sitemaps_name_pages_too() -> None:
    async with Site({"/": "home", "/hidden": "h", "/old/deep/one": "d", "/zipped": "z"}) as site:
        site.pages["/robots.txt"] = (200, TEXT, f"Sitemap: {site.url}/maps.xml".encode())
        index = "".join(f"<sitemap><loc>{site.url}/{name}</loc></sitemap>" for name in ("m1.xml", "m2.xml.gz"))
        index = f"<sitemapindex>{index}</sitemapindex>"
        one = "".join(
            f"<url><loc>{place}</loc></url>" for place in (f"\n {site.url}/old/deep/one ", f"{site.url}/hidden", "http://x.example/")
        )
        two = f"<urlset><url><loc>{site.url}/zipped</loc></url></urlset>"
        site.pages |= {
            "/maps.xml": (200, TEXT, index.encode()),
            "/m1.xml": (200, TEXT, one.encode()),
            "/m2.xml.gz": (200, TEXT, gzip.compress(two.encode())),
        }
        assert paths(await crawl(site)) == ["", "hidden", "zipped", "old/deep/one"]


async def test_failures_of_pages_are_told_and_the_rest_is_read() -> None:
    home = "".join(f'<a href="/{name}"></a>' for name in ("gone", "picture", "away", "moved", "ok"))
    pages = {
        "/": home, "/picture": (200, {"Content-Type": "image/png"}, b"x"),
        "/away": (302, {"Location": "http://127.0.0.2:1024/"}, b""),
        "/moved": (301, {"Location": "/ok"}, b""), "/ok": "fine",
    }  # fmt: skip
    async with Site(pages) as site:
        found = await crawl(site)
        assert {page.url.removeprefix(site.url): page.refusal for page in found if page.refusal} == {
            "/gone": "NotServed", "/picture": "WrongType", "/away": "LeavesSite",
        }  # fmt: skip
        assert all(page.reason and page.reason.endswith(".") for page in found if page.refusal)
        assert paths(found) == ["", "ok"]
        assert site.paths.count("/ok") == 1


async def test_the_number_of_pages_the_depth_and_the_queries_are_bounded() -> None:
    async def maze(asked: internet.Asked, writer: object) -> internet.Answer:
        return 200, {}, "".join(f'<a href="{asked.path.rstrip("/")}/{n}"></a>' for n in range(5)).encode()

    class Maze(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return default if path in ("/robots.txt", "/sitemap.xml") else maze

    async with Site(Maze()) as site:
        assert len(await crawl(site, settings=WebSettings(allow_private=True, pages=20))) == 20
        assert len(await crawl(site, settings=WebSettings(allow_private=True, depth=1))) == 6
    calendar = "".join(f'<a href="/c?day={day}"></a>' for day in range(100))
    async with Site({"/": calendar}) as site:
        await crawl(site)
        assert sum(path.startswith("/c") for path in site.paths) == 20


async def test_a_killed_crawl_goes_on_where_it_was() -> None:
    pages: dict[str, Any] = {"/": "".join(f'<a href="/{n}"></a>' for n in range(8))} | {
        f"/{n}": f'{n} <a href="/sub{n}"></a>' for n in range(8)
    }
    pages |= {f"/sub{n}": f"sub {n}" for n in range(8)}
    async with Site(pages) as site:
        whole = await crawl(site)
        assert len(whole) == 17
        kept = []
        async with Fetcher(LOCAL, internet.open_gate) as fetcher:
            async for page in Crawl(site.url, fetcher):
                kept.append(page.visited())
                if len(kept) == 6:
                    break
        site.asked.clear()
        rest = await crawl(site, visited=kept)
        assert sorted(page.url for page in rest) == sorted({page.url for page in whole} - {page.url for page in kept})
        assert not set(site.paths) & {"/", "/0", "/1", "/2", "/3", "/4"}


async def test_an_unchanged_page_is_not_sent_again() -> None:
    async def tagged(asked: internet.Asked, writer: object) -> internet.Answer:
        return (304, {"ETag": '"1"'}, b"") if asked.headers.get("if-none-match") == '"1"' else (200, {"ETag": '"1"'}, b'<a href="/a">')

    async with Site({"/": tagged, "/a": "same", "/a2": "x"}) as site:
        known = {page.url: Known(**page.model_dump(include={"etag", "last_modified", "sha256", "links"})) for page in await crawl(site)}
        again = await crawl(site, known=known)
        assert [(page.unchanged, page.status) for page in again] == [(True, 304), (True, 200)]
        site.pages["/a"] = "changed"
        assert [page.unchanged for page in await crawl(site, known=known)] == [True, False]


async def test_the_same_content_twice_is_told() -> None:
    async with Site({"/": '<a href="/x"><a href="/y">', "/x": "twin", "/y": "twin"}) as site:
        assert [page.duplicate_of for page in await crawl(site)] == [None, None, site.url + "/x"]


async def test_sources_that_cannot_be_read() -> None:
    async with Site({"/": (404, {}, b""), "/pic": (200, {"Content-Type": "image/png"}, b"")}) as site:
        with pytest.raises(NoPageReadable, match="answers 404"):
            await crawl(site)
        with pytest.raises(WrongType):
            await crawl(site, site.url + "/pic")
        with pytest.raises(NotAWebsite):
            await crawl(site, "not a website")
        gone = site.url
    with pytest.raises(Unreachable):
        await crawl(site, gone)


async def test_a_source_without_a_scheme_is_tried_both_ways() -> None:
    async with Site({"/": "home"}) as site:
        assert paths(await crawl(site, site.url.removeprefix("http://"))) == [""]


async def test_a_site_that_stops_serving_ends_the_crawl() -> None:
    pages: dict[str, Any] = {"/": "".join(f'<a href="/{n}"></a>' for n in range(20))} | {f"/{n}": (503, {}, b"") for n in range(20)}
    async with Site(pages) as site:
        with pytest.raises(Busy):
            await crawl(site)
        assert len(set(site.paths)) < 10


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<A HREF="/x">', ["/x"]),
        ("<a class='b' href='x y'>", ["/dir/x%20y"]),
        ('<a href="?p=1&amp;q=2">', ["/dir/page?p=1&q=2"]),
        ('<base href="/other/"><a href="x">', ["/other/x"]),
        ('<!-- <a href="/no"> --><a href="/yes">', ["/yes"]),
        ('<script>"<a href=/no>"</SCRIPT><a href="/yes">', ["/yes"]),
        ('<script>never closed <a href="/no">', []),
        ('<meta name="robots" content="noindex, nofollow"><a href="/no">', []),
        ('<meta http-equiv="refresh" content="0; url=/next">', ["/next"]),
        ('<a href="mailto:a@b.example"><a href="javascript:x"><a href="http://user@h/"><a href="">', []),
        ('<a href="/\u0130"><a href="/x">', ["/%C4%B0", "/x"]),
        ("<a " * 50_000, []),
        ("<!--" * 50_000, []),
        ("<script" * 50_000, []),
    ],
)
def test_links_of_a_page(markup: str, found: list[str]) -> None:
    links = links_of(markup.encode(), "http://a.example/dir/page")
    assert [link.removeprefix("http://a.example") for link in links] == found
