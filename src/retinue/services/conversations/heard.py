"""Open chats of this process: what the process itself says reaches them at once, in order, without a read."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from retinue.kernel.errors import Refusal
from retinue.kernel.security import VISIT, Caller
from retinue.services.conversations.schemas import Message

Frame = dict[str, Any]
WAITING_AT_MOST = 2_000  # frames of one chat


class TooSlow(Refusal):
    """This chat takes what is said too slowly."""

    status = 503
    next = "Open it again and resume after the last position that you have."


def message(row: Any) -> Frame:
    shaped = Message.model_validate(row).model_dump(mode="json", by_alias=True)
    return {"type": "message", **shaped, "timestamp": shaped["created_at"]}


@dataclass(eq=False)
class Window:
    """One open chat, and what waits for it in order. `seen`: the position up to which it was given everything."""

    caller: Caller
    organization: UUID
    conversation: UUID
    seen: int = 0
    status: str = ""
    asked: set[UUID] = field(default_factory=set)  # questions whose answers it hears as its own
    waiting: deque[Frame] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: Refusal | None = None

    @property
    def visits(self) -> bool:
        return self.caller.kind == "visitor"

    @property
    def permission(self) -> str:
        return VISIT if self.visits else "conversations:write"

    def offer(self, frame: Frame) -> None:
        if len(self.waiting) >= WAITING_AT_MOST:
            self.end(TooSlow())
        if self.ended is None:
            self.waiting.append(frame)
            self.news.set()

    def end(self, why: Refusal) -> None:
        self.ended = self.ended or why
        self.waiting.clear()
        self.news.set()

    def hear(self, row: Any) -> None:
        """A message. One that came before the one before it is left to the reader."""
        if row.position != self.seen + 1:
            return
        self.seen = row.position
        if row.role != "visitor" or self.caller.kind == "person":
            self.offer(message(row))

    def turn(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.offer({"type": "status", "status": status})

    async def next(self) -> Frame:
        """Raises why it ended."""
        while not self.waiting:
            if self.ended:
                raise self.ended
            self.news.clear()
            await self.news.wait()
        return self.waiting.popleft()


_windows: dict[UUID, set[Window]] = defaultdict(set)


def enter(window: Window) -> None:
    _windows[window.conversation].add(window)


def leave(window: Window) -> None:
    _windows[window.conversation].discard(window)
    if not _windows[window.conversation]:
        del _windows[window.conversation]


def said(conversation: UUID, row: Any) -> None:
    """A message that this process has committed."""
    for window in list(_windows.get(conversation, ())):
        window.hear(row)


def turned(conversation: UUID, status: str) -> None:
    for window in list(_windows.get(conversation, ())):
        window.turn(status)


def types(conversation: UUID, *, visitor: bool, status: bool) -> None:
    """Tell the other side."""
    for window in list(_windows.get(conversation, ())):
        if window.visits != visitor:
            window.offer({"type": "typing", "status": status, "who": "visitor" if visitor else "person"})


class Writing:
    """The agent writes: whoever asked sees it while it lasts, and staff who look on. A turn never waits for them."""

    def __init__(self, conversation: UUID, question: UUID) -> None:
        self.conversation, self.question = conversation, question

    def __enter__(self) -> None:
        self._tell({"type": "typing", "status": True})

    def __exit__(self, *_: object) -> None:
        self._tell({"type": "typing", "status": False})

    def says(self, text: str) -> None:
        self._tell({"type": "delta", "content": text})

    def _tell(self, frame: Frame) -> None:
        frame["in_answer_to"] = str(self.question)
        for window in list(_windows.get(self.conversation, ())):
            if self.question in window.asked:
                window.offer(frame)
            elif not window.visits:
                window.offer(frame | {"who": "agent"} if frame["type"] == "typing" else frame)
