"""A process ends what it began, and outlives its database."""

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from assembled import fresh_database, prepare, settings
from journeys.houses import free_port, logs, start, until
from retinue.assembly.process import opened, serving
from retinue.assembly.rooms import ROOMS
from retinue.embedded.postgres import PostgresSettings
from retinue.embedded.postgres import start as start_database
from retinue.services.identity.domain.first_start import establish
from retinue.services.identity.settings import IdentitySettings


class SlowSite:
    """Its front page waits until it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        self.port = free_port()

    async def page(self, _: Request) -> HTMLResponse:
        self.asked.set()
        await self.go.wait()
        return HTMLResponse(
            "<html><head><title>Hollow Oak Scales</title></head><body><h1>Hollow Oak Scales</h1><p>We repair scales.</p></body></html>"
        )

    async def none(self, _: Request) -> PlainTextResponse:
        return PlainTextResponse("", 404)


@pytest_asyncio.fixture
async def slow_site() -> AsyncIterator[SlowSite]:
    site = SlowSite()
    app = Starlette(routes=[Route("/", site.page), Route("/{rest:path}", site.none)])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=site.port, log_level="critical", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve())
    await until("the site", lambda: asyncio.sleep(0, server.started))
    yield site
    site.go.set()
    server.should_exit = True
    await running


async def test_a_process_that_is_told_to_end_finishes_its_request_and_its_job(
    server: str, template: str, tmp_path: Path, slow_site: SlowSite
) -> None:
    with fresh_database(server, template) as url:
        port = free_port()
        prepare(tmp_path)
        process = start(tmp_path, url, "up", "--no-browser", "--port", str(port))
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as http:

                async def ready() -> bool:
                    assert process.poll() is None, logs(tmp_path)
                    try:
                        return (await http.get(f"http://127.0.0.1:{port}/health/ready")).is_success
                    except httpx.TransportError:
                        return False

                await until("the process", ready)
                known = json.loads((tmp_path / "credentials.json").read_text())
                signed = await http.post("/auth/login", json={"email": known["email"], "password": known["password"]})
                http.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
                client = (await http.post("/clients", json={"name": "Hollow Oak Scales"})).json()["client_id"]
                http.headers["X-Tenant-ID"] = client
                begun = await http.post("/research/jobs", json={"client_id": client, "source": f"http://127.0.0.1:{slow_site.port}/"})
                assert begun.status_code == 202, begun.text
                await asyncio.wait_for(slow_site.asked.wait(), 60)  # the job runs

                sent = asyncio.Event()

                async def body() -> AsyncIterator[bytes]:
                    yield b'{"name": "Begun before'
                    process.send_signal(signal.SIGTERM)
                    await asyncio.sleep(0.5)  # the process hears of it while this request is open
                    sent.set()
                    yield b' the end"}'

                answer = await http.post(
                    "/clients", content=body(), headers={"Content-Type": "application/json", "X-Tenant-ID": known["organization_id"]}
                )
                assert sent.is_set() and answer.status_code == 201, answer.text
            slow_site.go.set()
            assert await asyncio.to_thread(process.wait, 30) == 0, logs(tmp_path)
        finally:
            if process.poll() is None:
                process.kill()
        import psycopg

        with psycopg.connect(url) as owner:
            kinds = [row[0] for row in owner.execute("select kind from events.log").fetchall()]
            assert "research.page_read.1" in kinds and "research.research_completed.1" in kinds, "the job that ran came to its end"
            left = owner.execute("select count(*) from jobs.procrastinate_jobs where status = 'doing'").fetchone()
            assert left == (0,)


async def test_the_house_outlives_its_database() -> None:
    """Stopped for a while, and started again: refusals meanwhile, and no restart of ours."""
    folder = Path(tempfile.mkdtemp(prefix="retinue-away-"))  # sockets need a short path
    folder.chmod(0o711)
    database = start_database(folder / "home", settings=PostgresSettings(), durable=False)
    try:
        async with opened(settings(prepare(folder / "app")), database.url, ROOMS) as process:
            made = await establish(process.database, process.get(IdentitySettings), "http://retinue")
            assert made
            app = serving(process, ROOMS, ROOMS)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://retinue", timeout=60) as http,
            ):
                signed = await http.post("/api/v1/auth/login", json={"email": made.email, "password": made.password})
                http.headers["Authorization"] = f"Bearer {signed.json()['access_token']}"
                assert (await http.get("/health/ready")).status_code == 200
                await asyncio.to_thread(database.close)
                for path in ("/health/ready", "/api/v1/clients", "/api/v1/auth/me"):
                    is_not_ready(await http.get(path))
                is_not_ready(await http.post("/api/v1/clients", json={"name": "Hollow Oak Scales"}))
                assert (await http.get("/health/live")).status_code == 200, "whoever restarts what does not live must not restart this"
                await asyncio.sleep(2)  # every loop of ours meets it
                database = await asyncio.to_thread(start_database, folder / "home", settings=PostgresSettings(), durable=False)
                assert (await http.get("/api/v1/clients")).status_code == 200, "the first request after it is back"
                assert (await http.get("/health/ready")).status_code == 200
                made_since = await http.post("/api/v1/clients", json={"name": "Hollow Oak Scales"})
                assert made_since.status_code == 201
                client = made_since.json()["client_id"]
                http.headers["X-Tenant-ID"] = client
                taken = await http.post("/api/v1/rag/ingest", json={"content": "We open at eight.", "document_id": "hours"})
                job = taken.json()["job_id"]

                async def ingested() -> bool:
                    return bool((await http.get(f"/api/v1/rag/ingest/{job}")).json()["status"] == "completed")

                await until("the job", ingested, 30)

                async def handled() -> Any:
                    return (await http.get(f"/api/v1/dossier/{client}")).json()["timeline"]

                await until("the events", handled, 30)
    finally:
        database.close()
        shutil.rmtree(folder, ignore_errors=True)


def is_not_ready(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json" and answer.headers["retry-after"]
    said = answer.json()
    assert said["title"] == "NotReady" and said["next"] and "Traceback" not in answer.text
