"""What a connection carries for one Work is never another's answer."""

import asyncio
import random

import anyio

from kernel.conftest import Tenant
from kernel.toys.toy_calls.domain import end
from retinue.kernel.work import Database

MOMENT = 0.0001  # a Work takes some milliseconds


async def told(database: Database, organization: object, number: int) -> int:
    async with database.work("toy_calls", organization) as work:  # type: ignore[arg-type]
        answer: int = (await work.execute("select cast(:number as bigint)", number=number)).scalar_one()
        await end(work, 1)
    return answer


async def test_a_work_broken_off_at_any_step_leaves_nothing_to_read(held: Database, tenant: Tenant) -> None:
    """As a server breaks off a request whose page was closed: whatever is awaited next is broken off too."""
    organization, _ = tenant()
    loop = asyncio.get_running_loop()
    for step in range(100):
        with anyio.CancelScope() as scope:
            loop.call_later(step * MOMENT, scope.cancel)
            await told(held, organization, step)
        answers = await asyncio.wait_for(asyncio.gather(*(told(held, organization, -number) for number in range(5))), 20)
        assert answers == [0, -1, -2, -3, -4], step


async def test_requests_that_are_broken_off_leave_nothing_to_read(held: Database, tenant: Tenant) -> None:
    """As a server does when a visitor closes the page: whatever is awaited next is broken off too."""
    organization, _ = tenant()
    dice = random.Random(3)
    numbers = range(10)
    await asyncio.gather(*(told(held, organization, number) for number in numbers))

    async def hasty(number: int) -> None:
        with anyio.move_on_after(dice.random() * 0.02):
            assert await told(held, organization, number) == number

    for _ in range(6):
        *_, answers = await asyncio.gather(*map(hasty, numbers), asyncio.gather(*(told(held, organization, -number) for number in numbers)))
        assert answers == [-number for number in numbers]


async def test_what_is_broken_off_in_its_middle_gives_up_its_connection(held: Database, tenant: Tenant) -> None:
    organization, _ = tenant()
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def slow() -> None:
        async with held.work("toy_calls", organization) as work:
            begun.set_result(work.wire.driver.info.backend_pid)
            await work.execute("select pg_sleep(60)")

    task = asyncio.create_task(slow())
    pid = await begun
    task.cancel()
    await asyncio.wait([task])
    async with held.work("toy_calls", organization) as work:
        assert work.wire.driver.info.backend_pid != pid
