"""What may happen to a conversation: it starts, is handed to a person and back, and ends; and who the visitor turns out to be."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from retinue.contracts.conversations import (
    AnswerGiven,
    ContactCaptured,
    ConversationEnded,
    ConversationStarted,
    HandoverRequested,
    HandoverReturned,
    HandoverTaken,
)
from retinue.engines.configs import store as configs
from retinue.engines.contacts import addresses
from retinue.engines.contacts import store as contacts
from retinue.engines.dialogue.state import Brief
from retinue.engines.governance.gate import Gate
from retinue.kernel.errors import NotFound
from retinue.kernel.process import Process
from retinue.kernel.work import Work, uuid7
from retinue.services.conversations import sending, store, widget
from retinue.services.conversations.agents import Agents
from retinue.services.conversations.briefing import greeting_of, speaks_on_the_web
from retinue.services.conversations.identities import Identity
from retinue.services.conversations.refusals import ConversationOver, NothingDeployed, NotOnTheWeb, NotTaken, TakenByAnother
from retinue.services.conversations.schemas import ContactDetails, LeaveContact, StartConversation


async def start(
    work: Work, agents: Agents, asked: StartConversation, *, identity: Identity | None = None, by_widget: bool = False
) -> tuple[Any, Any]:
    """A conversation with the version that is deployed now, or with one that is tried, and its greeting.

    Raises NothingDeployed, NotFound, MissingDetails.
    """
    deployed, channel = await _meant(work, asked)
    given = asked.contact.model_dump(exclude_none=True) if asked.contact else {}
    given |= identity.details if identity else {}
    if by_widget:
        widget.check(deployed.body, given)
    brief = await agents.brief(work, deployed.config_id, deployed.version)
    id, person = uuid7(), uuid7()
    lineage = deployed.lineage or uuid7()
    await work.execute(
        "insert into conversations.conversation (organization_id, id, channel, status, config_id, config_version, lineage, person, started_at,"
        " last_message_at) values (:o, :id, :channel, 'open', :config, :version, :lineage, :person, :at, :at)",
        o=work.organization,
        id=id,
        channel=channel,
        config=deployed.config_id,
        version=deployed.version,
        lineage=lineage,
        person=person,
        at=work.now,
    )
    work.emit(
        ConversationStarted(
            conversation_id=id,
            channel=channel,
            config_id=deployed.config_id,
            config_version=deployed.version,
            person=person,
            lineage=lineage,
        )
    )
    conversation = await store.lock(work, id)
    if given or identity:
        known = await capture(work, conversation, given, brief, identity=identity)
        await store.change(work, id, identified=identity is not None, **known)
    suggested = {"buttons": [], "suggested_questions": list(brief.suggested)} if brief.suggested else None
    words = greeting_of(brief)
    greeting = await sending.say(
        work, agents.gate, conversation, "assistant", words, known=words, language=brief.language, reply={"rich_content": suggested}
    )
    return conversation, greeting


async def _meant(work: Work, asked: StartConversation) -> tuple[configs.Deployed, str]:
    """Which version, and the channel."""
    if asked.config_id and asked.config_version:
        tried = await configs.version(work, asked.config_id, asked.config_version)
        if tried is None:
            raise NotFound()
        return configs.Deployed(tried.config_id, tried.version, tried.body, tried.lineage), store.TEST
    deployed = await configs.deployed(work, config_id=asked.config_id)
    if deployed is None:
        raise NothingDeployed()
    if not speaks_on_the_web(deployed.body):
        raise NotOnTheWeb()
    return deployed, asked.channel


async def act(work: Work, conversation: Any, actions: list[dict[str, Any]], brief: Brief) -> dict[str, Any]:
    """Do what a turn decided. Answers what changes in the conversation."""
    changes: dict[str, Any] = {}
    for action in actions:
        if action["type"] == "contact_captured":
            changes |= await capture(work, conversation, action, brief)
        elif action["type"] == "handover_requested" and conversation.status == "open":
            changes |= await hand_over(work, conversation, action["reason"], callback=not conversation.present and brief.callback)
    return changes


async def hand_over(work: Work, conversation: Any, reason: str, *, callback: bool = False) -> dict[str, Any]:
    """A person is asked for, once. Answers what changes in the conversation."""
    if conversation.status != "open":
        return {}
    await _handed(work, conversation, "requested", reason=reason)
    work.emit(HandoverRequested(conversation_id=conversation.id, reason=reason, person=conversation.person, lineage=conversation.lineage))
    return {"status": "waiting", "waiting_since": work.now, "callback": callback}


async def capture(
    work: Work, conversation: Any, given: dict[str, Any], brief: Brief, *, identity: Identity | None = None
) -> dict[str, Any]:
    """Find or make the visitor's contact. The conversation's person stays: what was said before is erased with the rest.

    What `identity` says, the client's own site has signed; anything else is a claim, and makes nobody somebody else.
    """
    details = ContactDetails.model_construct(**{name: given.get(name) for name in ("name", "email", "phone")})
    signed = identity.details if identity else {}
    known = [addresses.account(identity.subject)] if identity else []
    if details.email:
        email = addresses.email(details.email)
        known.append(email.proven if details.email == signed.get("email") else email)
    if details.phone:
        phone = addresses.phone(details.phone, brief.regions[0])
        known.append(phone.proven if details.phone == signed.get("phone") else phone)
    contact = await contacts.find_or_create(
        work, known, person=conversation.person, name=details.name, source=conversation.channel, known=conversation.contact_id
    )
    work.emit(
        ContactCaptured(
            conversation_id=conversation.id,
            contact_id=contact.id,
            name=details.name,
            email=details.email,
            phone=details.phone,
            person=conversation.person,
            lineage=conversation.lineage,
        )
    )
    return {"contact_id": contact.id, **({"visitor_name": details.name} if details.name else {})}


async def leave_contact(work: Work, process: Process, id: UUID, given: LeaveContact) -> None:
    """Raises NotFound, ConversationOver."""
    conversation = await _open(work, id)
    brief = await process.get(Agents).brief(work, conversation.config_id, conversation.config_version)
    changes = await capture(work, conversation, given.model_dump(exclude_none=True), brief)
    if given.callback and conversation.status in ("open", "waiting"):
        changes |= {"status": "waiting", "waiting_since": conversation.waiting_since or work.now, "callback": True}
        if conversation.status == "open":
            await _handed(work, conversation, "requested", reason="left_address")
            work.emit(
                HandoverRequested(conversation_id=id, reason="left_address", person=conversation.person, lineage=conversation.lineage)
            )
    await store.change(work, id, **changes)


async def _handed(work: Work, conversation: Any, what: str, actor: UUID | None = None, reason: str | None = None) -> None:
    """For the thread, in its place between the messages."""
    await work.execute(
        "insert into conversations.handover values (:o, :id, :c, :what, :actor, :reason, :after, :at)",
        o=work.organization,
        id=uuid7(),
        c=conversation.id,
        what=what,
        actor=actor,
        reason=reason,
        after=conversation.positions,
        at=work.now,
    )


async def take(work: Work, id: UUID, by: UUID) -> None:
    """From here on the agent is silent and `by` answers. Raises ConversationOver, TakenByAnother."""
    conversation = await _open(work, id)
    if conversation.status == "taken":
        if conversation.taken_by != by:
            raise TakenByAnother()
        return
    await store.change(work, id, status="taken", taken_by=by, waiting_since=None, callback=False)
    await _handed(work, conversation, "taken", by)
    work.emit(HandoverTaken(conversation_id=id, by=by, person=conversation.person, lineage=conversation.lineage))


async def give_back(work: Work, id: UUID, by: UUID) -> None:
    """The agent answers again, from the next message on. Raises ConversationOver, NotTaken, TakenByAnother."""
    conversation = await _taken(work, id, by)
    await store.change(work, id, status="open", taken_by=None)
    await _handed(work, conversation, "returned", by)
    work.emit(HandoverReturned(conversation_id=id, by=by, person=conversation.person, lineage=conversation.lineage))


async def reply(work: Work, gate: Gate, id: UUID, by: UUID, content: str) -> Any:
    """A person's answer. Raises Blocked, ConversationOver, NotTaken, TakenByAnother."""
    conversation = await _taken(work, id, by)
    row = await sending.say(
        work, gate, conversation, "person", content, known=content, by=by, remembered=False, reply={"answered_by": "person"}
    )
    work.emit(
        AnswerGiven(
            conversation_id=id,
            message_id=row.id,
            in_answer_to=None,
            grounded=True,
            answered_by="person",
            confidence=1.0,
            cited=[],
            config_version=conversation.config_version,
            ms=0,
            provider_ms=0,
            cost_usd=0.0,
            content=row.content,
            person=conversation.person,
            lineage=conversation.lineage,
        )
    )
    return row


async def end(work: Work, id: UUID) -> None:
    """Ending twice is ending once."""
    conversation = await store.lock(work, id)
    if conversation.status == "ended":
        return
    await store.change(work, id, status="ended", ended_at=work.now, waiting_since=None, turn_message=None, turn_until=None)
    work.emit(
        ConversationEnded(conversation_id=id, messages=conversation.positions, person=conversation.person, lineage=conversation.lineage)
    )


async def note(work: Work, id: UUID, by: UUID, content: str) -> Any:
    """What staff write to each other; the visitor never sees it."""
    conversation = await store.conversation(work, id)
    rows = await work.execute(
        "insert into conversations.note values (:o, :id, :c, :by, :content, :at) returning *",
        o=work.organization,
        id=uuid7(),
        c=conversation.id,
        by=by,
        content=content,
        at=work.now,
    )
    return rows.one()


async def say_here(work: Work, by: UUID, here: bool, minutes: int) -> Any:
    """Until when `by` counts as here for visitors who ask for a person."""
    until = work.now + timedelta(minutes=minutes) if here else work.now
    await work.execute(
        "insert into conversations.presence values (:o, :by, :until) on conflict (organization_id, id) do update set until = excluded.until",
        o=work.organization,
        by=by,
        until=until,
    )
    return until if here else None


async def _open(work: Work, id: UUID) -> Any:
    conversation = await store.lock(work, id)
    if conversation.status == "ended":
        raise ConversationOver()
    return conversation


async def _taken(work: Work, id: UUID, by: UUID) -> Any:
    conversation = await _open(work, id)
    if conversation.status != "taken":
        raise NotTaken()
    if conversation.taken_by != by:
        raise TakenByAnother()
    return conversation
