"""The dossier is nothing but its events: rebuilt it is the same, an erased person is gone, and its reads use their indexes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from harness import deliver_everything
from retinue.contracts import configurations, conversations, identity, library, requirements, research
from retinue.engines.dossier import projection, views
from retinue.engines.dossier.cards import CARDS, SECTIONS
from retinue.engines.dossier.tables import Moment
from retinue.kernel.deliver import Deliverer
from retinue.kernel.events import Event
from retinue.kernel.tables import columns
from retinue.kernel.work import Database, uuid7
from retinue.services.copilot.handlers import gathered

CLIENT, PERSON, JOB, CONFIG, TALK, DOCUMENT, DRAFT = (uuid7() for _ in range(7))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def claim(value: str) -> research.Claim:
    return research.Claim(claim_id=uuid7(), field="phone", value=value, source_url="https://x.example/", quote=value, start=0, end=len(value),
                          confidence=0.9, inferred=False, basis=None)  # fmt: skip


STORY: list[Event] = [
    identity.ClientCreated(client_id=CLIENT, name="Alder", slug="alder", website="https://alder.example", claim_expires_at=NOW, person=PERSON,
                           contact_email="ann@alder.example"),
    identity.AgentAssigned(agent_id=uuid7(), role="sales_agent", automatic=True, person=uuid7(), name="Sam Seller"),
    research.ResearchStarted(job_id=JOB, source="https://alder.example"),
    research.PageRead(job_id=JOB, url="https://alder.example/", title="Alder", document_kind="html", content_file="0", text_file="0", characters=9),
    research.PageRefused(job_id=JOB, url="https://alder.example/x", reason="No.", next="Nothing."),
    research.ClaimsFound(job_id=JOB, claims=[claim("0131 496 0321"), claim("0131 496 0322")]),
    research.ResearchCompleted(job_id=JOB, source="https://alder.example", pages=1, refused=1, claims=2, seconds=1.5, answered_by="rules"),
    library.DocumentIngested(document_id=DOCUMENT, key="k", namespace="default", title="Alder", url=None, document_kind="html", version=1, chunks=2,
                             characters=9),
    library.KnowledgeReady(research_job_id=JOB, documents=1, chunks=2, unchanged=0),
    requirements.RequirementsDrafted(requirements_id=DRAFT, version=1, document_file="0", research_job_id=JOB, summary="Answer callers.", items=3,
                                     answered_by="rules"),
    requirements.RequirementsApproved(requirements_id=DRAFT, version=1, document_file="0", automatic=False),
    configurations.ConfigurationCreated(config_id=CONFIG, version=1, product_type="chatbot", requirements_id=DRAFT, body_hash="0", message="First.",
                                        answered_by="rules"),
    configurations.ConfigurationDeployed(config_id=CONFIG, version=1, environment="production", previous_version=None),
    conversations.ConversationStarted(conversation_id=TALK, channel="chat", config_id=CONFIG, config_version=1, person=PERSON),
    conversations.MessageReceived(conversation_id=TALK, message_id=uuid7(), person=PERSON, content="My name is Ann Alder."),
    conversations.ContactCaptured(conversation_id=TALK, contact_id=uuid7(), person=PERSON, name="Ann Alder", email="ann@alder.example"),
    conversations.HandoverRequested(conversation_id=TALK, reason="asked", person=PERSON),
    identity.ClientClaimed(client_id=CLIENT, person=PERSON, email="ann@alder.example"),
    configurations.ConfigurationDeployed(config_id=CONFIG, version=2, environment="production", previous_version=1),
    library.DocumentDeleted(document_id=DOCUMENT, key="k"),
    research.ResearchFailed(job_id=uuid7(), source="b", reason="Nothing there.", next="Try again."),
]  # fmt: skip
FACTS = "select section, key, field, value, number, person, occurred_at from dossier.fact order by 1, 2, 3"
CLIENTS = "select * from dossier.client"
NEEDS = "select * from dossier.need order by id"
MOMENTS = "select id, number, kind, section, title, detail, subject_type, subject_id, lineage, cause, actor, person, occurred_at, found, said from dossier.moment order by number"


@pytest.fixture
def told(owner: psycopg.Connection) -> UUID:
    organization = uuid7()
    owner.execute("insert into kernel.organization values (%s, false, %s)", (organization, NOW))
    return organization


async def tell(database: Database, organization: UUID) -> None:
    for event in STORY:
        async with database.work(event.publisher, organization) as work:
            work.emit(event)


def shown(owner: psycopg.Connection) -> tuple[list, ...]:
    return (
        owner.execute(FACTS).fetchall(),
        owner.execute(MOMENTS).fetchall(),
        owner.execute(CLIENTS).fetchall(),
        owner.execute(NEEDS).fetchall(),
    )


def empty(owner: psycopg.Connection) -> None:
    """As if nothing had been handled."""
    owner.execute("truncate dossier.fact, dossier.moment, dossier.client, dossier.need")
    owner.execute("delete from events.cursor where room = 'copilot'")


async def test_replay_equals_reality(database: Database, owner: psycopg.Connection, told: UUID):
    deliverer = Deliverer(database, {"copilot": gathered()})
    for event in STORY:  # each as it happens
        async with database.work(event.publisher, told) as work:
            work.emit(event)
        await deliverer.deliver_all()
    real = shown(owner)
    assert len(real[1]) == len(STORY) and len(real[0]) > len(STORY)
    empty(owner)
    await deliverer.deliver_all()  # in one batch
    assert shown(owner) == real


async def test_events_late_and_again_make_the_same_dossier(database: Database, owner: psycopg.Connection, owner_url: str, told: UUID):
    await Deliverer(database, {"copilot": gathered()}).register()
    await tell(database, told)
    late = await deliver_everything(database, {"copilot": gathered()}, owner_url, late=0.5)
    assert late > 3
    shuffled = shown(owner)
    empty(owner)
    await Deliverer(database, {"copilot": gathered()}).deliver_all()
    assert shown(owner) == shuffled


async def test_the_newest_event_says_how_things_stand(database: Database, told: UUID):
    await tell(database, told)
    await Deliverer(database, {"copilot": gathered()}).deliver_all()
    async with database.work("copilot", told) as work:
        sections = await views.sections(work, told, set(SECTIONS.values()))
    assert sections["company"]["client"]["status"] == "claimed"
    assert sections["agents"][str(CONFIG)]["deployed_production"] == 2
    assert sections["conversations"][str(TALK)]["status"] == "waiting"
    assert sections["knowledge"][str(DOCUMENT)]["deleted"] is True
    assert sections["research"][f"job {JOB}"]["status"] == "completed"
    assert len(sections["research"]["phone"]) == 2


async def test_with_every_person_erased_the_dossier_still_builds_and_names_nobody(
    database: Database, owner: psycopg.Connection, owner_url: str, told: UUID
):
    await Deliverer(database, {"copilot": gathered()}).register()
    await tell(database, told)
    await deliver_everything(database, {"copilot": gathered()}, owner_url, erased=True)
    facts, moments, *rest = shown(owner)
    assert len(moments) == len(STORY)
    for personal in ("ann@alder.example", "Ann Alder", "Sam Seller"):
        assert personal not in str(facts) and personal not in str(moments) and personal not in str(rest)


async def test_an_erased_person_is_taken_out_of_what_was_built(database: Database, owner: psycopg.Connection, told: UUID):
    await tell(database, told)
    await Deliverer(database, {"copilot": gathered()}).deliver_all()
    assert "ann@alder.example" in str(shown(owner)) and "My name is Ann" in str(shown(owner))
    async with database.work("copilot", told) as work:
        await projection.forget(work, PERSON)
    assert "ann@alder.example" not in str(shown(owner)) and "Ann" not in str(shown(owner))
    assert "Sam Seller" in str(shown(owner))


def test_every_event_of_a_client_has_a_card_with_a_known_section():
    assert {card.section for card in CARDS.values()} == set(SECTIONS)
    assert {type(event) for event in STORY} <= set(CARDS)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "moment_client"),
        ({"section": "research"}, "moment_section"),
        ({"lineage": UUID(int=7)}, "moment_lineage"),
        ({"client": None}, "moment_recent"),
    ],
)
async def test_reads_use_their_indexes(database: Database, owner: psycopg.Connection, told: UUID, asked: dict, index: str):
    """Among 20,000 moments of 40 clients a page of the timeline is read by index, never by a walk over all."""
    owner.execute("insert into kernel.organization select gen_random_uuid(), false, now() from generate_series(1, 39)")
    owner.execute(
        "insert into dossier.moment (organization_id, id, number, kind, section, title, lineage, found, words, occurred_at)"
        " select o.id, gen_random_uuid(), n, 'research.page_read.1', (array['research', 'knowledge', 'company'])[1 + n % 3],"
        " 'A page was read', gen_random_uuid(), 'event', '', now() - n * interval '1 minute'"
        " from kernel.organization o, generate_series(1, 500) n"
    )
    owner.execute("analyze dossier.moment")
    what = {
        "client": told,
        "section": None,
        "lineage": None,
        "before": (datetime.now(UTC) - timedelta(hours=4), UUID(int=1)),
        "size": 50,
    } | asked
    rest, values = views.moments(set(SECTIONS.values()), **what)
    async with database.work("copilot", told) as work:
        asked = f"explain select {columns(Moment)} from {Moment.table} {rest}"
        plan = "\n".join((await work.execute(asked, **values)).scalars())
    assert f"using {index}" in plan or f"on {index}" in plan, plan
    assert "Seq Scan on moment" not in plan, plan
