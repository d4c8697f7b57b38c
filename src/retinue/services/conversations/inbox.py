"""What staff read across the clients that they look after: the boxes, a thread, and the path of an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.engines.contacts.merging import Known
from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.conversations.inbox_schemas import COUNTED
from retinue.services.conversations.store import KNOWN_AS, LISTED, SHOWN

FEW = 50  # organizations whose rows are read and sorted faster than an index across all is walked
SEARCHED = 5_000  # newest conversations of a box that a search looks through
BOXES = {
    "yours": "c.status = 'taken' and c.taken_by = :me",
    "waiting": "c.status = 'waiting'",
    "all": "true",
}
LINE = f"{LISTED}, c.last_role, c.last_line"


def question(
    box: str, *, one: bool, status: str | None, channel: str | None, search: str | None, before: tuple[datetime, UUID] | None
) -> str:
    """Waiting is sorted by who waits longest, the others by what was said last. `one`: the Work reads one organization."""
    key, way, after = ("waiting_since", "", ">") if box == "waiting" else ("last_message_at", " desc", "<")
    order = f"order by c.{key}{way}, c.id{way}"
    conditions = [BOXES[box]]
    if one:
        conditions.append("c.organization_id = :o")
    if status:
        conditions.append("c.status = :status")
    if channel:
        conditions.append("c.channel = :channel")
    place = f"(c.{key}, c.id) {after} (cast(:at as timestamptz), cast(:id as uuid))"
    if before and not search:
        conditions.append(place)
    inner = f"select c.* from conversations.conversation c where {' and '.join(conditions)} {order}"
    if search:
        found = (
            f"(c.subject ilike :like or c.visitor_name ilike :like or {KNOWN_AS} ilike :like or exists (select from contacts.identity i where (i.organization_id,"
            " i.contact_id) = (c.organization_id, c.contact_id) and i.kind <> 'visitor' and (i.shown ilike :like or i.value ilike :like))"
            " or exists (select from conversations.message m where (m.organization_id, m.conversation_id) = (c.organization_id, c.id)"
            " and m.content ilike :like))"
        )
        place = f" and {place}" if before else ""
        inner = f"select c.* from ({inner} limit {SEARCHED}) c where {found}{place} {order}"
    return f"select {LINE} from ({inner} limit :size) c {order}"


async def lines(
    work: Work,
    me: UUID | None,
    box: str,
    *,
    status: str | None = None,
    channel: str | None = None,
    search: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    size: int,
) -> Sequence[Any]:
    """One more than `size`, of all organizations that the Work reads."""
    values: dict[str, Any] = {"size": size + 1, "o": work.organization, "me": me, "status": status, "channel": channel}
    if before:
        values["at"], values["id"] = before
    if search:
        values["like"] = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    one = await alone(work)
    asked = question(box, one=one, status=status, channel=channel, search=search, before=before)
    return (await work.execute(asked, **values)).all()


async def alone(work: Work) -> bool:
    """Whether the Work reads its own organization and no other: then an index that begins with it is the shorter way.

    The planner takes every scope for ten organizations, and would sort all rows of many; walking the index of the sort key is made cheaper for these.
    """
    rows = await work.execute(
        "select cardinality(kernel.scope()) = 1 as one, set_config('enable_sort', case when cardinality(kernel.scope()) > :few then 'off' else 'on' end, true)",
        few=FEW,
    )
    return bool(rows.one().one)


async def counts(work: Work, me: UUID | None) -> dict[str, int]:
    """Of each box, without counting further than is shown."""
    one = " and c.organization_id = :o" if await alone(work) else ""
    found = {}
    for box, condition in BOXES.items():
        rows = await work.execute(
            f"select count(*) from (select from conversations.conversation c where {condition}{one} limit {COUNTED}) counted",
            me=me,
            o=work.organization,
        )
        found[box] = int(rows.scalar_one())
    return found


async def line(work: Work, id: UUID) -> Any:
    """Raises NotFound."""
    row = (await work.execute(f"select {LINE} from conversations.conversation c where c.id = :id", id=id)).first()
    if row is None:
        raise NotFound()
    return row


async def thread(work: Work, id: UUID, *, before: int | None, size: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """Messages before a position, newest first, one more than `size`; and the handovers from the oldest of them on."""
    shown = ", ".join(f"m.{column.strip()}" for column in SHOWN.split(","))
    last = 2**31 - 1 if before is None else before
    rows = (
        await work.execute(
            f"select {shown}, m.organization_id, m.author, m.ms, m.cost_usd, {MODEL} as model, m.path is not null as why from conversations.message m where m.conversation_id = :c and m.position < :before order by m.position desc limit :size",
            c=id,
            before=last,
            size=size + 1,
        )
    ).all()
    first = rows[min(len(rows), size) - 1].position if rows else 0
    handovers = await work.execute(
        "select h.* from conversations.handover h where h.conversation_id = :c and h.after_position >= :first and h.after_position < :before"
        " order by h.after_position, h.created_at, h.id limit 500",
        c=id,
        first=first if len(rows) > size else 0,
        before=last,
    )
    return rows, handovers.all()


MODEL = "jsonb_path_query_first(m.path, '$[*] ? (@.step == \"model\").model') #>> '{}'"


async def why(work: Work, id: UUID, message_id: UUID) -> Any:
    """Raises NotFound."""
    row = (
        await work.execute(
            f"select m.*, c.lineage, c.config_id, asked.content as question, {MODEL} as model from conversations.message m join conversations.conversation c on (c.organization_id, c.id) = (m.organization_id, m.conversation_id)"
            " left join conversations.message asked on (asked.organization_id, asked.id) = (m.organization_id, m.in_answer_to)"
            " where m.id = :m and m.conversation_id = :c and m.role in ('assistant', 'person')",
            m=message_id,
            c=id,
        )
    ).first()
    if row is None:
        raise NotFound()
    return row


async def of_contact(work: Work, known: Known, size: int) -> Sequence[Any]:
    """Conversations with one contact, and with all that was merged into it, on every channel, latest first."""
    rows = await work.execute(
        f"select {LINE} from conversations.conversation c where c.organization_id = :o and c.contact_id = any(:ids)"
        " order by c.last_message_at desc, c.id desc limit :size",
        o=known.own.organization_id,
        ids=known.ids,
        size=size,
    )
    return rows.all()
