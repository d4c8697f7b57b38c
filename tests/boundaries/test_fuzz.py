"""Whatever is sent to any operation: never a 5xx, every refusal a problem, every answer as its schema says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import httpx
import jsonschema
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis import GenerationMode

from assembled import Caller, House, assembled
from retinue.assembly.application import application
from retinue.assembly.rooms import ROOMS
from retinue.kernel.process import Process

DOCUMENT: dict[str, Any] = application(cast(Process, None), ROOMS).openapi()
PUBLIC = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method, said in item.items() if said.get("security") == []}
REGISTRY = Registry().with_resource("urn:retinue", Resource(DOCUMENT, DRAFT202012))
THOROUGHLY = pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"])
SEED = 3
OURS = {"x-tenant-id", "authorization", "user-agent", "connection", "accept-encoding"}
WORDS = {"type", "title", "status", "detail", "next", "trace_id"}
CONFIGURATION = {
    "config_metadata": {"product_type": "chatbot", "languages": ["en-GB"]},
    "system_prompt": {"role": "assistant", "instructions": "You are the assistant of Fuzz & Sons.", "constraints": []},
    "llm_config": {"provider": "openai", "model": "balanced"},
}


def generated(operation: Any, mode: GenerationMode, examples: int) -> list[Any]:
    """Cases alone: they are sent in the test's own loop, where the database's connections live."""
    cases: list[Any] = []
    strategy = operation.as_strategy(generation_mode=mode)

    @seed(SEED)
    @settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    return cases


def requests(examples: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path of the contract, and what httpx takes: `examples` of each operation, well-formed and not."""
    for each in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations():
        operation = each.ok()
        public = (operation.method.upper(), operation.path) in PUBLIC
        if not operation.path.startswith("/api/"):
            continue
        takes = bool(operation.definition.raw.get("parameters") or operation.definition.raw.get("requestBody"))
        for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes else [])):
            for case in generated(operation, mode, 1 if public else examples):
                sent = case.as_transport_kwargs(base_url="http://retinue")
                yield operation.method.upper(), operation.path, sent


def check(method: str, path: str, answer: httpx.Response, sent: Any = "") -> None:
    said = f"{method} {path} {sent!r} -> {answer.status_code} {answer.text[:600]}"
    assert answer.status_code < 500, said
    assert "Traceback" not in answer.text and 'File "' not in answer.text, said
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", said
        if method != "HEAD":
            body = answer.json()
            assert body.keys() == WORDS and all(body.values()) and body["status"] == answer.status_code, said
        return
    documented = DOCUMENT["paths"].get(path, {}).get(method.lower(), {}).get("responses", {}).get(str(answer.status_code))
    assert documented is not None or method in ("HEAD", "OPTIONS"), said
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if documented and kind == "application/json" and answer.content:
        schema = documented["content"][kind]["schema"]
        if "$ref" in schema:
            schema = {"$ref": f"urn:retinue{schema['$ref']}"}
        jsonschema.Draft202012Validator(
            {"$id": "urn:retinue", **DOCUMENT, **schema} if "$ref" not in schema else schema, registry=REGISTRY
        ).validate(answer.json())


class Ids(dict[str, Any]):
    """By the names that stand in addresses: of what there is, else of nothing."""

    def __missing__(self, name: str) -> str:
        self[name] = str(uuid4())
        return str(self[name])


@pytest_asyncio.fixture
async def lived_in(owner_url: str, tmp_path: Path) -> Any:
    """A house with one of everything that can be made at once, and its ids."""
    async with assembled(owner_url, tmp_path) as house:
        staff = await house.client("Fuzz & Sons")
        assert staff.tenant
        ids = Ids({"client_id": staff.tenant, "client": staff.tenant, "number": "1", "room": "copilot"})
        made = await staff.post("/configurations", {"body": CONFIGURATION})
        assert made.status_code == 201, made.text
        ids["config_id"] = made.json()["config_id"]
        deployed = await staff.post(f"/configurations/{ids['config_id']}/deploy", {"version": 1, "environment": "production"})
        assert deployed.status_code == 200, deployed.text
        await house.settle()
        began = await staff.post("/chat/conversations", {})
        assert began.status_code == 201, began.text
        ids["id"] = ids["conversation_id"] = began.json()["conversation_id"]
        taken = await staff.post("/rag/ingest", {"content": "We open at eight.", "document_id": "hours"})
        assert taken.status_code == 202, taken.text
        ids["job_id"] = taken.json()["job_id"]
        ids["key_id"] = (await staff.post("/api-keys", {"name": "k", "scopes": ["library:read"]})).json()["id"]
        await house.settle()
        yield house, staff, ids


async def send(house: House, staff: Caller, method: str, url: str, **sent: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {staff.token}", "X-Tenant-ID": str(staff.tenant)} | (sent.pop("headers", None) or {})
    staff.connection = staff.connection or house.at()
    return await staff.connection.request(method, url, headers=headers, **sent)


@THOROUGHLY
async def test_nothing_that_is_sent_breaks_anything(lived_in: Any, thorough: bool) -> None:
    house, staff, ids = lived_in
    count, reached = 0, 0
    for turn, (method, path, sent) in enumerate(requests(3 if thorough else 1)):
        url = sent["url"] if turn % 2 else "http://retinue" + path.format_map(ids)
        headers = {n: v for n, v in sent["headers"].items() if n.lower() not in OURS}
        if turn % 5 == 0 and "X-Tenant-ID" in sent["headers"]:
            headers["X-Tenant-ID"] = sent["headers"]["X-Tenant-ID"]
        headers = {
            n.encode("utf-8", "replace"): str(v).encode("utf-8", "replace")
            for n, v in headers.items()
            if n.isascii() and "\n" not in str(v)
        }
        named = {"params": sent.get("params") or None} if isinstance(sent.get("params"), dict) else {}
        body = {"json": sent["json"]} if "json" in sent else {"content": data} if isinstance(data := sent.get("data"), (bytes, str)) else {}
        try:
            request = httpx.Request(method, url, headers=headers, **named, **body)  # type: ignore[arg-type]
        except (ValueError, TypeError):  # not even httpx would write this
            continue
        answer = await send(house, staff, method, str(request.url), headers=dict(request.headers), content=request.content)
        check(method, path, answer, (str(request.url), request.content[:300]))
        count, reached = count + 1, reached + (answer.status_code < 400)
    assert count > (300 if thorough else 100) and reached > (50 if thorough else 20), (count, reached)


NASTY: list[Any] = [
    "a\0b", "\ud800", 2**63, -(2**63) - 1, 10**400, 1e308, float("inf"), float("nan"), -1, 0, "", " ", [], {}, None, True, "%00", "\\u0000", "x" * 70_000,
    "' or 1=1 --", "\u202e", "é" * 300, {"$ref": "#"}, [[]], "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "123e4567",
]  # fmt: skip
NASTY_TEXTS = ["a\0b", 2**63, 10**30, -1, "", "%00", "AAAA", "W10", "WzFd", "bnVsbA", "eyJhIjoxfQ", "MQ", "1e9", "'", "é" * 300]


def written(body: Any) -> bytes:
    """As a careless program would: NaN, infinity and halves of pairs go out as Python writes them."""
    return json.dumps(body).encode()


def example(schema: dict[str, Any]) -> Any:
    """The least that a schema takes."""
    if "$ref" in schema:
        return example(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: example(schema["properties"][name]) for name in schema.get("required", ())}
    by_type = {
        "string": str(uuid4()) if schema.get("format") == "uuid" else "some words",
        "integer": 1,
        "number": 0.5,
        "boolean": True,
        "array": [],
    }
    return by_type.get(schema.get("type", ""))


@THOROUGHLY
async def test_every_field_withstands_what_is_nasty(lived_in: Any, thorough: bool) -> None:
    """Some values for each field, the next ones for the next: together all of them meet every operation."""
    house, staff, ids = lived_in
    count, in_turn = 0, 9 if thorough else 2
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            call = (method.upper(), path)
            if not path.startswith("/api/") or call in PUBLIC:
                continue
            url = path.format_map(ids)
            for parameter in operation.get("parameters", ()):
                if parameter.get("in") not in ("query", "path"):
                    continue
                for nasty in (str(NASTY_TEXTS[(count + step) % len(NASTY_TEXTS)]) for step in range(len(NASTY_TEXTS) if thorough else 2)):
                    if parameter["in"] == "query":
                        answer = await send(house, staff, *call[:1], f"http://retinue{url}", params={parameter["name"]: nasty})
                    elif nasty:
                        named = Ids(ids | {parameter["name"]: quote(nasty, safe="")})
                        answer = await send(house, staff, *call[:1], f"http://retinue{path.format_map(named)}")
                    check(*call, answer, (parameter["name"], nasty))
                    count += 1
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if not schema:
                continue
            whole = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            for field in whole.get("properties", {}):
                for nasty in (NASTY[(count + step) % len(NASTY)] for step in range(in_turn)):
                    body = (example(schema) or {}) | {field: nasty}
                    answer = await send(
                        house, staff, *call[:1], f"http://retinue{url}", content=written(body), headers={"Content-Type": "application/json"}
                    )
                    check(*call, answer, (field, str(nasty)[:80]))
                    count += 1
    assert count > (500 if thorough else 200)


async def test_bodies_headers_and_methods_that_make_no_sense(lived_in: Any) -> None:
    house, staff, ids = lived_in
    for path, item in DOCUMENT["paths"].items():
        url = "http://retinue" + path.format_map(ids)
        for method in ("HEAD", "OPTIONS", "TRACE", "PATCH", "BREW"):
            check(method, path, await send(house, staff, method, url))
        for method, operation in item.items():
            if "requestBody" not in operation or (method.upper(), path) in PUBLIC:
                continue
            for kind, body in (
                ("application/json", b'{"name": "\xff\xfe"}'), ("application/json", b"{"), ("application/json", b""), ("application/json", b"null"),
                ("application/json", b"[" * 100_000), ("application/json", b'{"a":' * 50_000), ("application/json", b"1" * 5000),
                ("application/json", b'"\\ud800"'),
                ("application/xml", b"<a/>"), ("text/plain", b"{}"), ("", b"{}"), ("application/json; charset=latin-1", b'{"name": "\xe9"}'),
                ("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"--x\r\n"), ("application/x-www-form-urlencoded", b"a=%00"),
                ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="document_id"\r\n\r\na\0b\r\n--x\r\n'
                 b'Content-Disposition: form-data; name="file"; filename="a\0.txt"\r\n\r\nwords\r\n--x--\r\n'),
            ):  # fmt: skip
                answer = await send(house, staff, method.upper(), url, content=body, headers={"Content-Type": kind} if kind else {})
                check(method.upper(), path, answer, (kind, body[:40]))
    for header in ({"X-Tenant-ID": "nobody"}, {"Idempotency-Key": "k" * 201}, {"Prefer": "wait=nan"}, {"Prefer": "wait=1e400"}, {"Last-Event-ID": "9" * 30},
                   {"traceparent": "00-" + "z" * 32 + "-1-1"}, {"Authorization": "Bearer " + "é"}, {"Authorization": "Bearer rtn_\0"}):  # fmt: skip
        sent = {name: value.encode() for name, value in header.items()}
        for method, path, body in (("GET", "/api/v1/clients", b""), ("POST", "/api/v1/rag/query", b'{"query": "when?"}'),
                                   ("POST", f"/api/v1/chat/conversations/{ids['id']}/messages", b'{"content": "when?"}')):  # fmt: skip
            answer = await send(
                house, staff, method, f"http://retinue{path}", content=body, headers={"Content-Type": b"application/json"} | sent
            )
            check(method, path.replace(ids["id"], "{id}"), answer, header)


async def test_signing_in_withstands_it_too(lived_in: Any) -> None:
    house, _, _ = lived_in
    http = house.at()
    for path in ("auth/login", "auth/refresh", "auth/logout", "auth/one-time/redeem", "clients/claim"):
        for body in (b'{"email":"a\\u0000@b.example","password":"x"}', b'{"refresh_token":"\\u0000","token":"\\ud800"}', b"\xff", b"null",
                     b'{"token":"' + b"t" * 100_000 + b'","refresh_token":"x"}',
                     written({"token": "x", "email": "a@b.example", "password": "long enough words"})):  # fmt: skip
            answer = await http.post(f"http://retinue/api/v1/{path}", content=body, headers={"Content-Type": "application/json"})
            check("POST", f"/api/v1/{path}", answer, (path, body[:60]))
