"""From events to the dossier, a batch at a time; an older event never overwrites what a newer one set."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.engines.dossier import clients, needs
from retinue.engines.dossier.cards import CARDS, HOUSE
from retinue.engines.dossier.search import indexed
from retinue.engines.dossier.words import ERASED, plain
from retinue.kernel.events import Event
from retinue.kernel.work import Work, uuid7

PUT_FACTS = """
insert into dossier.fact (organization_id, id, section, key, field, value, number, person, occurred_at)
select :o, f.id, f.section, f.key, f.field, f.value, f.number, f.person, f.occurred_at
from json_to_recordset(cast(:facts as json)) as f(id uuid, section text, key text, field text, value jsonb, number bigint, person uuid,
  occurred_at timestamptz)
on conflict (organization_id, section, key, field) do update set value = excluded.value, number = excluded.number, person = excluded.person,
  occurred_at = excluded.occurred_at where fact.number < excluded.number
"""
PUT_MOMENTS = """
insert into dossier.moment (organization_id, id, number, kind, section, title, detail, subject_type, subject_id, lineage, cause, actor,
  person, occurred_at, found, said, words)
select :o, m.id, m.number, m.kind, m.section, m.title, m.detail, m.subject_type, m.subject_id, m.lineage, m.cause, m.actor, m.person,
  m.occurred_at, m.found, m.said, to_tsvector('simple', m.plain) || to_tsvector('english', m.plain) || array_to_tsvector(array[cast(:o as text)])
from json_to_recordset(cast(:moments as json)) as m(id uuid, number bigint, kind text, section text, title text, detail text,
  subject_type text, subject_id uuid, lineage uuid, cause uuid, actor uuid, person uuid, occurred_at timestamptz, found text,
  said text, plain text)
on conflict do nothing returning kind
"""


def line(event: Event) -> dict[str, Any]:
    """What an event adds to the timeline: the columns of its moment."""
    card = CARDS[type(event)]
    subject = card.subject(event)
    found, said = indexed(event)
    return {
        "id": event.id,
        "number": event.number,
        "kind": event.kind,
        "section": card.section,
        "title": card.title(event),
        "detail": card.detail(event),
        "subject_type": subject[0] if subject else None,
        "subject_id": subject[1] if subject else None,
        "lineage": event.lineage,
        "cause": event.cause,
        "actor": event.actor,
        "person": event.person if event.personal else None,
        "occurred_at": event.occurred_at,
        "found": found,
        "said": said,
    }


async def project(work: Work, events: Sequence[Event]) -> None:
    facts: dict[tuple[str, str, str], dict[str, Any]] = {}
    moments = [line(event) for event in events]
    for event in events:
        card = CARDS[type(event)]
        for key, field, value in card.facts(event):
            known = facts.get((card.section, key, field))
            if known is None or known["number"] < event.number:
                facts[card.section, key, field] = {
                    "id": uuid7(),
                    "section": card.section,
                    "key": key,
                    "field": field,
                    "value": value,
                    "number": event.number,
                    "person": event.person if event.personal else None,
                    "occurred_at": event.occurred_at,
                }
    rows = [moment | {"plain": " ".join(plain(f"{moment['title']} {moment['said'] or ''}"))} for moment in moments]
    new = (await work.execute(PUT_MOMENTS, o=work.organization, moments=json.dumps(rows, default=str))).scalars()
    if facts:
        await work.execute(PUT_FACTS, o=work.organization, facts=json.dumps(list(facts.values()), default=str))
    await clients.apply(work, events, moments, sum(kind in HOUSE.beginning for kind in new))
    await needs.apply(work, events)


async def forget(work: Work, person: UUID) -> None:
    """Delete the copies of an erased person."""
    await work.execute("delete from dossier.fact where organization_id = :o and person = :p", o=work.organization, p=person)
    await work.execute(
        "update dossier.moment set title = :erased, said = null, words = '' where organization_id = :o and person = :p",
        o=work.organization,
        p=person,
        erased=ERASED,
    )
    await clients.forget(work, person)
