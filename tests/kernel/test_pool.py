"""Nobody waits beside a free connection, what is lost is replaced, and requests and delivery have connections of their own."""

import asyncio
from uuid import UUID

import anyio
import psycopg
import pytest

from conftest import as_login
from kernel.conftest import Tenant
from kernel.toys import HANDLERS
from kernel.toys.toy_calls.domain import end
from retinue.kernel.deliver import Deliverer
from retinue.kernel.pool import Pool, conninfo_of
from retinue.kernel.work import AWAY, Away, Database, PoolTimeout

PATIENCE = 10  # of a test: with a fault a waiter sleeps for 30 s


async def ask(database: Database, organization: UUID) -> int:
    async with database.work("toy_calls", organization) as work:
        answer: int = (await work.execute("select pg_backend_pid() as pid")).scalar_one()
        return answer


@pytest.mark.parametrize(("size", "openers"), [(1, 1), (2, 2), (10, 10), (10, 40)])
@pytest.mark.parametrize("steps", [0, 1, 3])
async def test_openers_that_are_broken_off_leave_their_places_to_who_waits(
    owner_url: str, tenant: Tenant, size: int, openers: int, steps: int
) -> None:
    """The first requests after a start or a loss all open connections; their callers may leave while they do."""
    organization, _ = tenant()
    database = Database(as_login(owner_url), pool=size)
    first = [asyncio.create_task(ask(database, organization)) for _ in range(openers)]
    waiting = [asyncio.create_task(ask(database, organization)) for _ in range(30)]
    for _ in range(steps + 1):
        await asyncio.sleep(0)
    for task in first:
        task.cancel()
    await asyncio.wait(first)
    done, pending = await asyncio.wait(waiting, timeout=PATIENCE)
    for task in pending:
        task.cancel()
    assert not pending, f"{len(pending)} sleep"
    assert all(task.result() for task in done)
    await database.close()


async def test_a_pool_holds_no_more_than_its_size(owner_url: str, owner: psycopg.Connection, tenant: Tenant) -> None:
    organization, _ = tenant()
    database = Database(as_login(owner_url), pool=3)
    pids = await asyncio.gather(*(ask(database, organization) for _ in range(20)))
    assert len(set(pids)) <= 3
    await database.close()
    held = "select count(*) from pg_stat_activity where usename = 'retinue_app' and datname = current_database()"
    async with asyncio.timeout(PATIENCE):
        while owner.execute(held).fetchone() != (0,):
            await asyncio.sleep(0.01)


async def test_who_waits_too_long_is_told_so_and_holds_nothing(owner_url: str) -> None:
    pool = Pool(conninfo_of(as_login(owner_url)), 1, seconds=0.05)
    async with pool.connection():
        with pytest.raises(PoolTimeout):
            async with pool.connection():
                pass
    async with pool.connection() as wire:
        assert (await wire.send("select 1")).scalar_one() == 1
    pool.close()


async def test_a_server_that_refuses_is_told_at_once(owner_url: str) -> None:
    database = Database(as_login(owner_url).replace("retinue_app", "nobody_at_all"), pool=1)
    for _ in range(3):
        with pytest.raises(AWAY):
            await asyncio.wait_for(database.call("select 1"), PATIENCE)
    await database.close()


async def test_a_lost_connection_takes_those_that_lie_there_with_it_and_is_replaced_once(
    held: Database, owner: psycopg.Connection, tenant: Tenant
) -> None:
    organization, _ = tenant()
    before = set(await asyncio.gather(*(ask(held, organization) for _ in range(4))))
    owner.execute("select pg_terminate_backend(pid, 5000) from unnest(%s) pid", (list(before),))
    assert await ask(held, organization) not in before
    assert len(held.pool.idle) == 1
    with pytest.raises(Away):
        async with held.work("toy_calls", organization) as work:
            pid = (await work.execute("select pg_backend_pid()")).scalar_one()
            owner.execute("select pg_terminate_backend(%s, 5000)", (pid,))
            await work.execute("select 1")
    assert held.pool.idle == []
    assert await ask(held, organization)


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ("set local statement_timeout = '20ms'", "select pg_sleep(5)"),
        ("set local lock_timeout = '20ms'", "select pg_advisory_xact_lock(77)"),
    ],
)
async def test_what_takes_too_long_is_its_own_fault(
    held: Database, owner: psycopg.Connection, tenant: Tenant, before: str, statement: str
) -> None:
    """The database is there; who retries without end on its account would do so for ever."""
    organization, _ = tenant()
    owner.execute("select pg_advisory_lock(77)")
    with pytest.raises(psycopg.OperationalError) as raised:
        async with held.work("toy_calls", organization) as work:
            await work.execute(before)
            await work.execute(statement)
    owner.execute("select pg_advisory_unlock(77)")
    assert not isinstance(raised.value, AWAY)
    assert await ask(held, organization)


async def test_delivery_goes_on_while_requests_hold_all_their_connections(
    owner_url: str, tenant: Tenant, owner: psycopg.Connection
) -> None:
    organization, _ = tenant()
    database = Database(as_login(owner_url), pool=2, carrying=2)
    deliverer = Deliverer(database.carrying, HANDLERS)
    await deliverer.register()
    async with database.work("toy_calls", organization) as work:
        await end(work, 3)
    async with asyncio.timeout(PATIENCE), database.pool.connection(), database.pool.connection():
        await deliverer.deliver_all()
    assert owner.execute("select sum(minutes) from toy_billing.line").fetchone() == (3,)
    async with asyncio.timeout(PATIENCE), database.carrying.pool.connection(), database.carrying.pool.connection():
        await ask(database, organization)
    assert database.carrying.carrying is database.carrying
    assert database.carrying.news is database.news, "the herald tells of what either commits"
    await database.close()


async def test_a_place_outlives_whoever_is_broken_off_while_it_waits(owner_url: str) -> None:
    pool = Pool(conninfo_of(as_login(owner_url)), 1)
    async with pool.connection():
        for _ in range(5):
            with anyio.move_on_after(0.01):
                async with pool.connection():
                    pass
    async with asyncio.timeout(PATIENCE), pool.connection() as wire:
        assert (await wire.send("select 1")).scalar_one() == 1
    pool.close()
