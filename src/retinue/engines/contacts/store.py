"""Which contact an address belongs to: whoever proved it is known again by it, whoever only says it is somebody new; and forgetting one wholly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from retinue.engines.contacts.addresses import Identity
from retinue.kernel.work import Work, uuid7


@dataclass(frozen=True)
class Contact:
    """`person` is whose key new facts are sealed under; `persons` are all that proved to be this contact."""

    id: UUID
    name: str | None
    persons: tuple[UUID, ...]

    @property
    def person(self) -> UUID:
        return self.persons[0]


async def find(work: Work, identities: Sequence[Identity]) -> Contact | None:
    """The contact that has proved one of these, of those that are proven here; by the first of them when they point to several.

    Two accounts are two contacts, even when the client's site has signed one address for both.
    """
    proven = [identity for identity in identities if identity.verified]
    for identity in sorted(proven, key=lambda i: (i.kind, i.value)):  # two visits of one account that begin at once find each other
        await work.execute(
            "select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'contact', cast(:o as text), cast(:k as text), cast(:v as text)), 0))",
            o=str(work.organization),
            k=identity.kind,
            v=identity.value,
        )
    named = any(identity.kind == "account" for identity in proven)
    for identity in proven:
        row = (
            await work.execute(
                "select c.id, c.name, c.persons from contacts.identity i join contacts.contact c on (c.organization_id, c.id) = (i.organization_id,"
                " i.contact_id) where (i.organization_id, i.kind, i.value) = (:o, :k, :v) and i.verified and (:k = 'account' or not :named or"
                " not exists (select from contacts.identity a where (a.organization_id, a.contact_id, a.kind) = (c.organization_id, c.id, 'account')))"
                " for update of c",
                o=work.organization,
                k=identity.kind,
                v=identity.value,
                named=named,
            )
        ).first()
        if row:
            return Contact(row.id, row.name, tuple(row.persons))
    return None


async def find_or_create(
    work: Work, identities: Sequence[Identity], *, person: UUID, name: str | None = None, source: str = "chat", known: UUID | None = None
) -> Contact:
    """The contact of these identities, with `person` and what is new of them added to it. `known` is the contact that it is already taken for.

    An address that somebody else has proved stays theirs; here it is a claim.
    """
    contact = await lock(work, known) if known else await find(work, identities)
    if contact is None:
        contact = Contact(uuid7(), name, (person,))
        await work.execute(
            "insert into contacts.contact (organization_id, id, persons, name, source, created_at, updated_at)"
            " values (:o, :id, :p, :n, :s, :at, :at)",
            o=work.organization,
            id=contact.id,
            p=[person],
            n=name,
            s=source,
            at=work.now,
        )
    elif person not in contact.persons or (name and name != contact.name):
        persons = contact.persons if person in contact.persons else (*contact.persons, person)
        contact = Contact(contact.id, name or contact.name, persons)
        await work.execute(
            "update contacts.contact set persons = :p, name = :n, updated_at = :at where (organization_id, id) = (:o, :id)",
            p=list(persons),
            n=contact.name,
            at=work.now,
            o=work.organization,
            id=contact.id,
        )
    for identity in identities:
        await add(work, contact.id, identity)
    return contact


async def add(work: Work, contact_id: UUID, identity: Identity, by: UUID | None = None) -> None:
    """`by`: who of the staff said that it is this contact's."""
    await work.execute(
        "insert into contacts.identity as i (organization_id, id, contact_id, kind, value, shown, created_at, verified, verified_by, verified_at)"
        " select :o, :id, :c, :k, :v, :s, :at, n.verified, cast(:by as uuid), case when n.verified then cast(:at as timestamptz) end"
        " from (select :verified and not exists (select from contacts.identity o where (o.organization_id, o.kind, o.value) = (:o, :k, :v)"
        "  and o.verified and o.contact_id <> :c) as verified) n"
        " on conflict (organization_id, contact_id, kind, value) do update set verified = true, verified_by = excluded.verified_by,"
        " verified_at = excluded.verified_at where excluded.verified and not i.verified",
        o=work.organization,
        id=uuid7(),
        c=contact_id,
        k=identity.kind,
        v=identity.value,
        s=identity.shown,
        verified=identity.verified,
        by=by,
        at=work.now,
    )


async def holder(work: Work, identity: Identity) -> UUID | None:
    """Who has proved this address."""
    rows = await work.execute(
        "select contact_id from contacts.identity where (organization_id, kind, value) = (:o, :k, :v) and verified",
        o=work.organization,
        k=identity.kind,
        v=identity.value,
    )
    found = rows.first()
    return found.contact_id if found else None


async def address(work: Work, id: UUID) -> Any:
    """The row of an address of this organization, or None."""
    rows = await work.execute("select * from contacts.identity where (organization_id, id) = (:o, :id)", o=work.organization, id=id)
    return rows.first()


async def lock(work: Work, id: UUID) -> Contact | None:
    """The contact of this organization, held to the end of the Work."""
    row = (
        await work.execute(
            "select id, name, persons from contacts.contact where (organization_id, id) = (:o, :id) for update", o=work.organization, id=id
        )
    ).first()
    return Contact(row.id, row.name, tuple(row.persons)) if row else None


async def forget(work: Work, person: UUID) -> list[UUID]:
    """Delete the contact that this person is, with all that staff merged with it. Answers all persons that it was, whose keys the caller destroys.

    A contact that proved nothing is this person and no other, whoever else it was once taken for.
    """
    await one_at_a_time(work)
    own = (
        await work.execute(
            "select c.id, coalesce(c.head, c.id) as head, c.head is not null or exists (select from contacts.contact m where"
            " (m.organization_id, m.head) = (c.organization_id, c.id)) as merged, exists (select from contacts.identity i where"
            " (i.organization_id, i.contact_id) = (c.organization_id, c.id) and i.verified and i.kind <> 'visitor') as proven"
            " from contacts.contact c where c.organization_id = :o and c.persons @> cast(:p as uuid[])",
            o=work.organization,
            p=[person],
        )
    ).first()
    if own is None:
        return [person]
    if not (own.merged or own.proven):
        await work.execute(
            "with left_over as (update contacts.contact set persons = array_remove(persons, :p) where (organization_id, id) = (:o, :id)"
            " and persons <> array[cast(:p as uuid)] returning id)"
            " delete from contacts.contact where (organization_id, id) = (:o, :id) and not exists (select from left_over)",
            o=work.organization,
            id=own.id,
            p=person,
        )
        return [person]
    rows = await work.execute(
        "delete from contacts.contact where organization_id = :o and (id = :h or head = :h) returning persons",
        o=work.organization,
        h=own.head,
    )
    return list(dict.fromkeys(one for row in rows for one in row.persons))


async def one_at_a_time(work: Work) -> None:
    """Merging, separating and forgetting look at several contacts of an organization and then change them."""
    await work.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'contacts', cast(:o as text)), 0))", o=str(work.organization)
    )
