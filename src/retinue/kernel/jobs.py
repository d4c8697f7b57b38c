"""Long and outside work: started in a Work's transaction, done outside any, at least once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from retinue.kernel.ending import stop
from retinue.kernel.errors import Refusal
from retinue.kernel.events import Misuse
from retinue.kernel.lanes import PLACES, Lane, assign, queue_of, queues
from retinue.kernel.process import Process
from retinue.kernel.telemetry import JOBS, JOBS_FORGOTTEN, TRACE, log, new_trace, whereabouts
from retinue.kernel.tracing import span
from retinue.kernel.work import AWAY_SECONDS, Work

LOG = log("jobs")
HEARTBEAT_SECONDS, STALLED_SECONDS, SWEEP_SECONDS, POLL_SECONDS = 2.0, 8.0, 2.0, 5.0
TRIES, BACKOFF_SECONDS = 5, 2
FAILED_KEPT = timedelta(days=7)
KERNEL = "kernel"  # the queue of what belongs to no room
OLD = """with gone as (delete from procrastinate_jobs j where j.status in ('failed', 'cancelled', 'aborted')
  and not exists (select from procrastinate_events e where e.job_id = j.id and e.at >= %(before)s) returning j.task_name)
select task_name, count(*) as count from gone group by 1"""
JOBS_END_SECONDS = 10  # what runs at shutdown is given so long
RUNNER_ENDS_SECONDS = JOBS_END_SECONDS + 2.0
Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])


@dataclass(frozen=True)
class Job:
    """What a job's body gets. `attempt` counts from 1; the last one may settle by rules."""

    process: Process
    room: str
    organization: UUID
    attempt: int

    def work(self) -> AbstractAsyncContextManager[Work]:
        return self.process.database.work(self.room, self.organization)

    @property
    def last(self) -> bool:
        return self.attempt >= TRIES


class Broke(Refusal):
    """This could not be done: something broke on our side, several times."""

    status = 500
    next = "Try it again; if it fails again, the server's log says where."


@dataclass(frozen=True)
class Body:
    function: Callable[..., Awaitable[None]]
    given_up: Callable[..., Awaitable[None]] | None


class Jobs:
    """A room's jobs by name, and its schedules (cron, UTC), which run without an organization."""

    def __init__(self) -> None:
        self.by_name: dict[str, Body] = {}
        self.schedules: dict[str, tuple[str, Callable[..., Awaitable[None]]]] = {}

    def job(
        self, name: str, *, lane: Lane = "quick", given_up: Callable[..., Awaitable[None]] | None = None
    ) -> Callable[[Function], Function]:
        """Register `async (job: Job, **arguments)`. It may run again after a crash, so its effects are idempotent Works.

        `lane`: long for what may take minutes; two of an organization run at once there.

        `given_up(job, refusal, **arguments)` tells its end when it is refused, or broke at the last try.
        """

        def register(function: Function) -> Function:
            if name in self.by_name:
                raise Misuse(f"two jobs are called {name}")
            self.by_name[name] = Body(function, given_up)
            assign(name, lane)
            return function

        return register

    def every(self, cron: str, name: str) -> Callable[[Function], Function]:
        """Register `async (process)` to run at the times of `cron`, once in the whole installation."""

        def register(function: Function) -> Function:
            self.schedules[name] = (cron, function)
            return function

        return register


class Runner:
    """Runs the jobs of some rooms in this process, a worker for each lane."""

    def __init__(self, process: Process, rooms: Mapping[str, Jobs], *, places: Mapping[Lane, int] = PLACES) -> None:
        self.process, self.rooms, self.places = process, rooms, places
        self.queues: dict[Lane, list[str]] = {lane: queues(list(rooms), lane) for lane in places}
        self.queues["quick"].append(KERNEL)
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=process.database.conninfo, kwargs={"options": "-csearch_path=jobs"}, min_size=1, max_size=sum(places.values()) + 4
            )
        )
        for room, jobs in rooms.items():
            for name, body in jobs.by_name.items():
                self.app.task(
                    name=name,
                    queue=queue_of(name),
                    pass_context=True,
                    retry=procrastinate.RetryStrategy(max_attempts=TRIES - 1, exponential_wait=BACKOFF_SECONDS),
                )(self._body(room, name, body))
            for name, (cron, function) in jobs.schedules.items():
                self._schedule(cron, name, room, function)
        self._schedule("17 * * * *", f"{KERNEL}.forget", KERNEL, self.forget)

    def _schedule(self, cron: str, name: str, queue: str, function: Callable[..., Awaitable[None]]) -> None:
        task = self.app.task(name=name, queue=queue, queueing_lock=name)(self._scheduled(function))
        self.app.periodic(cron=cron, periodic_id=name)(task)

    def _body(self, room: str, name: str, body: Body) -> Callable[..., Awaitable[None]]:
        async def run(context: procrastinate.JobContext, *, organization: str, trace: str = "", **arguments: Any) -> None:
            TRACE.set(trace or new_trace())
            job = Job(self.process, room, UUID(organization), context.job.attempts + 1)
            try:
                if job.attempt > TRIES:  # taken back after its last try: it kills its processes
                    raise Broke()
                with span(f"job {name}", room=room, organization=organization, attempt=job.attempt):
                    await body.function(job, **arguments)
            except Broke as broke:
                JOBS.labels(name, "failed").inc()
                LOG.error("job given up: its processes died", job=name, organization=organization)
                if body.given_up:
                    await body.given_up(job, broke, **arguments)
                raise
            except Refusal as refusal:  # a no on purpose is not tried again
                JOBS.labels(name, "refused").inc()
                LOG.info("job refused", job=name, organization=organization, refusal=type(refusal).__name__)
                if body.given_up:
                    await body.given_up(job, refusal, **arguments)
                return
            except BaseException as error:
                JOBS.labels(name, "failed").inc()
                LOG.warning("job failed", job=name, organization=organization, attempt=job.attempt, where=whereabouts(error))
                if job.last and isinstance(error, Exception) and body.given_up:
                    await body.given_up(job, Broke(), **arguments)
                raise
            JOBS.labels(name, "done").inc()

        return run

    def _scheduled(self, function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def scheduled(timestamp: int) -> None:
            await function(self.process)

        return scheduled

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Runner"]:
        async with self.app.open_async():
            yield self

    async def run(self) -> None:
        """Until cancelled; then what runs is given 10 s to end. While the database is away, it is asked again and again."""
        while True:
            try:
                await self._work()
            except* (ConnectorException, psycopg.OperationalError):
                pass
            LOG.warning("jobs wait for the database")
            await asyncio.sleep(AWAY_SECONDS)

    async def _work(self) -> None:
        """Procrastinate's worker ends without an error when the connection that it listens on is lost."""
        async with self.open():
            sweep = asyncio.create_task(self._sweep())
            workers = [asyncio.create_task(self._worker(lane)) for lane in self.places]
            try:
                await asyncio.wait([sweep, *workers], return_when=asyncio.FIRST_COMPLETED)
            finally:  # a group would tell each once, and wait for ever for one that did not hear it
                await asyncio.gather(stop(sweep), stop(*workers, again=RUNNER_ENDS_SECONDS))
            for task in (sweep, *workers):
                if not task.cancelled() and (error := task.exception()):
                    raise error

    async def _worker(self, lane: Lane) -> None:
        await self.app.run_worker_async(
            name=lane,
            queues=self.queues[lane],
            concurrency=self.places[lane],
            install_signal_handlers=False,
            listen_notify=True,
            fetch_job_polling_interval=POLL_SECONDS,
            abort_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=JOBS_END_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            delete_jobs="successful",
        )

    async def run_all(self) -> None:
        """Until no job is waiting; for tests and commands that end."""
        await self.app.run_worker_async(queues=self._all(), concurrency=1, wait=False, install_signal_handlers=False, listen_notify=False)

    def _all(self) -> list[str]:
        return [queue for several in self.queues.values() for queue in several]

    async def forget(self, process: Process) -> None:
        """Answers and asks that have expired, and failed jobs after a week."""
        now = process.database.clock.now()
        await process.database.call("select lookup.drop_expired(:at)", at=now)
        gone = await self.app.connector.execute_query_all_async(OLD, before=now - FAILED_KEPT)
        for row in gone:
            JOBS_FORGOTTEN.labels(row["task_name"]).inc(row["count"])

    async def _sweep(self) -> None:
        """A job whose worker died stays 'doing' for ever unless somebody takes it back."""
        while True:
            try:
                await self.take_back()
            except ConnectorException:
                LOG.warning("sweep failed; the database is away")
            await asyncio.sleep(SWEEP_SECONDS)

    async def take_back(self, stalled_seconds: float = STALLED_SECONDS) -> int:
        stalled = list(await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_seconds))
        for job in stalled:
            if job.status == Status.DOING.value and job.queue in self._all():
                await self.app.job_manager.retry_job(job)
        return len(stalled)
