"""Jobs of toy_calls."""

import os
import time
from pathlib import Path
from uuid import UUID

from kernel.toys.toy_calls.domain import TooLong, end
from retinue.kernel.jobs import Job, Jobs

jobs = Jobs()
failures: dict[str, int] = {}


@jobs.job("toy_calls.end")
async def end_call(job: Job, *, minutes: int = 1, flag: str = "") -> None:
    """Leaves a file when it starts; waits for ever when told to, so that its process can be killed in the middle."""
    if flag:
        first = not Path(flag).exists()
        with Path(flag).open("a") as file:
            file.write(f"{os.getpid()}\n")
        while first:
            time.sleep(0.02)
    async with job.work() as work:
        await end(work, minutes)


@jobs.job("toy_calls.fail")
async def fail(job: Job, *, name: str, times: int) -> None:
    failures[name] = failures.get(name, 0) + 1
    if failures[name] <= times:
        raise ConnectionError("the world broke")
    async with job.work() as work:
        await end(work, job.attempt)


@jobs.job("toy_calls.refuse")
async def refuse(job: Job, *, name: str) -> None:
    failures[name] = failures.get(name, 0) + 1
    raise TooLong()


@jobs.job("toy_calls.forge")
async def forge(job: Job, *, id: UUID) -> None:
    raise AssertionError("never reached")
