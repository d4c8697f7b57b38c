"""Whether whoever keeps a socket or a stream open may still have it: asked again every few seconds, as a new request would be."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from retinue.kernel.errors import Forbidden, Unauthorized
from retinue.kernel.http import caller_of, process_of
from retinue.kernel.process import Process
from retinue.kernel.security import Security, hashed
from retinue.kernel.work import AWAY

AGAIN_SECONDS, KNOWN_FOR_SECONDS = 3.0, 2.0  # together far below the ten seconds in which whoever lost access is gone
KEPT_AT_MOST = 10_000
Asked = tuple[bytes, str, UUID, str]

# What was asked lately, for all sockets of one bearer together.
_asked: WeakKeyDictionary[Process, dict[Asked, tuple[float, "asyncio.Task[None]"]]] = WeakKeyDictionary()


class Watch:
    """Of one socket or stream. A key that is revoked, a person who is removed or loses the permission, and a token that ends, end it."""

    def __init__(self, process: Process, bearer: str, room: str, organization: UUID, permission: str) -> None:
        self.process, self.bearer = process, bearer
        self.room, self.organization, self.permission = room, organization, permission

    def renewed(self, bearer: str) -> "Watch":
        """The same caller sent another token."""
        self.bearer = bearer
        return self

    async def look(self) -> None:
        """Raises Unauthorized, Forbidden and NotFound when a new request would be refused. It costs nothing so often as this is called."""
        asked = (hashed(self.bearer), self.room, self.organization, self.permission)
        lately, now = _asked.setdefault(self.process, {}), asyncio.get_running_loop().time()
        if asked not in lately or now - lately[asked][0] >= KNOWN_FOR_SECONDS:
            if len(lately) >= KEPT_AT_MOST:
                lately = _asked[self.process] = {each: known for each, known in lately.items() if now - known[0] < KNOWN_FOR_SECONDS}
            lately[asked] = (now, asyncio.create_task(self._ask()))
            lately[asked][1].add_done_callback(_heard)
        await asyncio.shield(lately[asked][1])

    async def _ask(self) -> None:
        security = self.process.get(Security)
        caller = await security.caller(self.bearer)
        if caller.kind == "visitor":  # whose token says all there is to say
            return
        async with self.process.database.work(self.room, self.organization, caller.actor) as work:
            if self.permission not in security.permissions(caller, work.roles):
                raise Forbidden(self.permission)

    async def over(self) -> None:
        """Runs beside a socket, and raises what ends it. While the database is away nobody is told anything, and nobody is sent away."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            with suppress(*AWAY):
                await self.look()


def _heard(task: "asyncio.Task[None]") -> None:
    """Whoever asked may be gone."""
    if not task.cancelled():
        task.exception()


async def watch_of(connection: Any, room: str, organization: UUID, permission: str) -> Watch:
    """Of a request or socket whose caller is known. Raises Unauthorized."""
    await caller_of(connection)
    bearer = connection.scope.get("retinue.bearer")
    if bearer is None:
        raise Unauthorized()
    return Watch(process_of(connection), bearer, room, organization, permission)
