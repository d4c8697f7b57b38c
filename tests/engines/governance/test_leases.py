"""A client's models never cost more than the cap in a day, however many processes ask at once, and a process that dies gives its lease back."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from conftest import as_login
from retinue.engines.governance.budget import BudgetSpent
from retinue.engines.governance.leases import LEASE, BudgetUnseen, LeasedBudget, first_to_see
from retinue.kernel.clock import StoppedClock
from retinue.kernel.work import Database

CAP = 1.0


@pytest.fixture
def client(owner: psycopg.Connection) -> UUID:
    id = uuid4()
    owner.execute("insert into kernel.organization values (%s, false, now())", (id,))
    return id


def spent(owner: psycopg.Connection, client: UUID) -> tuple[float, float]:
    """Settled, and leased, in US dollars."""
    ((settled, leased),) = owner.execute(
        "select coalesce((select sum(micros) from governance.spending where organization_id = %s), 0),"
        " coalesce((select sum(micros) from governance.lease where organization_id = %s), 0)",
        (client, client),
    ).fetchall()
    return float(settled) / 1e6, float(leased) / 1e6


async def use_up(budget: LeasedBudget, client: UUID, usd: float, *, at_once: int = 8) -> float:
    """Calls of `usd` until the first refusal; answers what they cost."""
    cost = 0.0

    async def calls() -> None:
        nonlocal cost
        while True:
            try:
                hold = await budget.hold(client, "model.call", usd)
            except BudgetSpent:
                return
            await asyncio.sleep(0)
            cost += usd * 0.8
            await budget.settle(hold, usd * 0.8)

    await asyncio.gather(*(calls() for _ in range(at_once)))
    return cost


async def test_two_processes_never_spend_over_the_cap(owner_url: str, owner: psycopg.Connection, client: UUID) -> None:
    databases = [Database(as_login(owner_url), clock=StoppedClock()) for _ in range(2)]
    budgets = [LeasedBudget(database, "conversations", CAP) for database in databases]
    costs = await asyncio.gather(*(use_up(budget, client, 0.013) for budget in budgets))
    assert CAP * 0.9 < sum(costs) <= CAP
    assert min(costs) > 0, "both had some of it"
    settled, leased = spent(owner, client)
    assert settled + leased <= CAP
    for budget in budgets:
        await budget.close()
    assert spent(owner, client) == (pytest.approx(sum(costs), abs=1e-4), 0.0)
    for database in databases:
        await database.close()


async def test_what_a_process_that_died_had_leased_comes_back(owner_url: str, owner: psycopg.Connection, client: UUID) -> None:
    clock = StoppedClock()
    dies, lives = (LeasedBudget(Database(as_login(owner_url), clock=clock), "conversations", CAP) for _ in range(2))
    await dies.hold(client, "model.call", 0.9)  # and is never heard of again
    assert await use_up(lives, client, 0.02) <= 0.1
    clock.move(LEASE + timedelta(seconds=1))
    assert 0.8 < await use_up(lives, client, 0.02) <= 1.0
    with pytest.raises(BudgetSpent):
        await lives.hold(client, "model.call", 0.02)
    for budget in (dies, lives):
        await budget.database.close()


async def test_a_process_with_an_old_lease_spends_nothing_of_it(owner_url: str, client: UUID) -> None:
    clock = StoppedClock()
    slow, quick = (LeasedBudget(Database(as_login(owner_url), clock=clock), "conversations", CAP) for _ in range(2))
    await slow.settle(await slow.hold(client, "model.call", 0.04), 0.0)
    clock.move(LEASE + timedelta(seconds=1))
    everything = await quick.hold(client, "model.call", CAP)
    with pytest.raises(BudgetSpent):
        await slow.hold(client, "model.call", 0.01)
    await quick.settle(everything, 0.5)
    await quick.settle_all()
    await slow.hold(client, "model.call", 0.01)
    for budget in (slow, quick):
        await budget.database.close()


async def test_what_nobody_uses_goes_back_and_what_is_in_flight_stays(database: Database, owner: psycopg.Connection, client: UUID) -> None:
    clock = database.clock = StoppedClock()
    budget = LeasedBudget(database, "conversations", CAP)
    hold = await budget.hold(client, "model.call", 0.3)
    clock.move(timedelta(seconds=30))
    await budget.settle_all()
    assert spent(owner, client) == (0.0, 0.3)
    clock.move(timedelta(minutes=3))
    await budget.settle_all()
    clock.move(timedelta(minutes=3))
    other = LeasedBudget(database, "conversations", CAP)
    cost = await use_up(other, client, 0.05)
    assert 0.6 < cost <= 0.7, "a call that lasts keeps its money"
    await other.close()
    await budget.settle(hold, None)
    clock.move(timedelta(seconds=30))
    await budget.settle_all()
    assert spent(owner, client) == (pytest.approx(0.3 + cost, abs=1e-4), 0.0) and not budget.accounts


async def test_a_new_day_begins_with_all_of_it(database: Database, client: UUID) -> None:
    clock = database.clock = StoppedClock()
    budget = LeasedBudget(database, "conversations", CAP)
    await budget.settle(await budget.hold(client, "model.call", 1.0), 1.0)
    with pytest.raises(BudgetSpent):
        await budget.hold(client, "model.call", 0.0)
    await budget.hold(client, "tool.call", 0.0)
    clock.move(timedelta(days=1))
    await budget.hold(client, "model.call", 0.5)


async def test_without_a_database_nothing_is_spent_on_a_guess(owner_url: str, client: UUID) -> None:
    away = Database(as_login(owner_url).replace("port=5432", "port=1"))
    with pytest.raises(BudgetUnseen):
        await LeasedBudget(away, "conversations", CAP).hold(client, "model.call", 0.01)
    await away.close()


async def test_one_process_sees_first_that_it_is_spent(database: Database, client: UUID) -> None:
    told: list[bool] = []

    async def reached(organization: UUID, day: object) -> None:
        async with database.work("conversations", organization) as work:
            told.append(await first_to_see(work, database.clock.now().date()))

    budgets = [LeasedBudget(database, "conversations", 0.01, reached=reached) for _ in range(2)]
    for budget in budgets:
        for _ in range(2):
            with pytest.raises(BudgetSpent):
                await budget.hold(client, "model.call", 0.5)
    assert told == [True, False, False, False]
