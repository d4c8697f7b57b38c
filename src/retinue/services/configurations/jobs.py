"""Generating a configuration: asked outside any transaction, settled in one."""

import json
from uuid import UUID

from retinue.engines.configs.model import Configuration
from retinue.engines.configs.text import ConfigurationInvalid
from retinue.engines.llm import Answer, Models
from retinue.engines.llm.task import By
from retinue.kernel.errors import Refusal
from retinue.kernel.files import Files
from retinue.kernel.jobs import Job, Jobs
from retinue.services.configurations.domain import generation, readiness, validation
from retinue.services.configurations.generation import ApprovedRequirements, ConfigurationRequest
from retinue.services.configurations.tasks import generate

jobs = Jobs()
NAMESPACE = "default"  # where the library keeps what research read


async def given_up(job: Job, refusal: Refusal, *, generation_id: str) -> None:
    async with job.work() as work:
        await generation.fail(work, UUID(generation_id), refusal)


@jobs.job("configurations.generate", given_up=given_up)
async def generate_configuration(job: Job, *, generation_id: str) -> None:
    id = UUID(generation_id)
    async with job.work() as work:
        asked = await generation.to_generate(work, id)
    if asked is None:
        return
    document = json.loads(await job.process.get(Files).get(job.organization, asked.document_file))
    models = job.process.get(Models)
    catalogue = models.catalogue()
    first, *others = catalogue.models or ["openai"]
    request = ConfigurationRequest(
        company=document["company"],
        requirements=ApprovedRequirements.model_validate(document),
        environment="production",
        config_id=str(asked.config_id),
        client_id=str(job.organization),
        namespace=NAMESPACE,
        provider=first,
        fallback_provider=others[0] if others else None,
    )

    async def answered(by: By) -> tuple[Configuration, Answer[Configuration]]:
        answer = await models.run(generate, request, organization=job.organization, lineage=asked.lineage, by=by)
        return validation.kept(answer.output), answer

    try:
        configuration, answer = await answered("rules" if job.last else "auto")
        usable = not readiness.blockers(configuration, catalogue)
    except ConfigurationInvalid:  # what a model wrote contradicts itself
        usable = False
    if not usable:  # or asks for what there is not
        configuration, answer = await answered("rules")
    async with job.work() as work:
        await generation.settle(work, id, configuration, answer.answered_by, catalogue, sure=not answer.refused)
