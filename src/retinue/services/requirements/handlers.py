"""What research found is kept until all of it is there; then a draft is asked for."""

from retinue.contracts.identity import ClientCreated, OrganizationCreated
from retinue.contracts.research import ClaimsFound, ResearchCompleted
from retinue.kernel.deliver import Handlers
from retinue.kernel.work import Work
from retinue.services.requirements import domain, store

handlers = Handlers()


@handlers.on(ClientCreated, OrganizationCreated)
async def named(work: Work, event: ClientCreated | OrganizationCreated) -> None:
    await store.name_client(work, event.name, event.number)


@handlers.on(ClaimsFound)
async def keep(work: Work, event: ClaimsFound) -> None:
    await domain.keep_claims(work, event)


@handlers.on(ResearchCompleted)
async def completed(work: Work, event: ResearchCompleted) -> None:
    await domain.research_completed(work, event)
