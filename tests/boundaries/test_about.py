"""What an installation says of what answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from assembled import House, assembled, fresh_database
from retinue.assembly.about import scores
from retinue.assembly.tasks import all_tasks


@pytest_asyncio.fixture(scope="module")
async def house(server: str, template: str, tmp_path_factory) -> AsyncIterator[House]:
    with fresh_database(server, template) as url:
        async with assembled(url, tmp_path_factory.mktemp("home")) as house:
            yield house


def test_every_score_is_on_the_page_of_quality() -> None:
    page = (Path(__file__).parents[2] / "docs" / "quality.md").read_text()
    assert {"pii.find", "policy.check", "intent.classify", "answer.ground", "research.profile"} <= {score.task for score in scores()}
    assert all(f"| {score.value} |" in page for score in scores())


async def test_tasks_say_what_they_take_and_how_good_their_rules_are(house: House) -> None:
    tasks = {task["name"]: task for task in (await (await house.operator()).get("/tasks"))["items"]}
    assert tasks.keys() == all_tasks().keys()
    found = tasks["pii.find"]
    assert found["by_rules"]
    assert "text" in found["input"]["properties"]
    assert found["scores"][0]["measure"] == "F1 of exact spans"


async def test_without_a_key_rules_answer_and_it_is_said(house: House) -> None:
    assert await (await house.operator()).get("/engine") == {"mode": "rules", "providers": []}
    for path in ("/engine", "/tasks"):
        assert (await house.at().get(path)).status_code == 401


async def test_a_visitor_is_told_nothing(house: House) -> None:
    client = await house.client()
    key = (await client.post("/widget-keys", {"name": "site"})).json()["key"]
    for path in ("/engine", "/tasks"):
        assert (await house.at().get(path, headers={"Authorization": f"Bearer {key}"})).status_code == 403
