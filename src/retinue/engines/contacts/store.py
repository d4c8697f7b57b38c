"""Which contact an address belongs to, and forgetting one wholly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from retinue.engines.contacts.addresses import Identity
from retinue.kernel.work import Work, uuid7


@dataclass(frozen=True)
class Contact:
    """`person` is whose key new facts are sealed under; `persons` are all that turned out to be this contact."""

    id: UUID
    name: str | None
    persons: tuple[UUID, ...]

    @property
    def person(self) -> UUID:
        return self.persons[0]


async def find(work: Work, identities: Iterable[Identity]) -> Contact | None:
    """The contact known by one of these; by the first of them when they point to several."""
    for identity in identities:
        row = (
            await work.execute(
                "select c.id, c.name, c.persons from contacts.identity i join contacts.contact c on (c.organization_id, c.id) = (i.organization_id,"
                " i.contact_id) where (i.organization_id, i.kind, i.value) = (:o, :k, :v) for update of c",
                o=work.organization,
                k=identity.kind,
                v=identity.value,
            )
        ).first()
        if row:
            return Contact(row.id, row.name, tuple(row.persons))
    return None


async def find_or_create(
    work: Work, identities: Sequence[Identity], *, person: UUID, name: str | None = None, source: str = "chat", known: UUID | None = None
) -> Contact:
    """The contact of these identities, with `person` and what is new of them added to it. `known` is the contact that it is already taken for.

    An address that belongs to somebody else stays theirs.
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
        await work.execute(
            "insert into contacts.identity (organization_id, id, contact_id, kind, value, shown, created_at)"
            " values (:o, :id, :c, :k, :v, :s, :at) on conflict do nothing",
            o=work.organization,
            id=uuid7(),
            c=contact.id,
            k=identity.kind,
            v=identity.value,
            s=identity.shown,
            at=work.now,
        )
    return contact


async def identities(work: Work, contact: UUID) -> list[Identity]:
    rows = await work.execute(
        "select kind, value, shown from contacts.identity where (organization_id, contact_id) = (:o, :c) order by created_at, id",
        o=work.organization,
        c=contact,
    )
    return [Identity(row.kind, row.value, row.shown) for row in rows]


async def forget(work: Work, person: UUID) -> list[UUID]:
    """Delete the contact that this person is. Answers all persons that it was, whose keys the caller destroys."""
    row = (
        await work.execute(
            "delete from contacts.contact where organization_id = :o and persons @> cast(:p as uuid[]) returning persons",
            o=work.organization,
            p=[person],
        )
    ).first()
    return list(row.persons) if row else [person]


async def read(work: Work, id: UUID) -> Any:
    """The row of a contact that the Work may read, or None."""
    return (await work.execute("select * from contacts.contact where id = :id", id=id)).first()


async def written(work: Work, id: UUID) -> Sequence[Any]:
    """Addresses as they were written, the oldest first; not the marks by which a browser is known again."""
    rows = await work.execute(
        "select kind, shown, created_at from contacts.identity where contact_id = :id and kind <> 'visitor' order by created_at, id", id=id
    )
    return rows.all()


async def lock(work: Work, id: UUID) -> Contact | None:
    """The contact of this organization, held to the end of the Work."""
    row = (
        await work.execute(
            "select id, name, persons from contacts.contact where (organization_id, id) = (:o, :id) for update", o=work.organization, id=id
        )
    ).first()
    return Contact(row.id, row.name, tuple(row.persons)) if row else None
