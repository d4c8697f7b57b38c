"""A database that is away is nobody's failure: tries are given back, nothing is parked, what runs beside goes on."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from conftest import as_login, with_name
from kernel.conftest import Tenant
from kernel.test_deliver import until
from kernel.toys.contracts.toy_calls import CallNoted
from retinue.kernel.clock import StoppedClock
from retinue.kernel.deliver import TRIES, Deliverer, Handlers
from retinue.kernel.ending import stop
from retinue.kernel.work import Database, Work


async def tell(database: Database, organization: UUID) -> None:
    async with database.work("toy_calls", organization) as work:
        work.emit(CallNoted())


async def test_a_lost_connection_is_no_failure(owner_url: str, owner: psycopg.Connection, clock: StoppedClock, tenant: Tenant) -> None:
    """More often than there are tries, while another organization's turn is under way all the time."""
    (one, _), (two, _) = tenant(), tenant()
    database = Database(as_login(owner_url), clock=clock)
    handlers, go = Handlers(), asyncio.Event()
    handled: list[UUID] = []
    cut = 0

    @handlers.on(CallNoted)
    async def note(work: Work, event: CallNoted) -> None:
        nonlocal cut
        if work.organization == two:
            await go.wait()
        elif cut <= TRIES:
            cut += 1
            pid = (await work.execute("select pg_backend_pid()")).scalar_one()
            owner.execute("select pg_terminate_backend(%s, 5000)", (pid,))
        handled.append(work.organization)

    deliverer = Deliverer(database, {"toy_billing": handlers})
    await deliverer.register()
    await tell(database, one)
    await tell(database, two)
    running = asyncio.create_task(deliverer.run())

    async def through() -> bool:
        return owner.execute("select number from events.cursor where organization_id = %s", (one,)).fetchone() == (1,)

    await until(through, 30)
    assert cut == TRIES + 1
    assert owner.execute("select tries from events.cursor where organization_id = %s", (two,)).fetchone() == (1,)
    go.set()

    async def done() -> bool:
        return owner.execute("select sum(number), sum(tries) from events.cursor").fetchone() == (2, 0)

    await until(done)
    await stop(running)
    assert handled.count(two) == 1, "its turn was not broken off"
    assert owner.execute("select count(*) from events.parked").fetchone() == (0,)
    assert owner.execute("select failing, stopped_at from events.handler").fetchone() == ([], None)
    await database.close()


async def test_a_try_is_given_back_when_the_database_returns(
    owner_url: str, server: str, owner: psycopg.Connection, clock: StoppedClock, tenant: Tenant
) -> None:
    """Away between the try and the giving back: what is owed is remembered. The clock stands still, so no try comes by time."""
    one, _ = tenant()
    database = Database(as_login(owner_url), clock=clock)
    handlers, handled = Handlers(), asyncio.Event()
    name = owner.info.dbname
    away = True

    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as elsewhere:

        @handlers.on(CallNoted)
        async def note(work: Work, event: CallNoted) -> None:
            if away:
                elsewhere.execute(f"alter database {name} allow_connections false")
                elsewhere.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'retinue_app' and datname = %s", (name,)
                )
                await work.execute("select 1")
            handled.set()

        deliverer = Deliverer(database, {"toy_billing": handlers})
        await deliverer.register()
        await tell(database, one)
        running = asyncio.create_task(deliverer.run())
        try:

            async def owes() -> bool:
                return bool(deliverer.owed) and not deliverer.serving

            await until(owes)
            away = False
        finally:
            elsewhere.execute(f"alter database {name} allow_connections true")
        await asyncio.wait_for(handled.wait(), 20)

        async def done() -> bool:
            return owner.execute("select number, tries from events.cursor").fetchone() == (1, 0)

        await until(done)
    await stop(running)
    await database.close()


@pytest.mark.parametrize(
    "sql", ["select 1 / 0", "do $$ begin raise sqlstate '54000'; end $$", "do $$ begin raise sqlstate '40P01'; end $$"]
)
async def test_what_a_handler_breaks_itself_is_its_failure(held: Database, owner: psycopg.Connection, tenant: Tenant, sql: str) -> None:
    """The driver has one class for the database's absence and for a row that is too large for its index: the latter would be tried for ever."""
    one, _ = tenant()
    handlers = Handlers()

    @handlers.on(CallNoted)
    async def note(work: Work, event: CallNoted) -> None:
        await work.execute(sql)

    deliverer = Deliverer(held, {"toy_billing": handlers})
    await deliverer.register()
    await tell(held, one)
    await deliverer.deliver_all()
    assert owner.execute("select error is not null, tries > 0 from events.cursor").fetchone() == (True, True)
