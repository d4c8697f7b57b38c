"""What whoever runs the installation asks a process: does it live, can it answer, what are its figures and its public keys."""

import hmac
from ipaddress import ip_address
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, SecretStr

from retinue import __version__
from retinue.kernel.errors import Refusal
from retinue.kernel.problems import NotReady
from retinue.kernel.process import Process
from retinue.kernel.security import Signer
from retinue.kernel.settings import KernelSettings
from retinue.kernel.work import AWAY

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class FiguresPrivate(Refusal):
    """The figures of this installation are for whoever runs it."""

    status = 403
    next = "Ask on the machine itself, or set RETINUE_METRICS_TOKEN and send it as Authorization: Bearer."


class Health(BaseModel):
    """`ready`: requests can be answered. `away`: the database does not answer. `ending`: this process is about to end."""

    status: Literal["ready", "away", "ending"]
    version: str
    database: Literal["ready", "away"]


async def health_of(app: FastAPI) -> Health:
    process: Process = app.state.process
    try:
        await process.database.call("select 1")
    except (*AWAY, OSError):
        return Health(status="away", version=__version__, database="away")
    return Health(status="ending" if app.state.draining else "ready", version=__version__, database="ready")


def may_read_figures(request: Request, token: SecretStr | None) -> bool:
    """With the token; without one, whoever asks on this machine by its own name: what came by a proxy, or by a page of another site whose
    name was made to lead here, says otherwise."""
    if token is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.get_secret_value().encode())
    names = [request.client.host if request.client else "", request.url.hostname or ""]
    return all(name == "localhost" or _loopback(name) for name in names) and not any(name in request.headers for name in FORWARDED)


def _loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def open_health(app: FastAPI) -> None:
    process: Process = app.state.process

    @app.get("/health", tags=["health"], summary="Say how this process is")
    async def health(response: Response) -> Health:
        """Answers 503 with the same body when it is not ready."""
        said = await health_of(app)
        response.status_code = 200 if said.status == "ready" else NotReady.status
        return said

    @app.get("/health/live", tags=["health"], summary="Say whether the process lives")
    async def live() -> dict[str, str]:
        return {"status": "alive", "version": __version__}

    @app.get("/health/ready", tags=["health"], summary="Say whether requests can be answered")
    async def ready() -> dict[str, str]:
        if (await health_of(app)).status != "ready":
            raise NotReady()
        return {"status": "ready", "version": __version__}

    @app.get("/metrics", tags=["health"], response_class=Response, summary="Figures for Prometheus")
    async def metrics(request: Request) -> Response:
        if not may_read_figures(request, process.get(KernelSettings).metrics_token):
            raise FiguresPrivate()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/.well-known/jwks.json", tags=["health"], summary="Public keys that check our tokens")
    async def jwks() -> dict[str, Any]:
        return process.get(Signer).jwks()
