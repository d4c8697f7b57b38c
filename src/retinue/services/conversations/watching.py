"""Who looks at a conversation from this process, and hears at once that somebody types; nothing of it is kept."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import WebSocketDisconnect

Tell = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, eq=False)
class Watcher:
    visitor: bool
    tell: Tell


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
