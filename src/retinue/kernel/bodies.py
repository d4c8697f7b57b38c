"""What a request may hold before any route reads it: text that the database can keep, numbers that JSON can say again."""

import json
import math
import re
from typing import Any

from fastapi import Request

from retinue.kernel.errors import Refusal

# An escape is one only after an even number of backslashes. U+0000, and halves of a pair without the other half.
UNSTORABLE = re.compile(
    rb"(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u)[dD][c-fC-F][0-9a-fA-F]{2})"
)


class Unstorable(Refusal):
    """This holds what cannot be stored: U+0000, half of a surrogate pair, or a number that is none or out of range."""

    status = 422
    next = "Take it out and send the request again."


class NotText(Refusal):
    """The body says that it is JSON, but it is not UTF-8, or it is nested too deeply."""

    status = 400
    next = "Send JSON in UTF-8, as /docs shows it."


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
        if "idempotency-key" in self.headers:
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
