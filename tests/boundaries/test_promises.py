"""What programs that nobody here sees were promised: the conventions of every operation, the command line, and the files beside them."""

import gzip
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer
from typer.main import get_command

from assembled import House, assembled, fresh_database
from retinue.assembly.asyncapi import asyncapi
from retinue.assembly.console import FILES, PAGES
from retinue.assembly.contract import shape
from retinue.assembly.reference import ROOT, document
from retinue.cli import app as COMMANDS
from retinue.kernel.settings import KernelSettings

DOCUMENT = document()
OPERATIONS = [(method.upper(), path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()]
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


@pytest_asyncio.fixture(scope="module")
async def house(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    with fresh_database(server, template) as url:
        async with assembled(url, tmp_path_factory.mktemp("home")) as house:
            yield house


def fields() -> list[tuple[str, str, dict[str, Any]]]:
    """Of every shape over HTTP and of every event: its name, the field's name, its schema."""
    told = {name: schema for name, schema in asyncapi()["components"]["schemas"].items() if name != "Envelope"}
    return [(name, field, of) for name, schema in (SCHEMAS | told).items() for field, of in schema.get("properties", {}).items()]


def answers(operation: dict[str, Any]) -> str:
    for status, response in operation["responses"].items():
        if status.startswith("2") and "application/json" in response.get("content", {}):
            return shape(response["content"]["application/json"]["schema"])
    return ""


def test_lists_are_pages() -> None:
    for method, path, operation in OPERATIONS:
        said = answers(operation)
        assert not said.startswith("["), f"{method} {path} answers a bare list, not {{items, next_cursor}}"
        if said.startswith("Page_"):
            assert {"items", "next_cursor"} <= SCHEMAS[said]["properties"].keys()


def test_a_page_is_of_fifty() -> None:
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            if parameter.get("name") == "limit" and answers(operation).startswith("Page_"):
                assert parameter["schema"].get("default") == 50, f"{method} {path}"
                assert parameter["schema"].get("maximum"), f"{method} {path}"


def test_times_have_a_zone_and_ids_are_uuids() -> None:
    for name, field, of in fields():
        kinds = {of.get("format"), *(each.get("format") for each in of.get("anyOf", ()))}
        if field.endswith("_at") and name != "Problem":
            assert "date-time" in kinds, f"{name}.{field} is a time"
    sent = [(name, f) for name, f, of in fields() if of.get("format") == "date-time" and f.endswith("_time")]
    assert not sent, "times are called …_at"


def test_money_is_in_minor_units_beside_its_currency() -> None:
    """A model's cost in dollars is a measure, not a sum of money that somebody pays: it says its unit in its name."""
    for name, field, of in fields():
        if re.search(r"(^|_)(amount|price|total|budget|balance|fee)(_|$)", field) and shape(of).partition("(")[0] in (
            "number",
            "number|null",
        ):
            pytest.fail(f"{name}.{field} is money as a fraction: integers of the minor unit, with a currency beside them")


def test_every_write_says_its_event_and_takes_a_key() -> None:
    for method, path, operation in OPERATIONS:
        if not path.startswith("/api/") or operation.get("security") == []:
            continue
        names = {each.get("$ref", each.get("name", "")).rpartition("/")[2] for each in operation.get("parameters", ())}
        assert "X-Tenant-ID" in names, f"{method} {path}"
        assert ("Idempotency-Key" in names) == (method == "POST"), f"{method} {path}"
        done = [response for status, response in operation["responses"].items() if status in ("200", "201", "204")]
        assert all(("Retinue-Event" in response.get("headers", {})) == (method != "GET") for response in done), f"{method} {path}"


async def test_how_a_process_is_can_be_asked(house: House) -> None:
    http = house.at()
    said = (await http.get("http://retinue/health")).json()
    assert said["status"] == said["database"] == "ready" and said["version"]
    house.app.state.draining = True
    try:
        ending = await http.get("http://retinue/health")
        assert (ending.status_code, ending.json()["status"]) == (503, "ending")
    finally:
        house.app.state.draining = False
    for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json", "/asyncapi.json", "/.well-known/jwks.json"):
        shown = await http.get(f"http://retinue{path}", headers={"Authorization": "Bearer figures-for-tests"})
        assert shown.status_code == 200, path


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v2/clients", "/v1/nothing", "/nothing", "/clientsx", "/health/nothing", "/assets/gone.js"]
)
async def test_a_program_at_an_unknown_address_gets_a_problem(house: House, path: str) -> None:
    for headers in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
        answer = await house.at().get(f"http://retinue{path}", headers=headers)
        assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json", answer.text[:200]
        assert answer.json()["next"]


@pytest.mark.skipif(not (FILES / "console/index.html").exists(), reason="the console is not built here")
async def test_a_browser_that_is_lost_gets_the_page_that_says_so(house: House) -> None:
    lost = await house.at().get("http://retinue/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert lost.status_code == 404 and "<html" in lost.text
    own = await house.at().get("http://retinue/clients/somebody/research")
    assert own.status_code == 200 and "<html" in own.text
    again = {"Accept": "text/html", "If-None-Match": own.headers["etag"]}
    assert (await house.at().get("http://retinue/clients/somebody/research", headers=again)).status_code == 304, "what it has is good"
    assert "<html" in (await house.at().get("http://retinue/nothing", headers=again)).text


def test_the_consoles_own_addresses_are_known() -> None:
    router = (ROOT / "console/src/router.tsx").read_text()
    firsts = {path.partition("/")[0] for path in re.findall(r'(?:path: |page\()"/([^"]*)"', router)}
    assert firsts == set(PAGES)


async def test_answers_leave_compressed(house: House) -> None:
    http = house.at()
    http.headers["Accept-Encoding"] = "gzip"
    answer = await http.get("http://retinue/openapi.json")
    assert answer.headers["content-encoding"] == "gzip" and answer.json()["openapi"]
    small = await http.get("http://retinue/health/live")
    assert "content-encoding" not in small.headers
    plain = await http.get("http://retinue/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    files = [file for file in ("/widget.js", "/") if (FILES / ("widget/widget.js" if "widget" in file else "console/index.html")).exists()]
    for file in files:
        async with http.stream("GET", f"http://retinue{file}") as sent:
            raw = b"".join([part async for part in sent.aiter_raw()])
        if file == "/widget.js":
            assert len(raw) < 10_000 and gzip.decompress(raw)


async def test_a_request_is_logged_without_what_was_asked(house: House, logged: io.StringIO) -> None:
    operator = await house.operator()
    await operator.get("/search", q="Quillfeather")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    (said,) = [line for line in lines if line["message"] == "request" and line["context"]["route"] == "/api/v1/search"]
    assert "Quillfeather" not in logged.getvalue()
    assert (said["level"], said["context"]["method"], said["context"]["status"]) == ("info", "GET", 200)
    assert said["context"]["ms"] > 0 and said["context"]["sent"] > 0
    assert KernelSettings(home=Path("/nowhere")).log_level == "INFO"


def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if hasattr(command, "commands") else [(" ".join((*path, name)), command)]
    return found


def test_every_command_prints_one_document_when_asked() -> None:
    assert isinstance(COMMANDS, typer.Typer)
    lacking = [name for name, command in commands(get_command(COMMANDS)) if not any("--json" in p.opts for p in command.params)]
    assert not lacking, "each command takes --json"


def test_pages_that_are_named_exist() -> None:
    """Of README and docs: what a link names is there."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if not re.match(r"\w+:", target):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} names {target}"


def test_commands_that_are_named_exist() -> None:
    """In the words of refusals, docs and errors: `retinue something` is a command."""
    known = {name for name, _ in commands(get_command(COMMANDS))}
    firsts = {name.partition(" ")[0] for name in known}
    texts = [*(ROOT / "src/retinue").rglob("*.py"), ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for file in texts:
        if "decisions" in file.parts:
            continue  # they tell what was thought then
        for word in re.findall(r"(?:`|: )retinue ([a-z][a-z-]+)\b", file.read_text()):
            assert word in firsts, f"{file.relative_to(ROOT)} names `retinue {word}`, which is no command"
