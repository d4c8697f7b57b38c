"""Staff say that two contacts are one person, and take it back: nothing moves between them, so that each gets back what it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from retinue.engines.contacts.store import one_at_a_time
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.work import Work

POINTERS = 10  # contacts at most that one is shown to be possibly the same as


class SameContact(Refusal):
    """These two are one contact already."""

    status = 409
    next = "Open the contact: it shows what was merged into it."


class MergedBefore(Refusal):
    """This contact was merged into another one already."""

    status = 409
    next = "Merge that one instead, or separate this one first."


class NotMerged(Refusal):
    """This contact is not merged into another one."""

    status = 409
    next = "Separate one that was merged: the contact lists them as `parts`."


async def merge(work: Work, id: UUID, into: UUID, by: UUID) -> UUID:
    """Answers the contact that both are now. Raises NotFound, SameContact, MergedBefore."""
    await one_at_a_time(work)
    found = await work.execute(
        "select id, head from contacts.contact where organization_id = :o and id = any(:ids) for update",
        o=work.organization,
        ids=[id, into],
    )
    heads = {row.id: row.head for row in found}
    if id not in heads or into not in heads:
        raise NotFound()
    head: UUID = heads[into] or into
    if (heads[id] or id) == head:
        raise SameContact()
    if heads[id]:
        raise MergedBefore()
    await work.execute(
        "update contacts.contact set head = :h, merged_into = case when id = :id then :h else merged_into end,"
        " merged_by = case when id = :id then :by else merged_by end, merged_at = case when id = :id then cast(:at as timestamptz) else merged_at end"
        " where organization_id = :o and (id = :id or head = :id)",
        o=work.organization,
        id=id,
        h=head,
        by=by,
        at=work.now,
    )
    return head


async def separate(work: Work, id: UUID) -> UUID:
    """Takes with it what had been merged into it before. Answers the contact that it is no longer. Raises NotFound, NotMerged."""
    await one_at_a_time(work)
    found = await work.execute(
        "select merged_into, head from contacts.contact where (organization_id, id) = (:o, :id) for update", o=work.organization, id=id
    )
    row = found.first()
    if row is None:
        raise NotFound()
    if row.merged_into is None:
        raise NotMerged()
    left: UUID = row.head
    await work.execute(
        "with recursive below as (select c.id from contacts.contact c where (c.organization_id, c.merged_into) = (:o, :id)"
        " union all select c.id from contacts.contact c join below b on c.merged_into = b.id where c.organization_id = :o)"
        " update contacts.contact set head = case when id = :id then null else cast(:id as uuid) end,"
        " merged_into = case when id = :id then null else merged_into end, merged_by = case when id = :id then null else merged_by end,"
        " merged_at = case when id = :id then null else merged_at end"
        " where organization_id = :o and (id = :id or id in (select id from below))",
        o=work.organization,
        id=id,
    )
    return left


@dataclass(frozen=True)
class Known:
    """A contact as staff see it: `own` is its row, `parts` are the rows of all that were merged into it."""

    own: Any
    parts: Sequence[Any]

    @property
    def ids(self) -> list[UUID]:
        return [self.own.id, *(part.id for part in self.parts)]

    @property
    def name(self) -> str | None:
        """Its own, else the first that one of its parts has."""
        return next((row.name for row in (self.own, *self.parts) if row.name), None)


async def read(work: Work, id: UUID) -> Known | None:
    """The contact that this one is now, if the Work may read it."""
    rows = (
        await work.execute(
            "select c.* from contacts.contact asked join contacts.contact c on c.organization_id = asked.organization_id and"
            " coalesce(asked.head, asked.id) in (c.id, c.head) where asked.id = :id order by c.created_at, c.id",
            id=id,
        )
    ).all()
    own = next((row for row in rows if row.head is None), None)
    return Known(own, [row for row in rows if row.head is not None]) if own else None


async def addresses(work: Work, known: Known) -> Sequence[Any]:
    """As they were written, the oldest first, each once; one that was proved before one that is a claim."""
    rows = await work.execute(
        "select * from (select distinct on (i.kind, i.value) i.* from contacts.identity i where i.organization_id = :o and i.contact_id = any(:ids)"
        " and i.kind <> 'visitor' order by i.kind, i.value, i.verified desc, i.created_at) i order by i.created_at, i.id",
        o=known.own.organization_id,
        ids=known.ids,
    )
    return rows.all()


async def possibly(work: Work, known: Known) -> Sequence[Any]:
    """Other contacts that have, or claim, an address of this one: contact, its name, and the address; nobody knows that they are the same."""
    rows = await work.execute(
        "select * from (select distinct on (h.id) h.id, coalesce(h.name, k.name) as name, mine.kind, mine.shown, theirs.verified"
        " from contacts.identity mine join contacts.identity theirs on (theirs.organization_id, theirs.kind, theirs.value) ="
        " (mine.organization_id, mine.kind, mine.value) and theirs.contact_id <> all(:ids)"
        " join contacts.contact k on (k.organization_id, k.id) = (theirs.organization_id, theirs.contact_id)"
        " join contacts.contact h on h.organization_id = k.organization_id and h.id = coalesce(k.head, k.id)"
        " where mine.organization_id = :o and mine.contact_id = any(:ids) and mine.kind in ('email', 'phone')"
        " order by h.id, theirs.verified desc) p order by p.verified desc, p.id limit :most",
        o=known.own.organization_id,
        ids=known.ids,
        most=POINTERS,
    )
    return rows.all()
