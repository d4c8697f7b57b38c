"""Reading the dossier: sections that the reader may see, the timeline, and what stands around a moment."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from retinue.engines.dossier.cards import SECTIONS
from retinue.engines.dossier.tables import Fact, Moment
from retinue.kernel.work import Work

FACTS_AT_MOST = 5_000


def readable(permissions: Collection[str]) -> list[str]:
    return [section for section, permission in SECTIONS.items() if permission in permissions]


async def sections(work: Work, client: UUID, permissions: Collection[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Section → key → field → value."""
    rows = await work.session.execute(
        select(Fact.section, Fact.key, Fact.field, Fact.value)
        .where(Fact.organization_id == client, Fact.section.in_(readable(permissions)))
        .order_by(Fact.number, Fact.id)
        .limit(FACTS_AT_MOST)
    )
    found: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in readable(permissions)}
    for section, key, field, value in rows:
        found[section].setdefault(key, {})[field] = value
    return found


def moments(
    permissions: Collection[str],
    *,
    client: UUID | None,
    section: str | None,
    lineage: UUID | None,
    before: tuple[datetime, UUID] | None,
    size: int,
) -> Select[Moment]:
    """The timeline's question; the index for it is moment_client, moment_section, moment_lineage, or moment_recent for many clients."""
    wanted = [name for name in readable(permissions) if section in (None, name)]
    asked = (
        select(Moment)
        .where(Moment.section == wanted[0] if len(wanted) == 1 else Moment.section.in_(wanted))
        .order_by(Moment.occurred_at.desc(), Moment.id.desc())
        .limit(size + 1)
    )
    if client:
        asked = asked.where(Moment.organization_id == client)
    if lineage:
        asked = asked.where(Moment.lineage == lineage)
    if before:
        asked = asked.where(tuple_(Moment.occurred_at, Moment.id) < tuple_(*before))
    return asked


async def timeline(
    work: Work,
    permissions: Collection[str],
    *,
    client: UUID | None,
    section: str | None,
    lineage: UUID | None,
    before: tuple[datetime, UUID] | None,
    size: int,
) -> list[Moment]:
    """Newest first, one more than `size` when there is more. `before`: time and id of the last one seen. Without a client, of all the
    organizations that this Work reads."""
    asked = moments(permissions, client=client, section=section, lineage=lineage, before=before, size=size)
    return list((await work.session.scalars(asked)).all())


@dataclass(frozen=True)
class Around:
    """Of moments: the numbers of their causes by (organization, event), the names of their actors by (organization, actor)."""

    numbers: dict[tuple[UUID, UUID], int]
    names: dict[tuple[UUID, UUID], str]


async def around(work: Work, moments: Iterable[Moment]) -> Around:
    """A cause without a card has no number here; an actor's name is known where they look after the client."""
    causes = list({(moment.organization_id, moment.cause) for moment in moments if moment.cause})
    places = list({moment.organization_id for moment in moments if moment.actor})
    numbers: dict[tuple[UUID, UUID], int] = {}
    names: dict[tuple[UUID, UUID], str] = {}
    if causes:
        for row in await work.execute(
            "select m.organization_id, m.id, m.number from unnest(cast(:os as uuid[]), cast(:ids as uuid[])) c(o, id)"
            " join dossier.moment m on (m.organization_id, m.id) = (c.o, c.id)",
            os=[organization for organization, _ in causes],
            ids=[id for _, id in causes],
        ):
            numbers[row.organization_id, row.id] = row.number
    if places:
        names = await actors(work, places)
    return Around(numbers, names)


async def actors(work: Work, organizations: Sequence[UUID]) -> dict[tuple[UUID, UUID], str]:
    """The names of who looks after these, by (organization, actor)."""
    rows = await work.execute(
        "select a.organization_id, cast(a.value #>> '{}' as uuid) as actor, n.value #>> '{}' as name from dossier.fact a"
        " join dossier.fact n on (n.organization_id, n.section, n.key, n.field) = (a.organization_id, a.section, a.key, 'name')"
        " where a.organization_id = any(:os) and a.section = 'people' and a.field = 'agent_id'",
        os=list(organizations),
    )
    return {(row.organization_id, row.actor): row.name for row in rows}


async def clients(work: Work, organizations: Sequence[UUID]) -> dict[UUID, str]:
    """What these are called."""
    rows = await work.execute(
        "select organization_id, value #>> '{}' as name from dossier.fact where organization_id = any(:os) and section = 'company'"
        " and key = 'client' and field = 'name'",
        os=list(organizations),
    )
    return {row.organization_id: row.name for row in rows}
