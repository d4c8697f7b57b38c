"""The harness finds a room that late, repeated or erased events break."""

import psycopg
import pytest

from harness import deliver_everything
from kernel.conftest import Tenant
from kernel.toys import HANDLERS
from kernel.toys.contracts.toy_calls import CallEnded
from kernel.toys.toy_calls.domain import end, erase
from retinue.kernel.deliver import Deliverer, Handlers
from retinue.kernel.work import Database, Work, uuid7


async def some_calls(database: Database, tenant: Tenant, rooms: dict[str, Handlers]) -> None:
    await Deliverer(database, rooms).register()
    for organization in [tenant()[0] for _ in range(2)]:
        person = uuid7()
        for minutes in range(1, 9):
            async with database.work("toy_calls", organization) as work:
                await end(work, minutes, "Ann", person)


@pytest.mark.parametrize("erased", [False, True])
async def test_the_toys_withstand_it(held: Database, owner: psycopg.Connection, owner_url: str, tenant: Tenant, erased: bool) -> None:
    await some_calls(held, tenant, HANDLERS)
    assert await deliver_everything(held, HANDLERS, owner_url, erased=erased) > 3
    assert owner.execute("select count(*), sum(minutes) from toy_billing.line").fetchone() == (16, 72)
    assert owner.execute("select count(*), count(value->>'caller') from toy_dossier.entry").fetchone() == (16, 0 if erased else 16)
    order = [row[0] for row in owner.execute("select number from toy_billing.line order by seq").fetchall()]
    assert order != sorted(order), "some came late"


async def test_it_finds_a_sum_that_drops_what_is_older(held: Database, owner: psycopg.Connection, owner_url: str, tenant: Tenant) -> None:
    handlers = Handlers()

    @handlers.on(CallEnded)
    async def charge(work: Work, event: CallEnded) -> None:
        newest = (await work.execute("select coalesce(max(number), 0) from toy_billing.line")).scalar_one()
        if event.number > newest:
            await work.execute(
                "insert into toy_billing.line values (:o, :c, :n, :m)",
                o=work.organization,
                c=event.call_id,
                n=event.number,
                m=event.minutes,
            )

    await some_calls(held, tenant, {"toy_billing": handlers})
    await deliver_everything(held, {"toy_billing": handlers}, owner_url)
    row = owner.execute("select sum(minutes) from toy_billing.line").fetchone()
    assert row is not None
    assert row[0] < 72


async def test_it_finds_a_handler_that_needs_a_personal_field(held: Database, owner_url: str, tenant: Tenant) -> None:
    handlers = Handlers()

    @handlers.on(CallEnded)
    async def greet(work: Work, event: CallEnded) -> None:
        assert event.caller is not None

    await some_calls(held, tenant, {"toy_billing": handlers})
    await deliver_everything(held, {"toy_billing": handlers}, owner_url)
    await some_calls(held, tenant, {"toy_billing": handlers})
    with pytest.raises(AssertionError):
        await deliver_everything(held, {"toy_billing": handlers}, owner_url, erased=True)


async def test_an_erasure_in_between(held: Database, owner: psycopg.Connection, owner_url: str, tenant: Tenant) -> None:
    await Deliverer(held, HANDLERS).register()
    one, person = tenant()[0], uuid7()
    for _ in range(5):
        async with held.work("toy_calls", one) as work:
            await end(work, 1, "Ann", person)
    async with held.work("toy_calls", one) as work:
        await erase(work, person)
    await deliver_everything(held, HANDLERS, owner_url, late=0.5)
    assert "Ann" not in str(owner.execute("select value from toy_dossier.entry").fetchall())
