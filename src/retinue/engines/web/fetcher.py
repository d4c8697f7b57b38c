"""One address fetched: gate, turn, DNS check, request, redirects by hand, and a body that cannot outgrow its limit."""

import asyncio
import random
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import httpcore
import httpx
from pydantic import BaseModel

from retinue.engines.web import refusals
from retinue.engines.web.addresses import host_of, normalize, reach, site_of
from retinue.engines.web.settings import WebSettings
from retinue.engines.web.throttle import Sleep, Throttle
from retinue.engines.web.transport import PinnedTransport
from retinue.kernel.clock import Clock

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
ANY = ("*",)
READ_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "text/markdown",
    "text/x-markdown",
    "text/csv",
    "text/tab-separated-values",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
_NAMED = (".pdf", ".docx", ".xlsx", ".pptx", ".csv", ".tsv", ".md", ".markdown", ".txt", ".html", ".htm")
_UNNAMED_TYPES = ("", "application/octet-stream", "binary/octet-stream", "application/force-download")


class Gate(Protocol):
    """The chokepoint: returns to allow the fetch, raises a Refusal to forbid it."""

    def __call__(self, url: str, /) -> Awaitable[None]: ...


class Fetched(BaseModel):
    """`url` is where the redirects ended; an unchanged answer (304) has no body."""

    asked: str
    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime
    public: bool = False
    redirect: str | None = None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").strip()


class _Ask(NamedTuple):
    types: Sequence[str]
    most: int
    truncate: bool
    headers: Mapping[str, str]


class _Retry(Exception):
    def __init__(self, seconds: float | None, refusal: refusals.WebRefused) -> None:
        self.seconds, self.refusal = seconds, refusal


async def resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """`async with Fetcher(settings, gate) as fetcher`; one for each crawl, with the process's throttle."""

    def __init__(
        self,
        settings: WebSettings,
        gate: Gate | None,
        *,
        clock: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
        throttle: Throttle | None = None,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        if gate is None:
            raise refusals.NoGate
        self.settings, self._gate, self._resolve, self._sleep = settings, gate, resolve, sleep
        self.clock = clock or Clock()
        self._throttle = throttle or Throttle(self.clock, sleep)
        self._transport = PinnedTransport(tls, network)
        self._client = httpx.AsyncClient(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds),
        )

    async def __aenter__(self) -> "Fetcher":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def fetch(
        self,
        url: str,
        *,
        types: Sequence[str] = READ_TYPES,
        most_bytes: int | None = None,
        pause: float | None = None,
        headers: Mapping[str, str] | None = None,
        follow: bool = True,
        public: bool = False,
        truncate: bool = False,
    ) -> Fetched:
        """The answer to a GET, whatever its status but 429 and 503; a WebRefused if there is none.

        `pause` is the seconds between two requests to the site. `public` says that a public site led here, so that a
        private address is refused whatever is set. `truncate` keeps the beginning of a body that is too large.
        """
        asked = here = normalize(url)
        ask = _Ask(types, most_bytes or self.settings.file_bytes, truncate, headers or {})
        for _ in range(self.settings.redirects + 1):
            answer, public = await self._with_tries(here, public, ask, pause)
            target = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer.model_copy(update={"asked": asked, "public": public})
            here = normalize(target, here)
            if not follow:
                return answer.model_copy(update={"public": public, "redirect": here})
        raise refusals.RedirectLoop(url=asked)

    async def _with_tries(self, url: str, public: bool, ask: "_Ask", pause: float | None) -> tuple[Fetched, bool]:
        for tried in range(1, self.settings.tries + 1):
            await self._gate(url)
            now_public = await self._pin(url, public)
            if now_public:
                await self._throttle.turn(site_of(url), self.settings.seconds_between if pause is None else pause)
            try:
                async with asyncio.timeout(self.settings.total_seconds):
                    return await self._once(url, ask), public or now_public
            except TimeoutError as error:
                raise refusals.TooSlow(url=url, seconds=self.settings.total_seconds) from error
            except _Retry as again:
                seconds = 2.0**tried + random.uniform(0, 1) if again.seconds is None else again.seconds  # noqa: S311 - jitter
                if tried == self.settings.tries or seconds > self.settings.retry_after_seconds:
                    raise again.refusal from again.__cause__
                self._throttle.rest(site_of(url), seconds)
                if not now_public:
                    await self._sleep(seconds)
        raise AssertionError("the last try returns or raises")

    async def _pin(self, url: str, public: bool) -> bool:
        """Check every address of the host, pin them; True if public. A public site may not lead into a private one."""
        host = urlsplit(url).hostname or ""
        port = urlsplit(url).port or (443 if url.startswith("https:") else 80)
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise refusals.NotResolvable(host=host) from error
        if not found:
            raise refusals.NotResolvable(host=host)
        kinds = {reach(address) for address in found}
        closed = public or not self.settings.allow_private
        if "never" in kinds or len(kinds) > 1 or ("private" in kinds and closed):
            raise refusals.PrivateAddress(url=url)
        self._transport.backend.pins[host] = list(found)
        return kinds == {"public"}

    async def _once(self, url: str, ask: "_Ask") -> Fetched:
        host = host_of(url)
        request = self._client.build_request(
            "GET",
            url,
            headers={
                "User-Agent": self.settings.user_agent,
                "Accept": "*/*" if ask.types == ANY else ", ".join([*ask.types[:6], "*/*;q=0.5"]),
                "Accept-Encoding": "gzip, deflate",
                **ask.headers,
            },
        )
        try:
            response = await self._client.send(request, stream=True)
            try:
                return await self._take(url, response, ask)
            finally:
                await response.aclose()
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            if _about_tls(error):
                raise refusals.TlsFailed(host=host) from error
            raise _Retry(None, refusals.Unreachable(host=host)) from error
        except httpcore.TimeoutException as error:
            raise refusals.TooSlow(url=url, seconds=self.settings.read_seconds) from error
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            refusal = refusals.BadAnswer if isinstance(error, httpcore.RemoteProtocolError) else refusals.Unreachable
            raise _Retry(None, refusal(host=host)) from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, httpx.HTTPError, httpx.InvalidURL) as error:
            raise refusals.BadAnswer(host=host) from error

    async def _take(self, url: str, response: httpx.Response, ask: "_Ask") -> Fetched:
        head = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        if status in (429, 503):
            raise _Retry(self._retry_after(head.get("retry-after")), refusals.Busy(host=host_of(url)))
        body = b""
        if status == 200:
            _check_type(url, head.get("content-type", ""), ask.types)
            promised = head.get("content-length", "0")
            if promised.isdigit() and int(promised[:15]) > ask.most and not ask.truncate:
                raise refusals.TooLarge(url=url, megabytes=ask.most / 1_000_000)
            body = await _bounded(url, response, head.get("content-encoding", ""), ask)
        return Fetched(asked=url, url=url, status=status, headers=head, body=body, fetched_at=self.clock.now())

    def _retry_after(self, value: str | None) -> float | None:
        """Seconds or a date (RFC 9110, 10.2.3); None when absent or unreadable."""
        if not value:
            return None
        if value.strip().isdigit():
            return float(value[:9])
        try:
            return max(0.0, (parsedate_to_datetime(value) - self.clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


def _about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _check_type(url: str, content_type: str, types: Sequence[str]) -> None:
    plain = content_type.partition(";")[0].strip().lower()
    named = urlsplit(url).path.lower().endswith(_NAMED)
    if types == ANY or plain in types or (plain in _UNNAMED_TYPES and (named or not plain)):
        return
    raise refusals.WrongType(url=url, content_type=plain or "no content type")


async def _bounded(url: str, response: httpx.Response, encoding: str, ask: _Ask) -> bytes:
    """The decoded body. Decoding stops at the limit, so a bomb never unfolds."""
    names = [name for name in encoding.lower().replace(" ", "").split(",") if name and name != "identity"]
    if len(names) > 1 or (names and names[0] not in ("gzip", "x-gzip", "deflate")):
        raise refusals.BadAnswer(host=host_of(url))
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32) if names else None  # | 32: gzip or zlib, whichever it is
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_raw():
        if decoder is not None:
            try:
                part = decoder.decompress(part, ask.most - size + 1)
            except zlib.error as error:
                raise refusals.BadAnswer(host=host_of(url)) from error
        size += len(part)
        parts.append(part)
        if size > ask.most:
            if ask.truncate:
                return b"".join(parts)[: ask.most]
            raise refusals.TooLarge(url=url, megabytes=ask.most / 1_000_000)
    return b"".join(parts)
