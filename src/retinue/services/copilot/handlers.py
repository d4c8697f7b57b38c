"""Every event that has a card goes into the dossier."""

from collections.abc import Sequence

from retinue.contracts.conversations import PersonForgotten
from retinue.engines.dossier.cards import CARDS
from retinue.engines.dossier.projection import forget, project
from retinue.kernel.deliver import Handlers
from retinue.kernel.events import Event
from retinue.kernel.work import Work


def gathered() -> Handlers:
    handlers = Handlers(projection=True)
    handlers.on(*CARDS, many=True)(remember)
    return handlers


async def remember(work: Work, events: Sequence[Event]) -> None:
    await project(work, events)
    for event in events:
        if isinstance(event, PersonForgotten):
            for person in event.persons:
                await forget(work, person)
