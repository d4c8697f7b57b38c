"""Forgetting a visitor: the key of every person that they were, and every copy of what they said."""

from uuid import UUID

from retinue.engines.contacts import store as contacts
from retinue.engines.dialogue import checkpoints
from retinue.kernel import events
from retinue.kernel.work import Work
from retinue.services.conversations import attachments


async def forget(work: Work, person: UUID) -> tuple[int, list[UUID]]:
    """Answers how many conversations were emptied, and all persons that this one proved to be, or was merged with.

    Their rows, times and figures stay; nobody can tell whose they were.
    """
    persons = await contacts.forget(work, person)
    for one in persons:
        await events.forget(work, one)
    rows = await work.execute(
        "update conversations.conversation set subject = null, visitor_name = null, last_line = null, contact_id = null, status = 'ended',"
        " ended_at = coalesce(ended_at, :at) where organization_id = :o and person = any(:persons) returning id",
        o=work.organization,
        persons=persons,
        at=work.now,
    )
    ids = [row.id for row in rows]
    await work.execute(
        "update conversations.message set content = '', citations = '[]', rich_content = null, attachments = '[]', actions = '[]', path = null"
        " where organization_id = :o and conversation_id = any(:ids)",
        o=work.organization,
        ids=ids,
    )
    await work.execute(
        "delete from conversations.note where organization_id = :o and conversation_id = any(:ids)", o=work.organization, ids=ids
    )
    await attachments.forget(work, ids)
    said = [str(id) for id in ids]
    await work.execute(
        "update kernel.ask set output = '{}' where organization_id = :o and input->>'conversation_id' = any(:ids) and output is not null",
        o=work.organization,
        ids=said,
    )
    await work.execute(
        "update kernel.answer set body = null where organization_id = :o and (actor = any(:ids) or key in"
        " (select encode(sha256(convert_to('name' || chr(10) || a.key, 'UTF8')), 'hex') from kernel.ask a"
        "  where a.organization_id = :o and a.input->>'conversation_id' = any(:said)))",
        o=work.organization,
        ids=ids,
        said=said,
    )
    await checkpoints.forget(work, ids)
    return len(ids), persons
