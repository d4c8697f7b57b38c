"""Reading the dossier: sections that the reader may see, and the timeline."""

from collections.abc import Collection
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
