"""Charges calls."""

from collections.abc import Callable

from kernel.toys.contracts.toy_calls import CallEnded
from retinue.kernel.deliver import Handlers
from retinue.kernel.work import Work

LINE = "insert into toy_billing.line values (:o, :c, :n, :m)"


class CannotCharge(Exception):
    pass


def charging(poison: Callable[[int], bool] = lambda minutes: False) -> Handlers:
    handlers = Handlers()

    @handlers.on(CallEnded)
    async def charge(work: Work, event: CallEnded) -> None:
        if poison(event.minutes):
            raise CannotCharge(f"secret words about {event.caller}")
        await work.execute(LINE, o=work.organization, c=event.call_id, n=event.number, m=event.minutes)

    return handlers


handlers = charging()
