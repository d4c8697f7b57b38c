"""The toys' HTTP application."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from kernel.toys import ROOMS
from kernel.toys.toy_calls.routes import Model
from retinue.kernel.errors import Refusal
from retinue.kernel.limits import Limiter, TooManyRequests
from retinue.kernel.problems import problem
from retinue.kernel.process import Process
from retinue.kernel.security import Security, Signer
from retinue.kernel.sweeping import Asks
from retinue.kernel.work import Database

MATRIX = {"owner": frozenset({"conversations:read", "conversations:write"}), "viewer": frozenset({"conversations:read"})}


def process(database: Database, folder: Path, per_minute: int = 6000) -> Process:
    process = Process(database)
    process.provide(Security, Security(database, Signer(folder, database.clock), MATRIX))
    process.provide(Limiter, Limiter(per_minute, database.clock))
    process.provide(Asks, Asks([ask for room in ROOMS for ask in room.asks]))
    process.provide(Model, Model())
    return process


def application(process: Process) -> FastAPI:
    app = FastAPI()
    app.state.process = process
    for room in ROOMS:
        for router in room.routers:
            app.include_router(router, prefix="/api/v1")

    def answer(_: Request, error: Exception) -> JSONResponse:
        said: dict[str, Any] = problem(error)
        headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyRequests) else {}
        return JSONResponse(said, said["status"], headers, media_type="application/problem+json")

    app.add_exception_handler(Refusal, answer)
    app.add_exception_handler(Exception, answer)
    return app
