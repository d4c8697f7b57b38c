"""The contract over HTTP says everything, in plain words, of every operation; and says it truly."""

import re
from pathlib import Path
from typing import Any, cast

import pytest

from assembled import assembled
from retinue.assembly.application import application
from retinue.assembly.rooms import ROOMS
from retinue.kernel.process import Process

DOCUMENT: dict[str, Any] = application(cast(Process, None), ROOMS).openapi()
OPERATIONS = [(method.upper(), path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()]


def parameters(operation: dict[str, Any]) -> set[str]:
    return {each["$ref"].rpartition("/")[2] if "$ref" in each else each["name"] for each in operation.get("parameters", ())}


def public(operation: dict[str, Any]) -> bool:
    return operation.get("security") == []


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda x: x if isinstance(x, str) else "")
def test_an_operation_says_what_it_does_takes_and_answers(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"] != operation["operationId"].partition(".")[2].replace("_", " ").title(), (
        "say at the route what it does: summary="
    )
    assert operation["description"] and operation["summary"][0].isupper() and " " in operation["summary"]
    assert not operation["summary"].endswith(".") and not [key for key in operation if key.startswith("x-")]
    assert len(operation["tags"]) == 1 and operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    refused = {"default"}
    if path.startswith("/api/"):
        refused |= {"401", "422", "429"} | (set() if public(operation) else {"403", "404"}) | ({"409"} if method != "GET" else set())
    for status in refused:
        assert operation["responses"][status]["$ref"].startswith("#/components/responses/")
    if path.startswith("/api/") and not public(operation):
        assert "X-Tenant-ID" in parameters(operation)
        assert ("Idempotency-Key" in parameters(operation)) == (method == "POST")
        answered = next(response for status, response in operation["responses"].items() if status.startswith("2"))
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= answered["headers"].keys()
        assert ("Retinue-Event" in answered["headers"]) == (method != "GET")


def test_every_tag_is_said_in_a_sentence_by_one_router() -> None:
    used = {tag for _, _, operation in OPERATIONS for tag in operation["tags"]}
    assert {tag["name"] for tag in DOCUMENT["tags"]} == used
    for tag in used - {"health"}:
        said = [router.about for room in ROOMS for router in room.routers if router.tag == tag and router.about]
        assert len(said) <= 1, f"{tag}: about= stands at several routers"


def test_ids_of_operations_are_each_ones_own() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_every_reference_leads_somewhere() -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                found: Any = DOCUMENT
                for step in node["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(DOCUMENT)
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]


async def test_who_needs_no_sign_in_is_what_the_contract_says(owner_url: str, tmp_path: Path) -> None:
    async with assembled(owner_url, tmp_path) as house:
        http, wrong = house.at(), []
        asked = [(method, path, operation) for method, path, operation in OPERATIONS if path.startswith("/api/")]
        for method, path, operation in asked:
            filled = re.sub(r"\{[^}]*\}", "00000000-0000-7000-8000-000000000000", path)
            answer = await http.request(method, f"http://retinue{filled}", json={})  # a body that most of them would not take
            stopped = answer.status_code == 401 and answer.json()["title"] == "Unauthorized"
            if stopped == public(operation):
                wrong.append((method, path, answer.status_code))
            if stopped:
                assert answer.headers["www-authenticate"] == "Bearer"
        assert len(asked) > 80 and wrong == []
