"""How statements reach Postgres: a transaction's BEGIN together with its first, its COMMIT with its last."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.rows import namedtuple_row

from retinue.kernel.tables import Rows

PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
OUR_OWN_TIME = ("25P03", "25P04")  # a transaction that we left lying, or held too long
SERVERS = ("08", "53", "57P")  # the connection, its resources, the operator; 57014 is a statement's own time


class Away(psycopg.OperationalError):
    """The database does not answer, or a connection was lost: what was asked may be asked again."""


class PoolTimeout(Away):
    """No connection came free in time."""


class Wire:
    """One connection, held by one Work at a time. `lost` is called when the server has closed it."""

    def __init__(self, driver: psycopg.AsyncConnection[Any], lost: Callable[[], None]) -> None:
        self.driver, self._lost = driver, lost

    @property
    def in_transaction(self) -> bool:
        return not self.lost and self.driver.info.transaction_status != TransactionStatus.IDLE

    @property
    def lost(self) -> bool:
        return self.driver.closed

    async def send(
        self, sql: str, values: Mapping[str, Any] | None = None, *, first: bool = False, last: bool = False, kind: Any = namedtuple_row
    ) -> Rows[Any]:
        """The rows of `sql`, whose parameters are written `:name`. `first` begins a transaction, `last` commits it, in the same round trip."""
        driver = self.driver
        cursor = driver.cursor(row_factory=kind)
        async with self._asking():
            if not (first or last):
                await cursor.execute(_for_driver(sql), values or {})
            else:
                async with driver.pipeline():
                    if first:
                        await driver.execute("begin")
                    await cursor.execute(_for_driver(sql), values or {})
                    if last:
                        await driver.execute("commit")
            result = cursor.pgresult
            assert result is not None, "a connection that was left in a pipeline has read nothing yet"
            rows: Rows[Any] = Rows(await cursor.fetchall() if result.status == ExecStatus.TUPLES_OK else ())
            rows.rowcount = cursor.rowcount
            return rows

    async def send_many(self, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
        """The same statement for each of `values`, all in one round trip."""
        async with self._asking():
            await self.driver.cursor().executemany(_for_driver(sql), values)

    async def commit(self) -> None:
        """No round trip when the last statement committed."""
        async with self._asking():
            await self.driver.commit()

    async def end(self) -> bool:
        """Roll back what was not committed. Answers whether the connection may be another's."""
        if self.in_transaction:
            try:
                async with self._asking():
                    await self.driver.rollback()
            except psycopg.Error:
                self.driver.pgconn.finish()
        return not self.lost

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Whatever but the database's own error ends it in its middle gives the connection up: it is between a question and its answer,
        which the next to have it would take for its own."""
        try:
            yield
        except psycopg.Error as error:
            if self.lost:
                self._lost()
            if is_away(error, lost=self.lost):
                raise Away(type(error).__name__) from error
            raise
        except BaseException:
            self.driver.pgconn.finish()
            raise


def is_away(error: psycopg.Error, *, lost: bool) -> bool:
    """Whether it says that the database is away, and nothing against the statement: a deadlock, or a statement, lock or transaction that
    took too long, is the fault of whoever sent it."""
    state = error.sqlstate or ""
    return (lost and state not in OUR_OWN_TIME) or state.startswith(SERVERS)


# Statements are our own words, so there are few.
@lru_cache(2000)
def _for_driver(sql: str) -> str:
    return PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).replace("\\:", ":")
