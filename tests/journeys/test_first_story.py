"""From a company's website to an agent that answers from it, over HTTP alone, whichever way the rooms are spread over processes."""

import asyncio
from collections import Counter

import httpx
import psycopg

from journeys.houses import SERVES, WORKS, Place, start_worker, until
from journeys.travelling import Traveller
from sites import COMPANIES, Site

DENTAL = COMPANIES / "lantern-street-dental" / "site"
KNOWN, BY_STREAM, BY_SOCKET = "How long does a cleaning take?", "Does anybody speak Somali or Spanish?", "When did you guys open?"
UNKNOWN = "Which brand of implant do you use?"


async def onboarded(operator: Traveller, source: str) -> tuple[Traveller, dict]:
    """A client whose agent is live, and its research job."""
    client = await operator.post("/clients", {"name": "Lantern Street Dental", "website": "https://lantern.example"}, 201)
    assert client["status"] == "unclaimed" and "#" in client["claim_url"]
    within = operator.within(client["client_id"])
    await within.told("identity.client_created")
    job = (await operator.post("/research/jobs", {"client_id": client["client_id"], "source": source}, 202))["job_id"]
    await within.told("library.knowledge_ready")
    await approve(within)
    await within.told("configurations.configuration_deployed")
    return within, await within.get(f"/research/jobs/{job}")


async def approve(within: Traveller) -> None:
    await within.told("requirements.requirements_drafted")
    (draft,) = (await within.get("/requirements"))["items"]
    assert draft["status"] == "draft"
    approved = await within.post(f"/requirements/{draft['requirements_id']}/approve", {"version": draft["version"]})
    assert approved["status"] == "approved"


async def test_the_first_story(place: Place):
    async with Site(folder=DENTAL) as site, httpx.AsyncClient(timeout=60) as http:
        operator = await Traveller.arrive(place, http)
        staff, job = await onboarded(operator, site.url)
        assert job["status"] == "completed" and job["pages"] >= 20 and job["claims"] > 10
        (configuration,) = (await staff.get("/configurations"))["items"]
        assert configuration["deployed"] == {"production": 1}

        key = staff.holding((await staff.post("/api-keys", {"name": "site", "scopes": ["conversations:write"]}, 201))["key"])
        started = await key.post("/chat/conversations", {"channel": "chat"}, 201)
        conversation = started["conversation_id"]
        assert started["config_version"] == 1
        visitor = staff.holding(started["visitor_token"])
        await says_what_is_known(staff, visitor, conversation)

        unknown = await visitor.ask(conversation, UNKNOWN)
        assert not unknown["grounded"]

        await visitor.ask(conversation, "My name is Nora Fields, please write to nora.fields@example.com")
        await staff.told("conversations.contact_captured")

        await a_person_takes_over(staff, visitor, conversation)
        await all_of_it_is_in_the_dossier(operator, staff, job)


async def says_what_is_known(staff: Traveller, visitor: Traveller, conversation: str) -> None:
    """Three ways in, one agent; every citation stands in its document word for word."""
    plain = await visitor.ask(conversation, KNOWN)
    pieces, streamed = await visitor.ask_streaming(conversation, BY_STREAM)
    spoken, by_socket = await visitor.ask_by_socket(conversation, BY_SOCKET)
    assert "".join(pieces).strip() and "".join(spoken).strip()
    for answer, page in ((plain, "cleanings"), (streamed, "team"), (by_socket, "team")):
        assert answer["grounded"] and answer["answered_by"] == "rules" and answer["config_version"] == 1, answer
        assert page in answer["citations"][0]["document_id"] or "services" in answer["citations"][0]["document_id"], answer
        for citation in answer["citations"]:
            text = (await staff.get("/documents/text", document_id=citation["document_id"]))["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]


async def a_person_takes_over(staff: Traveller, visitor: Traveller, conversation: str) -> None:
    await staff.post("/chat/presence", {"here": True})
    await visitor.ask(conversation, "I want to talk to a real person")
    (waiting,) = (await staff.get("/chat/conversations", status="waiting"))["items"]
    assert waiting["conversation_id"] == conversation
    await staff.post(f"/chat/conversations/{conversation}/take")
    await staff.post(f"/chat/conversations/{conversation}/reply", {"content": "Nora, this is Ann. Friday at nine is free."}, 201)
    written = (await visitor.get(f"/chat/conversations/{conversation}/messages", limit=200))["items"]
    assert written[-1]["role"] == "person" and "Friday at nine" in written[-1]["content"]
    await staff.post(f"/chat/conversations/{conversation}/return")


async def all_of_it_is_in_the_dossier(operator: Traveller, staff: Traveller, job: dict) -> None:
    log = await staff.events()
    assert [event["number"] for event in log] == list(range(1, len(log) + 1))
    dossier = await operator.get(f"/dossier/{staff.tenant}", after=log[-1]["number"])
    empty = {section for section, facts in dossier["sections"].items() if not facts}
    assert not empty, empty
    assert {"company", "people", "research", "knowledge", "requirements", "agents", "conversations", "contacts"} <= dossier[
        "sections"
    ].keys()
    assert "nora.fields@example.com" in str(dossier["sections"]["contacts"])
    assert dossier["timeline"][0]["number"] == log[-1]["number"]
    of_one = {event["kind"].partition(".")[0] for event in log if event["lineage_id"] == job["lineage_id"]}
    assert of_one == {"research", "library", "requirements", "configurations", "conversations"}
    apart_from_it = {event["kind"].partition(".")[0] for event in log if event["lineage_id"] != job["lineage_id"]}
    assert apart_from_it == {"identity"}
    assert all(event["body"].get("content") is None for event in log)


async def test_each_process_can_become_only_its_own_rooms(place_apart: Place):
    """A login of some rooms holds their roles and no other."""
    rooms = {room for rooms in SERVES for room in rooms}
    with psycopg.connect(place_apart.owner_url, autocommit=True) as connection:

        async def held() -> bool:
            logins = connection.execute(
                "select distinct usename from pg_stat_activity where datname = current_database() and usename like '%%\\_app\\_%%'"
            )
            may = "select pg_has_role(%s, %s, 'set')"
            found = {
                frozenset(room for room in rooms if connection.execute(may, (login, f"retinue_{room}")).fetchone()[0])
                for (login,) in logins.fetchall()
            }
            assert found <= expected
            return found == expected

        expected = {frozenset(rooms) for rooms in (*SERVES, *WORKS)}
        await until("every process to be signed in", held)


async def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(place_apart: Place):
    gate = asyncio.Event()

    async def slow() -> tuple[int, dict[str, str], bytes]:
        await asyncio.wait_for(gate.wait(), 60)
        return 200, {"Content-Type": "text/html"}, (DENTAL / "team.html").read_bytes()

    async with Site({"/team.html": slow}, folder=DENTAL) as site, httpx.AsyncClient(timeout=60) as http:
        operator = await Traveller.arrive(place_apart, http)
        client = await operator.post("/clients", {"name": "Lantern Street Dental"}, 201)
        staff = operator.within(client["client_id"])
        job = (await operator.post("/research/jobs", {"client_id": client["client_id"], "source": site.url}, 202))["job_id"]

        async def half_way() -> bool:
            return "/team.html" in site.asked

        await until("the crawl to stand in the middle", half_way)
        before = await staff.get(f"/research/jobs/{job}")
        assert before["status"] == "running" and before["pages"] > 0
        for rooms in WORKS:
            place_apart.workers[rooms[0]].kill()
        gate.set()
        for rooms in WORKS:
            start_worker(place_apart, rooms)
        await staff.told("library.knowledge_ready")
        await approve(staff)
        await staff.told("configurations.configuration_deployed")

        after = await staff.get(f"/research/jobs/{job}")
        log = await staff.events()
    assert after["status"] == "completed" and after["pages"] >= 20
    assert [event["number"] for event in log] == list(range(1, len(log) + 1))
    kinds = Counter(event["kind"] for event in log)
    for once in ("research.research_started.1", "research.research_completed.1", "library.knowledge_ready.1",
                 "requirements.requirements_drafted.1", "configurations.configuration_deployed.1"):  # fmt: skip
        assert kinds[once] == 1, kinds
    told = Counter(event["body"]["url"] for event in log if event["kind"] == "research.page_read.1")
    assert set(told.values()) == {1} and len(told) == after["pages"]
    quotable = Counter(event["body"]["url"] for event in log if event["kind"] == "library.document_ingested.1")
    assert quotable == told
