"""Which addresses are read at all."""

import pytest

from engines.web import internet
from retinue.engines.web import Fetcher, WebSettings, normalize, reach
from retinue.engines.web.refusals import NoGate, NotAWebsite, NotResolvable, PrivateAddress, WebRefused

HOSTILE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./", "http://localhost/", "http://[::1]/", "http://[::]/", "http://0.0.0.0/", "http://0/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/", "http://[fec0::1]/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/", "http://168.63.129.16/", "http://100.64.0.1/",
    "http://100.100.100.200/", "http://192.0.0.192/",
    "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://198.18.0.1/", "http://203.0.113.5/",
    "http://inside.example/", "http://half.example/", "http://metadata.google.internal/", "http://mapped.example/",
    "http://user@public.example/", "http://user:password@public.example/", "http://public.example@127.0.0.1/",
    "http://127.0.0.1\\@public.example/",
    "http://public.example:22/", "http://public.example:0/", "http://public.example:99999/",
    "http://public.example:6x/",
    "file:///etc/passwd", "ftp://public.example/", "gopher://public.example/", "javascript:alert(1)",
    "data:text/html,x", "//public.example",
    "public.example", "http://", "http:///path", "http://exa mple.com/", "http://public.example\r\nHost: x/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/", "http://127。0。0。1/", "http://[::1",
    "http://%31%32%37.0.0.1/", "http://-.example/x y\x00",
]  # fmt: skip
NAMES = {
    "public.example": [internet.PUBLIC], "inside.example": ["10.1.2.3"], "half.example": [internet.PUBLIC, "127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "mapped.example": ["::ffff:192.168.0.1"], "localhost": ["127.0.0.1", "::1"],
}  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
async def test_hostile_addresses_are_refused_before_a_connection(url: str) -> None:
    async with internet.Site({"/": "secret"}) as site:
        net = internet.Internet(site, NAMES)
        async with Fetcher(WebSettings(), internet.open_gate, resolve=net.resolve, network=net) as fetcher:
            with pytest.raises((PrivateAddress, NotAWebsite)):
                await fetcher.fetch(url)
        assert net.connected == []
        assert site.asked == []


METADATA = [
    "http://169.254.169.254/",
    "http://[fe80::1]/",
    "http://168.63.129.16/",
    "http://[fd00:ec2::254]/",
    "http://224.0.0.1/",
]


@pytest.mark.parametrize("url", METADATA)
async def test_no_setting_opens_metadata_and_link_local(url: str) -> None:
    async with internet.Site({}) as site:
        net = internet.Internet(site)
        async with Fetcher(WebSettings(allow_private=True), internet.open_gate, resolve=net.resolve, network=net) as fetcher:
            with pytest.raises(PrivateAddress):
                await fetcher.fetch(url)
        assert net.connected == []


async def test_a_setting_opens_private_networks() -> None:
    async with internet.Site({"/": "intranet"}) as site:
        async with Fetcher(WebSettings(allow_private=True), internet.open_gate) as fetcher:
            assert (await fetcher.fetch(f"http://localhost:{site.port}/")).body == b"intranet"


async def test_a_name_that_changes_its_address_is_reached_where_it_was_checked() -> None:
    async with internet.Site({"/": "fine"}) as site:
        net = internet.Internet(site)
        answers = [[internet.PUBLIC], ["127.0.0.1"]]

        async def rebinding(host: str, port: int) -> list[str]:
            return answers.pop(0)

        async with Fetcher(WebSettings(), internet.open_gate, resolve=rebinding, network=net) as fetcher:
            assert (await fetcher.fetch("http://rebind.example/")).body == b"fine"
            assert net.connected == [internet.PUBLIC]
            assert site.asked[0].headers["host"] == "rebind.example"
            with pytest.raises(PrivateAddress):
                await fetcher.fetch("http://rebind.example/again")


async def test_an_unknown_name_is_said_to_be_unknown() -> None:
    async with internet.Site({}) as site:
        net = internet.Internet(site)
        async with Fetcher(WebSettings(), internet.open_gate, resolve=net.resolve, network=net) as fetcher:
            with pytest.raises(NotResolvable, match="no site named nowhere"):
                await fetcher.fetch("http://nowhere.example/")


def test_without_a_gate_nothing_is_fetched() -> None:
    with pytest.raises(NoGate):
        Fetcher(WebSettings(), None)


async def test_every_hop_passes_the_gate() -> None:
    passed: list[str] = []

    async def gate(url: str) -> None:
        passed.append(url)
        if url.endswith("/b"):
            raise WebRefused

    async with internet.Site({"/a": (302, {"Location": "/b"}, b""), "/b": "secret"}) as site:
        async with Fetcher(WebSettings(allow_private=True), gate) as fetcher:
            with pytest.raises(WebRefused):
                await fetcher.fetch(site.url + "/a")
        assert site.paths == ["/a"]
    assert [url.removeprefix(site.url) for url in passed] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTP://Example.COM:80/a/../b?x=1#part", "http://example.com/b?x=1"),
        ("https://example.com:443", "https://example.com/"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("http://example.com/caf\u00e9", "http://example.com/caf%C3%A9"),
        ("http://example.com/caf%c3%a9", "http://example.com/caf%C3%A9"),
        ("http://example.com/%7Ea", "http://example.com/~a"),
        ("http://example.com/a%2Fb", "http://example.com/a%2Fb"),
        ("http://example.com/a%3Fb", "http://example.com/a%3Fb"),
        ("http://b\u00fccher.example/", "http://xn--bcher-kva.example/"),
        ("http://example.com./", "http://example.com/"),
        ("http://example.com/?utm_source=x&id=7&gclid=1", "http://example.com/?id=7"),
        ("http://example.com/?q=a%20b&c", "http://example.com/?q=a%20b&c"),
        ("http://example.com/a/./b/..", "http://example.com/a/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_an_address_has_one_spelling(written: str, meant: str) -> None:
    assert normalize(written) == meant
    assert normalize(meant) == meant


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::"])
def test_public_addresses_are_public(address: str) -> None:
    assert reach(address) == "public"


@pytest.mark.parametrize("refusal", sorted(WebRefused.__subclasses__(), key=lambda refusal: refusal.__name__))
def test_every_refusal_is_one_sentence(refusal: type[WebRefused]) -> None:
    url = "https://example.com/page"
    text = str(
        refusal(
            url=url,
            host="example.com",
            seconds=1.0,
            megabytes=1.0,
            content_type="a/b",
            status_code=404,
            what="it",
            reason="Why.",
        )
    )
    assert text.endswith(".")
    assert "{" not in text
    assert refusal.next
