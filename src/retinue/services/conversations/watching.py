"""One reader for all open chats of a process: what other processes said, and who of the staff may still listen."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from retinue.kernel.ending import stop
from retinue.kernel.errors import Forbidden, NotFound, Refusal
from retinue.kernel.live import Heads, Live, Woken
from retinue.kernel.security import Security
from retinue.kernel.telemetry import log
from retinue.kernel.work import AWAY, AWAY_SECONDS, Database, Work
from retinue.services.conversations import store
from retinue.services.conversations.heard import Window
from retinue.services.conversations.knowing import ROOM

READ_AT_ONCE = 200  # messages of one conversation
TOGETHER = 4  # organizations read at the same time
LOG = log("chats")


class Broke(Refusal):
    """Something broke on our side; nothing is lost."""

    status = 503
    next = "Open the chat again and resume after the last position that you have."


class Chats:
    """Reads while a chat is open: for each organization whose log grew one transaction, whatever the number of its chats. It acts as the
    room, and asks in the same transaction who of the staff may still read there."""

    def __init__(self, database: Database, live: Live, security: Security) -> None:
        self.database, self.live, self.security = database, live, security
        self.windows: dict[UUID, set[Window]] = defaultdict(set)
        self.heads = Heads(database)
        self.woken: Woken | None = None
        self.reading: asyncio.Task[None] | None = None

    def join(self, window: Window) -> None:
        """From its greeting on, `window` misses nothing: what came between is read once."""
        self.windows[window.organization].add(window)
        if self.reading is None:
            self.reading = asyncio.create_task(self.run())
            self.reading.add_done_callback(self._ended)
        elif self.woken:
            self.woken.add({window.organization})

    async def leave(self, window: Window) -> None:
        self.windows[window.organization].discard(window)
        if not self.windows[window.organization]:
            del self.windows[window.organization]
        if self.reading and not self.windows:
            reading, self.reading = self.reading, None
            await stop(reading)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """By a bug, when not by `leave`: the chats close, and whoever opens one again starts the reader again."""
        if task.cancelled() or task.exception() is None:
            return
        LOG.error("the reader of open chats broke; they close", exc_info=task.exception())
        self.reading = None
        for window in [window for windows in self.windows.values() for window in windows]:
            window.end(Broke())

    async def run(self) -> None:
        with self.live.watch() as woken:
            self.woken = woken
            woken.add(self.windows)
            while True:
                grown = await woken.next()
                try:
                    if grown is None:  # what a lost notification would have named
                        grown = await self.heads.grown()
                    await self.wave(grown & self.windows.keys(), woken)
                except AWAY:
                    await asyncio.sleep(AWAY_SECONDS)
                    woken.add(self.windows)

    async def wave(self, organizations: Iterable[UUID], woken: Woken) -> None:
        gate = asyncio.Semaphore(TOGETHER)

        async def read(organization: UUID) -> None:
            async with gate:
                if await self.read(organization):
                    woken.add({organization})

        for error in await asyncio.gather(*map(read, organizations), return_exceptions=True):
            if isinstance(error, BaseException):  # told when no read is under way any more
                raise error

    async def read(self, organization: UUID) -> bool:
        """What its chats lack. Answers whether there is more."""
        windows = {window: window.status for window in self.windows.get(organization, ())}
        if not windows:
            return False
        since: dict[UUID, int] = {}
        for window in windows:
            since[window.conversation] = min(window.seen, since.get(window.conversation, window.seen))
        async with self.database.work(ROOM, organization) as work:
            await self.judge(work, windows)
            rows = await store.news(work, since, READ_AT_ONCE)
        came: dict[UUID, list[Any]] = defaultdict(list)
        for row in rows:
            came[row.conversation].append(row)
        for window, status in windows.items():
            for row in (news := came[window.conversation]):
                if row.id is not None:
                    window.hear(row)
            if news and window.status == status:  # else this process has turned it since
                window.turn(news[0].status)
        return any(len(news) == READ_AT_ONCE for news in came.values())

    async def judge(self, work: Work, windows: Mapping[Window, str]) -> None:
        """Staff and keys as they are now; whoever may no longer read is sent away."""
        ours = {window.caller.actor for window in windows} - {None}
        if not ours:
            return
        rows = await work.execute(
            "select actor, roles from kernel.actors() where organization_id = :o and actor = any(:ours)",
            o=work.organization,
            ours=list(ours),
        )
        roles = {row.actor: row.roles for row in rows}
        for window in windows:
            actor = window.caller.actor
            if actor is not None and actor not in roles:
                window.end(NotFound())
            elif actor is not None and window.permission not in self.security.permissions(window.caller, roles[actor]):
                window.end(Forbidden(window.permission))
