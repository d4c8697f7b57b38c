"""What staff do about a visitor: correct who they are, and forget them."""

from typing import Any
from uuid import UUID

from retinue.contracts.conversations import ContactCorrected, PersonForgotten
from retinue.engines.contacts import addresses
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
    next = "Open that contact: it may be the same person."


async def correct(work: Work, contact_id: UUID, given: CorrectContact, by: UUID) -> None:
    """The name is replaced, addresses are added. Raises NotFound, AddressOfAnother."""
    contact = await contacts.lock(work, contact_id)
    if contact is None:
        raise NotFound()
    added = [addresses.email(given.email)] if given.email else []
    added += [addresses.phone(given.phone, REGION)] if given.phone else []
    for address in added:
        holder = await contacts.find(work, [address])
        if holder is not None and holder.id != contact_id:
            raise AddressOfAnother(address=address.shown)
    await contacts.find_or_create(work, added, person=contact.person, name=given.name, known=contact_id)
    if given.name:
        await work.execute(
            "update conversations.conversation set visitor_name = :n where organization_id = :o and contact_id = :c",
            n=given.name,
            o=work.organization,
            c=contact_id,
        )
    work.emit(ContactCorrected(contact_id=contact_id, by=by, name=given.name, email=given.email, phone=given.phone, person=contact.person))


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
