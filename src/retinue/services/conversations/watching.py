"""Who looks at a conversation from this process, and hears at once that somebody types and what the agent is writing; nothing of it is kept."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import WebSocketDisconnect

Frame = dict[str, Any]
Tell = Callable[[Frame], Awaitable[None]]
AHEAD = 1000  # frames that a slow reader may be behind; what is more is lost, and the message itself comes at the end


@dataclass(frozen=True, eq=False)
class Watcher:
    """`overheard`: what the agent says to the visitor, for staff who look on."""

    visitor: bool
    tell: Tell
    overheard: asyncio.Queue[Frame] = field(default_factory=lambda: asyncio.Queue(AHEAD))


_watching: dict[UUID, set[Watcher]] = defaultdict(set)


def enter(conversation: UUID, watcher: Watcher) -> None:
    _watching[conversation].add(watcher)


def leave(conversation: UUID, watcher: Watcher) -> None:
    _watching[conversation].discard(watcher)
    if not _watching[conversation]:
        del _watching[conversation]


async def types(conversation: UUID, *, visitor: bool, status: bool) -> None:
    """Tell the other side."""
    for watcher in list(_watching.get(conversation, ())):
        if watcher.visitor != visitor:
            with suppress(WebSocketDisconnect, RuntimeError):
                await watcher.tell({"type": "typing", "status": status, "who": "visitor" if visitor else "person"})


class Writing:
    """The agent writes: staff see it while it lasts. A turn never waits for them."""

    def __init__(self, conversation: UUID, question: UUID) -> None:
        self.conversation, self.question = conversation, str(question)

    def __enter__(self) -> None:
        self._tell({"type": "typing", "status": True, "who": "agent"})

    def __exit__(self, *_: object) -> None:
        self._tell({"type": "typing", "status": False, "who": "agent"})

    def says(self, text: str) -> None:
        self._tell({"type": "delta", "content": text})

    def _tell(self, frame: Frame) -> None:
        frame["in_answer_to"] = self.question
        for watcher in _watching.get(self.conversation, ()):
            if not watcher.visitor and not watcher.overheard.full():
                watcher.overheard.put_nowait(frame)
