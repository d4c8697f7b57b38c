"""When the next request to a site may start."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from retinue.kernel.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


class Throttle:
    """One a process, so that two crawls of a site share its pace."""

    def __init__(self, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._clock, self._sleep = clock, sleep
        self._next: dict[str, datetime] = {}

    async def turn(self, site: str, seconds: float) -> None:
        """Return when it is this caller's turn; the turn after it comes `seconds` later."""
        now = self._clock.now()
        begin = max(self._next.get(site, now), now)
        # Taken before sleeping: callers that wait together get turns one after another.
        self._next[site] = begin + timedelta(seconds=seconds)
        if len(self._next) > 10_000:
            self._next = {name: at for name, at in self._next.items() if at > now}
        if begin > now:
            await self._sleep((begin - now).total_seconds())

    def rest(self, site: str, seconds: float) -> None:
        """Leave the site alone for a while, because it asked for it."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._next[site] = max(self._next.get(site, until), until)
