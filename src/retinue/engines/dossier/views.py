"""Reading the dossier: sections that the reader may see, and the timeline."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

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


async def timeline(
    work: Work,
    permissions: Collection[str],
    *,
    client: UUID | None,
    section: str | None,
    lineage: UUID | None,
    before: tuple[str, str] | None,
    size: int,
) -> list[Moment]:
    """Newest first, one more than `size` when there is more. `before`: time and id of the last one seen. Without a client, of all the
    organizations that this Work reads."""
    asked = (
        select(Moment)
        .where(Moment.section.in_(readable(permissions)))
        .order_by(Moment.occurred_at.desc(), Moment.id.desc())
        .limit(size + 1)
    )
    if client:
        asked = asked.where(Moment.organization_id == client)
    if section:
        asked = asked.where(Moment.section == section)
    if lineage:
        asked = asked.where(Moment.lineage == lineage)
    if before:
        at, id = datetime.fromisoformat(before[0]), UUID(before[1])
        asked = asked.where((Moment.occurred_at < at) | ((Moment.occurred_at == at) & (Moment.id < id)))
    return list((await work.session.scalars(asked)).all())
