"""The console's files: its assets for ever, its one page at its own addresses and for a browser that is lost."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Scope

FILES = Path(__file__).resolve().parent / "files"
PAGES = (
    "",
    "sign-in",
    "claim",
    "welcome",
    "board",
    "new",
    "clients",
    "inbox",
    "develop",
    "settings",
)  # first parts of console/src/router.tsx
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
            known = path.strip("./").partition("/")[0] in PAGES
            if error.status_code != 404 or not (known and scope["method"] in ("GET", "HEAD") or browsed(scope, path)):
                raise
            path = "index.html"
            if known:
                response = await super().get_response(path, scope)
            else:  # the page itself says that there is nothing; whole, whatever the browser has of it
                response = FileResponse(FILES / "console" / path, 404)
        if path.startswith("assets/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            response.headers["X-Content-Type-Options"] = "nosniff"
        else:
            response.headers.update(GUARDED)
        return response


def browsed(scope: Scope, path: str) -> bool:
    """Somebody typed this address; a program is told in its own language, and an asset that is gone is no page."""
    accepts = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
    return scope["method"] == "GET" and "text/html" in accepts and not path.startswith(("api/", "assets/"))


def open_console(app: FastAPI) -> None:
    """After every other route: it takes what is left."""
    folder = FILES / "console"
    if (folder / "index.html").exists():
        app.mount("/", Console(directory=folder, html=True), name="console")
        return

    @app.get("/{path:path}", include_in_schema=False)
    async def unbuilt(path: str) -> Any:
        if path.partition("/")[0] not in PAGES:
            raise HTTPException(404)
        return HTMLResponse(UNBUILT, 503, GUARDED)
