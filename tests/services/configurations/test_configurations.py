"""From approved requirements to a deployed version, and what people do with versions."""

import asyncio
import copy
import json
from typing import Any
from uuid import UUID

import pytest
import yaml

from harness import deliver_everything, one_event
from retinue.contracts.configurations import ConfigurationCreated, ConfigurationDeployed, ConfigurationRolledBack
from retinue.contracts.requirements import RequirementsApproved, RequirementsDrafted
from retinue.kernel.deliver import Deliverer
from retinue.kernel.work import uuid7
from services.requirements.house import PROVED, House, Person, claim, shop

OWN: dict[str, Any] = {
    "config_metadata": {"product_type": "chatbot", "config_name": "desk"},
    "system_prompt": {"role": "assistant", "instructions": "Answer from the library."},
    "llm_config": {"provider": "openai", "model": "balanced"},
    "tools_available": [{"tool_name": "search_knowledge", "status": "implemented"}],
}


def own(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(OWN) | parts


async def draft_of(house: House, organization: UUID, *more: str) -> Person:
    """Research told and drafted; an owner."""
    await house.research(organization, [*shop(), *(claim("product_or_service", name) for name in more)])
    await house.deliver()
    return house.person(organization)


async def approve(owner: Person, *, automatic: bool = False) -> Any:
    newest = await owner.newest()
    sent = {"version": newest["version"], "automatic": automatic}
    return await owner.post(f"/requirements/{newest['requirements_id']}/approve", sent)


async def live(owner: Person) -> dict[str, int]:
    (item,) = (await owner.get("/configurations"))["items"]
    deployed: dict[str, int] = item["deployed"]
    return deployed


async def test_the_whole_way_from_claims_to_a_deployed_agent(house: House) -> None:
    owner = await draft_of(house, await house.client())
    newest = await owner.newest()
    path = f"/requirements/{newest['requirements_id']}"
    body = (await owner.get(path))["body"]
    body["goals"].append({"text": "Take enquiries for hire bikes.", "source_claims": []})
    await owner.put(path, {"version": 1, "body": body})
    await owner.post(f"{path}/approve", {"version": 2})
    await house.deliver()
    (item,) = (await owner.get("/configurations"))["items"]
    assert (item["product_type"], item["newest_version"], item["deployed"]) == ("chatbot", 1, {"production": 1})
    shown = await owner.get(f"/configurations/{item['config_id']}")
    assert "Brookside Cycles" in shown["body"]["greeting"]
    assert "Take enquiries for hire bikes." in shown["body"]["system_prompt"]["instructions"]
    metadata = shown["body"]["config_metadata"]
    assert (metadata["config_id"], metadata["client_id"], metadata["version"]) == (item["config_id"], str(owner.organization), 1)
    assert shown["body"]["vector_db_config"]["namespace"] == "default"
    assert shown["blockers"] == []
    (drafted,) = await house.events(owner.organization, RequirementsDrafted)
    (created,) = await house.events(owner.organization, ConfigurationCreated)
    (deployed,) = await house.events(owner.organization, ConfigurationDeployed)
    assert drafted.lineage == created.lineage == deployed.lineage
    assert (created.requirements_id, created.answered_by) == (UUID(newest["requirements_id"]), "rules")
    assert (deployed.version, deployed.environment, deployed.previous_version) == (1, "production", None)
    (generation,) = (await owner.get("/configurations/generations"))["items"]
    assert (generation["status"], generation["version"], generation["requirements_version"]) == ("created", 1, 2)


@pytest.mark.parametrize("seed", range(3))
async def test_late_and_repeated_events_end_the_same(house: House, seed: int) -> None:
    owner = await draft_of(house, await house.client())
    await approve(owner)
    await deliver_everything(house.database, PROVED, house.owner_url, late=0.7, seed=seed)
    await house.deliver()
    assert await live(owner) == {"production": 1}
    for kind in (ConfigurationCreated, ConfigurationDeployed):
        assert len(await house.events(owner.organization, kind)) == 1


async def test_an_older_approval_that_comes_late_changes_nothing(house: House) -> None:
    owner = await draft_of(house, await house.client())
    await approve(owner)
    (old,) = await house.events(owner.organization, RequirementsApproved)
    deliverer = Deliverer(house.database, {room.name: room.handlers for room in PROVED})
    await one_event(deliverer, "configurations", owner.organization, aside=True)
    await draft_of(house, owner.organization, "Frame building")
    await approve(owner, automatic=True)
    await house.deliver()
    before = await owner.get("/configurations")
    assert await replay(house, owner.organization, old.number)
    await house.deliver()
    assert await owner.get("/configurations") == before
    statuses = [item["status"] for item in (await owner.get("/configurations/generations"))["items"]]
    assert statuses == ["overtaken", "created"]
    shown = await owner.get(f"/configurations/{before['items'][0]['config_id']}")
    assert "rame building" in shown["body"]["system_prompt"]["instructions"]


async def replay(house: House, organization: UUID, number: int) -> bool:
    from retinue.kernel.deliver import Deliverer

    return await Deliverer(house.database, {room.name: room.handlers for room in PROVED}).replay("configurations", organization, number)


async def test_a_job_that_runs_again_makes_one_version(house: House) -> None:
    owner = await draft_of(house, await house.client())
    await approve(owner)
    await deliver_everything(house.database, PROVED, house.owner_url, late=0)
    (id,) = house.owner.execute("select id from configurations.generation").fetchone()
    arguments = {"generation_id": str(id)}
    await asyncio.gather(*(house.job("configurations.generate", owner.organization, **arguments) for _ in range(3)))
    await house.deliver()
    for kind in (ConfigurationCreated, ConfigurationDeployed):
        assert len(await house.events(owner.organization, kind)) == 1


async def test_a_later_version_waits_for_a_person_unless_nobody_had_to_approve(house: House) -> None:
    owner = await draft_of(house, await house.client())
    await approve(owner)
    await house.deliver()
    await draft_of(house, owner.organization, "Frame building")
    await approve(owner)
    await house.deliver()
    (item,) = (await owner.get("/configurations"))["items"]
    assert (item["newest_version"], item["deployed"]) == (2, {"production": 1})
    await draft_of(house, owner.organization, "Wheel building")
    await approve(owner, automatic=True)
    await house.deliver()
    (item,) = (await owner.get("/configurations"))["items"]
    assert (item["newest_version"], item["deployed"]) == (3, {"production": 3})
    changes = await owner.get(f"/configurations/{item['config_id']}/diff", params={"from": 2, "to": 3})
    assert [change["path"] for change in changes["changes"]] == ["system_prompt.instructions"]


async def test_a_widget_that_people_made_outlives_new_requirements(house: House) -> None:
    owner = await draft_of(house, await house.client())
    await approve(owner)
    await house.deliver()
    (item,) = (await owner.get("/configurations"))["items"]
    path = f"/configurations/{item['config_id']}/versions"
    body = (await owner.get(f"{path}/1"))["body"] | {"widget": {"title": "Ask the workshop"}}
    await owner.post(path, {"body": body, "message": "A title", "based_on": 1}, 201)
    await draft_of(house, owner.organization, "Frame building")
    await approve(owner)
    await house.deliver()
    assert (await owner.get(f"{path}/3"))["body"]["widget"]["title"] == "Ask the workshop"


async def test_requirements_that_change_nothing_make_no_version(house: House) -> None:
    owner = await draft_of(house, await house.client())
    approved = await approve(owner)
    await house.deliver()
    path = f"/requirements/{approved['requirements_id']}"
    await owner.post(f"{path}/reopen", {"version": 1})
    await owner.post(f"{path}/approve", {"version": 2, "automatic": True})
    await house.deliver()
    assert len(await house.events(owner.organization, ConfigurationCreated)) == 1
    assert len(await house.events(owner.organization, ConfigurationDeployed)) == 1
    first = (await owner.get("/configurations/generations"))["items"][0]
    assert (first["status"], first["version"], first["requirements_version"]) == ("unchanged", 1, 2)


async def test_a_document_that_is_gone_is_a_generation_that_failed(house: House) -> None:
    organization = await house.client()
    gone = RequirementsApproved(requirements_id=uuid7(), version=1, document_file="0" * 64, automatic=True)
    await house.emit("requirements", organization, gone)
    await house.deliver()
    owner = house.person(organization)
    (item,) = (await owner.get("/configurations/generations"))["items"]
    assert item["status"] == "failed"
    assert item["reason"]
    assert item["next"]


async def test_versions_of_a_persons_own(house: House) -> None:
    owner = house.person(await house.client(), "developer")
    made = await owner.post("/configurations", {"body": OWN}, 201)
    assert (made["version"], made["answered_by"], made["created_by"], made["deployed_in"]) == (1, "person", str(owner.actor), [])
    path = f"/configurations/{made['config_id']}"
    second = own(greeting="Hello.", suggested_questions=["When are you open?", "What does it cost?"])
    added = await owner.post(f"{path}/versions", {"body": second, "message": "Greet people", "based_on": 1}, 201)
    assert (added["version"], added["message"]) == (2, "Greet people")
    same = await owner.post(f"{path}/versions", {"body": added["body"], "message": "Again", "based_on": 2}, 201)
    assert same["version"] == 2, "a body that says the same is no new version"
    spoken = {**second, "config_metadata": {**OWN["config_metadata"], "languages": ["en", "de"]}}
    assert (await owner.post(f"{path}/versions", {"body": spoken, "message": "Speak", "based_on": 2}, 201))["version"] == 3
    stale = await owner.post(f"{path}/versions", {"body": OWN, "message": "Late", "based_on": 1}, 409)
    assert "version 3 was saved" in stale["detail"]
    asked = await owner.get(f"{path}/diff", params={"from": 1, "to": 3})
    assert {(change["path"], change["op"]) for change in asked["changes"]} == {
        ("greeting", "add"),
        ("suggested_questions[0]", "add"),
        ("suggested_questions[1]", "add"),
        ("config_metadata.languages[0]", "add"),
        ("config_metadata.languages[1]", "add"),
    }
    back = await owner.get(f"{path}/diff", params={"from": 2, "to": 1})
    assert {change["op"] for change in back["changes"]} == {"remove"}
    page = await owner.get(f"{path}/versions", params={"limit": 2})
    assert [item["version"] for item in page["items"]] == [3, 2]
    rest = await owner.get(f"{path}/versions", params={"cursor": page["next_cursor"]})
    assert [item["version"] for item in rest["items"]] == [1]
    assert "body" not in rest["items"][0]
    assert len(await house.events(owner.organization, ConfigurationCreated)) == 3


async def test_yaml_in_and_out_and_the_schema(house: House) -> None:
    owner = house.person(await house.client())
    made = await owner.post("/configurations", {"body": yaml.safe_dump(OWN), "message": "From YAML"}, 201)
    path = f"/configurations/{made['config_id']}"
    for where in (path, f"{path}/versions/1"):
        answer = await owner.send("GET", where, headers={"Accept": "application/yaml"})
        assert answer.headers["content-type"].startswith("application/yaml")
        assert yaml.safe_load(answer.text)["system_prompt"]["instructions"] == "Answer from the library."
    again = await owner.post(f"{path}/versions", {"body": answer.text, "message": "Same", "based_on": 1}, 201)
    assert again["version"] == 1
    schema = await owner.get("/configurations/schema")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (await owner.get(f"{path}/versions/1"))["body"]["llm_config"]["model"] == "balanced"


async def test_validation_names_every_fault(house: House) -> None:
    owner = house.person(await house.client())
    wrong = own(system_prompt={"role": "Not a name"}, surprise=1)
    said = await owner.post("/configurations/validate", {"body": wrong})
    assert not said["valid"]
    assert {"system_prompt.role", "system_prompt.instructions", "surprise"} <= {fault["path"] for fault in said["faults"]}
    twice = own(tools_available=[{"tool_name": "book", "status": "missing"}] * 2)
    said = await owner.post("/configurations/validate", {"body": twice})
    assert {fault["path"] for fault in said["faults"]} == {"tools_available[1].tool_name"}
    unknown = own(tools_available=[{"tool_name": "send_flowers", "status": "implemented"}])
    said = await owner.post("/configurations/validate", {"body": unknown})
    assert (said["valid"], said["deployable"]) == (True, False)
    assert said["blockers"][0]["path"] == "tools_available[0]"
    for broken in ("a: [", "a: &x 1\nb: *x", {"system_prompt": "x" * 210_000}, deep(50), "x: " + "y" * 210_000):
        said = await owner.post("/configurations/validate", {"body": broken})
        assert not said["valid"]
        assert said["faults"]
    assert (await owner.post("/configurations/validate", {"body": OWN})) == {
        "valid": True,
        "deployable": True,
        "faults": [],
        "blockers": [],
        "missing": [],
    }


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels):
        made = {"a": made}
    return made


async def test_bad_input_is_refused_and_nothing_kept(house: House) -> None:
    owner = house.person(await house.client())
    for body, status in (
        ({}, 422),
        ({"body": []}, 422),
        ({"body": {}}, 422),
        ({"body": own(surprise=True)}, 422),
        ({"body": own(greeting="x" * 210_000)}, 413),
        ({"body": deep(60)}, 413),
        ({"body": own(greeting="a\x00b")}, 422),
        ({"body": OWN, "message": "  "}, 422),
        ({"body": OWN, "message": "a\x00"}, 422),
    ):
        answer = await owner.post("/configurations", body, status)
        assert answer["next"]
    lone = json.dumps({"body": own(greeting="SURROGATE")}).replace("SURROGATE", "\\ud800")
    answer = await owner.send("POST", "/configurations", content=lone, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert (await owner.get("/configurations"))["items"] == []
    made = await owner.post("/configurations", {"body": OWN}, 201)
    path = f"/configurations/{made['config_id']}"
    voice = own(config_metadata={"product_type": "voicebot"}, sip_config={"primary_provider": "twilio", "primary_endpoint": "+15550100000"})
    await owner.post(f"{path}/versions", {"body": voice, "message": "Speak", "based_on": 1}, 422)
    await owner.post(f"{path}/deploy", {"version": 2}, 404)
    await owner.post(f"{path}/deploy", {"version": 1, "environment": "moon"}, 422)
    await owner.post(f"{path}/rollback", {}, 409)
    for where in (f"{path}/versions/2", f"/configurations/{uuid7()}", f"/configurations/{uuid7()}/versions", f"{path}/diff?from=1&to=9"):
        assert (await owner.send("GET", where)).status_code == 404
    for where in (f"{path}/versions/0", "/configurations/x", f"{path}/diff?from=1", f"{path}/versions/99999999999"):
        assert (await owner.send("GET", where)).status_code == 422
    for where in ("/configurations", f"{path}/versions", "/configurations/generations"):
        assert (await owner.send("GET", where, params={"cursor": "e30"})).status_code == 400


async def test_deploying_and_rolling_back(house: House) -> None:
    owner = house.person(await house.client())
    made = await owner.post("/configurations", {"body": OWN}, 201)
    path = f"/configurations/{made['config_id']}"
    await owner.post(f"{path}/versions", {"body": own(greeting="Hi."), "message": "Greet", "based_on": 1}, 201)
    unknown = own(tools_available=[{"tool_name": "send_flowers", "status": "implemented"}])
    third = await owner.post(f"{path}/versions", {"body": unknown, "message": "Flowers", "based_on": 2}, 201)
    refused = await owner.post(f"{path}/deploy", {"version": 3}, 409)
    assert "send_flowers does not exist" in refused["detail"]
    assert third["blockers"][0]["path"] == "tools_available[0]"
    await owner.post(f"{path}/deploy", {"version": 1, "environment": "staging"})
    await owner.post(f"{path}/deploy", {"version": 1})
    await owner.post(f"{path}/rollback", {}, 409)
    await owner.post(f"{path}/deploy", {"version": 2})
    again = await owner.post(f"{path}/deploy", {"version": 2})
    assert again["deployed"] == {"production": 2, "staging": 1}
    answers = await asyncio.gather(*(owner.send("POST", f"{path}/rollback", json={"from_version": 2}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await live(owner) == {"production": 1, "staging": 1}
    (item,) = (await owner.get("/configurations"))["items"]
    seen = [(d["environment"], d["version"], d["previous_version"], d["deployed_by"]) for d in item["deployments"]]
    assert seen == [("production", 1, 2, str(owner.actor)), ("staging", 1, None, str(owner.actor))]
    deployed = await house.events(owner.organization, ConfigurationDeployed)
    assert [(e.environment, e.version, e.previous_version) for e in deployed] == [
        ("staging", 1, None),
        ("production", 1, None),
        ("production", 2, 1),
    ]
    (rolled,) = await house.events(owner.organization, ConfigurationRolledBack)
    assert (rolled.version, rolled.from_version, rolled.environment) == (1, 2, "production")


async def test_of_two_people_who_save_at_once_one_is_told(house: House) -> None:
    owner = house.person(await house.client())
    made = await owner.post("/configurations", {"body": OWN}, 201)
    path = f"/configurations/{made['config_id']}/versions"
    sent = [{"body": own(greeting=f"Hello {n}."), "message": "Greet", "based_on": 1} for n in range(4)]
    answers = await asyncio.gather(*(owner.send("POST", path, json=body) for body in sent))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await house.events(owner.organization, ConfigurationCreated)) == 2


async def test_another_tenant_sees_nothing_and_roles_count(house: House) -> None:
    owner = house.person(await house.client())
    made = await owner.post("/configurations", {"body": OWN}, 201)
    path = f"/configurations/{made['config_id']}"
    other = house.person(await house.client("Other"))
    change = {"body": own(greeting="Mine."), "message": "Take over", "based_on": 1}
    calls: list[tuple[str, str, Any]] = [
        ("GET", path, None),
        ("GET", f"{path}/versions", None),
        ("GET", f"{path}/versions/1", None),
        ("GET", f"{path}/diff?from=1&to=1", None),
        ("POST", f"{path}/versions", change),
        ("POST", f"{path}/deploy", {"version": 1}),
        ("POST", f"{path}/rollback", {}),
    ]
    for method, where, sent in calls:
        assert (await other.send(method, where, json=sent)).status_code == 404, where
    assert (await other.get("/configurations"))["items"] == []
    developer = house.person(owner.organization, "developer")
    assert (await developer.send("POST", f"{path}/deploy", json={"version": 1})).status_code == 403
    viewer = house.person(owner.organization, "viewer")
    assert (await viewer.send("POST", f"{path}/versions", json=change)).status_code == 403
    staff = house.person(house.organization(operator=True), "sales_agent")
    house.person(owner.organization, "sales_agent", actor=staff.actor)
    assert len((await staff.get("/configurations"))["items"]) == 1
    for method, where, sent in calls[4:]:
        assert (await staff.send(method, where, json=sent)).status_code == 404, "a verb names its client"
