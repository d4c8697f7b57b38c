"""Where a thread's state is between turns: read before the turn, kept in memory during it, stored with what the turn answers."""

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_metadata,
)

from retinue.kernel.work import Work, uuid7

KEPT = 3  # checkpoints of a thread; the older ones are of no use to a conversation that goes on
Write = tuple[str, str, int, str, tuple[str, bytes]]  # task_id, task_path, index, channel, value


@dataclass
class Saved:
    namespace: str
    id: str
    parent: str | None
    checkpoint: tuple[str, bytes]
    metadata: tuple[str, bytes]
    writes: dict[tuple[str, int], Write] = field(default_factory=dict)
    stored: bool = False  # as it is in the database


@dataclass
class Thread:
    """One conversation's checkpoints, oldest first."""

    id: UUID
    saved: list[Saved] = field(default_factory=list)

    def find(self, namespace: str, id: str | None) -> Saved | None:
        fitting = [s for s in self.saved if s.namespace == namespace and (id is None or s.id == id)]
        return max(fitting, key=lambda s: s.id, default=None)


class Checkpoints(BaseCheckpointSaver[str]):
    """A saver of LangGraph over the threads that are open in this process; the database is touched by `load` and `store` only."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: dict[str, Thread] = {}

    def open(self, thread: Thread) -> RunnableConfig:
        """The configuration under which a graph runs on this thread. One turn of a thread at a time: the caller sees to it."""
        self.threads[str(thread.id)] = thread
        return {"configurable": {"thread_id": str(thread.id), "checkpoint_ns": ""}}

    def close(self, thread: Thread) -> None:
        self.threads.pop(str(thread.id), None)

    def get_next_version(self, current: str | None, channel: None) -> str:
        return f"{int((current or '0').partition('.')[0]) + 1:032}"

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        wanted = config["configurable"]
        thread = self.threads.get(str(wanted["thread_id"]))
        saved = thread.find(wanted.get("checkpoint_ns", ""), wanted.get("checkpoint_id")) if thread else None
        return self._tuple(str(wanted["thread_id"]), saved) if saved else None

    def _tuple(self, thread: str, saved: Saved) -> CheckpointTuple:
        def place(id: str) -> RunnableConfig:
            return {"configurable": {"thread_id": thread, "checkpoint_ns": saved.namespace, "checkpoint_id": id}}

        writes = sorted(saved.writes.values(), key=lambda w: (w[1], w[0], w[2]))
        return CheckpointTuple(
            config=place(saved.id),
            checkpoint=self.serde.loads_typed(saved.checkpoint),
            metadata=self.serde.loads_typed(saved.metadata),
            parent_config=place(saved.parent) if saved.parent else None,
            pending_writes=[(task, channel, self.serde.loads_typed(value)) for task, _, _, channel, value in writes],
        )

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        wanted = config["configurable"] if config else {}
        threads = [self.threads.get(str(wanted["thread_id"]))] if "thread_id" in wanted else [*self.threads.values()]
        end = before["configurable"].get("checkpoint_id") if before else None
        for thread in threads:
            for saved in sorted(thread.saved if thread else (), key=lambda s: s.id, reverse=True):
                if limit is not None and limit <= 0:
                    return
                if "checkpoint_ns" in wanted and saved.namespace != wanted["checkpoint_ns"]:
                    continue
                if wanted.get("checkpoint_id") not in (None, saved.id) or (end and saved.id >= end):
                    continue
                found = self._tuple(str(thread.id) if thread else "", saved)
                if filter and any(found.metadata.get(key) != value for key, value in filter.items()):
                    continue
                limit = None if limit is None else limit - 1
                yield found

    def put(
        self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> RunnableConfig:
        wanted = config["configurable"]
        thread, namespace = str(wanted["thread_id"]), wanted.get("checkpoint_ns", "")
        kept = self.threads[thread].saved
        saved = Saved(
            namespace,
            checkpoint["id"],
            wanted.get("checkpoint_id"),
            self.serde.dumps_typed(checkpoint),
            self.serde.dumps_typed(get_checkpoint_metadata(config, metadata)),
        )
        kept[:] = [s for s in kept if (s.namespace, s.id) != (namespace, saved.id)] + [saved]
        return {"configurable": {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": saved.id}}

    def put_writes(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
        wanted = config["configurable"]
        saved = self.threads[str(wanted["thread_id"])].find(wanted.get("checkpoint_ns", ""), wanted["checkpoint_id"])
        if saved is None:
            return
        for position, (channel, value) in enumerate(writes):
            place = (task_id, WRITES_IDX_MAP.get(channel, position))
            if place[1] >= 0 and place in saved.writes:
                continue  # a task that runs again has written this already
            saved.writes[place] = (task_id, task_path, place[1], channel, self.serde.dumps_typed(value))
            saved.stored = False

    def delete_thread(self, thread_id: str) -> None:
        if thread := self.threads.get(thread_id):
            thread.saved.clear()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self.get_tuple(config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for found in self.list(config, filter=filter, before=before, limit=limit):
            yield found

    async def aput(
        self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> RunnableConfig:
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
        self.put_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        self.delete_thread(thread_id)


# Joined to a statement whose :o and :c are the organization and the thread; `thread` makes the thread of its row.
LATEST = (
    "left join lateral (select namespace, checkpoint_id, parent_id, kind, body, metadata_kind, metadata, writes from dialogue.checkpoint"
    " where (organization_id, thread_id) = (:o, :c) order by checkpoint_id desc limit 1) latest on true"
)


async def load(work: Work, thread_id: UUID) -> Thread:
    """The newest checkpoint: what a turn goes on from."""
    rows = await work.execute(f"select latest.* from (select) one {LATEST}", o=work.organization, c=thread_id)
    return thread(thread_id, rows.one())


def thread(id: UUID, row: Any) -> Thread:
    return Thread(id, [_saved(row)] if row.checkpoint_id else [])


def _saved(row: Any) -> Saved:
    writes: Iterable[Write] = ((t, p, i, c, (kind, b64decode(value))) for t, p, i, c, kind, value in row.writes)
    return Saved(
        row.namespace,
        row.checkpoint_id,
        row.parent_id,
        (row.kind, bytes(row.body)),
        (row.metadata_kind, bytes(row.metadata)),
        {(w[0], w[2]): w for w in writes},
        stored=True,
    )


async def store(work: Work, thread: Thread) -> None:
    """Write what the turn added and drop what is older than the last few, in one statement."""
    new = [s for s in thread.saved if not s.stored]
    if not new:
        return
    await work.execute(
        "with added as (insert into dialogue.checkpoint (organization_id, id, thread_id, namespace, checkpoint_id, parent_id, kind, body,"
        " metadata_kind, metadata, writes, created_at)"
        " select :o, n.id, :t, n.namespace, n.checkpoint_id, n.parent_id, n.kind, decode(n.body, 'base64'), n.metadata_kind,"
        " decode(n.metadata, 'base64'), n.writes, :at from jsonb_to_recordset(cast(:rows as jsonb)) n (id uuid, namespace text, checkpoint_id text,"
        " parent_id text, kind text, body text, metadata_kind text, metadata text, writes jsonb)"
        " on conflict (organization_id, thread_id, namespace, checkpoint_id) do update set writes = excluded.writes)"
        " delete from dialogue.checkpoint c where (c.organization_id, c.thread_id) = (:o, :t) and c.checkpoint_id <= (select o.checkpoint_id"
        " from dialogue.checkpoint o where (o.organization_id, o.thread_id) = (:o, :t) order by o.checkpoint_id desc offset :kept limit 1)",
        o=work.organization,
        t=thread.id,
        at=work.now,
        rows=json.dumps([_row(s) for s in new]),
        kept=max(KEPT - len(new), 0),
    )
    for saved in new:
        saved.stored = True


def _row(saved: Saved) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "namespace": saved.namespace,
        "checkpoint_id": saved.id,
        "parent_id": saved.parent,
        "kind": saved.checkpoint[0],
        "body": b64encode(saved.checkpoint[1]).decode(),
        "metadata_kind": saved.metadata[0],
        "metadata": b64encode(saved.metadata[1]).decode(),
        "writes": [[t, p, i, c, value[0], b64encode(value[1]).decode()] for t, p, i, c, value in saved.writes.values()],
    }


async def forget(work: Work, threads: Sequence[UUID]) -> None:
    """Delete what these threads remember."""
    await work.execute(
        "delete from dialogue.checkpoint where organization_id = :o and thread_id = any(:t)", o=work.organization, t=list(threads)
    )
