"""Reading a client: the timeline by filters, its counts, one event with all that stands around it, and what happened while one was away."""

from typing import Any
from uuid import UUID

import pytest

from assembled import Caller, House
from retinue.contracts.configurations import ConfigurationCreated, ConfigurationDeployed, ConfigurationRolledBack
from retinue.contracts.conversations import (
    AnswerGiven,
    ContactCaptured,
    ConversationEnded,
    ConversationStarted,
    HandoverRequested,
    HandoverTaken,
    MessageReceived,
)
from retinue.contracts.identity import KeyIssued
from retinue.contracts.library import DocumentDeleted, DocumentIngested, DocumentRefused
from retinue.contracts.requirements import RequirementsApproved, RequirementsChanged, RequirementsDrafted
from retinue.contracts.research import Claim, ClaimsFound, ResearchCompleted, ResearchFailed, ResearchStarted
from retinue.kernel.events import Event
from retinue.kernel.work import uuid7

JOB, DRAFT, CONFIG, PERSON = (uuid7() for _ in range(4))


async def tell(house: House, client: Caller, *events: Event, actor: UUID | None = None) -> list[int]:
    numbers = []
    for event in events:
        async with house.process.database.work(event.publisher, UUID(str(client.tenant)), actor) as work:
            work.emit(event)
        assert work.number
        numbers.append(work.number)
    await house.deliverer.deliver_all()
    return numbers


def began(talk: UUID | None = None) -> ConversationStarted:
    return ConversationStarted(conversation_id=talk or uuid7(), channel="chat", config_id=CONFIG, config_version=1, person=PERSON)


def answered(talk: UUID, *, grounded: bool = True) -> AnswerGiven:
    return AnswerGiven(conversation_id=talk, message_id=uuid7(), in_answer_to=uuid7(), grounded=grounded, answered_by="rules", confidence=0.84,
                       cited=[uuid7()] if grounded else [], config_version=2, ms=23, provider_ms=0, cost_usd=None, person=PERSON, content="We do.")  # fmt: skip


def completed(pages: int = 9, claims: int = 14) -> ResearchCompleted:
    return ResearchCompleted(job_id=JOB, source="a.example", pages=pages, refused=0, claims=claims, seconds=3.5, answered_by="rules")


def drafted() -> RequirementsDrafted:
    return RequirementsDrafted(requirements_id=DRAFT, version=1, document_file="0", research_job_id=JOB, summary="Answer callers", items=3,
                               answered_by="rules")  # fmt: skip


def changed(version: int) -> RequirementsChanged:
    return RequirementsChanged(requirements_id=DRAFT, version=version, document_file="0")


def approved(version: int) -> RequirementsApproved:
    return RequirementsApproved(requirements_id=DRAFT, version=version, document_file="0", automatic=False)


def made(version: int) -> ConfigurationCreated:
    return ConfigurationCreated(config_id=CONFIG, version=version, product_type="chatbot", requirements_id=DRAFT, body_hash="0", message="More.",
                                answered_by="rules")  # fmt: skip


def live(version: int) -> ConfigurationDeployed:
    return ConfigurationDeployed(config_id=CONFIG, version=version, environment="production", previous_version=None)


def document(title: str) -> DocumentIngested:
    return DocumentIngested(
        document_id=uuid7(), key=title, namespace="n", title=title, url=None, document_kind="html", version=1, chunks=2, characters=9
    )


async def test_the_timeline_is_filtered_by_kind_words_and_time(house: House, client: Caller):
    await tell(house, client, ResearchStarted(job_id=JOB, source="https://scales.example"), completed(), document("Prices of scales"))
    ours = ("library.document_ingested.1", "research.research_completed.1", "research.research_started.1")
    items = [m for m in (await client.get("/timeline"))["items"] if m["kind"] in ours]
    assert [m["kind"] for m in (await client.get("/timeline", kind="research.research_started.1"))["items"]] == [
        "research.research_started.1"
    ]
    assert [m["section"] for m in (await client.get("/timeline", search="scal"))["items"]] == ["knowledge", "research"]
    assert [m["section"] for m in (await client.get("/timeline", search="scale", section="research"))["items"]] == ["research"]
    assert (await client.get("/timeline", search="scales zebra"))["items"] == []
    since = items[1]["occurred_at"]
    assert [m for m in (await client.get("/timeline", since=since))["items"] if m["kind"] in ours] == items[:2]
    assert [m["section"] for m in (await client.get("/timeline", search="scales", since=since))["items"]] == ["knowledge"]
    first = await client.get("/timeline", search="scale", limit=1)
    second = await client.get("/timeline", search="scale", limit=1, cursor=first["next_cursor"])
    assert [m["section"] for m in (*first["items"], *second["items"])] == ["knowledge", "research"] and second["next_cursor"] is None
    assert await client.status("/timeline", since="2026-01-01T00:00:00") == 422
    assert (await (await house.operator()).get("/timeline", search="scal", client_id=client.tenant))["items"] == [items[0], items[2]]


async def test_moments_are_counted_by_section_and_day(house: House, client: Caller):
    await tell(house, client, began(), began(), document("a"))
    counts = await client.get("/timeline/counts")
    assert (counts["sections"]["conversations"], counts["sections"]["knowledge"], counts["sections"]["agents"]) == (2, 1, 0)
    assert sum(day["events"] for day in counts["days"]) == sum(counts["sections"].values())
    assert await (await house.operator()).get("/timeline/counts", client_id=client.tenant) == counts
    key = await client.key("dossier:read", "library:read")
    assert (await key.get("/timeline/counts"))["sections"] == {"knowledge": 1}
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        assert sum(d["events"] for d in (await client.get("/timeline/counts", zone=zone))["days"]) == sum(counts["sections"].values())
    for zone in ("Nowhere/Land", "../../etc/passwd", "%00"):
        assert (await client.send("GET", f"/timeline/counts?zone={zone}")).status_code in (400, 422), zone
    other = await house.client()
    assert await other.status("/timeline/counts", client_id=client.tenant) == 404


async def caused(house: House, client: Caller, event: Event, by: str) -> str:
    """An event with a cause, as a handler's Work binds it; its id."""
    (cause,) = [e for e in await house.events(str(client.tenant)) if str(e.id) == by]
    async with house.process.database.work(event.publisher, UUID(str(client.tenant))) as work:
        work.cause = cause
        work.emit(event)
    await house.deliverer.deliver_all()
    return (await client.get("/timeline", limit=1, kind=event.kind))["items"][0]["event_id"]


async def test_an_event_is_shown_with_its_causes_effects_and_lineage(house: House, client: Caller):
    await tell(house, client, completed())
    research = (await client.get("/timeline", limit=1, kind=ResearchCompleted.kind))["items"][0]["event_id"]
    draft = await caused(house, client, drafted(), research)
    made_ = await caused(house, client, made(1), draft)
    went = await caused(house, client, live(1), made_)
    shown = await client.get(f"/timeline/{draft}")
    assert shown["moment"]["event_id"] == draft and shown["moment"]["cause_number"] and shown["moment"]["detail"] == "3 items · by rules"
    assert shown["moment"]["subject"] == {"type": "requirements", "id": str(DRAFT)}
    assert [m["event_id"] for m in shown["causes"]] == [research] and [m["event_id"] for m in shown["effects"]] == [made_, went]
    line = [m["event_id"] for m in shown["lineage"]]
    assert [id for id in line if id in (research, draft, made_, went)] == [research, draft, made_, went]
    assert shown["body"]["summary"] == "Answer callers" and shown["topic"] == "prd_events" and shown["trace_id"]
    assert [m["event_id"] for m in (await client.get(f"/timeline/{went}"))["causes"]] == [made_, draft, research]
    assert await (await house.operator()).get(f"/timeline/{draft}") == shown
    key = await client.key("dossier:read", "requirements:read")
    seen = await key.get(f"/timeline/{draft}")
    assert (seen["causes"], seen["effects"], [m["event_id"] for m in seen["lineage"]]) == ([], [], [draft])
    assert await key.status(f"/timeline/{went}") == 404
    other = await house.client()
    for caller in (other, await other.person("owner")):
        assert await caller.status(f"/timeline/{draft}") == 404 and await caller.status(f"/timeline/{uuid7()}") == 404


async def test_personal_fields_are_clear_until_the_person_is_erased(house: House, client: Caller):
    person = uuid7()
    await tell(
        house, client, ContactCaptured(conversation_id=uuid7(), contact_id=uuid7(), person=person, name="Ann Alder", email="ann@a.example")
    )
    id = (await client.get("/timeline", limit=1))["items"][0]["event_id"]
    assert (await client.get(f"/timeline/{id}"))["body"]["email"] == "ann@a.example"
    assert (await (await house.operator()).get(f"/timeline/{id}"))["body"]["name"] == "Ann Alder"
    house.ask("update kernel.person set key = null where organization_id = %s and id = %s", client.tenant, person)
    assert (await client.get(f"/timeline/{id}"))["body"]["email"] is None


async def test_a_moment_says_who_acted(house: House, client: Caller):
    operator = await house.operator()
    me = UUID((await operator.get("/auth/me"))["user_id"])
    await tell(house, client, approved(1), actor=me)
    first = (await client.get("/timeline", limit=1))["items"][0]
    assert first["actor_id"] == str(me) and first["actor_name"]
    key = await client.key("dossier:read", "requirements:read")
    assert (await key.get("/timeline", limit=1))["items"][0]["actor_name"] is None


async def test_the_dossier_counts_facts_and_sources(house: House, client: Caller):
    claims = [Claim(claim_id=uuid7(), field=field, value="x", source_url=f"https://a.example/{page}", quote="x", start=0, end=1, confidence=0.9,
                    inferred=False, basis=None) for field, page in (("phone", 1), ("phone", 2), ("email", 1))]  # fmt: skip
    await tell(house, client, ResearchStarted(job_id=JOB, source="a"), ClaimsFound(job_id=JOB, claims=claims), document("a"))
    counts = (await client.get(f"/dossier/{client.tenant}"))["counts"]
    assert (
        counts["research"] == {"facts": 3, "sources": 2}
        and counts["knowledge"]["sources"] == 1
        and counts["agents"] == {"facts": 0, "sources": 0}
    )
    key = await client.key("dossier:read", "library:read")
    assert set((await key.get(f"/dossier/{client.tenant}"))["counts"]) == {"knowledge"}


async def test_what_was_read_is_remembered_for_each_reader(house: House, client: Caller):
    operator = await house.operator()
    viewer = await client.person("viewer")
    (number,) = await tell(house, client, drafted())
    path = f"/dossier/{client.tenant}"
    assert (await client.get(path))["seen_number"] == 0

    async def unread(caller: Caller) -> bool:
        return next(c for c in (await caller.get("/board"))["items"] if c["client_id"] == client.tenant)["unread"]

    assert await unread(operator)
    for asked, stands in ((number - 1, number - 1), (number, number), (1, number), (10**12, None)):
        answer = await client.post("/seen", {"client_id": client.tenant, "number": asked})
        assert answer.status_code == 200, answer.text
        assert answer.json()["number"] == stands or stands is None and number <= answer.json()["number"] < 10**6
    assert (await operator.post("/seen", {"client_id": client.tenant, "number": number})).status_code == 200
    assert (await operator.get(path))["seen_number"] >= number and not await unread(operator)
    assert (await viewer.get(path))["seen_number"] == 0 and await unread(viewer)
    await tell(house, client, approved(1))
    assert await unread(operator)
    other = await house.client()
    for caller in (other, await other.person("owner"), await other.key("dossier:read")):
        assert (await caller.post("/seen", {"client_id": client.tenant, "number": 1})).status_code == 404
    for wrong in (-1, 2**63, "x"):
        assert (await client.post("/seen", {"client_id": client.tenant, "number": wrong})).status_code == 422


TALK, TALK2 = uuid7(), uuid7()
ANOTHER = document("Prices")
STORIES: list[tuple[list[Event], list[str]]] = [
    ([], []),
    ([completed()], ["Research ended: 9 pages, 14 facts."]),
    ([ResearchStarted(job_id=JOB, source="https://a.example")], ["Research of https://a.example began."]),
    ([ResearchFailed(job_id=JOB, source="a", reason="The site does not answer.", next="Check the address.")],
     ["Research failed: The site does not answer."]),
    ([completed(1, 1), document("Home"), drafted()],
     ["Requirements drafted: Answer callers.", "Research ended: 1 page, 1 fact.", "1 document can be quoted."]),
    ([drafted(), changed(2), changed(3)], ["Requirements changed 2 times, last to version 3."]),
    ([changed(2), approved(2), made(1), live(1), made(2)],
     ["Version 1 went live in production.", "1 new configuration version was made and was not put live.", "Requirements approved (version 2)."]),
    ([live(2), ConfigurationRolledBack(config_id=CONFIG, version=1, environment="production", from_version=2)], ["Rolled back from version 2 to 1."]),
    ([began(TALK), answered(TALK), answered(TALK, grounded=False), answered(TALK),
      ContactCaptured(conversation_id=TALK, contact_id=uuid7(), person=PERSON, name="Ann")],
     ["1 conversation began.", "The agent answered 3 messages, 1 of them without a source.", "1 visitor left contact details."]),
    ([began(TALK), answered(TALK), HandoverRequested(conversation_id=TALK, reason="user_requests_human", person=PERSON)],
     ["A visitor waits for a person: they asked for one.", "1 conversation began.", "The agent answered 1 message, with sources for it."]),
    ([HandoverRequested(conversation_id=TALK, reason="upset", person=PERSON), HandoverRequested(conversation_id=TALK2, reason="upset", person=PERSON)],
     ["2 visitors wait for a person."]),
    ([HandoverRequested(conversation_id=TALK, reason="upset", person=PERSON), HandoverTaken(conversation_id=TALK, by=uuid7(), person=PERSON),
      ConversationEnded(conversation_id=TALK, messages=4, person=PERSON)], ["1 visitor asked for a person and does not wait any more."]),
    ([ANOTHER, document("Hours"), DocumentRefused(key="x.exe", reason="No.", next="Send text."),
      DocumentDeleted(document_id=ANOTHER.document_id, key="Prices"), KeyIssued(key_id=uuid7(), name="robot", scopes=[], expires_at=None)],
     ["2 documents can be quoted, 1 document was not taken in, 1 document was removed.", "1 API key was issued."]),
]  # fmt: skip


async def test_while_you_were_away(house: House, client: Caller):
    first = await client.get(f"/away/{client.tenant}")
    assert first["since"] is None and first["number"] == 0 and first["answered_by"] == "rules"
    assert first["lines"][0]["text"].endswith("became a client.") and len(first["lines"]) == 2
    for events, lines in STORIES:
        head = (await client.get("/timeline", limit=1))["items"][0]["number"]
        assert (await client.post("/seen", {"client_id": client.tenant, "number": 10**6})).status_code == 200
        numbers = await tell(house, client, *events)
        away = await client.get(f"/away/{client.tenant}")
        assert [line["text"] for line in away["lines"]] == lines
        assert away["since"] and away["number"] >= head and away["events"] == sum(away["sections"].values()) >= len(events)
        told: dict[str, Any] = {m["event_id"]: m["number"] for m in (await client.get("/timeline", limit=200))["items"]}
        assert all(line["event_ids"] and {told[id] for id in line["event_ids"]} <= set(numbers) for line in away["lines"])
    assert (await (await house.operator()).get(f"/away/{client.tenant}"))["lines"]
    other = await house.client()
    assert await other.status(f"/away/{client.tenant}") == 404


async def test_a_long_absence_is_five_sentences_of_what_may_be_read(house: House, client: Caller):
    everything = [event for events, _ in STORIES for event in events]
    await tell(house, client, MessageReceived(conversation_id=TALK, message_id=uuid7(), person=PERSON, content="Good day"), *everything)
    away = await client.get(f"/away/{client.tenant}")
    assert len(away["lines"]) == 5 and "wait" in away["lines"][0]["text"]
    key = await client.key("dossier:read", "library:read")
    assert [line["text"].partition(" can")[0] for line in (await key.get(f"/away/{client.tenant}"))["lines"]] == ["3 documents"]


@pytest.mark.parametrize("path", ["/timeline/x", "/away/x", "/away/01a2103e-906a-7cbf-869d-5699d3bfb74d"])
async def test_what_is_not_there(client: Caller, path: str):
    assert await client.status(path) in (404, 422)
