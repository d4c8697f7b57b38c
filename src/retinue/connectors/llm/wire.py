"""HTTP with a model provider: statuses become typed errors, a byte stream becomes server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic import SecretStr

from retinue.connectors.llm.errors import BadKey, ProviderError, RateLimited, Rejected, Unavailable, Unreachable, scrub

_MOST_BYTES = 32 * 1024 * 1024
CONNECT_SECONDS = 0.9  # a visitor waits meanwhile, and rules could answer


def _retry_after(headers: httpx.Headers) -> float | None:
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        value = headers.get("retry-after")
        if value is None:
            return None
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


class Wire:
    """One provider's connection. The key is in no repr, error or log line."""

    def __init__(self, provider: str, base_url: str, key: SecretStr | None, headers: Callable[[str], dict[str, str]]) -> None:
        self.provider = provider
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._headers = headers
        self._client: httpx.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"Wire({self.provider!r}, {self.base_url!r})"

    @property
    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
            self._client = httpx.AsyncClient(limits=limits, follow_redirects=False)
        return self._client

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _secret(self) -> str:
        return self._key.get_secret_value().strip() if self._key else ""

    def error(self, status: int, body: str, headers: httpx.Headers | None = None) -> ProviderError:
        message, code = body, ""
        try:
            told = json.loads(body).get("error", {})
            message = str(told.get("message") or body)
            code = f"{told.get('code') or ''} {told.get('type') or ''}"
        except (ValueError, AttributeError):
            pass
        message = scrub(message, self._secret())
        if status in (401, 403) or "insufficient_quota" in code:
            return BadKey(self.provider, "the key or its account was not accepted", status)
        if status == 429:
            return RateLimited(self.provider, message, _retry_after(headers or httpx.Headers()))
        if status in (408, 409, 425) or status >= 500:
            return Unavailable(self.provider, message, status)
        return Rejected(self.provider, message, status)

    @asynccontextmanager
    async def _response(self, method: str, path: str, body: Mapping[str, Any] | None, timeout_s: float) -> AsyncIterator[httpx.Response]:
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_SECONDS, timeout_s))
        try:
            async with self._open.stream(
                method, self.base_url + path, json=body, headers=self._headers(self._secret()), timeout=timeout
            ) as response:
                if response.status_code >= 300:
                    text = (await response.aread()).decode("utf-8", "replace")
                    raise self.error(response.status_code, text, response.headers)
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unreachable(self.provider, scrub(f"{type(error).__name__}: {error}", self._secret())) from error
        except httpx.TimeoutException as error:
            raise Unavailable(self.provider, f"no answer within {timeout_s:g} s") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise Unavailable(self.provider, scrub(f"{type(error).__name__}: {error}", self._secret())) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Rejected(self.provider, f"the address {self.base_url} is not usable") from error

    async def json(self, method: str, path: str, body: Mapping[str, Any] | None, timeout_s: float) -> dict[str, Any]:
        """`timeout_s` bounds the whole exchange, not only each read."""
        data = bytearray()
        try:
            async with asyncio.timeout(timeout_s), self._response(method, path, body, timeout_s) as response:
                async for piece in response.aiter_bytes():
                    data += piece
                    if len(data) > _MOST_BYTES:
                        raise Unavailable(self.provider, "the answer is larger than 32 MB")
        except TimeoutError as error:
            raise Unavailable(self.provider, f"no answer within {timeout_s:g} s") from error
        try:
            answer = json.loads(data)
        except ValueError as error:
            raise Unavailable(self.provider, "the answer is not JSON") from error
        if not isinstance(answer, dict):
            raise Unavailable(self.provider, "the answer is not a JSON object")
        return answer

    async def events(self, path: str, body: Mapping[str, Any], timeout_s: float) -> AsyncIterator[dict[str, Any]]:
        """The `data` of each server-sent event, until the stream or `[DONE]` ends it; `timeout_s` bounds each wait.

        Lines are cut at newlines only: httpx's aiter_lines would cut JSON at a raw U+2028.
        """
        async with self._response("POST", path, body, timeout_s) as response:
            rest = b""
            async for piece in response.aiter_bytes():
                *lines, rest = (rest + piece).split(b"\n")
                if len(rest) > _MOST_BYTES:
                    raise Unavailable(self.provider, "a line of the stream is larger than 32 MB")
                for line in lines:
                    if not line.startswith(b"data:"):
                        continue
                    data = line[5:].strip()
                    if data == b"[DONE]":
                        return
                    try:
                        event = json.loads(data)
                    except ValueError as error:
                        raise Unavailable(self.provider, "the stream is not JSON") from error
                    if isinstance(event, dict):
                        yield event
