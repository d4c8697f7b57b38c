"""One turn: the message is stored and the turn claimed in one Work, answered in none, and settled in another, once and in order."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from retinue.contracts.conversations import AnswerGiven, MessageReceived
from retinue.engines.configs import store as configs
from retinue.engines.dialogue import checkpoints
from retinue.engines.dialogue.checkpoints import Thread
from retinue.engines.dialogue.phrases import phrase
from retinue.engines.governance.facts import AuditFact
from retinue.engines.governance.gate import Gate
from retinue.engines.governance.policy import leaked, mask
from retinue.kernel.asks import Ask, AskedBefore, Tell
from retinue.kernel.live import Live
from retinue.kernel.process import Process
from retinue.kernel.telemetry import PROVIDER_SECONDS
from retinue.kernel.waiting import Json
from retinue.kernel.work import Work, uuid7
from retinue.services.conversations import domain, heard, sending, store
from retinue.services.conversations.agents import Agents, Prepared
from retinue.services.conversations.knowing import ROOM
from retinue.services.conversations.refusals import (
    ConversationOver,
    EmptyMessage,
    MessageTooLong,
    SentBefore,
    StillAnswering,
    TooManyMessages,
)
from retinue.services.conversations.schemas import MESSAGE_CHARACTERS, Message
from retinue.services.conversations.settings import ConversationsSettings

LEASE = timedelta(seconds=60)
WAITING_SECONDS, TURN_SECONDS = 45.0, 55.0  # for its turn to come; for all of it, which ends before its lease does
HOUR = timedelta(hours=1)


def cleaned(content: str) -> str:
    """Raises EmptyMessage, MessageTooLong."""
    content = content.replace("\x00", "").strip()
    if not content:
        raise EmptyMessage()
    if len(content) > MESSAGE_CHARACTERS:
        raise MessageTooLong(limit=MESSAGE_CHARACTERS)
    return content


async def receive(process: Process, work: Work, conversation_id: UUID, content: str, *, client_message_id: str | None = None) -> Json:
    """Store a visitor's message, and claim its turn when nothing else is being answered. Answers the ask's input.

    Raises AskedBefore when the client's own id came before, NotFound, ConversationOver, EmptyMessage, MessageTooLong, TooManyMessages.
    """
    content = cleaned(content)
    agents = process.get(Agents)
    conversation = await store.lock(work, conversation_id)
    # Under the lock: of two that come at once, the second sees the first.
    if client_message_id and (known := await store.by_client_id(work, conversation_id, client_message_id)):
        raise AskedBefore(asked(work, conversation_id, known.id, known.position), SentBefore())
    if conversation.status == "ended":
        raise ConversationOver()
    content = mask(content, leaked(content, known=content))  # card, bank and social security numbers are not kept
    limit = process.get(ConversationsSettings).visitor_messages_per_hour
    fresh = conversation.hour_began is None or work.now - conversation.hour_began >= HOUR
    if not fresh and conversation.hour_messages >= limit:
        raise TooManyMessages(limit=limit)
    silent = conversation.status == "taken"
    free = conversation.turn_message is None or conversation.turn_until <= work.now
    claimed = free and not conversation.queue and not silent
    changes: dict[str, Any] = {
        "visitor_messages": conversation.visitor_messages + 1,
        "hour_began": work.now if fresh else conversation.hour_began,
        "hour_messages": 1 if fresh else conversation.hour_messages + 1,
    }
    if not conversation.subject:
        changes["subject"] = " ".join(content.split())[:120]
    id = uuid7()
    if claimed:
        changes |= {"turn_message": id, "turn_until": work.now + LEASE}
    row = await store.add(
        work,
        conversation,
        "visitor",
        content,
        id=id,
        answered=silent,
        remembered=False,
        client_message_id=client_message_id,
        changes=changes,
        beside=checkpoints.LATEST if claimed else "",
    )
    work.emit(
        MessageReceived(
            id=id, conversation_id=conversation.id, message_id=id, content=content, person=conversation.person, lineage=conversation.lineage
        )
    )
    if claimed:
        news = await store.unremembered(work, conversation.id, row.position) if conversation.news else [row]
        agents.hold(await _prepared(agents, work, conversation, id, news, checkpoints.thread(conversation.id, row)))
    return asked(work, conversation.id, id, row.position)


def asked(work: Work, conversation_id: UUID, message_id: UUID, position: int) -> Json:
    """What the ask of a message is given."""
    return {
        "conversation_id": str(conversation_id),
        "message_id": str(message_id),
        "organization_id": str(work.organization),
        "position": position,
    }


async def _prepared(agents: Agents, work: Work, conversation: Any, message_id: UUID, news: Any, thread: Thread) -> Prepared:
    brief = await agents.brief(work, conversation.config_id, conversation.config_version)
    said = [{"role": m.role, "content": m.content} for m in news]
    return Prepared(conversation, message_id, said, [m.id for m in news], thread, brief)


class Reply(dict[str, Any]):
    """What an ask answers, with the turn that settle stores; without one the agent keeps silent."""

    turn: Prepared | None = None
    known: str = ""
    facts: Sequence[AuditFact] = ()
    gate: Gate | None = None


async def _claim(process: Process, input: Json) -> Prepared | Reply | None:
    """The turn when it is this message's; a silent reply when there is nothing to answer; None while others come first."""
    agents = process.get(Agents)
    id, organization = UUID(input["message_id"]), UUID(input["organization_id"])
    async with process.database.work(ROOM, organization) as work:
        conversation = await store.lock(work, UUID(input["conversation_id"]))
        news = await store.unremembered(work, conversation.id, input["position"])
        mine = next((m for m in news if m.id == id), None)
        if mine is None or mine.answered or conversation.status in ("taken", "ended"):
            return Reply()
        if conversation.turn_message not in (None, id) and conversation.turn_until > work.now:
            return None
        if any(not m.answered and m.role == "visitor" and m.id != id for m in news):
            return None
        await store.change(work, conversation.id, turn_message=id, turn_until=work.now + LEASE)
        return await _prepared(agents, work, conversation, id, news, await checkpoints.load(work, conversation.id))


async def _turn(process: Process, input: Json, tell: Tell, by_rules: bool) -> Reply:
    agents, began = process.get(Agents), time.perf_counter()
    turn: Prepared | Reply | None = agents.prepared.pop(UUID(input["message_id"]), None)
    end = began + WAITING_SECONDS
    while turn is None:
        turn = await _claim(process, input)
        if turn is None:
            if not tell.waited or time.perf_counter() > end:
                raise StillAnswering()
            await process.get(Live).wait(UUID(input["organization_id"]), 0.5)
    if isinstance(turn, Reply):
        return turn
    waited = PROVIDER_SECONDS.get()
    if waited is None:
        waited = [0.0]
        PROVIDER_SECONDS.set(waited)
    before, began = waited[0], time.perf_counter()
    writing = heard.Writing(turn.conversation.id, turn.message_id)

    def say(text: str) -> None:
        tell({"content": text})
        writing.says(text)

    facts: list[AuditFact] = []
    context = agents.context(turn, say, facts, by_rules=by_rules)
    async with agents.talking():
        with writing:
            reply = await agents.dialogue.turn(turn.thread, turn.said, context)
    known = [cost for cost in context.spent if cost is not None]
    answer = Reply(
        reply
        | {
            "said": [str(id) for id in turn.said_ids],
            "ms": round((time.perf_counter() - began) * 1000),
            "provider_ms": round((waited[0] - before) * 1000),
            "cost_usd": sum(known) if len(known) == len(context.spent) else None,
            "path": context.steps,
        }
    )
    answer.turn, answer.known, answer.facts, answer.gate = turn, context.known, facts, agents.gate
    return answer


async def answer(process: Process, input: Json, tell: Tell) -> Json:
    return await _turn(process, input, tell, by_rules=False)


async def answer_by_rules(process: Process, input: Json, tell: Tell) -> Json:
    return await _turn(process, input, tell, by_rules=True)


async def settle(work: Work, input: Json, output: Json) -> Json:
    """Store and tell the answer, once. A person who took over meanwhile answers instead."""
    reply = output if isinstance(output, Reply) else None
    turn = reply.turn if reply else None
    conversation = await store.lock(work, UUID(input["conversation_id"]))
    message_id = UUID(input["message_id"])
    if reply is None or turn is None or reply.gate is None or conversation.status in ("taken", "ended"):
        await store.mark_answered(work, message_id)
        if conversation.turn_message == message_id:
            await store.change(work, conversation.id, turn_message=None, turn_until=None)
        return _silence(conversation)
    await checkpoints.store(work, turn.thread)
    # The question's event has its message's id, whoever told it.
    work.cause = MessageReceived.model_construct(
        id=message_id, message_id=message_id, conversation_id=conversation.id, lineage=conversation.lineage
    )
    changes = {"turn_message": None, "turn_until": None} | await domain.act(work, conversation, output["actions"], turn.brief)
    output["rich_content"] = rich_content(output, turn)
    row = await sending.say(
        work,
        reply.gate,
        conversation,
        "assistant",
        output["content"],
        known=reply.known,
        language=turn.brief.language,
        facts=reply.facts,
        reply=output,
        in_answer_to=message_id,
        changes=changes,
        took_in=output["said"],
    )
    work.emit(
        AnswerGiven(
            conversation_id=conversation.id,
            message_id=row.id,
            in_answer_to=message_id,
            grounded=output["grounded"],
            answered_by=output["answered_by"],
            confidence=output["confidence"],
            cited=list(dict.fromkeys(row.cited)) if output["grounded"] else [],
            config_version=conversation.config_version,
            ms=output["ms"],
            provider_ms=output["provider_ms"],
            cost_usd=output["cost_usd"],
            content=row.content,
            person=conversation.person,
            lineage=conversation.lineage,
        )
    )
    usage = {name: output[name] for name in ("ms", "provider_ms", "cost_usd")}
    return shaped(row) | {"conversation_id": str(conversation.id), "lineage_id": str(conversation.lineage), "usage": usage}


async def given_up(process: Process, work: Work, input: Json) -> Json:
    """Nobody could answer: the visitor is told that a person will look, and one is asked to; the messages behind it are free to be answered."""
    conversation = await store.lock(work, UUID(input["conversation_id"]))
    message_id = UUID(input["message_id"])
    await store.mark_answered(work, message_id)
    free: Json = {"turn_message": None, "turn_until": None} if conversation.turn_message == message_id else {}
    if conversation.status in ("taken", "ended"):
        if free:
            await store.change(work, conversation.id, **free)
        return _silence(conversation)
    version = await configs.version(work, conversation.config_id, conversation.config_version)
    language = next(iter((version.body.get("config_metadata") or {}).get("languages") or ()), "en") if version else "en"
    changes = free | await domain.hand_over(work, conversation, "no_answer")
    words, gate = phrase(language, "given_up"), process.get(Agents).gate
    row = await sending.say(
        work, gate, conversation, "system", words, known=words, language=language, in_answer_to=message_id, changes=changes
    )
    usage = {"ms": 0, "provider_ms": 0, "cost_usd": 0.0}
    said = {"grounded": False, "conversation_id": str(conversation.id), "lineage_id": str(conversation.lineage), "usage": usage}
    return shaped(row) | said


async def again(work: Work, input: Json) -> None:
    """A message that was given up is a question again."""
    await store.mark_unanswered(work, UUID(input["message_id"]))


def shaped(row: Any) -> Json:
    return Message.model_validate(row).model_dump(mode="json", by_alias=True)


def _silence(conversation: Any) -> Json:
    """The agent says nothing: a person has the conversation, or it is over."""
    return {
        "message_id": None,
        "conversation_id": str(conversation.id),
        "content": "",
        "citations": [],
        "grounded": True,
        "answered_by": "person",
        "actions": [{"type": "with_a_person"}] if conversation.status == "taken" else [],
        "config_version": conversation.config_version,
        "lineage_id": str(conversation.lineage),
        "usage": {"ms": 0, "provider_ms": 0, "cost_usd": 0.0},
    }


def rich_content(output: Json, turn: Prepared) -> Json | None:
    """Buttons that a visitor may press instead of writing."""
    if any(action["type"] == "person_offered" for action in output["actions"]):
        label = phrase(turn.brief.language, "person_button")
        return {"buttons": [{"label": label, "value": label}], "suggested_questions": []}
    return None


def message_of(input: Json) -> UUID:
    """Whose turn it is; its ask has the same id."""
    return UUID(input["message_id"])


turn = Ask(
    ROOM,
    "conversations.turn",
    ask=answer,
    rules=answer_by_rules,
    settle=settle,
    given_up=given_up,
    again=again,
    seconds=TURN_SECONDS,
    lease=LEASE,
    named=message_of,
)
