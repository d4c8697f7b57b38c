"""The contract over HTTP says everything, in plain words, of every operation; and says it truly."""

from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.routing import APIRoute

from assembled import assembled
from retinue.assembly.application import application
from retinue.assembly.operations import PUBLIC, STREAMS, SUMMARIES, WAITS
from retinue.assembly.rooms import ROOMS
from retinue.kernel.process import Process

DOCUMENT: dict[str, Any] = application(cast(Process, None), ROOMS).openapi()
OPERATIONS = [(method.upper(), path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()]


def parameters(operation: dict[str, Any]) -> set[str]:
    return {each["$ref"].rpartition("/")[2] if "$ref" in each else each["name"] for each in operation.get("parameters", ())}


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda x: x if isinstance(x, str) else "")
def test_an_operation_says_what_it_does_takes_and_answers(method: str, path: str, operation: dict[str, Any]) -> None:
    assert (method, path) in SUMMARIES, "say in assembly/operations.py what it does"
    assert operation["description"] and operation["summary"][0].isupper() and " " in operation["summary"]
    assert len(operation["tags"]) == 1 and operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    refused = {"default"}
    if path.startswith("/api/"):
        refused |= {"401", "422", "429"} | (set() if (method, path) in PUBLIC else {"403", "404"}) | ({"409"} if method != "GET" else set())
    for status in refused:
        assert operation["responses"][status]["$ref"].startswith("#/components/responses/")
    if path.startswith("/api/") and (method, path) not in PUBLIC:
        assert "X-Tenant-ID" in parameters(operation)
        assert ("Idempotency-Key" in parameters(operation)) == (method == "POST")
        answered = next(response for status, response in operation["responses"].items() if status.startswith("2"))
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= answered["headers"].keys()
        assert ("Retinue-Event" in answered["headers"]) == (method != "GET")


def test_words_are_of_operations_that_exist() -> None:
    known = {(method, path) for method, path, _ in OPERATIONS}
    assert SUMMARIES.keys() | PUBLIC | WAITS | STREAMS.keys() == known


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
        for route in house.app.routes:
            if not isinstance(route, APIRoute) or not route.path.startswith("/api/"):
                continue
            path = "".join(
                "00000000-0000-7000-8000-000000000000" if i % 2 else part for i, part in enumerate(route.path.replace("}", "{").split("{"))
            )
            for method in route.methods:
                answer = await http.request(method, f"http://retinue{path}", json={})
                if (answer.status_code == 401) == ((method, route.path) in PUBLIC):
                    wrong.append((method, route.path, answer.status_code))
                if answer.status_code == 401:
                    assert answer.headers["www-authenticate"] == "Bearer"
        assert wrong == []
