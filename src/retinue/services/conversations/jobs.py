"""Removing files that no message has any more: after the commit that says so, and once a day what was left by a process that died."""

import asyncio
from datetime import timedelta

from retinue.kernel.errors import NotFound
from retinue.kernel.jobs import Job, Jobs
from retinue.kernel.process import Process
from retinue.services.conversations.attachments import kept, unheld
from retinue.services.conversations.knowing import ROOM

jobs = Jobs()
ON_ITS_WAY = timedelta(days=1)  # a file whose message is being stored


@jobs.job("conversations.remove_files")
async def remove_files(job: Job, *, names: list[str]) -> None:
    async with job.work() as work:
        gone = await unheld(work, names)
    for name in gone:
        await kept(job.process).remove(job.organization, name)


@jobs.every("40 3 * * *", "conversations.sweep_files")
async def sweep_files(process: Process) -> None:
    files = kept(process)
    for organization, names in await asyncio.to_thread(lambda: list(files.older(process.database.clock.now() - ON_ITS_WAY))):
        try:
            async with process.database.work(ROOM, organization) as work:
                gone = await unheld(work, names)
        except NotFound:
            continue
        for name in gone:
            await files.remove(organization, name)
