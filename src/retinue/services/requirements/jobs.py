"""Drafting requirements: asked outside any transaction, settled in one."""

from uuid import UUID

from retinue.engines.llm import Models
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job, Jobs
from retinue.services.requirements import content, domain
from retinue.services.requirements.tasks import draft, with_known_sources

jobs = Jobs()


async def given_up(job: Job, refusal: Refusal, *, research_job_id: str) -> None:
    async with job.work() as work:
        await domain.fail(work, UUID(research_job_id), refusal)


@jobs.job("requirements.draft", given_up=given_up)
async def draft_requirements(job: Job, *, research_job_id: str) -> None:
    id = UUID(research_job_id)
    async with job.work() as work:
        asked = await domain.to_draft(work, id)
    if asked is None:
        return
    answer = await job.process.get(Models).run(
        draft, asked.profile, organization=job.organization, lineage=asked.lineage, by="rules" if job.last else "auto"
    )
    written = with_known_sources(answer.output, asked.profile)
    file = await job.process.get(Files).put(job.organization, content.document_bytes(written))
    async with job.work() as work:
        await domain.settle(work, id, asked.profile, written, file, answer.answered_by, answer.confidence)
