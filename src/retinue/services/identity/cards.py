"""Clients, who looks after them, and keys in the dossier: lines of the timeline, facts, what waits for a person, what is said to whoever was away."""

from collections.abc import Iterator

from retinue.contracts import identity
from retinue.engines.dossier.away import Line, News, line, sentence, were
from retinue.engines.dossier.cards import Cards, fields
from retinue.engines.dossier.clients import PROSPECT
from retinue.engines.dossier.words import count, short

cards = Cards()
cards.section("company", reads="clients:read")
cards.section("people", reads="clients:read")
cards.section("access", reads="clients:read")
_key = cards.about("key", "key_id")

cards.card(
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
cards.card(identity.ClientClaimed, "company", lambda _: "The client claimed its account", lambda e: fields("client", status="claimed"))
cards.card(
    identity.AgentAssigned,
    "people",
    lambda e: f"{e.name or 'A colleague'} looks after this client as {e.role.replace('_', ' ')}",
    lambda e: fields(e.role, agent_id=e.agent_id, name=e.name, automatic=e.automatic),
)
cards.card(
    identity.StaffPutOn,
    "people",
    lambda e: f"{e.name or 'A colleague'} {'stands in' if e.stands_in_for else 'was put'} on this client as {e.role.replace('_', ' ')}",
    detail=lambda e: f"until {e.until:%d %B %Y}" if e.until else None,
)
cards.card(
    identity.StaffTakenOff, "people", lambda e: f"{e.name or 'A colleague'} is no longer on this client as {e.role.replace('_', ' ')}"
)
cards.card(identity.ClientHandedOver, "people", lambda _: "A client was handed over to who looks after it now")
cards.card(
    identity.KeyIssued,
    "access",
    lambda e: f"API key “{e.name}” issued",
    lambda e: fields(e.key_id, name=e.name, scopes=e.scopes),
    detail=lambda e: short(", ".join(e.scopes)),
    subject=_key,
)
cards.card(identity.KeyRevoked, "access", lambda _: "An API key was revoked", lambda e: fields(e.key_id, revoked=True), subject=_key)

cards.found(identity.ClientCreated, "client", lambda e: (e.name, e.website, e.slug))
cards.found(identity.AgentAssigned, "person", lambda e: (e.name, e.role.replace("_", " ") if e.name else None))
cards.stage(identity.ClientCreated, PROSPECT)
cards.row(identity.ClientCreated, lambda e: {"name": e.name, "slug": e.slug, "website": e.website})
cards.row(
    identity.AgentAssigned,
    lambda e: {"assigned_to": e.agent_id, "assigned_name": e.name, "assigned_person": e.person, "assigned_number": e.number},
)


@cards.away(80)
def joined(news: News) -> Iterator[Line]:
    for moment in news.of(identity.ClientCreated, identity.ClientClaimed, identity.AgentAssigned):
        yield line(sentence(moment.title), [moment])


@cards.away(90)
def accessed(news: News) -> Iterator[Line]:
    issued, revoked = news.of(identity.KeyIssued), news.of(identity.KeyRevoked)
    if issued:
        yield line(f"{count(len(issued), 'API key')} {were(len(issued))} issued.", issued)
    if revoked:
        yield line(f"{count(len(revoked), 'API key')} {were(len(revoked))} revoked.", revoked)
