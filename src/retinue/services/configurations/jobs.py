"""Generating a configuration: asked outside any transaction, settled in one."""

import json
from uuid import UUID

from retinue.engines.llm import Models
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job, Jobs
from retinue.services.configurations.domain import generation, validation
from retinue.services.configurations.generation import ApprovedRequirements, ConfigurationRequest
from retinue.services.configurations.tasks import generate

jobs = Jobs()
NAMESPACE = "default"  # where the library keeps what research read


@jobs.job("configurations.generate")
async def generate_configuration(job: Job, *, generation_id: str) -> None:
    id = UUID(generation_id)
    async with job.work() as work:
        asked = await generation.to_generate(work, id)
    if asked is None:
        return
    try:
        document = json.loads(await job.process.get(Files).get(job.organization, asked.document_file))
        request = ConfigurationRequest(
            company=document["company"],
            requirements=ApprovedRequirements.model_validate(document),
            environment="production",
            config_id=str(asked.config_id),
            client_id=str(job.organization),
            namespace=NAMESPACE,
        )
        answer = await job.process.get(Models).run(
            generate, request, organization=job.organization, lineage=asked.lineage, by="rules" if job.last else "auto"
        )
        configuration = validation.kept(answer.output)
    except Refusal as refusal:
        async with job.work() as work:
            await generation.fail(work, id, refusal)
        return
    async with job.work() as work:
        await generation.settle(work, id, configuration, answer.answered_by, sure=not answer.refused)
