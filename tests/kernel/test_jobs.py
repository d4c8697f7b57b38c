"""Jobs: part of the Work that starts them, at least once, never in silence for ever."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from conftest import as_login
from kernel.conftest import Tenant
from kernel.toys import ROOMS
from kernel.toys.toy_calls.domain import TooLong, end
from kernel.toys.toy_calls.jobs import failures, refuse
from retinue.kernel.ending import stop
from retinue.kernel.jobs import POLL_SECONDS, TRIES, Job, Jobs, Runner
from retinue.kernel.process import Process
from retinue.kernel.telemetry import JOBS_FORGOTTEN, TRACE
from retinue.kernel.work import Database

ALL = {room.name: room.jobs for room in ROOMS}
WAITING = "select task_name, args, status::text, attempts from jobs.procrastinate_jobs order by id"


@pytest_asyncio.fixture
async def runner(held: Database) -> AsyncIterator[Runner]:
    async with Runner(Process(held), ALL).open() as runner:
        yield runner


@pytest.fixture(autouse=True)
def fresh(owner: psycopg.Connection) -> None:
    failures.clear()
    owner.execute("set search_path = jobs, public")  # its triggers name their tables without a schema


async def test_a_job_is_part_of_its_work(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, _ = tenant()
    TRACE.set("b" * 32)
    async with held.work("toy_calls", one) as work:
        work.defer("toy_calls.end", minutes=3)
    with pytest.raises(TooLong):
        async with held.work("toy_calls", one) as work:
            work.defer("toy_calls.end", minutes=4)
            await work.flush()
            raise TooLong()
    assert owner.execute(WAITING).fetchall() == [("toy_calls.end", {"minutes": 3, "trace": "b" * 32, "organization": str(one)}, "todo", 0)]


async def test_a_job_that_cannot_be_kept_keeps_nothing(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    with pytest.raises(psycopg.Error):
        async with held.work("toy_calls", tenant()[0]) as work:
            await end(work)
            work.defer("toy_calls.end", minutes="\0")  # no text of Postgres
    assert owner.execute("select (select count(*) from toy_calls.call), (select count(*) from events.log)").fetchone() == (0, 0)


async def test_nothing_notifies_inside_a_work(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """NOTIFY takes a lock over the whole database and holds it through the commit. `held` has no herald, so nobody tells of its commits."""
    owner.execute('listen retinue_events; listen procrastinate_any_queue_v1; listen "procrastinate_queue_v1#toy_calls"')
    async with held.work("toy_calls", tenant()[0]) as work:
        await end(work)
        work.defer("toy_calls.end", minutes=3)
    owner.execute("select pg_notify('retinue_events', 'the last')")
    assert [note.payload for note in owner.notifies(timeout=10, stop_after=1)] == ["the last"]


async def test_the_organization_comes_from_the_scope(held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant) -> None:
    (one, _), (two, _) = tenant(), tenant()
    async with held.work("toy_calls", one) as work:
        work.defer("toy_calls.end", minutes=3, organization=two)
        await work.execute(
            "select jobs.defer(cast(:j as json))",
            j=f'[{{"task": "toy_calls.end", "args": {{"minutes": 4, "organization": "{two}"}}, "at": null}}]',
        )
    await runner.run_all()
    assert owner.execute("select distinct organization_id from toy_calls.call").fetchall() == [(one,)]


async def test_a_job_runs_in_its_organization(held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant) -> None:
    organizations = sorted(tenant()[0] for _ in range(3))
    for organization in organizations:
        async with held.work("toy_calls", organization) as work:
            work.defer("toy_calls.end", minutes=3)
    await runner.run_all()
    assert owner.execute("select organization_id, minutes from toy_calls.call order by 1").fetchall() == [(o, 3) for o in organizations]
    assert owner.execute("select count(*) from events.log").fetchone() == (3,)


async def test_a_refused_job_is_not_tried_again(held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant) -> None:
    async with held.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.refuse", name="r")
    await runner.run_all()
    await runner.run_all()
    assert failures == {"r": 1}
    assert owner.execute("select count(*) from jobs.procrastinate_jobs where status in ('todo', 'doing')").fetchone() == (0,)


async def test_a_failed_job_is_tried_again_later_each_time(
    held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant
) -> None:
    async with held.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.fail", name="f", times=2)
    waits = []
    for _ in range(3):
        await runner.run_all()
        row = owner.execute(
            "select extract(epoch from scheduled_at - now())::float from jobs.procrastinate_jobs where status = 'todo'"
        ).fetchone()
        if row:
            waits.append(row[0])
        owner.execute("update jobs.procrastinate_jobs set scheduled_at = now() - interval '1 s' where status = 'todo'")
    assert failures == {"f": 3}
    assert len(waits) == 2 and waits[1] > waits[0] > 0
    assert owner.execute("select minutes from toy_calls.call").fetchall() == [(3,)], "the body knows which attempt it is"


async def test_a_job_is_given_up_after_its_last_try(held: Database, tenant: Tenant, owner: psycopg.Connection) -> None:
    jobs, attempts = Jobs(), list[tuple[int, bool]]()

    @jobs.job("toy_calls.sick")
    async def sick(job: Job) -> None:
        attempts.append((job.attempt, job.last))
        raise ConnectionError("the world broke")

    async with held.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.sick")
    async with Runner(Process(held), {"toy_calls": jobs}).open() as runner:
        for _ in range(TRIES + 2):
            await runner.run_all()
            owner.execute("update jobs.procrastinate_jobs set scheduled_at = now() - interval '1 s' where status = 'todo'")
    assert attempts == [(n, n == TRIES) for n in range(1, TRIES + 1)]
    assert owner.execute("select status::text from jobs.procrastinate_jobs").fetchall() == [("failed",)]


async def test_a_job_waits_for_its_time(held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant) -> None:
    async with held.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.end", at=work.now + timedelta(hours=1), minutes=3)
    await runner.run_all()
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (0,)
    owner.execute("update jobs.procrastinate_jobs set scheduled_at = now()")
    await runner.run_all()
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (1,)


async def test_a_schedule_runs_once_in_the_installation(held: Database, owner: psycopg.Connection) -> None:
    jobs, ran = Jobs(), list[Process]()

    @jobs.every("* * * * *", "toy_calls.tick")
    async def tick(process: Process) -> None:
        ran.append(process)

    for _ in range(3):
        async with Runner(Process(held), {"toy_calls": jobs}).open() as runner:
            ours = [task for task in runner.app.periodic_registry.periodic_tasks.values() if task.periodic_id == "toy_calls.tick"]
            for task in ours:
                assert task.cron == "* * * * *"
                await defer_periodic(runner, task, 1_700_000_000)
    assert owner.execute("select task_name from jobs.procrastinate_jobs").fetchall() == [("toy_calls.tick",)]
    async with Runner(Process(held), {"toy_calls": jobs}).open() as runner:
        await runner.run_all()
    assert ran


async def defer_periodic(runner: Runner, task: object, timestamp: int) -> None:
    """What a worker does when a minute begins; the second one to come finds it done."""
    from procrastinate.periodic import PeriodicDeferrer

    deferrer = PeriodicDeferrer(registry=runner.app.periodic_registry)
    await deferrer.defer_jobs([(task, timestamp)])  # type: ignore[list-item]


WORKER = """
import asyncio, sys
from kernel.toys import ROOMS
from retinue.kernel import jobs
from retinue.kernel.process import Process
from retinue.kernel.work import Database
jobs.HEARTBEAT_SECONDS, jobs.STALLED_SECONDS, jobs.SWEEP_SECONDS, jobs.POLL_SECONDS = 0.2, 1.0, 0.3, 0.2
async def main():
    await jobs.Runner(Process(Database(sys.argv[1])), {room.name: room.jobs for room in ROOMS}).run()
asyncio.run(main())
"""


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


@pytest.fixture
def worker(owner_url: str) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", WORKER, as_login(owner_url)], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


async def test_a_job_whose_process_was_killed_is_taken_back(
    held: Database, owner: psycopg.Connection, tenant: Tenant, tmp_path: Path, worker: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    flag = tmp_path / "started"
    async with held.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.end", minutes=3, flag=str(flag))
    first = worker()
    until(flag.exists)
    os.kill(first.pid, signal.SIGKILL)
    worker()
    until(lambda: owner.execute("select count(*) from toy_calls.call").fetchone() == (1,))
    pids = flag.read_text().split()
    assert len(pids) == 2 and pids[0] == str(first.pid) != pids[1]
    until(lambda: owner.execute("select count(*) from jobs.procrastinate_jobs where status in ('todo', 'doing')").fetchone() == (0,))


async def test_a_job_that_kills_its_process_is_given_up(held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Its worker's row is gone, as after pruning; no attempt was ever counted by the worker that died."""
    async with held.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.end", minutes=3)
    for _ in range(TRIES):
        owner.execute("update jobs.procrastinate_jobs set status = 'doing'")
        await runner.take_back()
        assert owner.execute("select status::text from jobs.procrastinate_jobs").fetchall() == [("todo",)]
        owner.execute("update jobs.procrastinate_jobs set scheduled_at = null")
    await runner.run_all()
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (0,)
    assert owner.execute("select status::text from jobs.procrastinate_jobs").fetchall() == [("failed",)]


async def test_a_commit_wakes_the_worker(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """The poll comes after five seconds; deferred jobs are told by the process that commits."""
    one, _ = tenant()
    runner = Runner(Process(database), ALL)
    running = asyncio.create_task(runner.run())
    listening = (
        "select count(*) from pg_stat_activity where usename = 'retinue_app' and query ilike '%listen%procrastinate%'"
        " and datname = current_database()"
    )
    deadline = time.monotonic() + 10
    while owner.execute(listening).fetchone() == (0,):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    async with database.work("toy_calls", one) as work:
        work.defer("toy_calls.end", minutes=3)
        await end(work)
    deadline = time.monotonic() + POLL_SECONDS / 2
    while owner.execute("select count(*) from toy_calls.call").fetchone() != (2,):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await stop(running)


def noted(done: list[str], *, hang: asyncio.Event | None = None) -> Jobs:
    """A quick job and a long one that note who ran; the long one hangs until it is let go."""
    jobs = Jobs()

    @jobs.job("toy_calls.quick")
    async def quick(job: Job, *, name: str) -> None:
        done.append(name)

    @jobs.job("toy_calls.crawl", lane="long")
    async def crawl(job: Job, *, name: str) -> None:
        done.append(name)
        if hang:
            await hang.wait()

    return jobs


async def test_slow_crawls_delay_no_quick_job(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """More long jobs than there are places; what is quick is done while all of them hang."""
    done, hang = list[str](), asyncio.Event()
    runner = Runner(Process(database), {"toy_calls": noted(done, hang=hang)})
    for n in range(6):
        async with database.work("toy_calls", tenant()[0]) as work:
            work.defer("toy_calls.crawl", name=f"crawl {n}")
    running = asyncio.create_task(runner.run())
    await settled(lambda: len(done) == 4)
    async with database.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.quick", name="register")
    await settled(lambda: "register" in done)
    assert done == [*(f"crawl {n}" for n in range(4)), "register"]
    hang.set()
    await settled(lambda: len(done) == 7)
    await stop(running)


async def settled(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.01)


async def test_organizations_take_turns(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    done, (many, _), (few, _), (one, _) = list[str](), tenant(), tenant(), tenant()
    async with held.work("toy_calls", many) as work:
        for n in range(1_000):
            work.defer("toy_calls.quick", name=f"many {n}")
    async with held.work("toy_calls", few) as work:
        for n in range(3):
            work.defer("toy_calls.quick", name=f"few {n}")
    async with Runner(Process(held), {"toy_calls": noted(done)}).open() as runner:
        await run_some(runner, owner, 8)
        assert done == ["many 0", "few 0", "many 1", "few 1", "many 2", "few 2", "many 3", "many 4"]
        async with held.work("toy_calls", one) as work:
            work.defer("toy_calls.quick", name="one")
        await run_some(runner, owner, 2)
    assert "one" in done[8:], "whoever comes later has the next turn, not the last"


async def run_some(runner: Runner, owner: psycopg.Connection, count: int) -> None:
    """The next ones alone: the others wait for another day meanwhile."""
    later = "update jobs.procrastinate_jobs set scheduled_at = %s where status = 'todo' and id not in (select id from jobs.procrastinate_jobs where status = 'todo' order by priority desc, id limit %s)"
    owner.execute(later, ("2126-01-01", count))
    await runner.run_all()
    owner.execute("update jobs.procrastinate_jobs set scheduled_at = null where status = 'todo'")


async def test_two_long_jobs_of_an_organization_run_at_once(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    done, hang = list[str](), asyncio.Event()
    runner = Runner(Process(database), {"toy_calls": noted(done, hang=hang)})
    async with database.work("toy_calls", tenant()[0]) as work:
        for n in range(6):
            work.defer("toy_calls.crawl", name=f"mine {n}")
    async with database.work("toy_calls", tenant()[0]) as work:
        work.defer("toy_calls.crawl", name="yours")
    running = asyncio.create_task(runner.run())
    await settled(lambda: len(done) == 3)
    assert sorted(done) == ["mine 0", "mine 1", "yours"], "one place stays free for others"
    hang.set()
    await settled(lambda: len(done) == 7)
    await stop(running)


async def test_failed_jobs_are_forgotten_after_a_week(held: Database, runner: Runner, owner: psycopg.Connection, tenant: Tenant) -> None:
    for _ in range(2):
        async with held.work("toy_calls", tenant()[0]) as work:
            work.defer("toy_calls.end", minutes=3)
    owner.execute("update jobs.procrastinate_jobs set status = 'failed' where id = (select min(id) from jobs.procrastinate_jobs)")
    held.clock.move(timedelta(days=6))  # type: ignore[attr-defined]
    await runner.forget(runner.process)
    assert owner.execute("select count(*) from jobs.procrastinate_jobs").fetchone() == (2,)
    held.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    before = JOBS_FORGOTTEN.labels("toy_calls.end")._value.get()
    await runner.forget(runner.process)
    assert owner.execute("select status::text from jobs.procrastinate_jobs").fetchall() == [("todo",)]
    assert JOBS_FORGOTTEN.labels("toy_calls.end")._value.get() == before + 1


def test_two_jobs_have_two_names() -> None:
    jobs = Jobs()
    jobs.job("toy_calls.x")(refuse)
    with pytest.raises(Exception, match="two jobs"):
        jobs.job("toy_calls.x")(refuse)
