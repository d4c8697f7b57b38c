"""How the kernel's own statements reach Postgres: by the driver, a transaction's BEGIN together with its first and its COMMIT with its last."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.rows import namedtuple_row
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

DIALECT = dialect()  # type: ignore[no-untyped-call]


class Answer(IteratorResult[Any]):
    """Rows that were read already; `rowcount` as the database counted."""

    def __init__(self, names: tuple[str, ...], rows: list[Any], rowcount: int) -> None:
        super().__init__(_columns(names), iter(rows))
        self.rowcount = rowcount


class Wire:
    """One pooled connection. Errors are SQLAlchemy's, whichever way a statement went."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    @property
    def driver(self) -> psycopg.AsyncConnection[Any]:
        assert self.connection.sync_connection is not None
        return self.connection.sync_connection.connection.driver_connection  # type: ignore[return-value]

    @property
    def in_transaction(self) -> bool:
        return self.driver.info.transaction_status != TransactionStatus.IDLE

    async def send(self, sql: str, values: Mapping[str, Any] | None = None, *, first: bool = False, last: bool = False) -> list[Any]:
        """The rows of `sql`, whose parameters are written `:name`. `first` begins a transaction, `last` commits it, in the same round trip."""
        driver = self.driver
        cursor = driver.cursor(row_factory=namedtuple_row)
        async with self._asking(sql):
            if not (first or last):
                await cursor.execute(_for_driver(sql), values)
            else:
                async with driver.pipeline():
                    if first:
                        await driver.execute("begin")
                    await cursor.execute(_for_driver(sql), values)
                    if last:
                        await driver.execute("commit")
            return await cursor.fetchall()

    async def answer(self, sql: str, values: Mapping[str, Any]) -> Answer:
        """As SQLAlchemy gives rows, for who reads them by name, as scalars or as mappings."""
        cursor = self.driver.cursor()
        async with self._asking(sql):
            await cursor.execute(_for_driver(sql), values)
            result = cursor.pgresult
            assert result is not None, "a connection that was left in a pipeline has read nothing yet"
            if result.status != ExecStatus.TUPLES_OK:
                return Answer((), [], cursor.rowcount)
            names = tuple((result.fname(n) or b"").decode() for n in range(result.nfields))
            return Answer(names, await cursor.fetchall(), cursor.rowcount)

    async def commit(self) -> None:
        """No round trip when the last statement committed."""
        async with self._asking("commit"):
            await self.driver.commit()

    @asynccontextmanager
    async def _asking(self, sql: str) -> AsyncIterator[None]:
        """Errors of the driver are told as SQLAlchemy's; whatever else ends it in its middle gives the connection up."""
        try:
            yield
        except psycopg.Error as error:
            raise await self._told(sql, error) from error
        except BaseException as cut:
            await self._give_up(cut)
            raise

    async def _give_up(self, cut: BaseException) -> None:
        """Broken off between a question and its answer, which the next to have this connection would take for its own. It is closed,
        however often whoever breaks off does so again: anyio does at every await."""
        self.driver.pgconn.finish()
        closing = asyncio.ensure_future(self.connection.invalidate(cut))
        while not closing.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(closing)

    async def _told(self, sql: str, error: psycopg.Error) -> BaseException:
        """A connection that is lost takes the idle ones of the pool with it: the server that closed one has most often closed all."""
        lost = self.driver.closed
        if lost:
            await self.connection.invalidate(error)
            await self.connection.engine.dispose()
        return DBAPIError.instance(sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost, dialect=DIALECT)


@lru_cache(2000)
def _columns(names: tuple[str, ...]) -> SimpleResultMetaData:
    return SimpleResultMetaData(names)


# Statements are our own words, so there are few.
@lru_cache(2000)
def _for_driver(sql: str) -> str:
    return str(text(sql).compile(dialect=DIALECT))
