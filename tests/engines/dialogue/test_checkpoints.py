"""The saver keeps LangGraph's promises, and a thread comes back from the database as it went in."""

import asyncio
from typing import Annotated, Any, TypedDict
from uuid import UUID

import psycopg
import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from retinue.engines.dialogue.checkpoints import KEPT, Checkpoints, Thread, forget, load, store
from retinue.kernel.work import Database, uuid7

ROOM = "conversations"


class Counted(TypedDict):
    total: Annotated[int, lambda a, b: a + b]


def counting(checkpoints: Checkpoints, *, asks: bool = False) -> Any:
    def step(state: Counted) -> dict[str, int]:
        return {"total": int(interrupt("how many?")) if asks else 1}

    graph = StateGraph(Counted)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_edge("step", END)
    return graph.compile(checkpointer=checkpoints)


def place(thread: Thread, **more: str) -> Any:
    return {"configurable": {"thread_id": str(thread.id), "checkpoint_ns": "", **more}}


def saved(checkpoints: Checkpoints, config: Any, step: int, **values: Any) -> Any:
    checkpoint = empty_checkpoint() | {"id": f"{step:04}", "channel_values": values}
    return checkpoints.put(config, checkpoint, {"source": "loop", "step": step, "parents": {}}, {})  # type: ignore[arg-type]


async def test_the_newest_is_found_and_each_by_its_id() -> None:
    checkpoints, thread = Checkpoints(), Thread(uuid7())
    assert await checkpoints.aget_tuple(checkpoints.open(thread)) is None
    first = saved(checkpoints, place(thread), 1, said=["ä", None, 1.5])
    second = saved(checkpoints, first, 2)
    newest = await checkpoints.aget_tuple(place(thread))
    assert newest is not None
    assert newest.checkpoint["id"] == "0002"
    assert newest.parent_config == first
    assert newest.metadata["step"] == 2
    oldest = await checkpoints.aget_tuple(first)
    assert oldest is not None
    assert oldest.checkpoint["channel_values"] == {"said": ["ä", None, 1.5]}
    assert oldest.parent_config is None
    assert second["configurable"]["checkpoint_id"] == "0002"


async def test_lists_newest_first_filtered_and_bounded() -> None:
    checkpoints, thread, other = Checkpoints(), Thread(uuid7()), Thread(uuid7())
    config = checkpoints.open(thread)
    saved(checkpoints, checkpoints.open(other), 9)
    for step in (1, 2, 3):
        config = saved(checkpoints, config, step)

    async def ids(**how: Any) -> list[str]:
        return [t.checkpoint["id"] async for t in checkpoints.alist(place(thread), **how)]

    assert await ids() == ["0003", "0002", "0001"]
    assert await ids(limit=2) == ["0003", "0002"]
    assert await ids(filter={"step": 2}) == ["0002"]
    assert await ids(before=place(thread, checkpoint_id="0003")) == ["0002", "0001"]
    assert len([t async for t in checkpoints.alist(None)]) == 4


async def test_writes_come_back_and_a_second_time_change_nothing() -> None:
    checkpoints, thread = Checkpoints(), Thread(uuid7())
    config = saved(checkpoints, checkpoints.open(thread), 1)
    for value in ("first", "again"):
        await checkpoints.aput_writes(config, [("a", value), ("b", value)], "task")
    await checkpoints.aput_writes(config, [("__error__", "one")], "task")
    await checkpoints.aput_writes(config, [("__error__", "two")], "task")
    found = await checkpoints.aget_tuple(config)
    assert found is not None
    assert sorted(found.pending_writes or []) == [("task", "__error__", "two"), ("task", "a", "first"), ("task", "b", "first")]
    await checkpoints.adelete_thread(str(thread.id))
    assert await checkpoints.aget_tuple(config) is None


async def test_a_graph_goes_on_where_it_stopped_and_after_an_interrupt() -> None:
    checkpoints, thread = Checkpoints(), Thread(uuid7())
    graph = counting(checkpoints)
    for total in (1, 2, 3):
        assert (await graph.ainvoke({"total": 0}, checkpoints.open(thread), durability="exit"))["total"] == total
    asked, paused = Thread(uuid7()), Checkpoints()
    graph = counting(paused, asks=True)
    await graph.ainvoke({"total": 1}, paused.open(asked), durability="exit")
    copied = Checkpoints()
    graph = counting(copied, asks=True)
    assert (await graph.ainvoke(Command(resume=41), copied.open(asked), durability="exit"))["total"] == 42


async def test_history_of_a_graph() -> None:
    checkpoints, thread = Checkpoints(), Thread(uuid7())
    graph = counting(checkpoints)
    await graph.ainvoke({"total": 0}, checkpoints.open(thread), durability="sync")
    history = [snapshot async for snapshot in graph.aget_state_history(place(thread))]
    assert [s.metadata["step"] for s in history] == [1, 0, -1]
    assert (await graph.aget_state(place(thread))).values == {"total": 1}


@pytest.fixture
def organizations(owner: psycopg.Connection, database: Database) -> tuple[UUID, UUID]:
    made = (uuid7(), uuid7())
    for one in made:
        owner.execute("insert into kernel.organization values (%s, false, %s)", (one, database.clock.now()))
    return made


async def test_a_thread_in_the_database(database: Database, organizations: tuple[UUID, UUID], owner: psycopg.Connection) -> None:
    ours, theirs = organizations
    id = uuid7()
    for total in range(1, 8):
        async with database.work(ROOM, ours) as work:
            thread = await load(work, id)
        checkpoints = Checkpoints()
        assert (await counting(checkpoints).ainvoke({"total": 0}, checkpoints.open(thread), durability="exit"))["total"] == total
        async with database.work(ROOM, ours) as work:
            await store(work, thread)
    assert owner.execute("select count(*) from dialogue.checkpoint").fetchone() == (KEPT,)
    async with database.work(ROOM, theirs) as work:
        assert not (await load(work, id)).saved
        await forget(work, [id])
    async with database.work(ROOM, ours) as work:
        assert (await load(work, id)).saved
        await forget(work, [id])
        assert not (await load(work, id)).saved


async def test_pending_writes_survive_the_database(database: Database, organizations: tuple[UUID, UUID]) -> None:
    thread, checkpoints = Thread(uuid7()), Checkpoints()
    await counting(checkpoints, asks=True).ainvoke({"total": 1}, checkpoints.open(thread), durability="exit")
    async with database.work(ROOM, organizations[0]) as work:
        await store(work, thread)
        back = await load(work, thread.id)
    again = Checkpoints()
    result = await counting(again, asks=True).ainvoke(Command(resume=41), again.open(back), durability="exit")
    assert result["total"] == 42


async def test_threads_at_once_do_not_mix() -> None:
    checkpoints = Checkpoints()
    graph = counting(checkpoints)
    threads = [Thread(uuid7()) for _ in range(20)]
    for total in (1, 2):
        results = await asyncio.gather(*(graph.ainvoke({"total": 0}, checkpoints.open(t), durability="exit") for t in threads))
        assert [r["total"] for r in results] == [total] * 20
