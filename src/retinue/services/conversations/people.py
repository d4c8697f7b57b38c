"""What staff do about a visitor: correct who they are, confirm an address, merge and separate contacts, and forget them."""

from typing import Any
from uuid import UUID

from retinue.contracts.conversations import AddressConfirmed, ContactCorrected, ContactsMerged, ContactsSeparated, PersonForgotten
from retinue.engines.contacts import addresses, merging
from retinue.engines.contacts import store as contacts
from retinue.kernel import events
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.work import Work
from retinue.services.conversations import erasure, store
from retinue.services.conversations.inbox_schemas import CorrectContact

REGION = "GB"  # for numbers without a country, as where a configuration names none


class AddressOfAnother(Refusal):
    """{address} belongs to another contact of this client."""

    status = 409
    next = "Open that contact: it may be the same person; then merge them."


async def correct(work: Work, contact_id: UUID, given: CorrectContact, by: UUID) -> None:
    """The name is replaced, addresses are added on the word of `by`. Raises NotFound, AddressOfAnother."""
    known = await _known(work, contact_id)
    contact = await contacts.lock(work, known.own.id)
    if contact is None:
        raise NotFound()
    added = [addresses.email(given.email).proven] if given.email else []
    added += [addresses.phone(given.phone, REGION).proven] if given.phone else []
    for address in added:
        holder = await contacts.holder(work, address)
        if holder is not None and holder not in known.ids:
            raise AddressOfAnother(address=address.shown)
    await contacts.find_or_create(work, [], person=contact.person, name=given.name, known=contact.id)
    for address in added:
        await contacts.add(work, contact.id, address, by)
    work.emit(ContactCorrected(contact_id=contact.id, by=by, name=given.name, email=given.email, phone=given.phone, person=contact.person))


async def confirm(work: Work, contact_id: UUID, address_id: UUID, by: UUID) -> None:
    """A claimed address is the contact's on the word of `by`. Confirming twice is confirming once. Raises NotFound, AddressOfAnother."""
    known, row = await _known(work, contact_id), await contacts.address(work, address_id)
    contact = await contacts.lock(work, row.contact_id) if row is not None and row.contact_id in known.ids else None
    if contact is None:
        raise NotFound()
    address = addresses.Identity(row.kind, row.value, row.shown, verified=True)
    holder = await contacts.holder(work, address)
    if holder is not None:
        if holder not in known.ids:
            raise AddressOfAnother(address=row.shown)
        return
    await contacts.add(work, contact.id, address, by)
    work.emit(AddressConfirmed(contact_id=contact.id, by=by, address_kind=row.kind, address=row.shown, person=contact.person))


async def merge(work: Work, contact_id: UUID, into: UUID, by: UUID) -> UUID:
    """Answers the contact that both are now. Raises NotFound, SameContact, MergedBefore."""
    head = await merging.merge(work, contact_id, into, by)
    work.emit(ContactsMerged(contact_id=contact_id, into=head, by=by))
    return head


async def separate(work: Work, contact_id: UUID, by: UUID) -> None:
    """Raises NotFound, NotMerged."""
    left = await merging.separate(work, contact_id)
    work.emit(ContactsSeparated(contact_id=contact_id, left=left, by=by))


async def _known(work: Work, contact_id: UUID) -> merging.Known:
    """The contact of this organization that this one is now. Raises NotFound."""
    known = await merging.read(work, contact_id)
    if known is None or known.own.organization_id != work.organization:
        raise NotFound()
    return known


async def forget(work: Work, conversation_id: UUID, by: UUID) -> int:
    """Everything that this conversation's visitor said here, in every conversation. Forgetting twice is forgetting once. Raises NotFound."""
    conversation: Any = await store.lock(work, conversation_id)
    if await events.forgotten(work, conversation.person):
        return 0
    conversations, persons = await erasure.forget(work, conversation.person)
    work.emit(
        PersonForgotten(
            conversation_id=conversation_id,
            by=by,
            conversations=conversations,
            persons=persons,
            person=conversation.person,
            lineage=conversation.lineage,
        )
    )
    return conversations
