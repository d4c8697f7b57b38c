"""What a room does with which event."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import TypeVar

from retinue.kernel.events import Event, Misuse
from retinue.kernel.telemetry import TRACE
from retinue.kernel.tracing import span
from retinue.kernel.work import Work

Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])


@dataclass(frozen=True)
class Handler:
    function: Callable[..., Awaitable[None]]
    many: bool


class Handlers:
    """What a room does with which event. A projection starts at an organization's first event, emits and defers nothing, and may be rebuilt."""

    def __init__(self, *, projection: bool = False) -> None:
        self.projection = projection
        self.by_kind: dict[str, Handler] = {}

    def on(self, *events: type[Event], many: bool = False) -> Callable[[Function], Function]:
        """Register `async (work, event)`, or with `many` `async (work, events)`, which takes a run of them in order."""

        def register(function: Function) -> Function:
            for event in events:
                if event.kind in self.by_kind:
                    raise Misuse(f"two handlers for {event.kind} in one room")
                self.by_kind[event.kind] = Handler(function, many)
            return function

        return register

    @property
    def kinds(self) -> list[str]:
        """All that it hears: every version of each of its events."""
        return [kind for newest in self.by_kind for kind in Event.kinds[newest].told()]

    def release(self, version: str) -> str:
        """What this room hears in that version of the code: two that hear the same carry side by side."""
        return f"{version}-{sha256(' '.join(sorted(self.kinds)).encode()).hexdigest()[:8]}"

    def missing(self, kinds: Iterable[str]) -> list[str]:
        return [kind for kind in kinds if kind not in Event.kinds or Event.kinds[kind].kind not in self.by_kind]

    async def handle(self, work: Work, events: Iterable[Event]) -> None:
        events = list(events)
        if missing := self.missing(e.kind for e in events):
            raise Misuse(f"{work.room} has no handler for {missing[0]}: to pass it by would lose it")
        for handler, run in groupby(events, key=lambda e: self.by_kind[e.kind]):
            if handler.many:
                batch = list(run)
                work.cause = batch[-1]
                TRACE.set(batch[-1].trace)
                work.trace = batch[-1].trace
                with span(f"handle {work.room}", events=len(batch)):
                    await handler.function(work, batch)
                continue
            for event in run:
                work.cause = event
                TRACE.set(event.trace)
                work.trace = event.trace
                with span(f"handle {event.kind}", room=work.room, organization=str(work.organization)):
                    await handler.function(work, event)
        if self.projection and (work.events or work.jobs):
            raise Misuse(f"{work.room} is a projection: it may be replayed, so it emits and defers nothing")
