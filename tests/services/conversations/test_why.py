"""Why an answer was given: the steps that ran, as they were recorded, for staff only, and gone with the person."""

from datetime import timedelta
from uuid import UUID

from retinue.kernel.security import Signer
from retinue.kernel.work import uuid7

from .talking import Caller, Client, House, Visit
from .test_with_a_model import call, modelled

__all__ = ["modelled"]


async def path_of(client: Client, visit: Visit, message_id: str) -> dict:
    answer = await client.person().get(f"{visit.path}/messages/{message_id}/why")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_path_of_an_answer_by_rules(client: Client) -> None:
    visit = await client.start()
    answer = await visit.say("What does the calibration of a bench scale cost?")
    why = await path_of(client, visit, answer["message_id"])
    assert why["question"] == "What does the calibration of a bench scale cost?"
    assert (why["answered_by"], why["grounded"], why["config_version"], why["cost_usd"]) == ("rules", True, 1, 0.0)
    assert [step["step"] for step in why["steps"]] == ["policy_in", "understood", "found", "supported", "answered"]
    policy, understood, found, supported, answered = why["steps"]
    assert (policy["action"], policy["reasons"]) == ("allow", [])
    assert understood["questions"] == ["What does the calibration of a bench scale cost?"]
    assert found["count"] >= 1 and found["passages"][0]["document_id"] == "handbook"
    assert 0 < found["passages"][0]["score"] <= 1
    assert supported["grounded"] and any("£85" in quote["quote"] for quote in supported["quotes"])
    assert (answered["by"], answered["citations"]) == ("rules", len(answer["citations"]))
    assert all(step["ms"] >= 0 for step in why["steps"])
    assert sum(step["ms"] for step in why["steps"]) <= why["ms"] + 5
    shown = (await client.person().get(f"/inbox/{visit.id}/thread")).json()["items"][0]
    assert (shown["why"], shown["model"], shown["cost_usd"]) == (True, None, 0.0)


async def test_only_steps_that_ran_are_there(client: Client) -> None:
    visit = await client.start()
    hello = await visit.say("hello")
    assert [s["step"] for s in (await path_of(client, visit, hello["message_id"]))["steps"]] == ["policy_in", "understood", "answered"]
    person = await visit.say("I am Ann Lee, ann@lee.example. Can I talk to a human?")
    steps = (await path_of(client, visit, person["message_id"]))["steps"]
    assert [s["step"] for s in steps] == ["understood", "tool", "tool", "answered"]
    assert (steps[0]["details"], steps[0]["handover"]) == (["name", "email"], "user_requests_human")
    assert [s["name"] for s in steps[1:3]] == ["capture_contact", "hand_over"]
    greeting = (await visit.messages())[0]
    assert (await path_of(client, visit, greeting["message_id"]))["steps"] is None


async def test_the_path_of_a_model(modelled) -> None:
    house, vendor = modelled
    client = await house.client()
    from simulators.vendor import Say

    vendor.next.extend([call("search_knowledge", query="opening hours on Saturday"), Say("We open at nine on Saturdays [1].")])
    visit = await client.start()
    answer = await visit.say("And on Saturdays?")
    why = await path_of(client, visit, answer["message_id"])
    assert [s["step"] for s in why["steps"]] == ["model", "found", "model", "answered"]
    assert why["model"].startswith("openai:")
    assert why["steps"][0]["calls"] == ["search_knowledge"]
    assert why["steps"][3]["citations"] == 1


async def test_who_may_read_it(house: House, client: Client) -> None:
    visit, other = await client.start(), await client.start()
    answer = await visit.say("When are you open on Saturdays?")
    asked = (await visit.messages())[1]
    path = f"/messages/{answer['message_id']}/why"
    assert (await visit.visitor.get(visit.path + path)).status_code == 403
    assert (await client.person("viewer").get(visit.path + path)).status_code == 200
    assert (await client.person().get(other.path + path)).status_code == 404
    assert (await client.person().get(f"{visit.path}/messages/{asked['message_id']}/why")).status_code == 404
    assert (await client.person().get(f"{visit.path}/messages/{uuid7()}/why")).status_code == 404
    stranger = (await house.client()).person("owner")
    assert (await Caller(house, stranger.token).get(visit.path + path)).status_code == 404
    key = house.process.get(Signer).sign("access", timedelta(hours=1), org=str(client.id), sub=str(uuid7()))
    assert (await Caller(house, key, client.id).get(visit.path + path)).status_code == 404


async def test_it_goes_with_the_person(house: House, client: Client) -> None:
    visit = await client.start()
    answer = await visit.say("I am Delia Brandt. What does delivery to Scotland cost?")
    assert any("Delia" in str(step) or step["step"] == "found" for step in (await path_of(client, visit, answer["message_id"]))["steps"])
    owner = client.person("owner")
    assert (await owner.post(f"{visit.path}/forget")).json() == {"conversations": 1}
    why = await path_of(client, visit, answer["message_id"])
    assert (why["question"], why["content"], why["steps"], why["citations"]) == ("", "", None, [])
    (row,) = house.sql("select path from conversations.message where id = %s", UUID(answer["message_id"]))
    assert row.path is None
