"""What an operator sees: the promised log fields and nothing personal, one trace from request to job, figures that dashboards name."""

import importlib.util
import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import yaml

from assembled import House, assembled
from retinue.assembly.rooms import ROOMS
from retinue.contracts.identity import ClientCreated
from retinue.kernel.deliver import Deliverer, Handlers
from retinue.kernel.jobs import Job, Jobs, Runner
from retinue.kernel.telemetry import TRACE, log
from retinue.kernel.tracing import export_to, span
from retinue.kernel.work import Work

ROOT = Path(__file__).parents[2]
FIELDS = {"timestamp", "level", "service", "module", "function", "message", "trace_id", "context"}
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_log_line_has_the_promised_fields(logged: io.StringIO) -> None:
    TRACE.set(TRACE_ID)
    log("figures").warning("something happened", count=3)
    logging.getLogger("a.library").error("%s happened", "more")
    ours, theirs = (json.loads(line) for line in logged.getvalue().splitlines())
    assert ours.keys() == FIELDS and ours["context"] == {"count": 3} and ours["trace_id"] == TRACE_ID
    assert (ours["service"], ours["level"], ours["message"]) == ("figures", "warning", "something happened")
    assert ours["module"] == "test_observing" and ours["function"] == "test_a_log_line_has_the_promised_fields"
    assert theirs.keys() == FIELDS and theirs["message"] == "more happened" and theirs["service"] == "a.library"


def test_an_exception_is_logged_by_its_places_never_by_its_words(logged: io.StringIO) -> None:
    try:
        try:
            raise ValueError("ann@example.org")
        except ValueError as error:
            raise RuntimeError("secret words") from error
    except RuntimeError:
        logging.getLogger("a.library").exception("it broke")
    (line,) = logged.getvalue().splitlines()
    assert "ann@example.org" not in line and "secret words" not in line
    assert "ValueError" in json.loads(line)["error"] and "test_observing.py" in json.loads(line)["error"]


async def test_secrets_and_personal_data_are_not_logged(owner_url: str, tmp_path: Path, logged: io.StringIO) -> None:
    async with assembled(owner_url, tmp_path) as house:
        staff = await house.client("Bellweather Tiles")
        await house.settle()
        made = (await staff.post("/api-keys", {"name": "for a program", "scopes": ["library:read"]})).json()
        await staff.post("/people", {"email": "ann.personal@example.org", "name": "Ann Personal", "roles": ["viewer"]})
        created = await staff.post("/configurations", {"body": CONFIGURATION})
        await staff.post(f"/configurations/{created.json()['config_id']}/deploy", {"version": 1, "environment": "production"})
        await house.settle()
        began = await staff.post("/chat/conversations", {})
        said = await staff.post(
            f"/chat/conversations/{began.json()['conversation_id']}/messages", {"content": "I am Bob Private, bob.private@example.org"}
        )
        assert said.status_code == 200, said.text
        await house.settle()
        await house.at().post("/auth/login", json={"email": "ann.personal@example.org", "password": "a-wrong-password"})
        with psycopg.connect(owner_url, autocommit=True) as owner:  # and when the database itself refuses what was sent
            owner.execute("alter table identity.api_key add constraint no check (name <> 'Carol Refused')")
        broken = await staff.post("/api-keys", {"name": "Carol Refused", "scopes": ["library:read"]})
        assert broken.status_code == 500
        lines = logged.getvalue()
        assert '"request failed"' in lines and "CheckViolation" in lines, "the log was listened to"
        for secret in (staff.token, made["key"], began.json()["visitor_token"], house.owner.password, "a-wrong-password", "ann.personal",
                       "Ann Personal", "Bob Private", "bob.private", "Carol Refused"):  # fmt: skip
            assert secret not in lines, f"{secret[:12]}… was logged: {next(line for line in lines.splitlines() if secret in line)[:300]}"


CONFIGURATION = {
    "config_metadata": {"product_type": "chatbot", "languages": ["en-GB"]},
    "system_prompt": {"role": "assistant", "instructions": "You are the assistant of Bellweather Tiles.", "constraints": []},
    "llm_config": {"provider": "openai", "model": "balanced"},
}


async def test_one_trace_goes_from_the_request_through_events_and_jobs_to_the_log(
    owner_url: str, tmp_path: Path, logged: io.StringIO
) -> None:
    handlers, jobs = Handlers(), Jobs()

    @handlers.on(ClientCreated)
    async def created(work: Work, event: ClientCreated) -> None:
        log("chain").info("handled", kind=event.kind)
        work.defer("library.chain_test")

    @jobs.job("library.chain_test")
    async def chain(job: Job) -> None:
        async with job.work():
            log("chain").info("worked", room=job.room)

    async with assembled(owner_url, tmp_path) as house:
        await house.settle()
        deliverer = Deliverer(house.process.database, {room.name: room.handlers for room in ROOMS} | {"library": handlers})
        operator = await house.operator()
        answer = await operator.send(
            "POST", "/clients", json={"name": "Traced & Sons"}, headers={"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
        )
        assert answer.headers["trace-id"] == TRACE_ID
        client = UUID(answer.json()["client_id"])
        async with Runner(house.process, {room.name: room.jobs for room in ROOMS} | {"library": jobs}).open() as runner:
            for _ in range(3):  # the client is made by a job that an event started
                await deliverer.deliver_all()
                await runner.run_all()
        told = house.ask("select distinct trace from events.log where organization_id = %s", client)
        assert [row.trace for row in told] == [TRACE_ID]
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    chain_lines = {line["message"]: line["trace_id"] for line in lines if line["service"] == "chain"}
    assert chain_lines == {"handled": TRACE_ID, "worked": TRACE_ID}


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\bretinue_[a-z0-9_]+", text))


async def test_the_dashboard_and_the_alerts_name_figures_that_exist(owner_url: str, tmp_path: Path) -> None:
    async with assembled(owner_url, tmp_path) as house:
        await (await house.operator()).get("/clients")
        shown = (await house.at().get("http://retinue/metrics", headers={"Authorization": "Bearer figures-for-tests"})).text
    exist = {line.split()[2] for line in shown.splitlines() if line.startswith("# TYPE")}
    exist |= {f"{name}{end}" for name in exist for end in ("_bucket", "_sum", "_count")}
    dashboard = json.loads((ROOT / "deploy/grafana/retinue.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    assert len(asked) >= 10 and len(rules) >= 6
    for expression in [*asked, *(rule["expr"] for rule in rules)]:
        assert names_in(expression) <= exist, (expression, names_in(expression) - exist)
        assert names_in(expression) or expression.startswith("up"), expression
    for rule in rules:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
    wanted = {"retinue_http_request_seconds", "retinue_model_tokens_total", "retinue_model_cost_usd_total", "retinue_event_delay_seconds"}
    assert all(any(name in expression for expression in asked) for name in wanted)


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Takes OTLP over HTTP on loopback and keeps what it gets; it checks nothing."""
    got: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()


def test_no_address_no_spans() -> None:
    with span("nothing"):
        assert True


@pytest.mark.skipif(
    importlib.util.find_spec("opentelemetry") is None or importlib.util.find_spec("opentelemetry.sdk") is None, reason="needs .[otel]"
)
async def test_traces_are_exported(owner_url: str, tmp_path: Path, collector: tuple[str, list[bytes]]) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    address, got = collector
    async with assembled(owner_url, tmp_path) as house:
        end = export_to(address)
        try:
            await traced(house)
        finally:
            end()
    spans = [
        each
        for body in got
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for each in scope.spans
    ]
    ours = {each.name: each for each in spans if each.trace_id.hex() == TRACE_ID}
    assert {"POST /api/v1/rag/ingest", "work library", "job library.ingest"} <= ours.keys(), ours.keys()
    assert any(name.startswith("handle ") for name in ours), ours.keys()
    assert ours["work library"].parent_span_id, "a work lies within its request or job"


async def traced(house: House) -> httpx.Response:
    staff = await house.client("Exported & Sons")
    answer = await staff.post(
        "/rag/ingest", {"content": "We open at eight."}, headers={"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
    )
    assert answer.status_code == 202
    await house.settle()
    return answer
