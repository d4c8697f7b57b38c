"""What strangers can make this installation do: no route reads more of a body than it must, and what figures and traces say is nobody's to forge."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr

from assembled import assembled
from retinue.assembly.application import application
from retinue.assembly.health import may_read_figures
from retinue.assembly.rooms import ROOMS
from retinue.kernel.bodies import FILES, OF_NOBODY, OF_SOMEBODY
from retinue.kernel.http import Route
from retinue.kernel.process import Process
from retinue.kernel.security import Signer

CHUNK = 16_000
FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
TAKE_FILES = {"ingest": False, "upload": False, "send_file": True}  # endpoint → whether visitors may send them


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """All rooms in one process; it needs no database."""
    return application(cast(Process, None), ROOMS)


def routes(app: FastAPI) -> Iterator[tuple[str, str, Any]]:
    """Every (method, path, operation of the contract) with a method that has a body."""
    document = app.openapi()
    for path, item in document["paths"].items():
        for method in item:
            if method in ("post", "put", "patch", "delete"):
                yield method.upper(), path, item[method]


def of_rooms() -> Iterator[Any]:
    for room in ROOMS:
        for router in room.routers:
            yield from (
                route for route in router.routes if "POST" in (getattr(route, "methods", None) or ()) or hasattr(route, "body_field")
            )


async def sent(app: FastAPI, method: str, path: str, headers: dict[str, str], size: int = CHUNK) -> tuple[int, int, dict[str, Any]]:
    """Status, how much of a body that never ends was read, and the answer."""
    read, answered, said = 0, 0, b""

    async def receive() -> dict[str, Any]:
        nonlocal read
        begins = FORM if not read and "multipart" in headers.get("Content-Type", "") else b'"'
        read += size
        return {"type": "http.request", "body": begins + b"x" * (size - len(begins)), "more_body": True}

    async def send(message: Any) -> None:
        nonlocal answered, said
        answered = message.get("status", answered)
        said += message.get("body", b"")

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(), "scheme": "http",
        "query_string": b"", "root_path": "", "server": ("retinue", 80), "client": ("192.0.2.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return answered, read, json.loads(said)


KINDS = [
    {"Content-Type": "application/json"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {},
    {"Content-Type": "application/json", "Idempotency-Key": "k"},
]


@pytest.mark.parametrize("headers", KINDS, ids=lambda kind: "+".join(kind.values()) or "none")
async def test_of_a_stranger_little_is_read_at_any_door(app: FastAPI, headers: dict[str, str]) -> None:
    count = 0
    for method, path, operation in routes(app):
        status, read, said = await sent(app, method, path.replace("{", "").replace("}", ""), headers)
        if operation.get("security") == []:
            assert (status, said["title"]) == (413, "TooLarge"), (method, path, status, said)
            assert "64 kB" in said["detail"] and read <= OF_NOBODY + CHUNK, (method, path, read)
        else:
            assert (status, read) == (401, 0), (method, path, status, read)
        count += 1
    assert count > 40


async def test_what_a_request_says_of_its_size_is_believed_before_it_is_read(app: FastAPI) -> None:
    for method, path, operation in routes(app):
        for length in ("56000000", "9" * 30):
            status, read, _ = await sent(app, method, path.replace("{", "").replace("}", ""), {"Content-Length": length})
            assert (status, read) == (413 if operation.get("security") == [] else 401, 0), (method, path)


def test_every_door_is_bounded_unless_it_takes_files() -> None:
    of = list(of_rooms())
    assert len(of) > 40 and all(isinstance(route, Route) for route in of), "a room's routes are made with kernel.http.Router"
    assert {endpoint.__name__: visitors for endpoint, (_, visitors) in FILES.items()} == TAKE_FILES
    assert OF_NOBODY <= 64_000 and OF_SOMEBODY <= 1_000_000


async def test_somebody_may_send_more_and_nobody_without_end(owner_url: str, tmp_path: Path) -> None:
    async with assembled(owner_url, tmp_path) as house:
        staff = await house.client("Hollow Oak Scales")
        key = (await staff.post("/widget-keys", {"name": "Site"})).json()["key"]
        token = house.process.get(Signer).sign("visitor", timedelta(days=1), org=staff.tenant, sub=staff.tenant)
        who = {"staff": staff.token, "visitor": token, "widget": key, "nobody": "rtn_made-up"}
        most: dict[tuple[str, str], list[int]] = {}
        for name, bearer in who.items():
            headers = {"Authorization": f"Bearer {bearer}"} | ({"X-Tenant-ID": staff.tenant or ""} if name == "staff" else {})
            for path in ("/rag/query", "/rag/ingest", f"/chat/conversations/{staff.tenant}/files"):
                for kind in KINDS:
                    status, read, said = await sent(house.app, "POST", f"/api/v1{path}", kind | headers, 500_000)
                    assert status in (400, 401, 404, 413, 422), (name, path, kind, said)
                    most.setdefault((name, path.rpartition("/")[2]), []).append(max(read - 1, 0) // 1_000_000)
        # In megabytes, of JSON, forms, other forms, nothing said, and JSON under a key.
        assert most["staff", "query"] == [1, 1, 1, 1, 1], most
        assert most["staff", "ingest"] == [16, 64, 64, 64, 16], most
        assert most["visitor", "ingest"] == most["visitor", "query"] == [1, 1, 1, 1, 1], most
        assert most["visitor", "files"][:2] == [1, 10], most
        assert {(name, size) for (name, _), sizes in most.items() for size in sizes if name in ("widget", "nobody")} == {
            ("widget", 0),
            ("nobody", 0),
        }


@pytest.mark.parametrize("trace", ["z" * 32, "0" * 32, "A" * 32, "٣" * 32, "1" * 31])
async def test_a_trace_is_hexadecimal_or_ours(app: FastAPI, trace: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://retinue") as http:
        ours = (await http.get("/health/live", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01".encode()})).headers["trace-id"]
        kept = (await http.get("/health/live", headers={"traceparent": f"00-{'ab' * 16}-00f067aa0ba902b7-01"})).headers["trace-id"]
    assert ours != trace and int(ours, 16) and kept == "ab" * 16


def asks(host: str, *, at: str = "127.0.0.1:8300", **headers: str) -> Request:
    named = [(b"host", at.encode()), *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())]
    return Request({"type": "http", "method": "GET", "path": "/metrics", "scheme": "http", "client": (host, 1), "headers": named})


def test_figures_are_for_this_machine_or_whoever_has_the_token() -> None:
    for host, at in (("127.0.0.1", "127.0.0.1:8300"), ("::1", "[::1]:8300"), ("127.0.0.1", "localhost")):
        assert may_read_figures(asks(host, at=at), None)
    strangers = [
        asks("192.0.2.1"),
        asks("192.0.2.1", at="localhost"),
        asks("127.0.0.1", x_forwarded_for="192.0.2.1"),
        asks("127.0.0.1", forwarded="for=192.0.2.1"),
        asks("127.0.0.1", at="retinue.example.org"),  # a proxy that keeps the name, or a page whose name leads here
        asks("testclient"),
    ]
    assert not any(may_read_figures(stranger, None) for stranger in strangers)
    token = SecretStr("long and secret")
    assert may_read_figures(asks("192.0.2.1", authorization="Bearer long and secret"), token)
    assert not any(
        may_read_figures(asks("127.0.0.1", **said), token)
        for said in ({}, {"authorization": "Bearer other"}, {"authorization": "long and secret"})
    )
