"""What a request may hold before any route reads it: so many bytes, text that the database can keep, numbers that JSON can say again."""

import json
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from starlette.types import Message, Receive, Scope

from retinue.kernel.errors import Refusal

OF_NOBODY, OF_SOMEBODY, OF_TEXT = 64_000, 1_000_000, 16_000_000  # bytes of a body; the last of JSON where files are taken
OF_A_FILE = 64_000_000  # of 50 MB, and the form around it
FILES: dict[Callable[..., Any], tuple[int, bool]] = {}  # endpoint → bytes, and whether visitors may send them
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

# An escape is one only after an even number of backslashes. U+0000, and halves of a pair without the other half.
UNSTORABLE = re.compile(
    rb"(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u)[dD][c-fC-F][0-9a-fA-F]{2})"
)


class TooLarge(Refusal):
    """This request is larger than the {limit} kB that are taken here."""

    status = 413
    next = "Send less, or send it in parts; whoever is signed in may send more."


class Unstorable(Refusal):
    """This holds what cannot be stored: U+0000, half of a surrogate pair, or a number that is none or out of range."""

    status = 422
    next = "Take it out and send the request again."


class NotText(Refusal):
    """The body says that it is JSON, but it is not UTF-8, or it is nested too deeply."""

    status = 400
    next = "Send JSON in UTF-8, as /docs shows it."


def takes_files(limit: int, *, visitors: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Marks an endpoint that takes forms of up to `limit` bytes, and long JSON, from members; with `visitors` forms from them too."""

    def mark(endpoint: Endpoint) -> Endpoint:
        FILES[endpoint] = (limit, visitors)
        return endpoint

    return mark


def bounded(scope: Scope, receive: Receive) -> Receive:
    """Reads no more than `allow` allowed, which is little until somebody is known."""
    read = 0

    async def take() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > (limit := scope.get("retinue.body", OF_NOBODY)):
            raise TooLarge(limit=limit // 1000)
        return message

    return take


def allow(scope: Scope, limit: int) -> None:
    """Raises TooLarge when the request says itself that it is larger."""
    scope["retinue.body"] = limit
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if length.isdigit() and (len(length) > 18 or int(length) > limit):
        raise TooLarge(limit=limit // 1000)


def storable(text: bytes) -> None:
    """Raises Unstorable for JSON that holds what no text column does."""
    if b"\0" in text or b"\\u" in text and UNSTORABLE.search(text):
        raise Unstorable()


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unstorable()
    return value


class Checked(Request):
    """A request whose JSON is what the standard says: no NaN, no infinity."""

    _parsed: Any = None

    async def json(self) -> Any:
        if self._parsed is None:
            self._parsed = json.loads(await self.body(), parse_float=_number, parse_constant=_number)
        return self._parsed

    async def check(self) -> None:
        """Raises Unstorable and NotText. What is no JSON at all is left to the route, which says where it stops being any."""
        if "\0" in self.scope["path"] or b"%00" in self.scope.get("query_string", b""):
            raise Unstorable()
        if "idempotency-key" in self.headers or self.scope["retinue.body"] <= OF_SOMEBODY:
            await self.body()  # kept whole: a form is read only once, and the key's answer depends on all of it
        if "json" not in self.headers.get("content-type", ""):
            return
        body = await self.body()
        storable(body)
        try:
            if body:
                await self.json()
        except (UnicodeDecodeError, RecursionError):
            raise NotText() from None
        except ValueError:
            return
