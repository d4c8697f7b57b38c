"""What strangers may do in a day, however many they are: conversations of a public key, bytes of files of a client, and what models may cost."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from retinue.contracts.conversations import ModelBudgetSpent
from retinue.engines.governance.leases import first_to_see
from retinue.kernel.errors import Refusal
from retinue.kernel.work import Database, Work
from retinue.services.conversations.knowing import ROOM

KEPT = timedelta(days=30)
USE = """
insert into conversations.allowance as a (organization_id, day, subject, used) values (:o, :day, :subject, :amount)
on conflict (organization_id, day, subject) do update set used = a.used + excluded.used where a.used + excluded.used <= :most returning used
"""


class EnoughForToday(Refusal):
    """This chat takes no more {what} today."""

    status = 429
    retry_after = 3600
    next = "Come back tomorrow, or write to the company directly."


async def use(work: Work, what: str, whose: str, amount: int, most: int) -> None:
    """The day's row is locked to the commit, so that many at once count one by one. Raises EnoughForToday."""
    today = work.now.date()
    subject = f"{what} {hashlib.sha256(whose.encode()).hexdigest()[:32]}"
    row = (await work.execute(USE, o=work.organization, day=today, subject=subject, amount=amount, most=most)).first()
    if row is None or row.used > most:
        raise EnoughForToday(what=what)
    if row.used == amount:  # the first of the day tidies up
        await work.execute(
            "delete from conversations.allowance where organization_id = :o and day < :d", o=work.organization, d=today - KEPT
        )


async def models_spent(database: Database, organization: UUID, day: date) -> None:
    """Staff are told once a day that rules answer."""
    async with database.work(ROOM, organization) as work:
        if await first_to_see(work, day):
            work.emit(ModelBudgetSpent(until=datetime.combine(day + timedelta(days=1), time(), UTC)))
