"""Work that follows a registration or a claim in the other organization, and the nightly end of old claim links."""

from uuid import UUID

from retinue.kernel.jobs import Job, Jobs
from retinue.kernel.process import Process
from retinue.services.identity.domain import clients

jobs = Jobs()


@jobs.job("identity.open_client")
async def open_client(job: Job, *, client_id: str) -> None:
    await clients.open_client(job.process.database, job.organization, UUID(client_id))


@jobs.job("identity.mark_claimed")
async def mark_claimed(job: Job, *, client_id: str) -> None:
    await clients.mark_claimed(job.process.database, UUID(client_id))


@jobs.every("17 3 * * *", "identity.expire_claims")
async def expire_claims(process: Process) -> None:
    await clients.expire_claims(process.database)
