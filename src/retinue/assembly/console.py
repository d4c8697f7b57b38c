"""The console's files: its assets for ever, its one page at every address that is nobody else's."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

FILES = Path(__file__).resolve().parent / "files"
OTHERS = ("api/", "assets/", "health/", "docs", "redoc", "openapi", "asyncapi", "static-offline-docs", "widget")
# Mantine writes sizes into style attributes; scripts come from this address alone.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self';"
    " frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
GUARDED = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
}
UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Retinue</title><h1>The console is not built</h1>
<p>Run <code>make setup</code> in the checkout, then reload. The API works without it: <a href="/docs">/docs</a>.</p></html>"""


class Console(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or scope["method"] not in ("GET", "HEAD") or path.startswith(OTHERS):
                raise
            path, response = "index.html", await super().get_response("index.html", scope)
        if path.startswith("assets/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            response.headers["X-Content-Type-Options"] = "nosniff"
        else:
            response.headers.update(GUARDED)
        return response


def open_console(app: FastAPI) -> None:
    """After every other route: it takes what is left."""
    folder = FILES / "console"
    if (folder / "index.html").exists():
        app.mount("/", Console(directory=folder, html=True), name="console")
        return

    @app.get("/{path:path}", include_in_schema=False)
    async def unbuilt(path: str) -> Any:
        if path.startswith(OTHERS):
            raise HTTPException(404)
        return HTMLResponse(UNBUILT, 503, GUARDED)
