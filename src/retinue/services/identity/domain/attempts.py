"""How often somebody may try: counted before the try, so that many at once count too."""

import hashlib
from datetime import timedelta
from math import ceil
from uuid import UUID

from retinue.kernel.errors import Refusal
from retinue.kernel.work import Database, Work, uuid7

WINDOW = timedelta(minutes=15)
TRIES, TRIES_OF_ADDRESS = 10, 100


class TooManyAttempts(Refusal):
    """Too many failed attempts from here; nothing more is tried for now, not even the right password."""

    status = 429
    next = "Wait {minutes} minutes and try again, or sign in from another network."

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.retry_after = max(1, ceil(wait.total_seconds()))
        self.next = self.next.format(minutes=ceil(self.retry_after / 60))


class NotEstablished(Refusal):
    """This installation has no operator yet."""

    status = 503
    next = "Start it with `retinue up`, which creates the operator."


async def operator_of(database: Database) -> UUID:
    rows = await database.call("select lookup.operator() as id")
    if not rows or rows[0].id is None:
        raise NotEstablished()
    operator: UUID = rows[0].id
    return operator


def _subject(*parts: str) -> bytes:
    return hashlib.sha256("\n".join(parts).encode()).digest()


def _subjects(email: str | None, address: str) -> list[tuple[bytes, int]]:
    """The pair first, the address second, always: two tries lock their rows in the same order."""
    pair = [(_subject("pair", email, address), TRIES)] if email is not None else []
    return [*pair, (_subject("address", address), TRIES_OF_ADDRESS)]


async def count_attempt(database: Database, operator: UUID, email: str | None, address: str) -> None:
    """Raises TooManyAttempts from the eleventh of an e-mail and address in a window, and from the 101st of an address."""
    wait: timedelta | None = None
    async with database.work("identity", operator) as work:
        for subject, allowed in _subjects(email, address):
            row = (
                await work.execute(
                    "insert into identity.attempt as a (organization_id, id, subject, count, started_at) values (:o, :id, :s, 1, :now)"
                    " on conflict (organization_id, subject) do update set"
                    " count = case when a.started_at <= :since then 1 else a.count + 1 end,"
                    " started_at = case when a.started_at <= :since then excluded.started_at else a.started_at end returning count as counted, started_at",
                    o=operator,
                    id=uuid7(),
                    s=subject,
                    now=work.now,
                    since=work.now - WINDOW,
                )
            ).one()
            if row.counted > allowed:
                wait = max(wait or timedelta(), row.started_at + WINDOW - work.now)
    if wait is not None:
        raise TooManyAttempts(wait)


async def forgive_attempt(database: Database, operator: UUID, email: str | None, address: str) -> None:
    """It succeeded: the pair starts anew, and the address is not charged."""
    async with database.work("identity", operator) as work:
        (*pair, (of_address, _)) = _subjects(email, address)
        for subject, _ in pair:
            await work.execute("delete from identity.attempt where (organization_id, subject) = (:o, :s)", o=operator, s=subject)
        await work.execute(
            "update identity.attempt set count = greatest(count - 1, 0) where (organization_id, subject) = (:o, :s)",
            o=operator,
            s=of_address,
        )


async def drop_old_attempts(work: Work) -> None:
    await work.execute(
        "delete from identity.attempt where organization_id = :o and started_at <= :since", o=work.organization, since=work.now - WINDOW
    )
