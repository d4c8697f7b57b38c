"""Finding things by their words: by index, within the reader's organizations, newest words half typed; never a person who was erased."""

import re
from typing import Any
from uuid import UUID

import psycopg
import pytest

from retinue.contracts import conversations, identity, library
from retinue.engines.dossier import projection, search
from retinue.engines.dossier.cards import SECTIONS
from retinue.kernel.deliver import Deliverer
from retinue.kernel.events import Event
from retinue.kernel.work import Database, uuid7
from retinue.services.copilot.handlers import gathered

ALL = frozenset(SECTIONS.values())


async def tell(database: Database, owner: psycopg.Connection, *events: Event) -> UUID:
    organization = uuid7()
    owner.execute("insert into kernel.organization values (%s, false, now())", (organization,))
    for event in events:
        async with database.work(event.publisher, organization) as work:
            work.emit(event)
    await Deliverer(database, {"copilot": gathered()}).deliver_all()
    return organization


async def found(database: Database, organization: UUID, typed: str, *types: Any, may: frozenset[str] = ALL) -> list[search.Result]:
    async with database.work("copilot", organization) as work:
        return await search.search(work, may, typed, types or search.TYPES, 20)


def captured(person: UUID, contact: UUID, name: str | None, email: str | None) -> conversations.ContactCaptured:
    return conversations.ContactCaptured(conversation_id=uuid7(), contact_id=contact, person=person, name=name, email=email)


def document(id: UUID, title: str) -> library.DocumentIngested:
    return library.DocumentIngested(document_id=id, key=f"https://a.example/{id}", namespace="n", title=title, url="https://a.example/prices",
                                    document_kind="html", version=1, chunks=2, characters=9)  # fmt: skip


async def test_everything_is_found_by_what_it_says(database: Database, owner: psycopg.Connection):
    client, person, contact, talk, page, agent, umlaut = (uuid7() for _ in range(7))
    told = (
        identity.ClientCreated(client_id=client, name="Fernhollow Energy", slug="fernhollow-energy", website="https://fern.example",
                               claim_expires_at="2026-01-01T00:00:00Z"),
        identity.AgentAssigned(agent_id=agent, role="sales_agent", automatic=True, person=agent, name="Sam Seller"),
        captured(person, contact, "Ann Alder", "ann.alder@post.example"), captured(uuid7(), umlaut, "Öykü Özdemir", None),
        conversations.ContactCorrected(contact_id=contact, by=agent, person=person, name="Anne Alder-Birk"),
        conversations.MessageReceived(conversation_id=talk, message_id=uuid7(), person=person, content="Good day. " * 30 + "Do you calibrate platform scales?"),
        conversations.MessageReceived(conversation_id=talk, message_id=uuid7(), person=person, content="And calibration on Sundays?"),
        document(page, "Prices of calibration"), identity.KeyIssued(key_id=uuid7(), name="Calibrating robot", scopes=[], expires_at=None),
    )  # fmt: skip
    organization = await tell(database, owner, *told)
    for typed, type_, id, title in (
        ("fernh", "client", organization, "Fernhollow Energy"),
        ("energy fern", "client", organization, "Fernhollow Energy"),
        ("sell", "person", agent, "Sam Seller"),
        ("Anne Al", "person", contact, "Anne Alder-Birk"),
        ("ann alder", "person", contact, "Anne Alder-Birk"),
        ("alder@post.ex", "person", contact, "Anne Alder-Birk"),
        ("pri", "document", page, "Prices of calibration"),
        ("price", "document", page, "Prices of calibration"),
        ("ozdemir", "person", umlaut, "Öykü Özdemir"),
        ("ÖZD", "person", umlaut, "Öykü Özdemir"),
    ):
        (one,) = await found(database, organization, typed)
        assert (one.type, one.id, one.title) == (type_, id, title), typed
    results = await found(database, organization, "calibrat")
    assert {(r.type, r.id) for r in results} >= {("conversation", talk), ("document", page)} and len(results) == 3
    assert [r.title for r in await found(database, organization, "robot", "event")] == ["API key “Calibrating robot” issued"]
    (said,) = await found(database, organization, "platform scales", "conversation")
    assert said.snippet and "platform scales?" in said.snippet and said.snippet.startswith("…") and len(said.snippet) < 170
    assert said.subject_type == "conversation" and said.subject_id == talk and said.client_name == "Fernhollow Energy"
    for nothing in ("", "  ", "!!", "zebra", "ann zebra", "calibrat ann"):
        assert await found(database, organization, nothing) == []
    assert await found(database, organization, "ann", may=frozenset({"clients:read"})) == []
    assert {r.type for r in await found(database, organization, "calibrat", may=frozenset({"library:read"}))} == {"document"}


async def test_an_erased_person_and_a_deleted_document_are_not_found(database: Database, owner: psycopg.Connection):
    person, other, page = uuid7(), uuid7(), uuid7()
    organization = await tell(
        database, owner, captured(person, uuid7(), "Ann Alder", None), captured(other, uuid7(), "Ann Birch", None), document(page, "Annual prices"),
        conversations.MessageReceived(conversation_id=uuid7(), message_id=uuid7(), person=person, content="Ann here, about scales"),
    )  # fmt: skip
    assert len(await found(database, organization, "ann")) == 4
    async with database.work("copilot", organization) as work:
        await projection.forget(work, person)
    assert {r.title for r in await found(database, organization, "ann")} == {"Ann Birch", "Annual prices"}
    assert await found(database, organization, "scales") == []
    async with database.work("library", organization) as work:
        work.emit(library.DocumentDeleted(document_id=page, key="k"))
    await Deliverer(database, {"copilot": gathered()}).deliver_all()
    assert [r.title for r in await found(database, organization, "annual", "document")] == []
    owner.execute("update kernel.person set key = null where id = %s", (other,))
    owner.execute("truncate dossier.fact, dossier.moment, dossier.client, dossier.need")
    owner.execute("delete from events.cursor where room = 'copilot'")
    await Deliverer(database, {"copilot": gathered()}).deliver_all()
    assert await found(database, organization, "birch") == []


async def test_another_tenants_words_and_no_scope_find_nothing(database: Database, owner: psycopg.Connection):
    mine = await tell(database, owner, document(uuid7(), "Quillfeather prices"))
    other = await tell(database, owner, document(uuid7(), "Other prices"))
    assert [r.title for r in await found(database, mine, "prices")] == ["Quillfeather prices"]
    assert await found(database, other, "quillfeather") == []
    call = "select count(*) from dossier.search('prices', array['document'], array['knowledge'], 9)"
    owner.execute("set role retinue_copilot")
    assert owner.execute(call).fetchone() == (0,)
    assert owner.execute(
        "select count(*) from dossier.search_moments('prices', %s, array['knowledge'], null, null, null, null, null, 9)", (mine,)
    ).fetchone() == (0,)
    owner.execute("reset role")


@pytest.mark.parametrize("name", ["search", "search_moments"])
async def test_the_body_reads_by_the_index_of_words(database: Database, owner: psycopg.Connection, name: str):
    """Among 40,000 moments of 40 clients."""
    owner.execute("insert into kernel.organization select gen_random_uuid(), false, now() from generate_series(1, 40)")
    owner.execute(
        "insert into dossier.moment (organization_id, id, number, kind, section, title, lineage, found, said, words, occurred_at)"
        " select o.id, gen_random_uuid(), n, 'conversations.message_received.1', 'conversations', 'Visitor: scale ' || n, gen_random_uuid(),"
        " 'conversation', 'how much is scale number ' || n, to_tsvector('simple', 'scale number ' || n || ' ' || o.id), now() - n * interval '1 minute' from kernel.organization o, generate_series(1, 1000) n"
    )
    owner.execute("analyze dossier.moment")
    arguments = ["'number & 77:*'", "array['conversation']", "array['conversations']", "50"]
    if name == "search_moments":
        arguments = [
            "'number & 77:*'",
            "null::uuid",
            "array['conversations']",
            "null::text",
            "null::uuid",
            "null::timestamptz",
            "null::timestamptz",
            "null::uuid",
            "50",
        ]
    found = plan(owner, name, arguments)
    assert "moment_words" in found and "Seq Scan on moment" not in found, found


def plan(owner: psycopg.Connection, function: str, arguments: list[str]) -> str:
    """EXPLAIN of the function's own body, as its owner, in the scope of one organization."""
    row = owner.execute(
        "select prosrc, proargnames from pg_proc where pronamespace = 'dossier'::regnamespace and proname = %s", (function,)
    ).fetchone()
    place = owner.execute("select id from kernel.organization limit 1").fetchone()
    assert row and place
    body, names = row
    for argument, value in zip(names, arguments, strict=False):
        body = re.sub(rf"(?<![\w.]){argument}(?![\w.(])", value, body)
    with owner.transaction():
        owner.execute("select kernel.serve(%s)", place)
        owner.execute("set local role retinue_searcher")
        return "\n".join(line for (line,) in owner.execute(f"explain {body}".encode()).fetchall())
