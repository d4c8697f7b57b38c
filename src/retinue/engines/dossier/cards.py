"""What each event adds to the dossier: a line for the timeline, and facts by section."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from retinue.contracts import configurations, conversations, identity, library, requirements, research
from retinue.engines.dossier.words import answer, by, count, short, why
from retinue.kernel.events import Event

# key, field, value
Found = tuple[str, str, Any]
# What a moment is about: conversation, requirements, configuration, document, research, contact or key, and its id.
Subject = tuple[str, UUID]
E = TypeVar("E", bound=Event)

# Section → permission that reads it.
SECTIONS = {
    "company": "clients:read",
    "people": "clients:read",
    "research": "research:read",
    "knowledge": "library:read",
    "requirements": "requirements:read",
    "agents": "configurations:read",
    "conversations": "conversations:read",
    "contacts": "conversations:read",
    "access": "clients:read",
}


@dataclass(frozen=True)
class Card:
    """`detail`: one line more, without personal data."""

    section: str
    title: Callable[[Any], str]
    facts: Callable[[Any], Iterable[Found]]
    detail: Callable[[Any], str | None]
    subject: Callable[[Any], Subject | None]


CARDS: dict[type[Event], Card] = {}


def card(
    event: type[E],
    section: str,
    title: Callable[[E], str],
    facts: Callable[[E], Iterable[Found]] = lambda _: (),
    *,
    detail: Callable[[E], str | None] = lambda _: None,
    subject: Callable[[E], Subject | None] = lambda _: None,
) -> None:
    CARDS[event] = Card(section, title, facts, detail, subject)


def fields(key: object, /, **values: Any) -> list[Found]:
    return [(str(key), field, value) for field, value in values.items() if value is not None]


def _conversation(event: Any) -> Subject:
    return "conversation", event.conversation_id


def _research(event: Any) -> Subject:
    return "research", event.job_id


def _requirements(event: Any) -> Subject:
    return "requirements", event.requirements_id


def _configuration(event: Any) -> Subject:
    return "configuration", event.config_id


def _document(event: Any) -> Subject:
    return "document", event.document_id


def _key(event: Any) -> Subject:
    return "key", event.key_id


card(
    identity.ClientCreated,
    "company",
    lambda e: f"{e.name} became a client",
    lambda e: fields(
        "client",
        name=e.name,
        slug=e.slug,
        website=e.website,
        contact_email=e.contact_email,
        status="unclaimed",
        claim_expires_at=e.claim_expires_at,
    ),
    detail=lambda e: e.website,
)
card(identity.ClientClaimed, "company", lambda _: "The client claimed its account", lambda e: fields("client", status="claimed"))
card(
    identity.AgentAssigned,
    "people",
    lambda e: f"{e.name or 'A colleague'} looks after this client as {e.role.replace('_', ' ')}",
    lambda e: fields(e.role, agent_id=e.agent_id, name=e.name, automatic=e.automatic),
)
card(
    identity.KeyIssued,
    "access",
    lambda e: f"API key “{e.name}” issued",
    lambda e: fields(e.key_id, name=e.name, scopes=e.scopes),
    detail=lambda e: short(", ".join(e.scopes)),
    subject=_key,
)
card(identity.KeyRevoked, "access", lambda _: "An API key was revoked", lambda e: fields(e.key_id, revoked=True), subject=_key)

card(
    research.ResearchStarted,
    "research",
    lambda e: f"Research of {e.source} began",
    lambda e: fields(f"job {e.job_id}", source=e.source, status="running"),
    subject=_research,
)
card(
    research.PageRead,
    "research",
    lambda e: f"Read “{short(e.title or e.url, 80)}”",
    detail=lambda e: f"{count(e.characters, 'character')} of {short(e.url)}",
    subject=_research,
)
card(
    research.PageRefused,
    "research",
    lambda e: f"Not read: {e.url}: {short(e.reason)}",
    lambda e: fields(f"refused {e.url}", reason=e.reason, next=e.next),
    detail=lambda e: short(e.next),
    subject=_research,
)
card(
    research.ClaimsFound,
    "research",
    lambda e: f"{count(len(e.claims), 'fact')} found",
    lambda e: [(f"{c.field}", str(c.claim_id), c.model_dump(mode="json", exclude={"claim_id", "field"})) for c in e.claims],
    detail=lambda e: short(", ".join(dict.fromkeys(c.field.replace("_", " ") for c in e.claims))),
    subject=_research,
)
card(
    research.ResearchCompleted,
    "research",
    lambda e: f"Research ended: {count(e.pages, 'page')}, {count(e.claims, 'fact')}",
    lambda e: fields(
        f"job {e.job_id}",
        status="completed",
        pages=e.pages,
        refused=e.refused,
        claims=e.claims,
        seconds=e.seconds,
        answered_by=e.answered_by,
    ),
    detail=lambda e: " · ".join([*([f"{e.refused} not read"] if e.refused else []), f"{e.seconds:g} s", by(e.answered_by)]),
    subject=_research,
)
card(
    research.ResearchFailed,
    "research",
    lambda e: f"Research failed: {short(e.reason)}",
    lambda e: fields(f"job {e.job_id}", status="failed", reason=e.reason, next=e.next),
    detail=lambda e: short(e.next),
    subject=_research,
)

card(
    library.DocumentIngested,
    "knowledge",
    lambda e: f"“{short(e.title, 80)}” can be quoted",
    lambda e: fields(e.document_id, key=e.key, title=e.title, url=e.url, kind=e.document_kind, version=e.version, chunks=e.chunks),
    detail=lambda e: f"{count(e.chunks, 'passage')} · version {e.version}",
    subject=_document,
)
card(
    library.DocumentRefused,
    "knowledge",
    lambda e: f"Not taken in: {e.key}: {short(e.reason)}",
    lambda e: fields(f"refused {e.key}", reason=e.reason, next=e.next),
    detail=lambda e: short(e.next),
)
card(
    library.DocumentDeleted,
    "knowledge",
    lambda e: f"{e.key} was removed",
    lambda e: fields(e.document_id, deleted=True),
    subject=_document,
)
card(
    library.KnowledgeReady,
    "knowledge",
    lambda e: f"Knowledge is ready: {count(e.documents, 'document')}, {count(e.chunks, 'passage')}",
    lambda e: fields("knowledge", documents=e.documents, chunks=e.chunks),
    detail=lambda e: f"{e.unchanged} unchanged" if e.unchanged else None,
    subject=lambda e: ("research", e.research_job_id),
)

card(
    requirements.RequirementsDrafted,
    "requirements",
    lambda e: f"Requirements drafted: {short(e.summary)}",
    lambda e: fields(e.requirements_id, version=e.version, summary=e.summary, items=e.items, status="draft", answered_by=e.answered_by),
    detail=lambda e: f"{count(e.items, 'item')} · {by(e.answered_by)}",
    subject=_requirements,
)
card(
    requirements.RequirementsChanged,
    "requirements",
    lambda e: f"Requirements changed (version {e.version})",
    lambda e: fields(e.requirements_id, version=e.version, status="draft"),
    subject=_requirements,
)
card(
    requirements.RequirementsApproved,
    "requirements",
    lambda e: f"Requirements approved{' automatically' if e.automatic else ''} (version {e.version})",
    lambda e: fields(e.requirements_id, version=e.version, status="approved"),
    subject=_requirements,
)

card(
    configurations.ConfigurationCreated,
    "agents",
    lambda e: f"{e.product_type.capitalize()} configuration version {e.version}: {short(e.message)}",
    lambda e: fields(e.config_id, product_type=e.product_type, newest_version=e.version, answered_by=e.answered_by),
    detail=lambda e: by(e.answered_by),
    subject=_configuration,
)
card(
    configurations.ConfigurationDeployed,
    "agents",
    lambda e: f"Version {e.version} went live in {e.environment}",
    lambda e: fields(e.config_id, **{f"deployed_{e.environment}": e.version}),
    detail=lambda e: f"version {e.previous_version} before" if e.previous_version else "the first there",
    subject=_configuration,
)
card(
    configurations.ConfigurationRolledBack,
    "agents",
    lambda e: f"Rolled back from version {e.from_version} to {e.version}",
    lambda e: fields(e.config_id, **{f"deployed_{e.environment}": e.version}),
    detail=lambda e: f"in {e.environment}",
    subject=_configuration,
)

card(
    conversations.ConversationStarted,
    "conversations",
    lambda e: f"A conversation began on {e.channel}",
    lambda e: fields(e.conversation_id, channel=e.channel, config_version=e.config_version, status="open"),
    detail=lambda e: f"with version {e.config_version}",
    subject=_conversation,
)
card(
    conversations.MessageReceived,
    "conversations",
    lambda e: f"Visitor: {short(e.content)}" if e.content else "A visitor wrote",
    subject=_conversation,
)
card(
    conversations.AnswerGiven,
    "conversations",
    lambda e: (f"Answered: {short(e.content)}" if e.content else "Answered") + ("" if e.grounded else " (not grounded)"),
    detail=answer,
    subject=_conversation,
)
card(
    conversations.ContactCaptured,
    "contacts",
    lambda e: f"Contact captured: {e.name or e.email or e.phone or 'a visitor'}",
    lambda e: fields(e.contact_id, name=e.name, email=e.email, phone=e.phone),
    subject=lambda e: ("contact", e.contact_id),
)
card(
    conversations.ContactCorrected,
    "contacts",
    lambda e: f"Contact corrected: {e.name or e.email or e.phone or 'a visitor'}",
    lambda e: fields(e.contact_id, name=e.name, email=e.email, phone=e.phone),
    subject=lambda e: ("contact", e.contact_id),
)
card(
    conversations.PersonForgotten,
    "contacts",
    lambda e: f"A visitor was forgotten, with {count(e.conversations, 'conversation')}",
    subject=_conversation,
)
card(
    conversations.HandoverRequested,
    "conversations",
    lambda e: f"A visitor waits for a person: {why(e.reason)}",
    lambda e: fields(e.conversation_id, status="waiting"),
    subject=_conversation,
)
card(
    conversations.HandoverTaken,
    "conversations",
    lambda _: "A person took over",
    lambda e: fields(e.conversation_id, status="taken"),
    subject=_conversation,
)
card(
    conversations.HandoverReturned,
    "conversations",
    lambda _: "Given back to the agent",
    lambda e: fields(e.conversation_id, status="open"),
    subject=_conversation,
)
card(
    conversations.ConversationEnded,
    "conversations",
    lambda e: f"The conversation ended after {count(e.messages, 'message')}",
    lambda e: fields(e.conversation_id, status="ended", messages=e.messages),
    subject=_conversation,
)
