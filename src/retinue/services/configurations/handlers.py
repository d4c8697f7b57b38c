"""Approved requirements become a configuration."""

from retinue.contracts.requirements import RequirementsApproved
from retinue.kernel.deliver import Handlers
from retinue.kernel.work import Work
from retinue.services.configurations.domain import generation

handlers = Handlers()


@handlers.on(RequirementsApproved)
async def approved(work: Work, event: RequirementsApproved) -> None:
    await generation.begin(work, event)
