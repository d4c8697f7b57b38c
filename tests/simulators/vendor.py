"""What the simulated model providers share: a script of answers and faults, and a log of the requests."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request


@dataclass(frozen=True)
class Fault:
    """One failing answer. `cut_after` breaks a stream after so many events, `quietly` as if it had ended, `raw` is the body."""

    status: int = 200
    retry_after: str | None = None
    slow_s: float = 0.0
    cut_after: int | None = None
    quietly: bool = False
    code: str | None = None
    raw: bytes | None = None


@dataclass(frozen=True)
class Say:
    """One scripted answer: words, and calls of tools as (name, arguments)."""

    text: str = ""
    tools: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass
class Script:
    """Without a scripted answer the simulator repeats the last user message, or makes JSON of the asked schema."""

    key: str = "sk-simulated-key-0001"
    next: deque[Fault | Say] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def take_fault(self) -> Fault:
        if self.next and isinstance(self.next[0], Fault):
            fault = self.next.popleft()
            assert isinstance(fault, Fault)
            return fault
        return Fault()

    def take_say(self) -> Say | None:
        if self.next and isinstance(self.next[0], Say):
            say = self.next.popleft()
            assert isinstance(say, Say)
            return say
        return None


async def body_of(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.body())
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def example(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """The smallest value that fits a JSON schema."""
    root = root or schema
    if "$ref" in schema:
        return example(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], root)
    kind = schema.get("type")
    if kind == "object":
        return {name: example(child, root) for name, child in schema.get("properties", {}).items()}
    return {"array": [], "string": "text", "integer": 1, "number": 0.5, "boolean": True, "null": None}.get(str(kind))


def words(text: str) -> list[str]:
    return [word + " " for word in text.split(" ")[:-1]] + text.split(" ")[-1:]


def tokens(value: object) -> int:
    return max(1, len(json.dumps(value)) // 4)


class Cut(Exception):
    """The simulated connection breaks."""


async def cutting(events: list[bytes], fault: Fault) -> AsyncIterator[bytes]:
    for index, event in enumerate(events):
        if fault.cut_after is not None and index >= fault.cut_after:
            if fault.quietly:
                return
            raise Cut
        yield event
        await asyncio.sleep(0)
