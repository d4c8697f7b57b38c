"""Connections of one login: who comes first is served first, and nobody waits beside a free one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from retinue.kernel.wire import Away, PoolTimeout, Wire

# A server or a network that has gone without a word is noticed within a minute.
NOTICED = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}


def conninfo_of(url: str) -> str:
    """For libpq, from an address that may name a driver; what it says of connections itself is kept."""
    said: dict[str, Any] = NOTICED | conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    return make_conninfo("", **said)


class Pool:
    """At most `size` connections, opened when they are wanted.

    Waiters stand before the places, not before the connections: whoever has a place takes a connection that lies there or opens one. So an
    opener that is broken off frees its place for the next, and a server that refuses is told to whoever asked, at once.
    """

    def __init__(self, conninfo: str, size: int, seconds: float = 30.0) -> None:
        self.conninfo, self.size, self.seconds = conninfo, size, seconds
        self.idle: list[psycopg.AsyncConnection[Any]] = []
        self.places = asyncio.Semaphore(size)
        self.closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Wire]:
        """Raises PoolTimeout and Away."""
        await self._place()
        try:
            wire = Wire(self._lying() or await self._opened(), self.forget)
            try:
                yield wire
            finally:
                if await wire.end() and not self.closed:
                    self.idle.append(wire.driver)
                else:
                    wire.driver.pgconn.finish()
        finally:
            self.places.release()

    async def _place(self) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                await self.places.acquire()
        except TimeoutError:
            raise PoolTimeout(f"none of {self.size} connections came free in {self.seconds:g} s") from None

    def _lying(self) -> psycopg.AsyncConnection[Any] | None:
        """The one that was used last: those that are not needed lie below."""
        while self.idle:
            driver = self.idle.pop()
            if not driver.closed:
                return driver
        return None

    async def _opened(self) -> psycopg.AsyncConnection[Any]:
        try:
            return await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise Away(type(error).__name__) from error

    def forget(self) -> None:
        """A server that has closed one connection has most often closed all."""
        while self.idle:
            self.idle.pop().pgconn.finish()

    def close(self) -> None:
        """Those that are lent are closed when they come back."""
        self.closed = True
        self.forget()
