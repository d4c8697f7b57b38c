"""Thanking takes a while."""

from uuid import UUID

from retinue.services.guestbook import domain

from retinue.kernel.jobs import Job, Jobs

jobs = Jobs()


@jobs.job("guestbook.thank")
async def thank(job: Job, *, entry_id: str) -> None:
    async with job.work() as work:
        await domain.thank(work, UUID(entry_id))
