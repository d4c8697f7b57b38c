"""Which addresses are websites, which of them are the same page, and which IP addresses may be reached."""

import ipaddress
import re
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import idna

from retinue.engines.web.refusals import NotAWebsite

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Reach = Literal["public", "private", "never"]

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.I)
_NUMERIC = re.compile(r"(0x[0-9a-f]*|\d+)", re.I)
_TRACKING = re.compile(r"utm_\w+|gclid|gbraid|wbraid|fbclid|msclkid|mc_[ce]id|yclid|_hs(enc|mi)|igshid")
_UNREAD = re.compile(
    r"\.(jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|mov|avi|webm|og[gv]|wav|zip|gz|tgz|bz2|xz|7z|rar|exe|msi|dmg"
    r"|apk|iso|css|js|mjs|map|woff2?|ttf|otf|eot|xml|rss|atom|json|ics|vcf|doc|xls|ppt)$",
    re.I,
)
_MAX_URL = 2_000

# Answers on a cloud's own network only, though the address is public: Azure's platform (168.63.129.16).
_METADATA = {
    ipaddress.ip_address(address) for address in ("168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254", "192.0.0.192")
}
_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
]
_PRIVATE = [
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]
# Prefixes that carry an IPv4 address, and how many bits follow it: NAT64 (RFC 6052, 8215), 6to4 (3056),
# IPv4-mapped and -compatible (4291).
_CARRIERS = [
    (ipaddress.IPv6Network(network), shift)
    for network, shift in (
        ("::ffff:0:0/96", 0),
        ("::ffff:0:0:0/96", 0),
        ("64:ff9b::/96", 0),
        ("64:ff9b:1::/48", 0),
        ("2002::/16", 80),
        ("::/96", 0),
    )
]


def reach(text: str) -> Reach:
    """`private` needs a setting; `never` is metadata, link-local, multicast and reserved space, whatever is set."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "never"
    if address in _METADATA:
        return "never"
    if any(address in network for network in _PRIVATE):
        return "private"
    if isinstance(address, ipaddress.IPv6Address):
        for network, shift in _CARRIERS:
            if address in network:
                return reach(str(ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF)))
    if any(address in network for network in _NEVER):
        return "never"
    return "public" if address.is_global else "never"


def normalize(url: str, base: str | None = None) -> str:
    """The one spelling of a page's address; NotAWebsite for anything that is not a plain http(s) address."""
    shown = url[:200]
    if any(ord(character) < 32 or ord(character) == 127 for character in url.strip()) or len(url) > _MAX_URL or "\\" in url:
        raise NotAWebsite(url=shown)
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        host, port, credentials = parts.hostname or "", parts.port, "@" in parts.netloc
    except ValueError as error:
        raise NotAWebsite(url=shown) from error
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host or credentials or not _port_allowed(port):
        raise NotAWebsite(url=shown)
    host = _host(host, shown)
    if port is not None and port != (443 if scheme == "https" else 80):
        host = f"{host}:{port}"
    path = (
        quote(
            unquote(_without_dots(parts.path or "/"), errors="surrogateescape").encode("utf-8", "surrogateescape"),
            safe="/:@!$&'()*+,;=~-._",
        )
        if "%2f" not in parts.path.lower()
        else parts.path
    )
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = parts.query
    if any(_TRACKING.fullmatch(name.lower()) for name, _ in pairs):
        query = urlencode([(name, value) for name, value in pairs if not _TRACKING.fullmatch(name.lower())])
    return urlunsplit((scheme, host, path, quote(query, safe="%/:@!$&'()*+,;=~-._?[]"), ""))


def _port_allowed(port: int | None) -> bool:
    return port is None or port in (80, 443) or port >= 1024


def _without_dots(path: str) -> str:
    kept: list[str] = []
    pieces = path.split("/")
    for piece in pieces:
        if piece == "..":
            if len(kept) > 1:
                kept.pop()
        elif piece != ".":
            kept.append(piece)
    if pieces[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept) or "/"


def _host(host: str, shown: str) -> str:
    host = unquote(host).rstrip(".")
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError as error:
            raise NotAWebsite(url=shown) from error
    try:
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True, transitional=False).decode()
    except idna.IDNAError as error:
        raise NotAWebsite(url=shown) from error
    # Browsers read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1; nobody publishes a site so.
    if _NUMERIC.fullmatch(name.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as error:
            raise NotAWebsite(url=shown) from error
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise NotAWebsite(url=shown)
    return name


def host_of(url: str) -> str:
    """Host and port, as a browser shows them."""
    return urlsplit(url).netloc


def site_of(url: str) -> str:
    """What counts as one site: the host and port, `www.` aside."""
    return host_of(url).removeprefix("www.")


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def worth_asking(url: str) -> bool:
    """False for addresses whose ending promises pictures, archives and the like."""
    return not _UNREAD.search(urlsplit(url).path)
