"""The asks that a process answers: it keeps their leases, and takes over those whose process died, fairly between organizations."""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from retinue.kernel.errors import ForeignError, Refusal, foreign
from retinue.kernel.process import Process
from retinue.kernel.telemetry import ASKS_OPEN, log
from retinue.kernel.waiting import Running
from retinue.kernel.work import AWAY

if TYPE_CHECKING:
    from retinue.kernel.asks import Ask

LOG = log("asks")
TRIES = 4  # after the fourth nobody asks again
BEAT_SECONDS = 5.0
SIDE_BY_SIDE = 8  # taken over at once by a process, one an organization


class Asks:
    """The asks that a process runs, by id, and those of all its rooms, by name, for the sweeper."""

    def __init__(self, asks: "list[Ask]") -> None:
        self.by_name = {ask.name: ask for ask in asks}
        self.running: dict[UUID, Running] = {}
        self.taken: dict[asyncio.Task[bool], UUID] = {}

    async def renew(self, process: Process) -> None:
        """Keep the leases of what this process is answering."""
        held, now = list(self.running.values()), process.database.clock.now()
        if held:
            await process.database.call(
                "select lookup.renew_asks(cast(:os as uuid[]), cast(:ids as uuid[]), cast(:tries as int[]), cast(:untils as timestamptz[]))",
                os=[r.organization for r in held],
                ids=[r.id for r in held],
                tries=[r.tries for r in held],
                untils=[now + r.lease for r in held],
            )

    async def take_over(self, process: Process) -> "list[asyncio.Task[bool]]":
        """Begin with those whose lease has ended: side by side, one an organization, the one that waits longest first."""
        most = SIDE_BY_SIDE - len(self.taken)
        if most <= 0:
            return []
        found = await process.database.call(
            "select * from lookup.expired_asks(:at, cast(:names as text[]), cast(:running as uuid[]), cast(:busy as uuid[]), :most)",
            at=process.database.clock.now(),
            names=list(self.by_name),
            running=list(self.running),
            busy=list(set(self.taken.values())),
            most=most,
        )
        begun = []
        for row in found:
            task = asyncio.create_task(self._again(process, self.by_name[row.name], row.organization_id, row.id))
            self.taken[task] = row.organization_id
            task.add_done_callback(lambda task: self.taken.pop(task))
            begun.append(task)
        return begun

    async def _again(self, process: Process, ask: "Ask", organization: UUID, id: UUID) -> bool:
        """Whether this settled it."""
        try:
            with foreign(ask.name):
                async with process.database.work(ask.room, organization) as work:
                    taken = await ask.take(work, id)
                if taken is None:
                    return False
                input, tries = taken
                if tries > TRIES:
                    await ask.give_up(process, organization, id, input)
                else:
                    LOG.info("took an ask over", ask=ask.name, organization=str(organization), tries=tries)
                    await ask.run(process, organization, id, input, tries, waited=False).task
                return True
        except (ForeignError, Refusal):  # told where it happened; it is tried again
            return False

    async def sweep(self, process: Process) -> int:
        """All that can be taken over now, to its end; for tests and commands that end. Answers how many were settled."""
        return sum(await asyncio.gather(*await self.take_over(process)))

    async def beat(self, process: Process) -> None:
        """In every process that asks, also one that takes nothing over."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.renew(process)
            except AWAY as error:
                LOG.warning("leases wait for the database", error=type(error).__name__)

    async def run(self, process: Process) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.take_over(process)
                await self.count(process)
            except AWAY as error:
                LOG.warning("asks wait for the database", error=type(error).__name__)

    async def count(self, process: Process) -> None:
        rows = await process.database.call("select * from lookup.open_asks()")
        open_ = {row.name: row.open for row in rows}
        for name in self.by_name:
            ASKS_OPEN.labels(name).set(open_.get(name, 0))

    async def drain(self, seconds: float) -> None:
        if self.running:
            await asyncio.wait([r.task for r in self.running.values()], timeout=seconds)
