"""Tells readers of this process that an organization's log grew: one connection listens for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

import psycopg

from retinue.kernel.work import Database

RETRY_SECONDS, FALLBACK_SECONDS = 0.5, 1.0


class Live:
    """A wake-up and nothing more: a reader reads its own log again, by number."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)

    async def run(self) -> None:
        url = self.database.conninfo
        while True:
            with suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute("listen retinue_events")
                    async for note in connection.notifies():
                        self.wake(None if note.payload == "*" else [UUID(x) for x in note.payload.split(",")])
            await asyncio.sleep(RETRY_SECONDS)

    def wake(self, organizations: Iterable[UUID] | None) -> None:
        for organization in list(self.waiting) if organizations is None else organizations:
            for event in self.waiting.get(organization, ()):
                event.set()

    async def wait(self, organization: UUID, seconds: float = FALLBACK_SECONDS) -> bool:
        """Until the log of `organization` grew, or `seconds` passed; in no transaction. Answers whether it was woken."""
        event = asyncio.Event()
        self.waiting[organization].add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
            return True
        except TimeoutError:
            return False
        finally:
            self.waiting[organization].discard(event)
            if not self.waiting[organization]:
                del self.waiting[organization]
