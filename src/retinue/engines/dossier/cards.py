"""What each event adds to the dossier: a line for the timeline, and facts by section."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from retinue.contracts import configurations, conversations, identity, library, requirements, research
from retinue.kernel.events import Event

# key, field, value
Found = tuple[str, str, Any]
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
    section: str
    title: Callable[[Any], str]
    facts: Callable[[Any], Iterable[Found]]


CARDS: dict[type[Event], Card] = {}


def card(event: type[E], section: str, title: Callable[[E], str], facts: Callable[[E], Iterable[Found]] = lambda _: ()) -> None:
    CARDS[event] = Card(section, title, facts)


def fields(key: object, /, **values: Any) -> list[Found]:
    return [(str(key), field, value) for field, value in values.items() if value is not None]


def _short(text: str | None, size: int = 120) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= size else text[: size - 1].rsplit(" ", 1)[0] + "…"


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
)
card(identity.ClientClaimed, "company", lambda _: "The client claimed its account", lambda e: fields("client", status="claimed"))
card(
    identity.AgentAssigned,
    "people",
    lambda e: f"{e.name or 'A colleague'} looks after this client as {e.role.replace('_', ' ')}",
    lambda e: fields(e.role, agent_id=e.agent_id, name=e.name, automatic=e.automatic),
)
card(identity.KeyIssued, "access", lambda e: f"API key “{e.name}” issued", lambda e: fields(e.key_id, name=e.name, scopes=e.scopes))
card(identity.KeyRevoked, "access", lambda _: "An API key was revoked", lambda e: fields(e.key_id, revoked=True))

card(
    research.ResearchStarted,
    "research",
    lambda e: f"Research of {e.source} began",
    lambda e: fields(f"job {e.job_id}", source=e.source, status="running"),
)
card(research.PageRead, "research", lambda e: f"Read “{_short(e.title or e.url, 80)}”")
card(
    research.PageRefused,
    "research",
    lambda e: f"Not read: {e.url}: {_short(e.reason)}",
    lambda e: fields(f"refused {e.url}", reason=e.reason, next=e.next),
)
card(
    research.ClaimsFound,
    "research",
    lambda e: f"{len(e.claims)} facts found",
    lambda e: [(f"{c.field}", str(c.claim_id), c.model_dump(mode="json", exclude={"claim_id", "field"})) for c in e.claims],
)
card(
    research.ResearchCompleted,
    "research",
    lambda e: f"Research ended: {e.pages} pages, {e.claims} facts",
    lambda e: fields(
        f"job {e.job_id}",
        status="completed",
        pages=e.pages,
        refused=e.refused,
        claims=e.claims,
        seconds=e.seconds,
        answered_by=e.answered_by,
    ),
)
card(
    research.ResearchFailed,
    "research",
    lambda e: f"Research failed: {_short(e.reason)}",
    lambda e: fields(f"job {e.job_id}", status="failed", reason=e.reason, next=e.next),
)

card(
    library.DocumentIngested,
    "knowledge",
    lambda e: f"“{_short(e.title, 80)}” can be quoted",
    lambda e: fields(e.document_id, key=e.key, title=e.title, url=e.url, kind=e.document_kind, version=e.version, chunks=e.chunks),
)
card(
    library.DocumentRefused,
    "knowledge",
    lambda e: f"Not taken in: {e.key}: {_short(e.reason)}",
    lambda e: fields(f"refused {e.key}", reason=e.reason, next=e.next),
)
card(library.DocumentDeleted, "knowledge", lambda e: f"{e.key} was removed", lambda e: fields(e.document_id, deleted=True))
card(
    library.KnowledgeReady,
    "knowledge",
    lambda e: f"Knowledge is ready: {e.documents} documents, {e.chunks} passages",
    lambda e: fields("knowledge", documents=e.documents, chunks=e.chunks),
)

card(
    requirements.RequirementsDrafted,
    "requirements",
    lambda e: f"Requirements drafted: {_short(e.summary)}",
    lambda e: fields(e.requirements_id, version=e.version, summary=e.summary, items=e.items, status="draft", answered_by=e.answered_by),
)
card(
    requirements.RequirementsChanged,
    "requirements",
    lambda e: f"Requirements changed (version {e.version})",
    lambda e: fields(e.requirements_id, version=e.version, status="draft"),
)
card(
    requirements.RequirementsApproved,
    "requirements",
    lambda e: f"Requirements approved{' automatically' if e.automatic else ''} (version {e.version})",
    lambda e: fields(e.requirements_id, version=e.version, status="approved"),
)

card(
    configurations.ConfigurationCreated,
    "agents",
    lambda e: f"{e.product_type.capitalize()} configuration version {e.version}: {_short(e.message)}",
    lambda e: fields(e.config_id, product_type=e.product_type, newest_version=e.version, answered_by=e.answered_by),
)
card(
    configurations.ConfigurationDeployed,
    "agents",
    lambda e: f"Version {e.version} went live in {e.environment}",
    lambda e: fields(e.config_id, **{f"deployed_{e.environment}": e.version}),
)
card(
    configurations.ConfigurationRolledBack,
    "agents",
    lambda e: f"Rolled back from version {e.from_version} to {e.version}",
    lambda e: fields(e.config_id, **{f"deployed_{e.environment}": e.version}),
)

card(
    conversations.ConversationStarted,
    "conversations",
    lambda e: f"A conversation began on {e.channel}",
    lambda e: fields(e.conversation_id, channel=e.channel, config_version=e.config_version, status="open"),
)
card(conversations.MessageReceived, "conversations", lambda e: f"Visitor: {_short(e.content)}" if e.content else "A visitor wrote")
card(
    conversations.AnswerGiven,
    "conversations",
    lambda e: (f"Answered: {_short(e.content)}" if e.content else "Answered") + ("" if e.grounded else " (not grounded)"),
)
card(
    conversations.ContactCaptured,
    "contacts",
    lambda e: f"Contact captured: {e.name or e.email or e.phone or 'a visitor'}",
    lambda e: fields(e.contact_id, name=e.name, email=e.email, phone=e.phone),
)
card(
    conversations.HandoverRequested,
    "conversations",
    lambda e: f"A person is asked for: {_short(e.reason)}",
    lambda e: fields(e.conversation_id, status="waiting"),
)
card(conversations.HandoverTaken, "conversations", lambda _: "A person took over", lambda e: fields(e.conversation_id, status="taken"))
card(
    conversations.HandoverReturned, "conversations", lambda _: "Given back to the agent", lambda e: fields(e.conversation_id, status="open")
)
card(
    conversations.ConversationEnded,
    "conversations",
    lambda e: f"The conversation ended after {e.messages} messages",
    lambda e: fields(e.conversation_id, status="ended", messages=e.messages),
)
