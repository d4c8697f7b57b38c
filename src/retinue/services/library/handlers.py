"""What research read is taken in."""

from retinue.contracts.research import PageRead, ResearchCompleted
from retinue.kernel.deliver import Handlers
from retinue.kernel.work import Work
from retinue.services.library import domain

handlers = Handlers()


@handlers.on(PageRead)
async def take_in(work: Work, event: PageRead) -> None:
    await domain.take_in_page(work, event)


@handlers.on(ResearchCompleted)
async def research_ended(work: Work, event: ResearchCompleted) -> None:
    await domain.research_ended(work, event.job_id)
