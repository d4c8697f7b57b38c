"""A client's first day is the first entry."""

from retinue.services.guestbook import domain

from retinue.contracts.identity import ClientCreated
from retinue.kernel.deliver import Handlers
from retinue.kernel.work import Work

handlers = Handlers()


@handlers.on(ClientCreated)
async def first_day(work: Work, event: ClientCreated) -> None:
    await domain.write(work, f"{event.name} opens its book")
