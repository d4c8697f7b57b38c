"""Two releases side by side, one after the other, and back: no event is lost, none of the past comes by surprise, none is handled twice."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from kernel.conftest import Tenant
from kernel.toys.contracts.toy_calls import CallEnded, CallNoted, CallSummarised
from kernel.toys.toy_calls.domain import end
from retinue.kernel.deliver import Deliverer, Handlers
from retinue.kernel.events import Event, Misuse, Was
from retinue.kernel.work import Database, Work, uuid7

Seen = list[tuple[str, int]]
Release = Callable[..., tuple[Deliverer, Seen]]


@pytest.fixture
def release(held: Database) -> Release:
    """A process of a release whose billing hears `events`: the process, and what it saw."""

    def make(name: str, *events: type[Event], projection: bool = False) -> tuple[Deliverer, Seen]:
        seen: Seen = []
        handlers = Handlers(projection=projection)

        @handlers.on(*events)
        async def see(work: Work, event: Event) -> None:
            seen.append((type(event).__name__, event.number))

        return Deliverer(held, {"toy_billing": handlers}, release=name), seen

    return make


async def tell(database: Database, organization: UUID, *events: type[Event]) -> None:
    for event in events:
        async with database.work("toy_calls", organization) as work:
            if event is CallEnded:
                await end(work)
            else:
                work.emit(event())


def go_to(owner: psycopg.Connection, deliverer: Deliverer) -> None:
    owner.execute("select events.charge('toy_billing', %s, now())", (deliverer.releases["toy_billing"],))


async def test_a_rolling_release_loses_nothing(held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant) -> None:
    """The older process carries on beside the new one: it takes nothing of the room any more, whatever it restarts."""
    one, _ = tenant()
    old, old_saw = release("1", CallEnded)
    new, new_saw = release("2", CallEnded, CallNoted)
    await old.register()
    await tell(held, one, CallEnded)
    await old.deliver_all()
    await new.register()
    await tell(held, one, CallNoted, CallEnded)
    assert await old.turn("toy_billing", one) == 0
    again, again_saw = release("1", CallEnded)
    await again.deliver_all()
    await tell(held, one, CallNoted)
    await again.deliver_all()
    await new.deliver_all()
    assert (old_saw, again_saw) == ([("CallEnded", 1)], [])
    assert new_saw == [("CallNoted", 2), ("CallEnded", 3), ("CallNoted", 4)]
    assert owner.execute("select count(*) from events.parked").fetchone() == (0,)


async def test_what_hears_the_same_carries_side_by_side(held: Database, release: Release, tenant: Tenant) -> None:
    one, _ = tenant()
    first, _ = release("1", CallEnded)
    second, saw = release("1", CallEnded)
    await first.register()
    await second.register()
    await tell(held, one, CallEnded)
    assert await second.turn("toy_billing", one) == 1 and saw


async def test_a_kind_that_a_room_begins_to_hear_starts_at_the_present(
    held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """What was told before it could be heard is the past, although the inbox has not passed it; what waits of the other kinds is handled."""
    (one, _), (two, _) = tenant(), tenant()
    old, _ = release("1", CallEnded)
    await old.register()
    await tell(held, one, *[CallNoted] * 5, CallEnded)
    await old.deliver_all()
    await tell(held, one, *[CallNoted] * 3, CallEnded, CallNoted)
    new, saw = release("2", CallEnded, CallNoted)
    await new.register()
    await tell(held, one, CallNoted, CallEnded)
    await tell(held, two, CallNoted)
    await new.deliver_all()
    assert sorted(saw) == [("CallEnded", 10), ("CallEnded", 13), ("CallNoted", 1), ("CallNoted", 12)]
    assert owner.execute("select count(*) from events.beginning").fetchone() == (0,), "gone once the inbox is past it"


async def test_a_projection_that_begins_to_hear_a_kind_reads_all_again(
    held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """Where there are such events, and only there: else it would hold a part of what was told."""
    (one, _), (two, _) = tenant(), tenant()
    old, _ = release("1", CallEnded, projection=True)
    await tell(held, one, CallNoted, CallEnded)
    await tell(held, two, CallEnded)
    await old.deliver_all()
    new, saw = release("2", CallEnded, CallNoted, projection=True)
    await new.deliver_all()
    assert saw == [("CallNoted", 1), ("CallEnded", 2)]
    assert owner.execute("select sum(number) from events.cursor").fetchone() == (3,)


async def test_a_release_is_gone_back_from_and_to(held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant) -> None:
    """What the older one does not hear is set aside when the newer one returns: not lost, not handled unasked, not handled twice."""
    (one, _), (two, _) = tenant(), tenant()
    old, old_saw = release("1", CallEnded)
    new, new_saw = release("2", CallEnded, CallNoted)
    await old.register()
    await tell(held, one, CallNoted)
    await new.register()
    await tell(held, one, CallNoted, CallEnded)
    await new.deliver_all()
    go_to(owner, old)
    await tell(held, one, CallNoted, CallEnded, CallNoted)
    await tell(held, two, CallNoted, CallEnded)
    assert await new.turn("toy_billing", one) == 0
    await new.deliver_all()
    await old.deliver_all()
    assert new_saw == [("CallNoted", 2), ("CallEnded", 3)]
    assert sorted(old_saw) == [("CallEnded", 2), ("CallEnded", 5)]
    go_to(owner, new)
    await new.deliver_all()
    assert new_saw[2:] == [("CallNoted", 6)], "nobody was past it"
    parked = owner.execute("select organization_id, number from events.parked").fetchall()
    assert set(parked) == {(one, 4), (two, 1)}
    for organization, number in parked:
        assert await new.replay("toy_billing", organization, number)
    await tell(held, one, CallNoted)
    await new.deliver_all()
    assert sorted(new_saw[3:]) == [("CallNoted", 1), ("CallNoted", 4), ("CallNoted", 7)]
    assert owner.execute("select count(*) from events.unheard").fetchone() == (0,)


async def test_a_change_waits_for_the_batch_that_is_under_way(
    held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant
) -> None:
    one, _ = tenant()
    begun, go, slow = asyncio.Event(), asyncio.Event(), Handlers()
    handled: list[int] = []

    @slow.on(CallEnded)
    async def charge(work: Work, event: CallEnded) -> None:
        begun.set()
        await go.wait()
        handled.append(event.number)

    old = Deliverer(held, {"toy_billing": slow}, release="1")
    await old.register()
    await tell(held, one, CallEnded)
    handling = asyncio.create_task(old.turn("toy_billing", one))
    await begun.wait()
    new, saw = release("2", CallEnded, CallNoted)
    registering = asyncio.create_task(new.register())
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    while owner.execute(waiting).fetchone() != (1,):
        await asyncio.sleep(0.01)
    go.set()
    await registering
    assert await handling == 1
    await tell(held, one, CallEnded)
    await new.deliver_all()
    assert handled == [1] and saw == [("CallEnded", 2)]


async def test_a_failure_of_the_release_before_is_not_the_next_ones(
    held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant
) -> None:
    one, _ = tenant()
    old, _ = release("1", CallEnded)
    await old.register()
    await tell(held, one, CallEnded)
    (counted,) = await old.count(["toy_billing"], [one], 1)
    new, saw = release("2", CallEnded, CallNoted)
    await new.register()
    fail = "select events.fail('toy_billing', %s, %s, 1, 'x', now())"
    assert owner.execute(fail, (old.releases["toy_billing"], one)).fetchone() == (False,)
    assert await old.park(counted) == 0
    assert owner.execute("select failing from events.handler").fetchone() == ([],)
    await new.deliver_all()
    assert saw == [("CallEnded", 1)], "and its try is given back"


def version_two() -> type[Event]:
    """The next release's CallSummarised: the summary is called otherwise, and the minutes are new."""

    class CallSummarised(Event):
        __module__ = "kernel.toys.contracts.toy_calls"
        __qualname__ = "CallSummarised"
        schema_version = 2
        topic = "conversation_events"
        was = {1: Was(lambda body: {"call_id": body["call_id"], "said": body["summary"], "minutes": 0})}
        call_id: UUID
        said: str
        minutes: int

    return CallSummarised


async def test_what_an_older_release_told_is_read_as_the_newest(
    held: Database, release: Release, owner: psycopg.Connection, tenant: Tenant
) -> None:
    """By a handler that goes on, and by a projection that is built anew; a version that nobody can read is refused when it is written."""
    one, _ = tenant()
    before = dict(Event.kinds)
    old, _ = release("1", CallSummarised)
    await old.register()
    async with held.work("toy_calls", one) as work:
        work.emit(CallSummarised(call_id=uuid7(), summary="told by the last release"))
    try:
        newest = version_two()
        assert newest.told() == ["toy_calls.call_summarised.2", "toy_calls.call_summarised.1"]
        seen: list[Event] = []
        going, projecting = Handlers(), Handlers(projection=True)

        @going.on(newest)
        @projecting.on(newest)
        async def see(work: Work, event: Event) -> None:
            seen.append(event)

        deliverer = Deliverer(held, {"toy_billing": going, "toy_dossier": projecting}, release="2")
        await deliverer.register()
        async with held.work("toy_calls", one) as work:
            work.emit(newest(call_id=uuid7(), said="told by this one", minutes=3))
        await deliverer.deliver_all()
        said = [(type(e).__name__, e.kind, getattr(e, "said", None), getattr(e, "minutes", None)) for e in seen]
        first = ("CallSummarised", "toy_calls.call_summarised.2", "told by the last release", 0)
        second = ("CallSummarised", "toy_calls.call_summarised.2", "told by this one", 3)
        assert sorted(said) == sorted([first, second] * 2)
        with pytest.raises(Misuse, match="how each version before it reads"):
            type(
                "CallForgot",
                (Event,),
                {"__module__": "kernel.toys.contracts.toy_calls", "schema_version": 2, "topic": "conversation_events"},
            )
    finally:
        Event.kinds.clear()
        Event.kinds.update(before)
