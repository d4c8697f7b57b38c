"""What waits for a person: opened by one event, closed by a later one, in whatever order they come."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from retinue.engines.dossier.cards import HOUSE, Opens
from retinue.kernel.events import Event
from retinue.kernel.work import Work

# A need of the client itself (id = subject = organization) is never open: it keeps the number that closed all of its kind.
CLOSE = """
insert into dossier.need (organization_id, id, kind, section, subject, closed)
select :o, c.id, c.kind, c.section, c.subject, c.number
from json_to_recordset(cast(:closes as json)) as c(id uuid, kind text, section text, subject uuid, number bigint)
on conflict (organization_id, id) do update set closed = greatest(need.closed, excluded.closed)
"""
OPEN = """
insert into dossier.need (organization_id, id, kind, section, subject, title, detail, opened, since, closed)
select :o, w.id, w.kind, w.section, w.subject, w.title, w.detail, w.number, w.occurred_at, 0
from json_to_recordset(cast(:opens as json)) as w(id uuid, kind text, section text, subject uuid, title text, detail text, number bigint,
  occurred_at timestamptz)
on conflict (organization_id, id) do update set title = excluded.title, detail = excluded.detail, opened = excluded.opened,
  since = excluded.since where need.opened is null or need.opened < excluded.opened
"""
CLOSE_ALL = """
update dossier.need n set closed = a.closed from dossier.need a
where a.organization_id = :o and a.subject = :o and a.kind = any(:kinds)
  and n.organization_id = :o and n.kind = a.kind and n.subject <> :o and n.closed < a.closed
"""
# It waits since the first event that opened it after it was last closed.
SINCE = """
update dossier.need n set since = (select min(m.occurred_at) from dossier.moment m
  where m.organization_id = :o and m.subject_id = n.subject and m.number > n.closed and m.kind = any(:opening))
where n.organization_id = :o and n.kind = :kind and n.open
"""


async def apply(work: Work, events: Sequence[Event]) -> None:
    """After the moments of `events`."""
    opens: dict[UUID, dict[str, Any]] = {}
    closes: dict[UUID, dict[str, Any]] = {}
    for event in sorted(events, key=lambda event: event.number):
        for change in HOUSE.rules[type(event)](event) if type(event) in HOUSE.rules else ():
            subject = change.subject or work.organization
            id = uuid5(subject, change.kind)
            row: dict[str, Any] = {
                "id": id,
                "kind": change.kind,
                "section": HOUSE.needs[change.kind],
                "subject": subject,
                "number": event.number,
            }
            if isinstance(change, Opens):
                opens[id] = row | {"title": change.title, "detail": change.detail, "occurred_at": event.occurred_at}
            else:
                closes[id] = row | {"number": event.number if change.subject else event.number - 1}
    if not opens and not closes:
        return
    if closes:
        await work.execute(CLOSE, o=work.organization, closes=json.dumps(list(closes.values()), default=str))
    if opens:
        await work.execute(OPEN, o=work.organization, opens=json.dumps(list(opens.values()), default=str))
    kinds = sorted({row["kind"] for row in (*opens.values(), *closes.values())})
    await work.execute(CLOSE_ALL, o=work.organization, kinds=kinds)
    for kind in kinds:
        if kind in HOUSE.since:
            await work.execute(SINCE, o=work.organization, kind=kind, opening=HOUSE.since[kind])
