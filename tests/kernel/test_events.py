"""What is told: its envelope, its number, its personal fields."""

import asyncio
import json
import random
from uuid import UUID

import psycopg
import pytest

from conftest import as_login
from kernel.conftest import Tenant
from kernel.toys import HANDLERS
from kernel.toys.checks import exact
from kernel.toys.contracts.toy_billing import CallCharged
from kernel.toys.contracts.toy_calls import CallEnded, CallNoted, CallSummarised
from kernel.toys.toy_calls.domain import TooLong, end, erase
from retinue.kernel.deliver import Deliverer, Handlers
from retinue.kernel.ending import stop
from retinue.kernel.events import Event, Misuse
from retinue.kernel.telemetry import TRACE
from retinue.kernel.work import Database, Work, uuid7


async def test_numbers_have_no_gaps_and_nothing_is_lost(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Slow writers, rollbacks before and after the flush, two deliverers at once."""
    organizations = [tenant()[0] for _ in range(3)]
    chance = random.Random(7)

    async def writer() -> None:
        for i in range(40):
            try:
                async with database.work("toy_calls", chance.choice(organizations)) as work:
                    await asyncio.sleep(chance.random() * 0.005)
                    for _ in range(chance.randint(1, 3)):
                        await end(work, 1)
                    if i % 2:
                        await work.flush()
                        await asyncio.sleep(chance.random() * 0.005)
                    if i % 7 == 0:
                        raise TooLong()
            except TooLong:
                pass

    deliverers = [Deliverer(database, HANDLERS) for _ in range(2)]
    await deliverers[0].register()
    running = [asyncio.create_task(d.run()) for d in deliverers]
    await asyncio.gather(*(writer() for _ in range(6)))
    await stop(*running)
    owner.execute("update events.cursor set retry_at = null")  # of tries that the cancellation cut off
    await deliverers[0].deliver_all()
    assert exact(owner) > 200


async def test_the_head_is_locked_to_the_commit(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Who flushes second commits second: a reader that saw number 3 has seen number 2."""
    one, _ = tenant()
    async with database.work("toy_calls", one) as work:
        work.emit(CallNoted(note="before"))  # the first row of all would lock by its key alone
    flushed, go = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.work("toy_calls", one) as work:
            work.emit(CallNoted(note="first"))
            await work.flush()
            flushed.set()
            await go.wait()

    async def second() -> None:
        await flushed.wait()
        async with database.work("toy_calls", one) as work:
            work.emit(CallNoted(note="second"))

    tasks = [asyncio.create_task(first()), asyncio.create_task(second())]
    await flushed.wait()
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    for _ in range(2000):
        if owner.execute(waiting).fetchone() == (1,) or tasks[1].done():
            break
        await asyncio.sleep(0.002)
    assert owner.execute("select count(*) from events.log").fetchone() == (1,)
    go.set()
    await asyncio.gather(*tasks)
    told = owner.execute("select number, body->>'note' from events.log order by 1").fetchall()
    assert told == [(1, "before"), (2, "first"), (3, "second")]


async def test_a_work_cancelled_in_its_commit_leaves_nothing(owner_url: str, owner: psycopg.Connection, tenant: Tenant) -> None:
    """The last statement and the commit travel together: whoever is cancelled meanwhile gives back a connection that can be used."""
    one, _ = tenant()
    database = Database(as_login(owner_url), pool=1)

    async def tell() -> None:
        async with database.work("toy_calls", one) as work:
            await end(work)

    await tell()
    with psycopg.connect(owner_url) as holder:
        holder.execute("select * from events.head for update")
        telling = asyncio.create_task(tell())
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        while owner.execute(waiting).fetchone() != (1,):
            await asyncio.sleep(0.01)
        await stop(telling)
        holder.rollback()
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (1,)
    await tell()
    assert owner.execute("select max(number), count(*) from events.log").fetchone() == (2, 2)
    await database.close()


async def test_a_work_that_was_rolled_back_tells_nothing(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """What follows a rollback would be no transaction any more."""
    one, _ = tenant()
    with pytest.raises(Misuse, match="savepoint"):
        async with database.work("toy_calls", one) as work:
            await end(work)
            await work.execute("rollback")
    assert owner.execute("select count(*) from events.log").fetchone() == (0,)
    assert owner.execute("select count(*) from toy_calls.call").fetchone() == (0,)


async def test_the_envelope_is_bound_when_an_event_is_emitted(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, actor = tenant()
    handlers = Handlers()

    @handlers.on(CallEnded)
    async def charge(work: Work, event: CallEnded) -> None:
        work.emit(CallCharged(call_id=event.call_id))

    deliverer = Deliverer(database, {"toy_billing": handlers})
    await deliverer.register()
    TRACE.set("a" * 32)
    async with database.work("toy_calls", one, actor) as work:
        for minutes in (1, 2, 3):
            await end(work, minutes)
    await deliverer.deliver_all()
    log = owner.execute("select * from events.log order by number").fetchall()
    names = [d.name for d in owner.execute("select * from events.log limit 0").description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in log]
    ended, charged = rows[:3], rows[3:]
    assert [r["kind"] for r in rows] == ["toy_calls.call_ended.1"] * 3 + ["toy_billing.call_charged.1"] * 3
    assert {r["actor"] for r in ended} == {actor} and {r["actor"] for r in charged} == {None}
    assert [r["cause"] for r in charged] == [r["id"] for r in ended], "each effect names its own cause, not the batch's last"
    assert [r["lineage"] for r in charged] == [r["lineage"] for r in ended]
    assert len({r["lineage"] for r in ended}) == 3
    assert [r["body"]["call_id"] for r in charged] == [r["body"]["call_id"] for r in ended]
    assert {r["trace"] for r in rows} == {"a" * 32}


async def test_a_lineage_may_be_given(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    lineage = uuid7()
    async with database.work("toy_calls", tenant()[0]) as work:
        work.emit(CallNoted(lineage=lineage))
        work.lineage = lineage
        work.emit(CallNoted())
    assert owner.execute("select distinct lineage from events.log").fetchall() == [(lineage,)]


async def test_misuse_is_told_where_it_happens(database: Database, tenant: Tenant) -> None:
    one, _ = tenant()
    async with database.work("toy_calls", one) as work:
        with pytest.raises(Misuse, match="may not publish"):
            work.emit(CallCharged(call_id=uuid7()))
        with pytest.raises(Misuse, match="may not start"):
            work.defer("toy_billing.mail")
        with pytest.raises(Misuse, match="no person"):
            CallEnded(call_id=uuid7(), minutes=1, caller="Ann")
        await work.flush()
        with pytest.raises(Misuse, match="flushed"):
            work.emit(CallNoted())
    with pytest.raises(Misuse, match="file"):
        async with database.work("toy_calls", one) as work:
            work.emit(CallNoted(note="x" * 64_001))
    with pytest.raises(Misuse, match="two events"):
        type("other", (Event,), {"__module__": "x.toy_calls", "__qualname__": "Other.CallNoted", "__name__": "CallNoted"})
        Event.kinds.pop("toy_calls.other.1", None)

        class Holder:
            class CallNoted(Event):
                __module__ = "kernel.toys.contracts.toy_calls"


async def test_a_job_after_the_flush_is_refused(database: Database, tenant: Tenant) -> None:
    """Said after the flush it would be lost in silence."""
    async with database.work("toy_calls", tenant()[0]) as work:
        await work.flush()
        with pytest.raises(Misuse, match="flushed"):
            work.defer("toy_calls.end")


async def test_the_log_takes_events_only_at_their_numbers(database: Database, tenant: Tenant) -> None:
    one, _ = tenant()
    with pytest.raises(psycopg.Error):
        async with database.work("toy_calls", one) as work:
            await work.execute("select events.append(cast(:b as json))", b=json.dumps([{"id": str(uuid7()), "kind": "x"}]))


async def test_personal_fields_are_sealed_and_can_be_erased(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, _ = tenant()
    people = [uuid7() for _ in range(6)]
    for i, person in enumerate(people):
        async with database.work("toy_calls", one) as work:
            await end(work, 1, f"Ann {i}", person)
    log = str(owner.execute("select body::text from events.log").fetchall())
    assert "Ann" not in log and "minutes" in log
    deliverer = Deliverer(database, HANDLERS)

    def entries() -> list[tuple[object, ...]]:
        return owner.execute("select organization_id, key, value from toy_dossier.entry order by 1, 2").fetchall()

    await deliverer.deliver_all()
    assert "Ann 3" in str(entries())
    async with database.work("toy_calls", one) as work:
        await erase(work, people[3])
    async with database.work("toy_calls", one) as work:
        await end(work, 1, "Ann 3 again", people[3])
    await deliverer.deliver_all()
    before = entries()
    assert "Ann 3" not in str(before) and "Ann 4" in str(before)
    assert owner.execute("select key from kernel.person where id = %s", (people[3],)).fetchone() == (None,), "no new key"
    owner.execute("delete from toy_dossier.entry; update events.cursor set number = 0 where room = 'toy_dossier'")
    await deliverer.deliver_all()
    assert entries() == before, "a rebuilt projection equals the old one"


async def test_an_erased_field_reads_as_none_and_a_swapped_one_too(database: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    one, _ = tenant()
    seen: list[str | None] = []
    handlers = Handlers(projection=True)

    @handlers.on(CallEnded)
    async def see(work: Work, event: CallEnded) -> None:
        seen.append(event.caller)

    person = uuid7()
    async with database.work("toy_calls", one) as work:
        await end(work, 1, "Ann", person)
        await end(work, 2, None, person)
        await end(work, 3, "Ben", uuid7())
    owner.execute("update events.log set body = (select body from events.log where number = 1) where number = 3")
    await Deliverer(database, {"toy_dossier": handlers}).deliver_all()
    assert seen == ["Ann", None, None], "a text sealed for one person does not open under another's key"


async def test_a_kind_without_a_handler_is_not_passed_by(held: Database, owner: psycopg.Connection, tenant: Tenant) -> None:
    """Of a newer release: in the log it is nothing to this one; in what is taken it is a failure, never lost in silence."""
    one, _ = tenant()
    deliverer = Deliverer(held, HANDLERS)
    await deliverer.register()
    async with held.work("toy_calls", one) as work:
        await end(work)
        work.emit(CallSummarised(call_id=UUID(int=1), summary="s"))
        await end(work)
    owner.execute("update events.log set kind = 'toy_calls.of_tomorrow.9' where number = 2")
    await deliverer.deliver_all()
    assert owner.execute("select number from toy_billing.line order by seq").fetchall() == [(1,), (3,)]
    owner.execute("update events.handler set kinds = kinds || array['toy_calls.of_tomorrow.9'] where room = 'toy_billing'")
    async with held.work("toy_calls", one) as work:
        work.emit(CallSummarised(call_id=UUID(int=1), summary="s"))
        await end(work)
    owner.execute("update events.log set kind = 'toy_calls.of_tomorrow.9' where number = 4")
    await deliverer.deliver_all()
    assert owner.execute("select number, split_part(error, E'\\n', 1) from events.cursor where room = 'toy_billing'").fetchone() == (
        3,
        "Misuse",
    )
    assert owner.execute("select max(number) from toy_billing.line").fetchone() == (3,)
