"""What one fetch does with servers that redirect, stall, lie, overflow and ask for rest."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from engines.web import internet
from engines.web.internet import PUBLIC, Asked, Internet, Site, Sleeper
from retinue.engines.web import Fetcher, WebSettings
from retinue.engines.web.refusals import (
    BadAnswer,
    Busy,
    PrivateAddress,
    RedirectLoop,
    TlsFailed,
    TooLarge,
    TooSlow,
    Unreachable,
    WrongType,
)
from retinue.kernel.clock import StoppedClock

LOCAL = WebSettings(allow_private=True)
NAMES = {
    "shop.example": [PUBLIC],
    "www.shop.example": [PUBLIC],
    "other.example": ["93.184.215.15"],
    "intranet.example": ["10.0.0.8"],
}


class World:
    """A public site, a clock that only sleep moves, and a fetcher."""

    def __init__(self, site: Site, settings: WebSettings) -> None:
        self.site, self.clock = site, StoppedClock()
        self.sleep = Sleeper(self.clock)
        self.net = Internet(site, NAMES)
        self.fetcher = Fetcher(settings, internet.open_gate, clock=self.clock, sleep=self.sleep, resolve=self.net.resolve, network=self.net)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Site({"/": "home"}) as site:
        made = World(site, WebSettings())
        async with made.fetcher:
            yield made


async def test_the_user_agent_names_the_product(world: World) -> None:
    await world.fetcher.fetch("http://shop.example/")
    agent = world.site.asked[0].headers["user-agent"]
    assert agent.startswith("Retinue/")
    assert "docs/crawling" in agent


async def test_a_public_site_gets_one_request_a_second(world: World) -> None:
    for _ in range(3):
        await world.fetcher.fetch("http://shop.example/")
    await world.fetcher.fetch("http://www.shop.example/")
    assert world.sleep.slept == [1.0, 1.0, 1.0]
    await world.fetcher.fetch("http://other.example/")
    assert len(world.sleep.slept) == 3, "another site has its own pace"


async def test_waiting_together_does_not_mean_asking_together(world: World) -> None:
    await asyncio.gather(*(world.fetcher.fetch("http://shop.example/") for _ in range(4)))
    assert sorted(world.sleep.slept) == [1.0, 1.0, 1.0] or sum(world.sleep.slept) >= 3.0


async def test_private_sites_are_not_slowed_down() -> None:
    async with Site({"/": "home"}) as site:
        clock = StoppedClock()
        sleep = Sleeper(clock)
        async with Fetcher(LOCAL, internet.open_gate, clock=clock, sleep=sleep) as fetcher:
            for _ in range(3):
                await fetcher.fetch(site.url)
        assert sleep.slept == []


@pytest.mark.parametrize("settings", [WebSettings(), LOCAL])
@pytest.mark.parametrize("target", ["http://127.0.0.1/", "http://intranet.example/", "http://[::1]:8080/", "http://169.254.169.254/"])
async def test_a_public_site_cannot_redirect_into_a_private_network(settings: WebSettings, target: str) -> None:
    async with Site({"/": (302, {"Location": target}, b"")}) as site:
        world = World(site, settings)
        async with world.fetcher as fetcher:
            with pytest.raises(PrivateAddress):
                await fetcher.fetch("http://shop.example/")
        assert world.net.connected == [PUBLIC]


async def test_redirects_are_followed_and_end() -> None:
    pages = {
        "/a": (301, {"Location": "/b"}, b""),
        "/b": (308, {"Location": "/c?x=1#y"}, b""),
        "/c?x=1": "arrived",
        "/loop": (302, {"Location": "/loop"}, b""),
        "/bad": (302, {"Location": "http://[broken"}, b""),
    }
    async with Site(pages) as site:
        async with Fetcher(LOCAL, internet.open_gate) as fetcher:
            fetched = await fetcher.fetch(site.url + "/a")
            assert (fetched.url, fetched.asked, fetched.body) == (site.url + "/c?x=1", site.url + "/a", b"arrived")
            with pytest.raises(RedirectLoop):
                await fetcher.fetch(site.url + "/loop")
            assert site.paths.count("/loop") == LOCAL.redirects + 1
            with pytest.raises(Exception, match=r"not a website|not valid HTTP"):
                await fetcher.fetch(site.url + "/bad")


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), (None, None), ("nonsense", None)])
async def test_a_busy_site_gets_the_rest_it_asks_for(header: str | None, seconds: float | None) -> None:
    rest = {"Retry-After": header} if header else {}
    async with Site({"/": [(429, rest, b""), (503, rest, b""), (200, {}, b"at last")]}) as site:
        world = World(site, WebSettings())
        async with world.fetcher as fetcher:
            assert (await fetcher.fetch("http://shop.example/")).body == b"at last"
        if seconds:
            assert world.sleep.slept == [seconds, seconds]
        else:
            assert [int(slept) for slept in world.sleep.slept] == [2, 4]


async def test_a_site_that_stays_busy_or_asks_for_hours_is_left() -> None:
    async with Site({"/": (503, {}, b""), "/hours": (429, {"Retry-After": "7200"}, b"")}) as site:
        world = World(site, WebSettings())
        async with world.fetcher as fetcher:
            with pytest.raises(Busy):
                await fetcher.fetch("http://shop.example/")
            assert len(site.asked) == 3
            with pytest.raises(Busy):
                await fetcher.fetch("http://shop.example/hours")
            assert site.paths.count("/hours") == 1


def squeezed(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(10_000):
        writer.write(bytes(65_536))
        await writer.drain()


async def dripping(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1.5)


async def rude(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9\r\n")


@pytest.mark.parametrize(
    ("page", "refusal"),
    [
        ((200, {"Content-Encoding": "gzip"}, squeezed(100_000_000)), TooLarge),
        ((200, {"Content-Length": "9000000000"}, b""), TooLarge),
        (endless, TooLarge),
        (dripping, TooSlow),
        (silent, TooSlow),
        (rude, BadAnswer),
        ((200, {"Content-Encoding": "gzip"}, b"not gzip"), BadAnswer),
        ((200, {"Content-Encoding": "br"}, b"x"), BadAnswer),
        ((200, {"Content-Encoding": "gzip, gzip"}, b"x"), BadAnswer),
        ((200, {"Content-Type": "image/png"}, b"x"), WrongType),
        ((200, {"Content-Type": "application/octet-stream"}, b"x"), WrongType),
    ],
)
async def test_bad_answers_are_refused(page: internet.Answer, refusal: type[Exception]) -> None:
    settings = WebSettings(allow_private=True, file_bytes=1_000_000, read_seconds=0.5, total_seconds=1.0)
    async with Site({"/": page}) as site:
        clock = StoppedClock()
        async with Fetcher(settings, internet.open_gate, clock=clock, sleep=Sleeper(clock)) as fetcher:
            with pytest.raises(refusal):
                await fetcher.fetch(site.url)


async def test_compressed_pages_and_named_files_are_read() -> None:
    pages = {
        "/gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"hello")),
        "/deflate": (200, {"Content-Encoding": "deflate"}, zlib.compress(b"hello")),
        "/list.csv": (200, {"Content-Type": "application/octet-stream"}, b"hello"),
        "/none": (200, {"Content-Type": ""}, b"hello"),
    }
    async with Site(pages) as site:  # type: ignore[arg-type]
        async with Fetcher(LOCAL, internet.open_gate) as fetcher:
            for path in pages:
                assert (await fetcher.fetch(site.url + path)).body == b"hello"


async def test_a_closed_port_is_unreachable_and_a_plain_one_has_no_certificate() -> None:
    async with Site({}) as site:
        clock = StoppedClock()
        async with Fetcher(LOCAL, internet.open_gate, clock=clock, sleep=Sleeper(clock)) as fetcher:
            with pytest.raises((TlsFailed, BadAnswer)):
                await fetcher.fetch(site.url.replace("http:", "https:"))
    async with Fetcher(LOCAL, internet.open_gate, clock=clock, sleep=Sleeper(clock)) as fetcher:
        with pytest.raises(Unreachable):
            await fetcher.fetch(site.url)
