"""How much an organization may spend: what is about to be spent is held first, then replaced by what it cost."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from retinue.engines.governance.facts import Kind
from retinue.kernel.clock import Clock
from retinue.kernel.errors import Refusal


class BudgetSpent(Refusal):
    """The budget of this organization for today is spent."""

    status = 429
    next = "Wait until tomorrow (UTC), or ask an owner to raise the budget."


@dataclass(frozen=True, slots=True)
class Hold:
    """Money held for one action until it is settled."""

    organization: UUID
    day: date
    usd: float


class Budget(Protocol):
    """Built so that a lease of blocks can stand behind it: hold spends from memory, settle corrects."""

    async def hold(self, organization: UUID, kind: Kind, usd: float) -> Hold: ...

    async def settle(self, hold: Hold, usd: float | None) -> None: ...


class Allowance:
    """The same daily cap in US dollars and number of actions for every organization, kept in this process."""

    def __init__(self, clock: Clock, usd_a_day: float | None = None, actions_a_day: int | None = None) -> None:
        self._clock = clock
        self._usd = usd_a_day
        self._actions = actions_a_day
        self._day: date | None = None
        self._spent: dict[UUID, float] = {}
        self._done: dict[UUID, int] = {}

    def spent(self, organization: UUID) -> float:
        return self._spent.get(organization, 0.0)

    async def hold(self, organization: UUID, kind: Kind, usd: float) -> Hold:
        """Raises BudgetSpent."""
        day = self._clock.now().date()
        if day != self._day:
            self._day, self._spent, self._done = day, {}, {}
        spent, done = self._spent.get(organization, 0.0), self._done.get(organization, 0)
        if self._usd is not None and kind == "model.call" and (spent >= self._usd or spent + usd > self._usd):
            raise BudgetSpent()
        if self._actions is not None and done >= self._actions:
            raise BudgetSpent()
        self._spent[organization] = spent + usd
        self._done[organization] = done + 1
        return Hold(organization, day, usd)

    async def settle(self, hold: Hold, usd: float | None) -> None:
        """An unknown price keeps what was held."""
        if usd is not None and hold.day == self._day:
            self._spent[hold.organization] = max(0.0, self._spent.get(hold.organization, 0.0) - hold.usd + usd)
