"""A cap on what models cost a client in a day, over all processes: each leases a block, spends it from memory, and settles in batches."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from uuid import UUID

from retinue.engines.governance.budget import BudgetSpent, Hold
from retinue.engines.governance.facts import Kind
from retinue.kernel.telemetry import log
from retinue.kernel.work import AWAY, Database, Work, uuid7

MICROS = 1_000_000
BLOCKS = 20  # of a cap: what one process leases ahead
LEASE = timedelta(minutes=5)  # after it a process that died has its money back with the others
MARGIN = timedelta(minutes=2)  # longer than any call: what is held when a lease ends was paid by then
IDLE = timedelta(seconds=20)
SETTLE_SECONDS = 1.0
BORROW = "select governance.borrow(:day, :who, :cost, :wanted, :cap, :at, :until) as granted"
LOG = log("budget")


class BudgetUnseen(BudgetSpent):
    """What this organization may still spend cannot be seen now."""

    status = 503
    next = "Wait until the database answers again."


@dataclass
class _Account:
    """Of one organization and day, in micros. What was granted is in flight, or spent and not yet settled, or left."""

    granted: int
    expires_at: datetime
    used_at: datetime
    held: int = 0
    spent: int = 0

    @property
    def left(self) -> int:
        return self.granted - self.held - self.spent


class LeasedBudget:
    """`room`: any of this process. `reached(organization, day)` is told whenever a call is refused for money."""

    def __init__(
        self, database: Database, room: str, usd_a_day: float, *, reached: Callable[[UUID, date], Awaitable[None]] | None = None
    ) -> None:
        self.database, self.room, self.cap, self.reached = database, room, round(usd_a_day * MICROS), reached
        self.holder = uuid7()
        self.accounts: dict[tuple[UUID, date], _Account] = {}
        self.borrowing: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)  # one for each organization that ever asked

    async def hold(self, organization: UUID, kind: Kind, usd: float) -> Hold:
        """Raises BudgetSpent, also when what is left cannot be seen: nothing is spent on a guess."""
        now = self.database.clock.now()
        hold = Hold(organization, now.date(), usd)
        if kind != "model.call":
            return hold
        needed = ceil(usd * MICROS)
        account = await self._lent(hold, needed, now)
        if account is None:
            if self.reached is not None:
                with suppress(*AWAY):
                    await self.reached(organization, hold.day)
            raise BudgetSpent()
        account.held += needed
        account.used_at = now
        return hold

    async def _lent(self, hold: Hold, needed: int, now: datetime) -> _Account | None:
        """The account when it holds as much as is needed, and for long enough; the lock lets one ask for all."""
        for asked in (False, True):
            account = self.accounts.get((hold.organization, hold.day))
            if account is not None and account.left >= max(needed, 1) and account.expires_at - now > MARGIN:
                return account
            if not asked:
                async with self.borrowing[hold.organization]:
                    account = self.accounts.get((hold.organization, hold.day))
                    if account is None or account.left < max(needed, 1) or account.expires_at - now <= MARGIN:
                        try:
                            await self._borrow(hold.organization, hold.day, max(needed, self.cap // BLOCKS, 1))
                        except AWAY:
                            raise BudgetUnseen() from None
        return None

    async def settle(self, hold: Hold, usd: float | None) -> None:
        """An unknown price costs what was held."""
        account = self.accounts.get((hold.organization, hold.day))
        if account is not None and (hold.usd or usd):
            needed = ceil(hold.usd * MICROS)
            account.held = max(0, account.held - needed)
            account.spent += needed if usd is None else ceil(usd * MICROS)

    async def _borrow(self, organization: UUID, day: date, ahead: int) -> None:
        """Settles what was spent, and holds `ahead` beside what is in flight."""
        now = self.database.clock.now()
        account = self.accounts.get((organization, day))
        held, spent = (account.held, account.spent) if account else (0, 0)
        if account is not None:  # whoever asks meanwhile finds no more than will be left
            account.granted = min(account.granted, held + spent + ahead)
        async with self.database.work(self.room, organization) as work:
            row = await work.execute(
                BORROW, day=day, who=self.holder, cost=spent, wanted=held + ahead, cap=self.cap, at=now, until=now + LEASE
            )
            granted = int(row.scalar_one())
        if account is None:
            self.accounts[organization, day] = _Account(granted, now + LEASE, now)
        else:
            account.spent -= spent
            account.granted, account.expires_at = granted, now + LEASE

    async def settle_all(self, *, last: bool = False) -> None:
        """What was spent since is written down; what nobody uses goes back; what is in flight is kept from ending."""
        now = self.database.clock.now()
        for (organization, day), account in list(self.accounts.items()):
            async with self.borrowing[organization]:
                idle = last or now - account.used_at > IDLE
                if account.spent or (idle and account.granted > account.held) or (account.held and account.expires_at - now <= MARGIN):
                    await self._borrow(organization, day, 0 if idle else min(max(0, account.left), self.cap // BLOCKS))
                if idle and not (account.held or account.spent or account.granted):
                    del self.accounts[organization, day]

    async def run(self) -> None:
        """Until cancelled; what a process that dies had not settled yet was spent within the last second."""
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            try:
                await self.settle_all()
            except AWAY as error:
                LOG.warning("spending waits for the database", error=type(error).__name__)

    async def close(self) -> None:
        with suppress(*AWAY):
            await self.settle_all(last=True)


async def first_to_see(work: Work, day: date) -> bool:
    """Of all processes, that the day's money is spent."""
    return bool((await work.execute("select governance.reached(:day, :at) as first", day=day, at=work.now)).scalar_one())
