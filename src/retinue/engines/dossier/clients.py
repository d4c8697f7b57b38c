"""One row a client for the board: stage, who looks after it, what is known, when something last happened."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.engines.dossier.cards import HOUSE
from retinue.engines.dossier.words import ERASED
from retinue.kernel.events import Event
from retinue.kernel.work import Work

PROSPECT, RESEARCH, REQUIREMENTS, ROLLOUT, LIVE = STAGES = ("prospect", "research", "requirements", "rollout", "live")
PRODUCTION = "production"
LAST = ("number", "kind", "section", "title", "person", "occurred_at")  # of the newest moment of each section

# The furthest stage reached, since the first event that reached it; of the rest the newest event. Conversations are counted as they begin.
PUT = """
insert into dossier.client as c (organization_id, id, name, slug, website, stage, stage_number, stage_since, assigned_to, assigned_name,
  assigned_person, assigned_number, last_at, lasts, conversations)
values (:o, :o, :name, :slug, :website, :stage, :stage_number, :stage_since, :assigned_to, :assigned_name, :assigned_person, :assigned_number,
  :last_at, cast(:lasts as jsonb), :conversations)
on conflict (organization_id, id) do update set
  name = coalesce(excluded.name, c.name), slug = coalesce(excluded.slug, c.slug), website = coalesce(excluded.website, c.website),
  (stage, stage_number, stage_since) = (select s.stage, s.number, s.since from (values
     (c.stage, c.stage_number, c.stage_since), (excluded.stage, excluded.stage_number, excluded.stage_since)) as s(stage, number, since)
     order by array_position(cast(:stages as text[]), s.stage) desc, s.number limit 1),
  (assigned_to, assigned_name, assigned_person, assigned_number) = (select a.* from (values
     (c.assigned_to, c.assigned_name, c.assigned_person, c.assigned_number),
     (excluded.assigned_to, excluded.assigned_name, excluded.assigned_person, excluded.assigned_number)) as a(agent, name, person, number)
     order by a.number desc limit 1),
  last_at = greatest(c.last_at, excluded.last_at),
  lasts = (select jsonb_object_agg(l.section, l.moment) from (select distinct on (key) key, value from
     (select * from jsonb_each(c.lasts) union all select * from jsonb_each(excluded.lasts)) as both_(key, value)
     order by key, cast(value ->> 'number' as bigint) desc) as l(section, moment)),
  conversations = c.conversations + excluded.conversations
"""
COUNT = """
update dossier.client c set
  (facts, sources) = (select count(*), count(distinct f.value ->> 'source_url') from dossier.fact f
    where f.organization_id = :o and f.section = 'research' and f.value ? 'source_url'),
  documents = (select count(*) from dossier.fact f left join dossier.fact d
    on (d.organization_id, d.section, d.key, d.field) = (f.organization_id, f.section, f.key, 'deleted')
    where f.organization_id = :o and f.section = 'knowledge' and f.field = 'chunks' and f.key <> 'knowledge' and f.number > coalesce(d.number, 0)),
  industry = (select f.value ->> 'value' from dossier.fact f where f.organization_id = :o and f.section = 'research' and f.key = 'industry'
    order by f.number desc, cast(f.value ->> 'confidence' as double precision) desc, f.field limit 1)
where c.organization_id = :o and c.id = :o
"""


def reached(event: Event) -> str:
    stage = HOUSE.stages.get(type(event), PROSPECT)
    return stage if isinstance(stage, str) else stage(event)


async def apply(work: Work, events: Sequence[Event], moments: Sequence[dict[str, Any]], begun: int) -> None:
    """After the facts of `events`; `moments` are theirs. `begun`: conversations among them that were not known before."""
    furthest = min(events, key=lambda e: (-STAGES.index(reached(e)), e.number))
    lasts = {moment["section"]: {name: moment[name] for name in LAST} for moment in sorted(moments, key=lambda moment: moment["number"])}
    values: dict[str, Any] = dict.fromkeys(("name", "slug", "website", "assigned_to", "assigned_name", "assigned_person"))
    values |= {"assigned_number": 0, "stage": reached(furthest), "stage_number": furthest.number, "stage_since": furthest.occurred_at}
    values |= {"lasts": json.dumps(lasts, default=str), "last_at": max(e.occurred_at for e in events if e.occurred_at)}
    for event in sorted(events, key=lambda e: e.number):
        if type(event) in HOUSE.rows:
            values |= HOUSE.rows[type(event)](event)
    await work.execute(PUT, o=work.organization, stages=list(STAGES), conversations=begun, **values)
    if any(type(event) in HOUSE.recount for event in events):
        await work.execute(COUNT, o=work.organization)


async def forget(work: Work, person: UUID) -> None:
    await work.execute(
        "update dossier.client set assigned_name = null where organization_id = :o and assigned_person = :p", o=work.organization, p=person
    )
    await work.execute(
        "update dossier.client c set lasts = (select jsonb_object_agg(key, case when value ->> 'person' = :p"
        " then value || cast(:erased as jsonb) else value end) from jsonb_each(c.lasts)) where c.organization_id = :o",
        o=work.organization,
        p=str(person),
        erased=json.dumps({"title": ERASED}),
    )
