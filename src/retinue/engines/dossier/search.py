"""Finding clients, people, conversations, documents and events by their words, as they are typed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.engines.dossier.cards import HOUSE, Type
from retinue.engines.dossier.views import readable
from retinue.engines.dossier.words import asked_words, plain
from retinue.kernel.events import Event
from retinue.kernel.work import Work

TYPES: tuple[Type, ...] = ("client", "person", "conversation", "document", "event")
SNIPPET = 160


def indexed(event: Event) -> tuple[Type, str | None]:
    """As what an event is found, and what it says."""
    type_, said = HOUSE.searched.get(type(event), ("event", lambda _: ()))
    return type_, "\n".join(part for part in said(event) if part) or None


@dataclass(frozen=True)
class Result:
    type: Type
    id: UUID
    client_id: UUID
    client_name: str | None
    title: str
    snippet: str | None
    occurred_at: datetime
    subject_type: str | None
    subject_id: UUID | None


async def search(work: Work, permissions: Collection[str], typed: str, types: Sequence[Type], size: int) -> list[Result]:
    """The best of each type in turn."""
    asked = asked_words(typed)
    if asked is None:
        return []
    rows = (
        await work.execute(
            "select * from dossier.search(:words, cast(:kinds as text[]), cast(:readable as text[]), :size)",
            words=asked,
            kinds=list(types),
            readable=readable(permissions),
            size=size,
        )
    ).all()
    names = await work.execute(
        "select id, name from dossier.client where organization_id = any(:ids)", ids=list({row.organization_id for row in rows})
    )
    clients = {row.id: row.name for row in names}
    called = await _called(work, [row for row in rows if row.subject_type == "contact"])
    return [
        _result(row, typed, clients.get(row.organization_id), called.get((row.organization_id, row.thing)))
        for row in rows
        if row.thing and (row.said or row.found == "event")
    ]


async def _called(work: Work, contacts: Sequence[Any]) -> dict[tuple[UUID, UUID], str]:
    """Names of contacts as they are now, by (organization, contact): what was found may have been corrected since."""
    if not contacts:
        return {}
    rows = await work.execute(
        "select organization_id, cast(key as uuid) as contact, value #>> '{}' as name from dossier.fact"
        " where organization_id = any(:os) and section = 'contacts' and field = 'name' and key = any(:keys)",
        os=list({row.organization_id for row in contacts}),
        keys=[str(row.thing) for row in contacts],
    )
    return {(row.organization_id, row.contact): row.name for row in rows}


def _result(row: Any, typed: str, client: str | None, called: str | None) -> Result:
    parts = (row.said or "").split("\n")
    if row.found == "event":
        title, snippet = row.title, None
    elif row.found == "conversation":
        title, snippet = row.title, around(row.said, typed)
    else:
        title = called or parts[0]
        snippet = " · ".join(part for part in parts if part != title) or None
    return Result(row.found, row.thing, row.organization_id, client, title, snippet, row.occurred_at, row.subject_type, row.subject_id)


def around(text: str, typed: str) -> str:
    """A piece of `text` with the first word of `typed` that it has."""
    text = " ".join(text.split())
    low = text.lower()
    places = [low.find(word) for word in plain(typed)]
    at = min((place for place in places if place >= 0), default=0)
    begin = max(0, at - SNIPPET // 3)
    begin = low.find(" ", begin) + 1 if begin else 0
    begin = begin if begin <= at else at
    piece = text[begin : begin + SNIPPET]
    return ("…" if begin else "") + piece + ("…" if begin + SNIPPET < len(text) else "")
