"""Conversations and the people in them in the dossier: lines of the timeline, facts, what waits for a person, what is said to whoever was away."""

from collections.abc import Iterator
from uuid import UUID

from retinue.contracts import conversations
from retinue.engines.dossier.away import Line, News, Told, line, sentence
from retinue.engines.dossier.cards import Cards, Closes, Opens, fields
from retinue.engines.dossier.words import by, count, short

cards = Cards()
cards.section("conversations", reads="conversations:read")
cards.section("contacts", reads="conversations:read")
NOT_GROUNDED = "not grounded"
# The reasons that rules give; a model writes its own.
WHY = {
    "user_requests_human": "they asked for one",
    "offer_accepted": "they took the offer",
    "policy": "the client's rules ask for one",
    "upset": "they are upset",
    "agent": "the agent cannot help",
}


def why(reason: str) -> str:
    """Why a visitor waits for a person, to stand after a colon."""
    return WHY.get(reason, short(reason))


def answer(event: conversations.AnswerGiven) -> str:
    """How it was answered, for whoever wonders whether to trust it."""
    if event.answered_by == "person":
        return "by a person"
    said = ["grounded" if event.grounded else NOT_GROUNDED]
    said += [count(len(event.cited), "source")] if event.cited else []
    said += [f"confidence {event.confidence:.2f}", by(event.answered_by), f"version {event.config_version}", f"{event.ms} ms"]
    said += [f"$ {event.cost_usd:.4f}"] if event.cost_usd else []
    return " · ".join(said)


_conversation = cards.about("conversation", "conversation_id")

cards.card(
    conversations.ConversationStarted,
    "conversations",
    lambda e: f"A conversation began on {e.channel}",
    lambda e: fields(e.conversation_id, channel=e.channel, config_version=e.config_version, status="open"),
    detail=lambda e: f"with version {e.config_version}",
    subject=_conversation,
)
cards.card(
    conversations.MessageReceived,
    "conversations",
    lambda e: f"Visitor: {short(e.content)}" if e.content else "A visitor wrote",
    subject=_conversation,
)
cards.card(
    conversations.AnswerGiven,
    "conversations",
    lambda e: (f"Answered: {short(e.content)}" if e.content else "Answered") + ("" if e.grounded else " (not grounded)"),
    detail=answer,
    subject=_conversation,
)
cards.card(
    conversations.ContactCaptured,
    "contacts",
    lambda e: f"Contact captured: {e.name or e.email or e.phone or 'a visitor'}",
    lambda e: fields(e.contact_id, name=e.name, email=e.email, phone=e.phone),
    subject=cards.about("contact", "contact_id"),
)
cards.card(
    conversations.ContactCorrected,
    "contacts",
    lambda e: f"Contact corrected: {e.name or e.email or e.phone or 'a visitor'}",
    lambda e: fields(e.contact_id, name=e.name, email=e.email, phone=e.phone),
    subject=cards.about("contact", "contact_id"),
)
cards.card(
    conversations.AddressConfirmed,
    "contacts",
    lambda e: f"Address confirmed: {e.address}" if e.address else "A contact's address was confirmed",
    subject=cards.about("contact", "contact_id"),
)
cards.card(
    conversations.ContactsMerged,
    "contacts",
    lambda _: "Two contacts were merged: they are one person",
    subject=cards.about("contact", "into"),
)
cards.card(
    conversations.ContactsSeparated,
    "contacts",
    lambda _: "A merged contact was separated again",
    subject=cards.about("contact", "contact_id"),
)
cards.card(
    conversations.PersonForgotten,
    "contacts",
    lambda e: f"A visitor was forgotten, with {count(e.conversations, 'conversation')}",
    subject=_conversation,
)
cards.card(
    conversations.HandoverRequested,
    "conversations",
    lambda e: f"A visitor waits for a person: {why(e.reason)}",
    lambda e: fields(e.conversation_id, status="waiting"),
    subject=_conversation,
)
cards.card(
    conversations.HandoverTaken,
    "conversations",
    lambda _: "A person took over",
    lambda e: fields(e.conversation_id, status="taken"),
    subject=_conversation,
)
cards.card(
    conversations.HandoverReturned,
    "conversations",
    lambda _: "Given back to the agent",
    lambda e: fields(e.conversation_id, status="open"),
    subject=_conversation,
)
cards.card(
    conversations.ConversationEnded,
    "conversations",
    lambda e: f"The conversation ended after {count(e.messages, 'message')}",
    lambda e: fields(e.conversation_id, status="ended", messages=e.messages),
    subject=_conversation,
)

cards.found(conversations.ContactCaptured, "person", lambda e: (e.name, e.email, e.phone))
cards.found(conversations.ContactCorrected, "person", lambda e: (e.name, e.email, e.phone))
cards.found(conversations.MessageReceived, "conversation", lambda e: (e.content,))
cards.card(conversations.ModelBudgetSpent, "conversations", lambda _: "Models have cost what they may today; rules answer")
cards.found(conversations.AnswerGiven, "conversation", lambda e: (e.content,))
cards.begins(conversations.ConversationStarted)

WAITING = cards.need("conversation_waiting", "conversations")
cards.on(
    conversations.HandoverRequested,
    lambda e: [Opens(WAITING, e.conversation_id, "A visitor waits for a person", why(e.reason).capitalize())],
)
cards.on(conversations.HandoverTaken, lambda e: [Closes(WAITING, e.conversation_id)])
cards.on(conversations.HandoverReturned, lambda e: [Closes(WAITING, e.conversation_id)])
cards.on(conversations.ConversationEnded, lambda e: [Closes(WAITING, e.conversation_id)])
cards.on(conversations.PersonForgotten, lambda e: [Closes(WAITING, e.conversation_id)])

SPENT = cards.need("budget_spent", "conversations")


def spent(event: conversations.ModelBudgetSpent) -> list[Opens | Closes]:
    """A later day's replaces those before it."""
    assert event.id is not None  # it comes from the log
    return [Closes(SPENT, None), Opens(SPENT, event.id, "Models have cost what they may today", "Rules answer until tomorrow (UTC)")]


cards.on(conversations.ModelBudgetSpent, spent)
cards.on(conversations.AnswerGiven, lambda e: [Closes(SPENT, None)] if e.answered_by == "model" else [])


@cards.away(10)
def waiting(news: News) -> Iterator[Line]:
    state: dict[UUID | None, Told] = {}
    asked = news.of(conversations.HandoverRequested)
    changes = (
        conversations.HandoverRequested,
        conversations.HandoverTaken,
        conversations.HandoverReturned,
        conversations.ConversationEnded,
    )
    for moment in news.of(*changes):
        state[moment.subject_id] = moment
    still = [moment for moment in state.values() if moment.kind == conversations.HandoverRequested.kind]
    if len(still) == 1:
        yield line(sentence(still[0].title), still)
    elif still:
        yield line(f"{count(len(still), 'visitor')} wait for a person.", still)
    helped = [moment for moment in asked if state[moment.subject_id].kind != moment.kind]
    if helped:
        people = len({moment.subject_id for moment in helped})
        yield line(f"{count(people, 'visitor')} asked for a person and {'does' if people == 1 else 'do'} not wait any more.", helped)


@cards.away(50)
def talked(news: News) -> Iterator[Line]:
    began = news.of(conversations.ConversationStarted)
    answers = [moment for moment in news.of(conversations.AnswerGiven) if (moment.detail or "") != "by a person"]
    unknown = [moment for moment in answers if (moment.detail or "").startswith(NOT_GROUNDED)]
    if began:
        yield line(f"{count(len(began), 'conversation')} began.", began)
    if answers:
        known = len(answers) - len(unknown)
        said = f"The agent answered {count(len(answers), 'message')}"
        if not unknown:
            said += ", with sources for " + ("it" if known == 1 else "each")
        else:
            said += f", {len(unknown)} of them without a source" if len(answers) > 1 else ", without a source"
        yield line(f"{said}.", unknown or answers)


@cards.away(60)
def left_details(news: News) -> Iterator[Line]:
    captured = news.of(conversations.ContactCaptured)
    people = len({moment.subject_id for moment in captured})
    if people:
        yield line(f"{count(people, 'visitor')} left contact details.", captured)
