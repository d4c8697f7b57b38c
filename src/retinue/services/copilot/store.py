"""The log and what is parked, as readers see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.kernel.events import Event
from retinue.kernel.work import Work


def kinds_of(topic: str) -> list[str]:
    return [kind for kind, event in Event.kinds.items() if event.topic == topic]


async def log(work: Work, client: UUID, *, after: int, kinds: list[str] | None, size: int) -> Sequence[Any]:
    return (
        await work.execute(
            "select * from events.log where organization_id = :o and number > :after and (cast(:kinds as text[]) is null or kind = any(:kinds))"
            " order by number limit :size",
            o=client,
            after=after,
            kinds=kinds,
            size=size,
        )
    ).all()


async def parked(work: Work, size: int) -> Sequence[Any]:
    return (
        await work.execute(
            "select p.*, l.kind from events.parked p join events.log l using (organization_id, number) order by p.parked_at desc limit :size",
            size=size,
        )
    ).all()


async def ask(work: Work, id: UUID) -> Any | None:
    return (await work.execute("select * from kernel.ask where id = :id", id=id)).first()
