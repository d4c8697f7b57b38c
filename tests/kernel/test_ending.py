"""What runs beside the requests ends when it is told, at whatever moment of its start that is."""

import asyncio

import pytest

from kernel.toys import HANDLERS, ROOMS
from retinue.assembly.process import _beside
from retinue.kernel.deliver import Deliverer
from retinue.kernel.jobs import Runner
from retinue.kernel.process import Process
from retinue.kernel.work import Database

MOMENTS = [0, 1, 3, 10, 20, 40, 80, 120, 160, 200]  # turns of the loop: from before the first connection to at work


@pytest.mark.parametrize("turns", MOMENTS)
async def test_it_ends_at_any_moment_of_its_start(held: Database, turns: int) -> None:
    """A cancellation that meets a result under a statement is swallowed once; a task that is told only once would go on for ever."""
    process = Process(held)
    async with asyncio.timeout(60):
        async with (
            _beside(Runner(process, {room.name: room.jobs for room in ROOMS}).run(), patience=1),
            _beside(Deliverer(held, HANDLERS).run()),
        ):
            for _ in range(turns):
                await asyncio.sleep(0)
