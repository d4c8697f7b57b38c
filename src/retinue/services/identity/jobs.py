"""Work that follows in the other organization, the end of what is for a time, and what is put right every night."""

from uuid import UUID

from retinue.kernel.jobs import Job, Jobs
from retinue.kernel.process import Process
from retinue.services.identity.domain import clients, staff
from retinue.services.identity.domain.attempts import operator_of

jobs = Jobs()


@jobs.job("identity.open_client")
async def open_client(job: Job, *, client_id: str) -> None:
    await clients.open_client(job.process.database, job.organization, UUID(client_id))


@jobs.job("identity.mark_claimed")
async def mark_claimed(job: Job, *, client_id: str) -> None:
    await clients.mark_claimed(job.process.database, UUID(client_id))


@jobs.job("identity.tell_client")
async def tell_client(job: Job, *, client_id: str) -> None:
    await clients.tell_client(job.process.database, job.organization, UUID(client_id))


@jobs.job("identity.end_stand_in")
async def end_stand_in(job: Job, *, assignment_id: str) -> None:
    await staff.end_stand_in(job.process.database, job.organization, UUID(assignment_id))


@jobs.every("47 3 * * *", "identity.settle_access")
async def settle_access(process: Process) -> None:
    await staff.settle_access(process.database, await operator_of(process.database))


@jobs.every("17 3 * * *", "identity.expire_claims")
async def expire_claims(process: Process) -> None:
    await clients.expire_claims(process.database)
