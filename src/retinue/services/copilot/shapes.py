"""From the dossier's rows to what readers get."""

from collections.abc import Collection, Sequence
from typing import Any

from retinue.engines.dossier import views
from retinue.engines.dossier.search import Result
from retinue.engines.dossier.tables import Moment as MomentRow
from retinue.engines.dossier.views import Around
from retinue.kernel.work import Work
from retinue.services.copilot.schemas import ClientCard, LastMoment, Moment, Need, NextNeed, SearchResult, Subject

NAMES = "clients:read"  # the permission that reads who somebody is


def subject(row: Any) -> Subject | None:
    return Subject(type=row.subject_type, id=row.subject_id) if row.subject_id else None


def moment(row: MomentRow, around: Around, *, named: bool) -> Moment:
    """`named`: the reader may know who acted."""
    place = row.organization_id
    return Moment(
        client_id=place,
        number=row.number,
        event_id=row.id,
        kind=row.kind,
        section=row.section,
        title=row.title,
        detail=row.detail,
        subject=subject(row),
        lineage_id=row.lineage,
        cause_id=row.cause,
        cause_number=around.numbers.get((place, row.cause)) if row.cause else None,
        actor_id=row.actor,
        actor_name=around.names.get((place, row.actor)) if named and row.actor else None,
        occurred_at=row.occurred_at,
    )


async def moments(work: Work, rows: Sequence[MomentRow]) -> list[Moment]:
    """For the reader whose Work this is."""
    around = await views.around(work, rows)
    return [moment(row, around, named=NAMES in work.permissions) for row in rows]


def client_card(row: Any, need: Any | None, sections: Collection[str], seen: int) -> ClientCard:
    """`need`: of board.next_needs. `sections`: what the reader may see. `seen`: the number up to which they have read."""
    last = max((last for section, last in row.lasts.items() if section in sections), key=lambda last: last["number"], default=None)
    return ClientCard(
        client_id=row.id,
        name=row.name,
        slug=row.slug,
        website=row.website,
        industry=row.industry,
        stage=row.stage,
        stage_since=row.stage_since,
        assigned_to=row.assigned_to,
        assigned_name=row.assigned_name,
        last=LastMoment.model_validate(last) if last else None,
        needs=need.needs if need else 0,
        next=NextNeed(kind=need.kind, title=need.title, since=need.since, due_at=need.due_at) if need else None,
        facts=row.facts,
        sources=row.sources,
        documents=row.documents,
        conversations=row.conversations,
        waiting=need.waiting if need else 0,
        unread=last is not None and last["number"] > seen,
    )


def need(row: Any) -> Need:
    return Need(
        need_id=row.id,
        client_id=row.organization_id,
        client_name=row.client_name,
        kind=row.kind,
        title=row.title,
        detail=row.detail,
        since=row.since,
        due_at=row.due_at,
        subject_id=row.subject_id,
    )


def result(found: Result) -> SearchResult:
    return SearchResult(
        type=found.type,
        id=found.id,
        client_id=found.client_id,
        client_name=found.client_name,
        title=found.title,
        snippet=found.snippet,
        occurred_at=found.occurred_at,
        subject=subject(found),
    )
