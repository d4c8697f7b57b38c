"""From the dossier's rows to what readers get."""

from collections.abc import Sequence

from retinue.engines.dossier import views
from retinue.engines.dossier.cards import SECTIONS
from retinue.engines.dossier.tables import Moment as MomentRow
from retinue.engines.dossier.views import Around
from retinue.kernel.work import Work
from retinue.services.copilot.schemas import Moment, Subject

NAMES = SECTIONS["people"]  # the permission that reads who somebody is


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
        subject=Subject.model_validate({"type": row.subject_type, "id": row.subject_id}) if row.subject_id else None,
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
