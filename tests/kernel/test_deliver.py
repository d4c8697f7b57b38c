"""Who gets which event when: tries, parking, stopping, replays, beginnings, and what a batch is."""

import asyncio
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
import uvloop

from conftest import as_login
from kernel.conftest import Tenant
from kernel.toys import HANDLERS
from kernel.toys.checks import exact
from kernel.toys.contracts.toy_calls import CallEnded, CallNoted, CallSummarised
from kernel.toys.toy_billing.handlers import LINE, charging
from kernel.toys.toy_calls.domain import end
from retinue.kernel.clock import StoppedClock
from retinue.kernel.deliver import TRIES, Deliverer, Handlers, wait_handled
from retinue.kernel.ending import stop
from retinue.kernel.events import Event, Misuse
from retinue.kernel.work import Database, Work, uuid7

LISTEN = "select events.listen(%s, %s, %s, false, now())"


async def calls(database: Database, organization: UUID, *minutes: int) -> None:
    async with database.work("toy_calls", organization) as work:
        for each in minutes:
            await end(work, each)


async def settle(deliverer: Deliverer) -> None:
    """Let all tries of whatever fails go by: 0, 1, 3, 7, 15 and 31 seconds."""
    clock = deliverer.database.clock
    assert isinstance(clock, StoppedClock)
    for _ in range(TRIES + 1):
        await deliverer.deliver_all()
        clock.move(timedelta(seconds=33))


def poisoned(held: Database) -> Deliverer:
    return Deliverer(held, {**HANDLERS, "toy_billing": charging(lambda minutes: minutes == 13)})


def test_it_carries_on_the_loop_that_serves(owner_url: str, tenant: Tenant) -> None:
    """uvloop's, whose handles are not asyncio's; these tests run on asyncio's own."""
    organization, _ = tenant()

    async def carry() -> bool:
        held = Database(as_login(owner_url), clock=StoppedClock())
        carrying = asyncio.create_task(Deliverer(held, HANDLERS).run())
        try:
            await calls(held, organization, 1)
            handled = asyncio.create_task(wait_handled(held, "toy_billing", organization, 1, 30))
            await asyncio.wait({carrying, handled}, return_when=asyncio.FIRST_COMPLETED)
            return not carrying.done() and await handled
        finally:
            await stop(carrying)
            await held.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(carry())


async def test_poison_is_parked_and_the_organization_goes_on(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    (one, _), (two, _) = tenant(), tenant()
    deliverer = poisoned(held)
    await deliverer.register()
    await calls(held, one, 13, *([1] * 120), 13, 1)
    await calls(held, two, 1)
    await deliverer.deliver_all()
    charged = dict(owner.execute("select organization_id, count(*) from toy_billing.line group by 1").fetchall())
    assert charged == {two: 1}, "the poison holds up its own organization only"
    assert owner.execute("select number from events.cursor where (room, organization_id) = ('toy_dossier', %s)", (one,)).fetchone() == (
        123,
    )
    for _ in range(2):
        await settle(deliverer)
    parked = owner.execute("select room, organization_id, number, error from events.parked order by number").fetchall()
    assert [row[:3] for row in parked] == [("toy_billing", one, 1), ("toy_billing", one, 122)]
    assert "CannotCharge" in parked[0][3] and "handlers.py" in parked[0][3]
    assert "secret words" not in parked[0][3] and "Ann" not in parked[0][3], "messages of errors quote personal data"
    exact(owner, aside={(one, 1), (one, 122)})
    deliverer.rooms["toy_billing"] = charging()
    assert await deliverer.replay("toy_billing", one, 1)
    assert not await deliverer.replay("toy_billing", one, 1)
    assert not await deliverer.replay("toy_billing", two, 1)
    assert owner.execute("select number from toy_billing.line where organization_id = %s and number in (1, 122)", (one,)).fetchall() == [
        (1,)
    ]


async def test_a_replay_that_fails_stays_parked(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, _ = tenant()
    deliverer = poisoned(held)
    await deliverer.register()
    await calls(held, one, 13)
    await settle(deliverer)
    with pytest.raises(Exception, match="secret words"):
        await deliverer.replay("toy_billing", one, 1)
    assert owner.execute("select count(*) from events.parked").fetchone() == (1,)


async def test_tries_come_at_0_1_3_7_15_and_parking_at_31(
    held: Database, owner: psycopg.Connection, clock: StoppedClock, tenant: Tenant
) -> None:
    one, _ = tenant()
    tried: list[float] = []
    begun = clock.now()

    def poison(_: int) -> bool:
        tried.append((clock.now() - begun).total_seconds())
        return True

    deliverer = Deliverer(held, {"toy_billing": charging(poison)})
    await deliverer.register()
    async with held.work("toy_calls", one) as work:
        await end(work)
    owner.execute("insert into events.cursor values ('toy_billing', %s, 0, 0, 100)", (one,))  # goes one by one from the start
    for _ in range(32):
        assert owner.execute("select count(*) from events.parked").fetchone() == (0,)
        await deliverer.deliver_all()
        clock.move(timedelta(seconds=1))
    assert tried == [0, 1, 3, 7, 15]
    assert owner.execute("select number from events.parked").fetchall() == [(1,)]


async def test_a_try_is_counted_before_it_starts(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Else an event that kills its process would be tried for ever."""
    one, _ = tenant()
    counted: list[tuple[int, bool]] = []
    handlers = Handlers()

    @handlers.on(CallEnded)
    async def look(work: Work, event: CallEnded) -> None:
        row = owner.execute("select tries, retry_at is not null from events.cursor").fetchone()
        assert row is not None
        counted.append((row[0], row[1]))

    deliverer = Deliverer(held, {"toy_billing": handlers})
    await deliverer.register()
    await calls(held, one, 1)
    await deliverer.deliver_all()
    assert counted == [(1, True)]
    assert owner.execute("select number, tries, retry_at from events.cursor").fetchone() == (1, 0, None)


async def test_only_tries_that_start_are_counted(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Several are counted at once, but a try that waits for a place would run out of its time, and be counted as a failure."""
    go, handlers, begun = asyncio.Event(), Handlers(), set[UUID]()

    @handlers.on(CallEnded)
    async def charge(work: Work, event: CallEnded) -> None:
        begun.add(work.organization)
        await go.wait()

    deliverer = Deliverer(held, {"toy_billing": handlers, "toy_dossier": handlers}, concurrency=3)
    await deliverer.register()
    for organization in [tenant()[0] for _ in range(5)]:
        await calls(held, organization, 1)
    delivering = asyncio.create_task(deliverer.deliver_all())

    async def full() -> bool:
        return owner.execute("select count(*) from events.cursor where tries > 0").fetchone() == (3,) and bool(begun)

    await until(full)
    assert len(deliverer.serving) == 3
    go.set()
    await delivering
    assert owner.execute("select count(*), sum(number), sum(tries) from events.cursor").fetchone() == (10, 10, 0)


async def test_a_busy_organization_delays_nobody(held: Database, tenant: Tenant) -> None:
    """One batch, then the next organization, although the first one has more."""
    turns: list[UUID] = []
    handlers = Handlers()

    @handlers.on(CallEnded, many=True)
    async def charge(work: Work, events: list[CallEnded]) -> None:
        turns.append(work.organization)

    deliverer = Deliverer(held, {"toy_billing": handlers}, concurrency=1)
    await deliverer.register()
    busy, *others = (tenant()[0] for _ in range(4))
    await calls(held, busy, *([1] * 350))
    for organization in others:
        await calls(held, organization, 1)
    await deliverer.deliver_all()
    assert turns.count(busy) == 4 and len(turns) == 7
    assert set(turns[:4]) == {busy, *others}


async def test_a_failed_batch_goes_one_by_one(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, _ = tenant()
    sizes: list[int] = []
    handlers = Handlers()

    @handlers.on(CallEnded, many=True)
    async def charge(work: Work, events: list[CallEnded]) -> None:
        sizes.append(len(events))
        for event in events:
            await work.execute(LINE, o=work.organization, c=event.call_id, n=event.number, m=event.minutes)
        if len(events) > 1 and len(sizes) == 1:
            raise ConnectionError("the world broke")

    deliverer = Deliverer(held, {"toy_billing": handlers})
    await deliverer.register()
    await calls(held, one, *([1] * 150))
    await deliverer.deliver_all()
    assert sizes == [100, *([1] * 100), 50]
    exact(owner)


async def test_a_batch_keeps_the_order_across_kinds(held: Database, tenant: Tenant, owner: psycopg.Connection) -> None:
    one, _ = tenant()
    seen: list[tuple[str, list[int]]] = []
    handlers = Handlers(projection=True)

    @handlers.on(CallEnded, CallSummarised, many=True)
    async def together(work: Work, events: list[Event]) -> None:
        seen.append(("many", [e.number for e in events]))

    @handlers.on(CallNoted)
    async def alone(work: Work, event: CallNoted) -> None:
        seen.append(("one", [event.number]))

    async with held.work("toy_calls", one) as work:
        await end(work)
        work.emit(CallSummarised(call_id=uuid7(), summary="s"))
        work.emit(CallNoted())
        work.emit(CallNoted())
        await end(work)
    await Deliverer(held, {"toy_dossier": handlers}).deliver_all()
    assert seen == [("many", [1, 2]), ("one", [3]), ("one", [4]), ("many", [5])]


async def test_one_inbox_is_served_by_one_worker_at_a_time(owner_url: str, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Four deliverers on connections of their own, and clocks that make every try due at once."""
    one, _ = tenant()
    clock = StoppedClock()
    databases = [Database(as_login(owner_url), clock=clock) for _ in range(4)]
    deliverers = [Deliverer(d, HANDLERS) for d in databases]
    await deliverers[0].register()
    for _ in range(30):
        await calls(databases[0], one, 1, 1)
    for _ in range(60):
        clock.move(timedelta(seconds=40))
        turns = (d.turn(room, one) for d in deliverers for room in ("toy_billing", "toy_dossier"))
        if not sum(await asyncio.gather(*turns)):
            break
    assert exact(owner) == 60
    for database in databases:
        await database.close()


async def test_an_inbox_is_locked_while_its_batch_is_handled(
    held: Database, clock: StoppedClock, owner_url: str, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """A slow handler outlasts its retry time: whoever comes meanwhile must pass by, or the batch is handled twice."""
    one, _ = tenant()
    begun, go, slow = asyncio.Event(), asyncio.Event(), Handlers()

    @slow.on(CallEnded)
    async def charge(work: Work, event: CallEnded) -> None:
        begun.set()
        await go.wait()
        await work.execute(LINE, o=work.organization, c=event.call_id, n=event.number, m=event.minutes)

    first = Deliverer(held, {"toy_billing": slow})
    other = Database(as_login(owner_url), clock=clock)
    await first.register()
    await calls(held, one, 1)
    handling = asyncio.create_task(first.turn("toy_billing", one))
    await begun.wait()
    clock.move(timedelta(seconds=40))
    try:
        async with asyncio.timeout(10):  # whoever comes does not wait either
            meanwhile = await Deliverer(other, {"toy_billing": charging()}).turn("toy_billing", one)
    finally:
        go.set()
    assert (meanwhile, await handling) == (0, 1)
    assert exact(owner) == 1
    await other.close()


async def test_the_cursor_drops_what_was_handled(held: Database, deliverer: Deliverer, owner: psycopg.Connection, tenant: Tenant) -> None:
    """A worker that took a batch under an older try commits nothing."""
    one, _ = tenant()
    await deliverer.register()
    await calls(held, one, 1, 1)
    (counted,) = await deliverer.count(["toy_billing"], [one], 1)
    assert counted.tries == 1
    held.clock.move(timedelta(seconds=2))  # type: ignore[attr-defined]
    assert await deliverer.turn("toy_billing", one) == 1
    assert await deliverer.take("toy_billing", one, 100, 1) == 0
    await deliverer.deliver_all()
    assert await deliverer.take("toy_billing", one, 100, 0) == 0
    exact(owner)


async def test_a_cursor_never_goes_back(held: Database, deliverer: Deliverer, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, _ = tenant()
    await deliverer.register()
    await calls(held, one, 1, 1)
    await deliverer.deliver_all()
    async with held.work("toy_billing", one) as work:
        with pytest.raises(psycopg.Error, match="moved while it was held"):
            await work.execute("select events.move(1)")
    assert owner.execute("select number from events.cursor where room = 'toy_billing'").fetchone() == (2,)


async def test_an_inbox_with_nothing_to_handle_counts_no_try(
    held: Database, deliverer: Deliverer, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """Two workers saw the same inbox due, the other one was quicker: the next event must not wait for a retry."""
    one, _ = tenant()
    await deliverer.register()
    async with held.work("toy_calls", one) as work:
        await end(work)
        work.emit(CallNoted())
    assert await deliverer.turn("toy_billing", one) == 1
    assert await deliverer.turn("toy_billing", one) == 0
    assert owner.execute("select number, tries, retry_at from events.cursor where room = 'toy_billing'").fetchone() == (1, 0, None)


async def test_a_room_that_fails_in_three_organizations_stops(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    organizations = [tenant()[0] for _ in range(4)]
    bad = Deliverer(held, {**HANDLERS, "toy_billing": charging(lambda minutes: True)}, release="1")
    await bad.register()
    for organization in organizations:
        await calls(held, organization, 1)
    for _ in range(3):
        await settle(bad)
    assert owner.execute("select room from events.handler where stopped_at is not null").fetchall() == [("toy_billing",)]
    assert owner.execute("select count(*) from events.parked").fetchone() == (0,)
    assert owner.execute("select count(*) from toy_dossier.entry").fetchone() == (4,), "other rooms go on"
    await Deliverer(held, HANDLERS, release="1").deliver_all()
    assert owner.execute("select count(*) from toy_billing.line").fetchone() == (0,), "the same release does not start again by itself"
    await Deliverer(held, HANDLERS, release="2").deliver_all()
    assert exact(owner) == 4


async def test_a_room_that_stops_meanwhile_parks_nothing(
    held: Database, deliverer: Deliverer, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """Between the last try of one organization and its parking, another one's failure stops the room."""
    one, _ = tenant()
    await deliverer.register()
    await calls(held, one, 1)
    owner.execute("insert into events.cursor values ('toy_billing', %s, 0, %s)", (one, TRIES))
    (counted,) = await deliverer.count(["toy_billing"], [one], 1)
    assert counted.tries == TRIES + 1
    owner.execute("update events.handler set stopped_at = %s where room = 'toy_billing'", (held.clock.now(),))
    assert await deliverer.park(counted) == 0
    assert owner.execute("select count(*) from events.parked").fetchone() == (0,)
    await held.call("select events.resume('toy_billing')")
    await calls(held, one, 1)
    for parked in (1, 0):  # the same try parks one event, not the next one too
        assert await deliverer.park(counted) == parked


async def test_a_stopped_room_is_resumed(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    deliverer = Deliverer(held, {"toy_billing": charging(lambda minutes: True)})
    await deliverer.register()
    for organization in [tenant()[0] for _ in range(3)]:
        await calls(held, organization, 1)
    await settle(deliverer)
    assert owner.execute("select count(*) from events.handler where stopped_at is not null").fetchone() == (1,)
    deliverer.rooms["toy_billing"] = charging()
    await held.call("select events.resume('toy_billing')")
    await settle(deliverer)
    assert exact(owner) == 3


async def test_a_success_between_keeps_a_room_running(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    good, _ = tenant()
    sick = [tenant()[0] for _ in range(3)]
    deliverer = poisoned(held)
    await deliverer.register()
    for organization in sick:
        await calls(held, organization, 13)
    for _ in range(TRIES + 2):
        for organization in sick:
            await deliverer.turn("toy_billing", organization)
            await calls(held, good, 1)
            await deliverer.turn("toy_billing", good)
        held.clock.move(timedelta(seconds=33))  # type: ignore[attr-defined]
    assert owner.execute("select count(*) from events.handler where stopped_at is not null").fetchone() == (0,)
    assert owner.execute("select count(*) from events.parked").fetchone() == (3,)


async def test_a_new_room_starts_at_the_present_and_a_projection_at_the_first(
    held: Database, deliverer: Deliverer, owner: psycopg.Connection, tenant: Tenant
) -> None:
    one, _ = tenant()
    await calls(held, one, 1, 1)
    await deliverer.register()
    two, _ = tenant()
    await calls(held, two, 1)
    await calls(held, one, 1)
    await deliverer.register()
    await deliverer.deliver_all()
    assert owner.execute("select organization_id, number from toy_billing.line order by 2").fetchall() == [(two, 1), (one, 3)]
    assert owner.execute("select count(*) from toy_dossier.entry").fetchone() == (4,)


async def test_two_workers_that_begin_at_once_lose_nothing(
    held: Database, deliverer: Deliverer, owner_url: str, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """The beginning is set once, under a lock: the second worker must not take what was told meanwhile for the past."""
    one, _ = tenant()
    with psycopg.connect(owner_url) as first:
        first.execute(LISTEN, ("toy_billing", HANDLERS["toy_billing"].release("0"), HANDLERS["toy_billing"].kinds))
        await calls(held, one, 1)
        second = asyncio.create_task(deliverer.register())
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"

        async def waits() -> bool:
            return owner.execute(waiting).fetchone() == (1,)

        await until(waits)
    await second
    await deliverer.deliver_all()
    assert exact(owner) == 1


@pytest.mark.parametrize("deed", ["emit", "defer"])
async def test_a_projection_emits_and_defers_nothing(held: Database, owner: psycopg.Connection, tenant: Tenant, deed: str) -> None:
    one, _ = tenant()
    handlers = Handlers(projection=True)

    @handlers.on(CallEnded)
    async def tell(work: Work, event: CallEnded) -> None:
        if deed == "emit":
            work.emit(CallNoted())
        else:
            work.defer("toy_calls.end")

    async with held.work("toy_calls", one) as work:
        await end(work)
        with pytest.raises(Misuse, match="projection"):
            await handlers.handle(work, [CallEnded(call_id=uuid7(), minutes=1)])
        work.events, work.jobs = work.events[:1], []
    deliverer = Deliverer(held, {"toy_calls": handlers})
    await deliverer.register()
    await deliverer.deliver_all()
    assert owner.execute("select split_part(error, E'\\n', 1) from events.cursor").fetchall() == [("Misuse",)]
    assert owner.execute("select count(*) from jobs.procrastinate_jobs").fetchone() == (0,)


def test_one_handler_for_a_kind_in_a_room() -> None:
    handlers = charging()
    with pytest.raises(Misuse, match="two handlers"):
        handlers.on(CallEnded)(test_one_handler_for_a_kind_in_a_room)  # type: ignore[type-var]


async def until(condition: object, seconds: float = 10.0) -> None:
    """Poll `condition` until it holds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():  # type: ignore[operator]
        assert asyncio.get_running_loop().time() < deadline, "not in time"
        await asyncio.sleep(0.01)


def charged(owner: psycopg.Connection, count: int) -> object:
    async def enough() -> bool:
        row = owner.execute("select count(*) from toy_billing.line").fetchone()
        return row is not None and row[0] >= count

    return enough


async def test_a_commit_wakes_the_worker_of_another_process(
    database: Database, owner_url: str, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """The fallback poll is out of the way here: only the notification can bring the event."""
    one, _ = tenant()
    other = Database(as_login(owner_url))
    deliverer = Deliverer(other, HANDLERS)
    looks = 0

    async def never() -> set[UUID]:
        nonlocal looks
        looks += 1
        return set()

    deliverer.moved = never  # type: ignore[method-assign]
    running = asyncio.create_task(deliverer.run())

    async def polled() -> bool:
        listening = "select count(*) from pg_stat_activity where query = 'listen retinue_events' and datname = current_database()"
        return looks > 0 and owner.execute(listening).fetchone() == (1,)

    await until(polled)
    await calls(database, one, 1)
    await until(charged(owner, 1))
    await stop(running)
    await other.close()


async def test_a_lost_notification_is_found_by_the_poll(held: Database, owner_url: str, owner: psycopg.Connection, tenant: Tenant) -> None:
    """`held` has no herald: nobody is told of its commits."""
    one, _ = tenant()
    other = Database(as_login(owner_url))
    running = asyncio.create_task(Deliverer(other, HANDLERS).run())
    registered = "select count(*) from events.handler"

    async def ready() -> bool:
        return owner.execute(registered).fetchone() == (2,)

    await until(ready)
    for i in range(1, 4):
        await calls(held, one, 1)
        await until(charged(owner, i))
    await stop(running)
    await other.close()


async def test_a_retry_comes_although_there_is_always_something_to_do(
    clock: StoppedClock, owner_url: str, owner: psycopg.Connection, tenant: Tenant
) -> None:
    (one, _), (busy, _) = tenant(), tenant()
    other = Database(as_login(owner_url), clock=clock)
    failed = asyncio.Event()

    def once(_: int) -> bool:
        first = not failed.is_set()
        failed.set()
        return first

    deliverer = Deliverer(other, {"toy_billing": charging(once)})
    await deliverer.register()
    owner.execute("insert into events.cursor values ('toy_billing', %s, 0, 0, 100)", (one,))  # goes one by one from the start
    await calls(other, one, 1)
    running = asyncio.create_task(deliverer.run())
    await failed.wait()

    async def waits() -> bool:
        recorded = owner.execute("select count(*) from events.cursor where error is not null").fetchone() == (1,)
        return recorded and not deliverer.serving and not deliverer.wanted

    await until(waits)
    clock.move(timedelta(seconds=2))
    enough = charged(owner, 1)

    async def woken() -> bool:
        deliverer.want([busy])
        return bool(await enough())  # type: ignore[operator]

    await until(woken)
    await stop(running)
    await other.close()


async def test_delivery_survives_the_loss_of_its_connections(
    held: Database, owner_url: str, owner: psycopg.Connection, tenant: Tenant
) -> None:
    one, _ = tenant()
    other = Database(as_login(owner_url))
    deliverer = Deliverer(other, HANDLERS)
    await deliverer.register()
    running = [asyncio.create_task(deliverer.run()), asyncio.create_task(other.herald())]
    await calls(other, one, 1)
    await until(charged(owner, 1))
    for i in range(3):
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'retinue_app' and datname = current_database()"
        )
        await asyncio.sleep(0)
        held.pool.forget()
        await calls(held, one, 1)
        await until(charged(owner, i + 2))
    assert not any(task.done() for task in running)
    await stop(*running)
    await other.close()


async def test_the_herald_tells_of_many_commits_at_once(held: Database, owner_url: str, tenant: Tenant) -> None:
    organizations = [tenant()[0] for _ in range(3)]
    for organization in organizations * 2:
        await calls(held, organization, 1)
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as listening:
        await listening.execute("listen retinue_events")
        herald = asyncio.create_task(held.herald())
        async for first in listening.notifies(timeout=5, stop_after=1):
            assert set(first.payload.split(",")) == set(map(str, organizations))
        held.news.told, held.news.deferred = {uuid7() for _ in range(201)}, set()
        held.news.event.set()
        async for second in listening.notifies(timeout=5, stop_after=1):
            assert second.payload == "*", "a payload has 8,000 bytes at most"
        await stop(herald)


async def test_a_rollback_is_not_told(held: Database, tenant: Tenant) -> None:
    with pytest.raises(ZeroDivisionError):
        async with held.work("toy_calls", tenant()[0]) as work:
            await end(work)
            raise ZeroDivisionError
    assert not held.news.told and not held.news.event.is_set()


async def test_after_an_event_waits_for_what_the_room_handles(held: Database, deliverer: Deliverer, tenant: Tenant) -> None:
    one, _ = tenant()
    await deliverer.register()
    async with held.work("toy_calls", one) as work:
        await end(work)
        work.emit(CallNoted())
    assert not await wait_handled(held, "toy_billing", one, 2, seconds=0)
    await deliverer.deliver_all()
    assert await wait_handled(held, "toy_billing", one, 2, seconds=0), "number 2 is of no kind that it handles"


async def test_events_without_end_are_a_bug(held: Database, tenant: Tenant) -> None:
    handlers = Handlers()

    @handlers.on(CallNoted)
    async def again(work: Work, event: CallNoted) -> None:
        work.emit(CallNoted())

    deliverer = Deliverer(held, {"toy_calls": handlers})
    await deliverer.register()
    async with held.work("toy_calls", tenant()[0]) as work:
        work.emit(CallNoted())
    with pytest.raises(Misuse, match="without end"):
        await deliverer.deliver_all(turns=20)
