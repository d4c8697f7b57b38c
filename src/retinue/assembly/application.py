"""The HTTP side of a process: the rooms' routes, errors as problems, health, figures, and what every answer carries."""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retinue import __version__
from retinue.assembly import about
from retinue.assembly.asyncapi import asyncapi
from retinue.assembly.console import open_console
from retinue.assembly.health import open_health
from retinue.assembly.openapi import described, operation_id
from retinue.assembly.widget import OtherSites, open_widget
from retinue.kernel.bodies import TooLarge, Unstorable, bounded
from retinue.kernel.errors import Refusal
from retinue.kernel.limits import TooManyRequests
from retinue.kernel.problems import NotReady, problem
from retinue.kernel.process import Process
from retinue.kernel.room import Room
from retinue.kernel.shapes import printable, reason
from retinue.kernel.telemetry import PROVIDER_SECONDS, REQUESTS, TRACE, log, new_trace
from retinue.kernel.tracing import span
from retinue.kernel.work import AWAY

API = "/api/v1"
COMPRESSED_FROM = 1000  # bytes; less is not worth its header
KEEPS_NOT = {None, "22003", "22021", "22P05"}  # the driver's own refusal of U+0000; out of range; not in the character set
TRACE_ID = re.compile("(?!0{32})[0-9a-f]{32}")  # of W3C trace context: hexadecimal, and not all zeros
LOG = log("http")


class Around:
    """Trace id, time of ours and of providers, figures, and a bound on what is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        parent = headers.get(b"traceparent", b"").decode("latin-1").split("-")
        trace = parent[1] if len(parent) == 4 and TRACE_ID.fullmatch(parent[1]) else new_trace()
        TRACE.set(trace)
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        waited = [0.0]
        PROVIDER_SECONDS.set(waited)
        started, status, sent = time.perf_counter(), 500, 0

        async def timed(message: Message) -> None:
            nonlocal status, sent
            sent += len(message.get("body", b""))
            if message["type"] == "http.response.start":
                status = message["status"]
                ours = (time.perf_counter() - started - waited[0]) * 1000
                said = {name.lower() for name, _ in message["headers"]}
                given = scope.get("retinue.headers", {})  # of the rate limit; refusals are answered outside the route
                message["headers"] = [
                    *message["headers"],
                    *((n.lower().encode(), v.encode()) for n, v in given.items() if n.lower().encode() not in said),
                    (b"server-timing", f"platform;dur={ours:.1f}, provider;dur={waited[0] * 1000:.1f}".encode()),
                    (b"trace-id", trace.encode()),
                ]
            await send(message)

        try:
            with span(f"{scope['method']} {scope['path'] if len(scope['path']) < 100 else ''}"):
                await self.app(scope, bounded(scope, receive), timed)
        except TooLarge as refusal:
            await answer(refusal)(scope, receive, timed)
        finally:
            took, route, api = time.perf_counter() - started, getattr(scope.get("route"), "path", "none"), scope["path"].startswith(API)
            route = API + route if api and not route.startswith(API) else route
            REQUESTS.labels(scope["method"], route, str(status)).observe(took)
            # The route, never the address: that may hold what somebody searched for.
            said = {"method": scope["method"], "route": route, "status": status, "ms": round(took * 1000, 1), "sent": sent}
            (LOG.info if api else LOG.debug)("request", **said)


def answer(error: Exception, headers: dict[str, str] | None = None) -> JSONResponse:
    body = problem(error)
    if isinstance(error, TooManyRequests):
        headers = (headers or {}) | error.headers
    if isinstance(error, Refusal) and error.retry_after is not None:
        headers = (headers or {}) | {"Retry-After": str(error.retry_after)}
    if body["status"] == 401:
        headers = (headers or {}) | {"WWW-Authenticate": "Bearer"}
    return JSONResponse(body, body["status"], headers, media_type="application/problem+json")


async def _refused(_: Request, error: Exception) -> Response:
    return answer(error)


async def _away(_: Request, error: Exception) -> Response:
    """Of the request nothing was kept, or the answer to its key is: both ways it may be sent again."""
    LOG.warning("the database is away", error=type(error).__name__)
    return answer(NotReady())


async def _unstorable(_: Request, error: Exception) -> Response:
    """What passed the check of the body (in forms and files) and the database still cannot keep."""
    if isinstance(error, psycopg.DataError) and error.sqlstate in KEEPS_NOT:
        return answer(Unstorable())
    return await _broken(_, error)


async def _broken(_: Request, error: Exception) -> Response:
    LOG.error("request failed", error=type(error).__name__, exc_info=error)
    return answer(error)


async def _malformed(request: Request, error: Exception) -> Response:
    """Says which field and what is expected; of what was sent it repeats names of fields alone."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    field = getattr(request.scope.get("route"), "body_field", None)
    kind = field.field_info.annotation if field else None
    named = "; ".join(
        f"{'.'.join(printable(str(part)) for part in fault['loc'])}: {reason(kind, fault | {'loc': fault['loc'][1:]})}"
        for fault in faults[:20]
    )
    body = {
        "type": "/problems/Malformed",
        "title": "Malformed",
        "status": 422,
        "detail": named,
        "next": "Correct these fields; /docs shows what the request takes.",
        "trace_id": TRACE.get(),
    }
    return JSONResponse(body, 422, media_type="application/problem+json")


async def _plain(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    body = {
        "type": f"/problems/{status}",
        "title": str(getattr(error, "detail", "Error")),
        "status": status,
        "detail": {404: "There is nothing at this address.", 405: "This address does not take this method."}.get(
            status, str(getattr(error, "detail", "Error"))
        ),
        "next": "Look at /docs for what there is.",
        "trace_id": TRACE.get(),
    }
    return JSONResponse(body, status, getattr(error, "headers", None), media_type="application/problem+json")


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def application(process: Process, rooms: Iterable[Room], lifespan: Lifespan | None = None) -> FastAPI:
    app = FastAPIOffline(
        title="Retinue",
        version=__version__,
        lifespan=lifespan,
        description="A retinue of AI agents for every client.",
        generate_unique_id_function=operation_id,
        exception_handlers={
            Refusal: _refused,
            RequestValidationError: _malformed,
            HTTPException: _plain,
            psycopg.DataError: _unstorable,
            **dict.fromkeys((*AWAY, psycopg.OperationalError), _away),
            Exception: _broken,
        },
    )
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    app.state.process = process
    app.state.draining = False
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=9)  # off the event loop
    app.add_middleware(Around)
    app.add_middleware(OtherSites)
    routers = [*(router for room in rooms for router in room.routers), about.router]
    for router in routers:
        app.include_router(router, prefix=API)
    tags = {router.tag: router.about for router in routers if router.about} | {"health": "For whoever runs the installation."}
    app.openapi_tags = [{"name": tag, "description": about} for tag, about in tags.items()]
    app.add_api_route("/asyncapi.json", asyncapi, include_in_schema=False)
    open_health(app)
    open_widget(app)
    open_console(app)
    return app
