"""From what research found to approved requirements."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from harness import deliver_everything
from retinue.contracts.requirements import RequirementsApproved, RequirementsChanged, RequirementsDrafted
from retinue.contracts.research import ClaimsFound, ResearchCompleted
from retinue.kernel.files import Files
from retinue.kernel.work import uuid7
from retinue.services.requirements import room
from services.requirements.house import House, Person, claim, completed, shop


async def drafted(house: House, organization: UUID | None = None) -> Person:
    """An owner whose company has a draft."""
    organization = organization or await house.client()
    await house.research(organization, shop())
    await house.deliver()
    return house.person(organization)


def editable(document: Any) -> Any:
    return json.loads(json.dumps(document["body"]))


async def test_a_draft_follows_from_the_claims_and_names_its_sources(house: House) -> None:
    organization = await house.client()
    job = await house.research(organization, shop())
    await house.deliver()
    owner = house.person(organization)
    newest = await owner.newest()
    assert (newest["status"], newest["version"], newest["answered_by"]) == ("draft", 1, "rules")
    assert newest["research_job_id"] == newest["confirmed_by"] == str(job)
    document = await owner.get(f"/requirements/{newest['requirements_id']}")
    assert document["body"]["company"] == "Brookside Cycles"
    topics = {topic["name"]: topic for topic in document["body"]["topics"]}
    (price,) = topics["Prices"]["sources"]
    assert (price["value"], price["quote"]) == ("Puncture repair: £14", "Puncture repair costs £14.")
    assert price["url"] == "https://brookside.example/"
    (event,) = await house.events(organization, RequirementsDrafted)
    (research,) = await house.events(organization, ResearchCompleted)
    assert event.lineage == research.lineage == UUID(newest["lineage_id"])
    assert event.items == newest["items"] > 5
    file = json.loads(await house.process.get(Files).get(organization, event.document_file))
    assert file["company"] == "Brookside Cycles"
    assert "sources" not in file["topics"][0]
    state = await owner.get(f"/requirements/research/{job}")
    assert (state["status"], state["requirements_id"]) == ("drafted", newest["requirements_id"])


@pytest.mark.parametrize("seed", range(4))
async def test_late_and_repeated_events_lead_to_the_same_single_draft(house: House, seed: int) -> None:
    organization = await house.client()
    await house.research(organization, shop())
    late = await deliver_everything(house.database, [room], house.owner_url, late=0.6, seed=seed)
    await house.deliver()
    owner = house.person(organization)
    (item,) = (await owner.get("/requirements"))["items"]
    document = await owner.get(f"/requirements/{item['requirements_id']}")
    assert "Prices" in {topic["name"] for topic in document["body"]["topics"]}, late
    assert document["body"]["company"] == "Brookside Cycles"
    assert len(await house.events(organization, RequirementsDrafted)) == 1


async def test_no_draft_before_all_claims_are_there(house: House) -> None:
    organization = await house.client()
    job, lineage = uuid7(), uuid7()
    claims = shop()
    await house.emit("research", organization, completed(job, len(claims), "https://brookside.example", lineage))
    await house.deliver()
    owner = house.person(organization)
    assert (await owner.get("/requirements"))["items"] == []
    await house.emit("research", organization, ClaimsFound(job_id=job, claims=claims, lineage=lineage))
    await house.deliver()
    assert (await owner.newest())["status"] == "draft"


async def test_a_job_that_runs_again_drafts_once(house: House) -> None:
    organization = await house.client()
    job = await house.research(organization, shop())
    await deliver_everything(house.database, [room], house.owner_url, late=0)
    arguments = {"research_job_id": str(job)}
    await asyncio.gather(*(house.job("requirements.draft", organization, **arguments) for _ in range(3)))
    await house.deliver()
    assert len(await house.events(organization, RequirementsDrafted)) == 1
    owner = house.person(organization)
    assert len((await owner.get("/requirements"))["items"]) == 1
    assert (await owner.get(f"/requirements/research/{job}"))["status"] == "drafted"


async def test_unchanged_research_confirms_what_is_approved(house: House) -> None:
    owner = await drafted(house)
    first = await owner.newest()
    document = await owner.get(f"/requirements/{first['requirements_id']}")
    body = editable(document)
    body["goals"].append({"text": "Book hire bikes.", "source_claims": []})
    changed = await owner.put(f"/requirements/{first['requirements_id']}", {"version": 1, "body": body})
    await owner.post(f"/requirements/{first['requirements_id']}/approve", {"version": changed["version"]})
    before = len(await house.events(owner.organization))
    again = await house.research(owner.organization, list(reversed(shop())))
    await house.deliver()
    newest = await owner.newest()
    assert (newest["requirements_id"], newest["status"]) == (first["requirements_id"], "approved")
    assert newest["confirmed_by"] == str(again)
    assert newest["research_job_id"] == first["research_job_id"]
    assert (await owner.get(f"/requirements/research/{again}"))["status"] == "unchanged"
    told = (await house.events(owner.organization))[before:]
    assert not [event for event in told if event.publisher == "requirements"]
    reasoned = [found.model_copy(update={"basis": "Seen twice."}) for found in shop()]
    third = await house.research(owner.organization, reasoned)
    await house.deliver()
    assert (await owner.get(f"/requirements/research/{third}"))["status"] == "unchanged", "other facts, the same draft"
    other = [*shop(), claim("product_or_service", "Frame building")]
    await house.research(owner.organization, other)
    await house.deliver()
    assert (await owner.newest())["status"] == "draft"
    assert (await owner.newest())["requirements_id"] != first["requirements_id"]


async def test_a_late_replay_of_older_research_drafts_nothing(house: House) -> None:
    organization = await house.client()
    old = await house.research(organization, [claim("product_or_service", "Sewing")])
    await house.research(organization, shop())
    await deliver_everything(house.database, [room], house.owner_url, late=0)
    new = next(e for e in await house.events(organization, ResearchCompleted) if e.job_id != old)
    await house.job("requirements.draft", organization, research_job_id=str(new.job_id))
    await house.deliver()
    owner = house.person(organization)
    (item,) = (await owner.get("/requirements"))["items"]
    assert item["research_job_id"] == str(new.job_id)
    assert (await owner.get(f"/requirements/research/{old}"))["status"] == "overtaken"


async def test_changing_and_approving(house: House) -> None:
    owner = await drafted(house)
    first = await owner.newest()
    path = f"/requirements/{first['requirements_id']}"
    body = editable(await owner.get(path))
    body["tone"]["text"] = "Short and dry."
    changed = await owner.put(path, {"version": 1, "body": body})
    assert (changed["version"], changed["updated_by"]) == (2, str(owner.actor))
    assert changed["body"]["tone"]["text"] == "Short and dry."
    assert changed["drafted"] == (await owner.get(path))["drafted"] != changed["body"], "what the machine wrote stays as it was"
    assert changed["drafted"]["topics"][0]["sources"]
    same = await owner.put(path, {"version": 2, "body": changed["body"]})
    assert same["version"] == 2, "a body that says the same is no new version"
    stale = await owner.put(path, {"version": 1, "body": body}, 409)
    assert "version 2 was saved at" in stale["detail"]
    assert "by you" in stale["detail"]
    colleague = house.person(owner.organization)
    refused = await colleague.post(f"{path}/approve", {"version": 1}, 409)
    assert f"by person {owner.actor}" in refused["detail"]
    approved = await colleague.post(f"{path}/approve", {"version": 2})
    again = await owner.post(f"{path}/approve", {"version": 2, "automatic": True})
    assert approved == again
    assert (approved["status"], approved["automatic"], approved["approved_by"]) == ("approved", False, str(colleague.actor))
    (event,) = await house.events(owner.organization, RequirementsApproved)
    (change,) = await house.events(owner.organization, RequirementsChanged)
    assert (event.version, event.document_file, event.automatic) == (2, change.document_file, False)
    assert str(event.lineage) == first["lineage_id"]
    file = json.loads(await house.process.get(Files).get(owner.organization, event.document_file))
    assert file["tone"]["text"] == "Short and dry."
    await owner.put(path, {"version": 2, "body": body}, 409)
    reopened = await owner.post(f"{path}/reopen", {"version": 2})
    assert (reopened["status"], reopened["version"], reopened["approved_by"]) == ("draft", 3, None)
    await owner.post(f"{path}/reopen", {"version": 3}, 409)


async def test_of_two_people_at_once_one_is_told(house: House) -> None:
    owner = await drafted(house)
    path = f"/requirements/{(await owner.newest())['requirements_id']}"
    body = editable(await owner.get(path))
    people = [house.person(owner.organization) for _ in range(4)]

    async def save(place: int) -> int:
        mine = {**body, "tone": {"value": "friendly_professional", "text": f"Tone {place}.", "source_claims": []}}
        return (await people[place].send("PUT", path, json={"version": 1, "body": mine})).status_code

    assert sorted(await asyncio.gather(*map(save, range(4)))) == [200, 409, 409, 409]
    answers = await asyncio.gather(*(person.send("POST", f"{path}/approve", json={"version": 2}) for person in people))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(await house.events(owner.organization, RequirementsApproved)) == 1


async def test_one_document_is_approved_at_a_time(house: House) -> None:
    owner = await drafted(house)
    first = await owner.newest()
    await owner.post(f"/requirements/{first['requirements_id']}/approve", {"version": 1})
    await house.research(owner.organization, [*shop(), claim("product_or_service", "Frame building")])
    await house.deliver()
    second = await owner.newest()
    await house.research(owner.organization, [*shop(), claim("product_or_service", "Wheel building")])
    await house.deliver()
    third = await owner.newest()
    refused = await owner.post(f"/requirements/{second['requirements_id']}/approve", {"version": 1}, 409)
    assert refused["title"] == "Replaced"
    await owner.post(f"/requirements/{third['requirements_id']}/approve", {"version": 1})
    assert [item["status"] for item in (await owner.get("/requirements"))["items"]] == ["approved", "superseded", "superseded"]
    assert len((await owner.get("/requirements", params={"status": "approved"}))["items"]) == 1
    page = await owner.get("/requirements", params={"limit": 2})
    rest = await owner.get("/requirements", params={"limit": 2, "cursor": page["next_cursor"]})
    assert [item["requirements_id"] for item in rest["items"]] == [first["requirements_id"]]


async def test_another_tenant_sees_nothing_and_roles_count(house: House) -> None:
    owner = await drafted(house)
    item = await owner.newest()
    path = f"/requirements/{item['requirements_id']}"
    other = await drafted(house)
    body = editable(await owner.get(path))
    assert (await other.newest())["requirements_id"] != item["requirements_id"]
    for method, where, sent in (
        ("GET", path, None),
        ("GET", f"/requirements/research/{item['research_job_id']}", None),
        ("PUT", path, {"version": 1, "body": {**body, "topics": []}}),
        ("POST", f"{path}/approve", {"version": 1}),
        ("POST", f"{path}/reopen", {"version": 1}),
    ):
        assert (await other.send(method, where, json=sent)).status_code == 404, where
        headers = {"X-Tenant-ID": str(owner.organization)}
        assert (await other.send(method, where, json=sent, headers=headers)).status_code == 404, where
    viewer = house.person(owner.organization, "viewer")
    assert (await viewer.send("POST", f"{path}/approve", json={"version": 1})).status_code == 403
    assert (await viewer.send("PUT", path, json={"version": 1, "body": body})).status_code == 403
    drafter = house.person(owner.organization, "sales_specialist")
    assert (await drafter.send("POST", f"{path}/approve", json={"version": 1})).status_code == 403


async def test_staff_see_all_their_clients_and_change_them_one_by_one(house: House) -> None:
    owner = await drafted(house)
    item = await owner.newest()
    operator = house.organization(operator=True)
    staff = house.person(operator, "sales_agent")
    house.person(owner.organization, "sales_agent", actor=staff.actor)
    assert (await staff.newest())["requirements_id"] == item["requirements_id"]
    path = f"/requirements/{item['requirements_id']}"
    assert (await staff.get(path))["body"]["topics"][0]["sources"]
    assert (await staff.send("POST", f"{path}/approve", json={"version": 1})).status_code == 404, "a verb names its client"
    headers = {"X-Tenant-ID": str(owner.organization)}
    assert (await staff.send("POST", f"{path}/approve", json={"version": 1}, headers=headers)).status_code == 200


async def test_bad_bodies_are_refused_with_a_reason(house: House) -> None:
    owner = await drafted(house)
    path = f"/requirements/{(await owner.newest())['requirements_id']}"
    body = editable(await owner.get(path))
    unknown = str(uuid7())
    for changed, status in (
        ({}, 422),
        ({**body, "tone": None}, 422),
        ({**body, "channels": [{"text": "Smoke", "channel": "smoke_signals"}]}, 422),
        ({**body, "goals": [{"text": "x" * 210_000}]}, 413),
        ({**body, "company": " "}, 422),
        ({**body, "goals": [{"text": "  "}]}, 422),
        ({**body, "languages": [{"text": "English is spoken.", "tag": "English"}]}, 422),
        ({**body, "escalation_rules": [{"text": "x", "condition": "When angry!", "action": "suggest_handoff"}]}, 422),
        ({**body, "goals": [{"text": "null \x00 character"}]}, 422),
        ({**body, "goals": [{"text": "x", "source_claims": [unknown]}]}, 422),
    ):
        answer = await owner.send("PUT", path, json={"version": 1, "body": changed})
        assert answer.status_code == status, answer.text
        assert answer.json()["next"]
    lone = await owner.send(
        "PUT",
        path,
        content=json.dumps({"version": 1, "body": {**body, "goals": [{"text": "SURROGATE"}]}}).replace("SURROGATE", "\\ud800"),
        headers={"Content-Type": "application/json"},
    )
    assert lone.status_code == 422
    for version in (0, -1, 2**40, "x", None):
        assert (await owner.send("POST", f"{path}/approve", json={"version": version})).status_code == 422
    assert (await owner.send("POST", f"/requirements/{uuid7()}/approve", json={"version": 1})).status_code == 404
    for cursor in ("x", "IjEi", "MQ", "e30"):
        assert (await owner.send("GET", "/requirements", params={"cursor": cursor})).status_code == 400, cursor
    assert (await owner.newest())["version"] == 1


async def test_a_company_without_claims_or_name_gets_a_draft_of_questions(house: House) -> None:
    organization = house.organization()
    await house.research(organization, [], source="https://quiet.example/home")
    await house.deliver()
    owner = house.person(organization)
    document = await owner.get(f"/requirements/{(await owner.newest())['requirements_id']}")
    assert document["body"]["company"] == "quiet.example"
    assert document["body"]["open_questions"]
