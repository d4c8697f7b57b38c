"""The board and what waits for a person: clients by stage, each need from the event that opens it to the one that closes it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from assembled import Caller, House
from harness import one_event
from retinue.contracts.configurations import ConfigurationCreated, ConfigurationDeployed, ConfigurationRolledBack
from retinue.contracts.conversations import AnswerGiven, ConversationStarted, HandoverRequested, HandoverTaken, ModelBudgetSpent
from retinue.contracts.library import DocumentDeleted, DocumentIngested
from retinue.contracts.requirements import RequirementsApproved, RequirementsChanged, RequirementsDrafted
from retinue.contracts.research import Claim, ClaimsFound, ResearchCompleted, ResearchFailed, ResearchStarted
from retinue.kernel.events import Event
from retinue.kernel.work import uuid7

JOB, DRAFT, CONFIG, TALK = uuid7(), uuid7(), uuid7(), uuid7()


async def tell(house: House, client: Caller, *events: Event) -> None:
    for event in events:
        async with house.process.database.work(event.publisher, UUID(str(client.tenant))) as work:
            work.emit(event)
    await house.deliverer.deliver_all()


def claim(field: str, value: str, page: str = "/", confidence: float = 0.8) -> Claim:
    return Claim(claim_id=uuid7(), field=field, value=value, source_url=f"https://a.example{page}", quote=value, start=0, end=1,
                 confidence=confidence, inferred=False, basis=None)  # fmt: skip


def drafted(id: UUID = DRAFT, items: int = 3) -> RequirementsDrafted:
    return RequirementsDrafted(requirements_id=id, version=1, document_file="0", research_job_id=JOB, summary="Answer callers.", items=items,
                               answered_by="rules")  # fmt: skip


def changed(id: UUID = DRAFT) -> RequirementsChanged:
    return RequirementsChanged(requirements_id=id, version=2, document_file="0")


def approved(id: UUID = DRAFT) -> RequirementsApproved:
    return RequirementsApproved(requirements_id=id, version=1, document_file="0", automatic=False)


def document(key: str) -> DocumentIngested:
    return DocumentIngested(
        document_id=uuid7(), key=key, namespace="n", title=key, url=None, document_kind="html", version=1, chunks=2, characters=9
    )


def failed() -> ResearchFailed:
    return ResearchFailed(job_id=uuid7(), source="a.example", reason="The site does not answer.", next="Check the address.")


async def card(client: Caller) -> dict[str, Any]:
    (shown,) = [c for c in (await client.get("/board"))["items"] if c["client_id"] == client.tenant]
    return shown


async def test_a_client_goes_from_stage_to_stage_and_never_back(house: House, client: Caller):
    first = await card(client)
    assert (first["stage"], first["last"]["section"], first["needs"], first["next"]) == ("prospect", "people", 0, None)
    job = uuid7()
    for event, stage in (
        (ResearchStarted(job_id=job, source="a"), "research"),
        (failed(), "research"),
        (drafted(), "requirements"),
        (ResearchStarted(job_id=uuid7(), source="b"), "requirements"),
        (approved(), "rollout"),
        (ConfigurationCreated(config_id=CONFIG, version=1, product_type="chatbot", requirements_id=DRAFT, body_hash="0", message="First.",
                              answered_by="rules"), "rollout"),
        (ConfigurationDeployed(config_id=CONFIG, version=1, environment="staging", previous_version=None), "rollout"),
        (ConfigurationDeployed(config_id=CONFIG, version=1, environment="production", previous_version=None), "live"),
        (ConfigurationRolledBack(config_id=CONFIG, version=1, environment="production", from_version=2), "live"),
        (changed(), "live"),
    ):  # fmt: skip
        before = await card(client)
        await tell(house, client, event)
        after = await card(client)
        assert after["stage"] == stage
        assert (after["stage_since"] == before["stage_since"]) == (before["stage"] == stage)
        assert after["last"]["kind"] == event.kind


async def test_a_card_counts_what_is_known(house: House, client: Caller):
    kept, gone = document("kept"), document("gone")
    await tell(
        house, client, ResearchStarted(job_id=JOB, source="a"),
        ClaimsFound(job_id=JOB, claims=[claim("industry", "Utility", confidence=0.6), claim("industry", "Energy"), claim("phone", "1", "/contact")]),
        ResearchCompleted(job_id=JOB, source="a", pages=2, refused=0, claims=3, seconds=1, answered_by="rules"), kept, gone,
        DocumentDeleted(document_id=gone.document_id, key="gone"),
        *(ConversationStarted(conversation_id=uuid7(), channel="chat", config_id=CONFIG, config_version=1) for _ in range(3)),
        ConversationStarted(conversation_id=TALK, channel="chat", config_id=CONFIG, config_version=1), HandoverRequested(conversation_id=TALK, reason="upset"),
    )  # fmt: skip
    shown = await card(client)
    assert (shown["facts"], shown["sources"], shown["industry"], shown["documents"], shown["conversations"]) == (3, 2, "Energy", 1, 4)
    assert (shown["waiting"], shown["needs"], shown["next"]["kind"]) == (1, 1, "conversation_waiting")
    assert shown["assigned_to"] and shown["assigned_name"] and shown["slug"]


async def kinds(client: Caller, **asked: Any) -> list[str]:
    return [need["kind"] for need in (await client.get("/needs", **asked))["items"]]


async def test_a_need_is_closed_by_a_later_event(house: House, client: Caller):
    other = await house.client()
    await tell(house, other, failed())
    assert await kinds(client) == []
    await tell(house, client, ResearchStarted(job_id=JOB, source="a"), failed())
    (need,) = (await client.get("/needs"))["items"]
    assert (need["kind"], need["client_id"], need["due_at"]) == ("research_failed", client.tenant, None)
    assert need["title"] == "Research failed: The site does not answer." and need["detail"] == "Check the address." and need["client_name"]
    await tell(house, client, ResearchStarted(job_id=uuid7(), source="a"))
    assert await kinds(client) == []
    await tell(house, client, drafted(), HandoverRequested(conversation_id=TALK, reason="user_requests_human"))
    needs = (await client.get("/needs"))["items"]
    assert [(n["kind"], n["subject_id"]) for n in needs] == [("approve_requirements", str(DRAFT)), ("conversation_waiting", str(TALK))]
    assert [n["detail"] for n in needs] == ["3 items: Answer callers.", "They asked for one"]
    await tell(house, client, changed())
    again = (await client.get("/needs"))["items"][0]
    assert again["detail"] == "Changed to version 2" and again["since"] == needs[0]["since"], "it waits since it was drafted"
    later = uuid7()
    await tell(house, client, drafted(later, 1))
    assert [(n["subject_id"], n["detail"]) for n in (await client.get("/needs"))["items"] if n["kind"] == "approve_requirements"] == [
        (str(later), "1 item: Answer callers.")
    ]
    await tell(house, client, approved(later), HandoverTaken(conversation_id=TALK, by=uuid7()))
    assert await kinds(client) == []
    await tell(house, client, changed(later))  # reopened
    assert await kinds(client) == ["approve_requirements"]
    everywhere = await house.operator()
    assert {"research_failed", "approve_requirements"} <= set(await kinds(everywhere))
    assert await kinds(everywhere, client_id=other.tenant) == ["research_failed"]
    assert await other.status("/needs", client_id=client.tenant) == 404


async def test_what_could_not_be_handled_waits_for_who_reads_the_log(house: House, client: Caller):
    async with house.process.database.work("research", UUID(str(client.tenant))) as work:
        work.emit(failed())
    await one_event(house.deliverer, "copilot", work.organization, aside=True)
    (need,) = (await client.get("/needs"))["items"]
    assert (need["kind"], need["detail"]) == ("event_parked", "copilot could not handle research.research_failed.1")
    assert (await card(client))["next"]["kind"] == "event_parked"
    key = await client.key("dossier:read", "research:read", "clients:read")
    assert await kinds(key) == [] and (await card(Caller(house, key.token, client.tenant)))["needs"] == 0
    assert (await client.post(f"/events/parked/copilot/{work.number}/replay")).status_code == 200
    assert await kinds(client) == ["research_failed"]


async def test_what_a_reader_may_not_see_is_not_counted(house: House, client: Caller):
    await tell(house, client, drafted(), HandoverRequested(conversation_id=TALK, reason="policy"))
    key = await client.key("clients:read", "dossier:read", "requirements:read")
    shown = await card(Caller(house, key.token, client.tenant))
    assert (shown["needs"], shown["waiting"], shown["last"]["section"]) == (1, 0, "requirements")
    assert await kinds(key) == ["approve_requirements"]
    assert (await key.get("/board/summary"))["needs"] == 1
    assert await (await client.key("dossier:read")).status("/board") == 403
    assert await (await client.key("clients:read")).status("/needs") == 403


async def test_the_board_pages_sorts_and_finds(house: House):
    word = uuid7().hex[:12]
    made = [await house.client(f"{name} {word}") for name in ("Cedar", "alder", "Birch", "elm", "Dogwood")]
    operator = await house.operator()
    await tell(house, made[2], ResearchStarted(job_id=JOB, source="a"))

    async def names(**asked: Any) -> list[str]:
        found, cursor = list[str](), None
        while True:
            page = await operator.get("/board", search=word, limit=2, **asked, **({"cursor": cursor} if cursor else {}))
            found += [c["name"].split()[0] for c in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    assert await names(sort="name") == ["alder", "Birch", "Cedar", "Dogwood", "elm"]
    assert await names() == ["Birch", "Dogwood", "elm", "alder", "Cedar"]
    assert await names(sort="stage") == ["Cedar", "alder", "elm", "Dogwood", "Birch"]
    assert await names(stage="research") == ["Birch"]
    me = (await operator.get("/auth/me"))["user_id"]
    assert len(await names(assigned="me")) == 5 == len(await names(assigned=me)) and await names(assigned=str(uuid7())) == []
    assert (await operator.get("/board", search=f"{word}%"))["items"] == []


async def test_the_board_tells_those_that_need_a_person_from_the_quiet_ones(house: House):
    needy, quiet = await house.client(), await house.client()
    operator = await house.operator()
    await tell(house, needy, drafted(uuid7()))

    async def found(**asked: str) -> set[str]:
        page = await operator.get("/board", limit=200, **asked)
        return {item["client_id"] for item in page["items"]} & {str(needy.tenant), str(quiet.tenant)}

    assert await found(needs="true") == {str(needy.tenant)}
    assert await found(needs="false") == {str(quiet.tenant)}
    assert await found() == {str(needy.tenant), str(quiet.tenant)}


async def test_a_tenant_has_a_board_of_one(house: House, client: Caller):
    await house.client()
    for caller in (client, await client.person("owner"), await client.key("clients:read", "dossier:read")):
        assert [c["client_id"] for c in (await caller.get("/board"))["items"]] == [client.tenant]
        assert (await caller.get("/board/summary"))["clients"] == 1


async def test_the_summary_counts_stages_needs_and_the_last_hour(house: House, client: Caller):
    await tell(house, client, ResearchStarted(job_id=JOB, source="a"), failed())
    summary = await client.get("/board/summary")
    assert [(s["stage"], s["clients"]) for s in summary["stages"]] == [
        ("prospect", 0), ("research", 1), ("requirements", 0), ("rollout", 0), ("live", 0),
    ]  # fmt: skip
    assert 0 <= summary["stages"][1]["median_days"] < 0.1 and summary["stages"][0]["median_days"] is None
    assert (summary["clients"], summary["needs"], len(summary["activity"])) == (1, 1, 60)
    assert summary["events_last_hour"] == sum(m["events"] for m in summary["activity"]) >= 4
    assert [m["minute"] for m in summary["activity"]] == sorted(m["minute"] for m in summary["activity"])


@pytest.mark.parametrize("path", ["/board", "/board?sort=name", "/needs"])
async def test_a_forged_cursor_is_refused(client: Caller, path: str):
    for cursor in ("IlwwIg", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwieCJd", "e30", "!", "WyJcdTAwMDAiLCIxIl0", "W251bGwsMSwyXQ"):
        answer = await client.send("GET", path, params={"cursor": cursor})
        assert answer.status_code == 400, (cursor, answer.text)
    for query in ("stage=x", "sort=x", "limit=0", "assigned=you", "search=%00"):
        status = await client.status(f"/board?{query}")
        assert status in (400, 422), (query, status)


def answered(by: str) -> AnswerGiven:
    return AnswerGiven(conversation_id=TALK, message_id=uuid7(), in_answer_to=uuid7(), grounded=True, answered_by=by, confidence=0.8, cited=[],
                       config_version=1, ms=9, provider_ms=0, cost_usd=None)  # fmt: skip


async def test_staff_hear_that_the_money_for_models_is_spent_until_one_answers_again(house: House, client: Caller):
    until = datetime(2026, 12, 1, tzinfo=UTC)
    await tell(house, client, ModelBudgetSpent(until=until), answered("rules"))
    (need,) = (await client.get("/needs"))["items"]
    assert (need["kind"], need["title"]) == ("budget_spent", "Models have cost what they may today")
    await tell(house, client, ModelBudgetSpent(until=until + timedelta(days=1)))
    assert await kinds(client) == ["budget_spent"], "the next day's replaces it"
    await tell(house, client, answered("model"))
    assert await kinds(client) == []
