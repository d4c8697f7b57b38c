"""The chat for clients' own pages: its script under two addresses, a page that shows it, and leave for other sites' pages to call its API."""

import hashlib
import html
import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from retinue.kernel.errors import NotFound, Refusal

SCRIPT = Path(__file__).resolve().parent / "files/widget/widget.js"
VISITED = re.compile(r"/api/v1/chat/(widget|conversations(/[^/]+(/(messages|files|contact|end))?)?)$|/widget[^/]*\.js$")
FOREVER, A_WHILE = "public, max-age=31536000, immutable", "public, max-age=300"
KEY = re.compile(r"rtn_pub_[\w-]{1,100}")
PAGE = """<!doctype html><html lang="en" class="{theme}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview of the chat</title><link rel="stylesheet" href="/widget/preview.css">{hostile}</head>
<body><main><h1>A page of your site</h1><p>The chat is in the corner, as your visitors see it.</p>
<p><button type="button">A button of the page</button> <a href="#more">A link of the page</a></p></main>
<script src="/widget.js" data-key="{key}"{more} async></script></body></html>"""
STYLE = """:root{color-scheme:light dark}.light{color-scheme:light}.dark{color-scheme:dark}body{margin:0;
font:16px/1.6 system-ui,sans-serif;background:light-dark(#f3f6f6,#0a1012);color:light-dark(#0e1e21,#e5edee)}
main{max-width:40rem;margin:12vh auto;padding:0 24px}a{color:light-dark(#0b6878,#5cc3d3)}"""
# What pages do to everything on them, meaning no harm or some.
HOSTILE = """*,*::before,*::after{all:unset!important;display:inline!important;color:red!important;font:40px/1 fantasy!important;
letter-spacing:9px!important;text-transform:uppercase!important;background:yellow!important}retinue-chat{display:none!important;opacity:0!important;
transform:scale(9)!important;position:absolute!important;visibility:hidden!important;--accent:red!important}
html{font-size:40px!important;direction:rtl!important}body{transform:translateX(50px)!important;filter:blur(1px)!important;overflow:hidden!important}"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src https: http:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; require-trusted-types-for 'script'"
)


class WidgetUnbuilt(Refusal):
    """The widget's script is not built here."""

    status = 503
    next = "Run make setup in the checkout; a wheel carries it."


class OtherSites:
    """Pages of any site may ask what visitors ask. No cookie goes along, so a page learns nothing that its visitor's token does not tell."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Prefer"],
            expose_headers=["Retinue-Event", "Retry-After", "Trace-Id"],
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visited = scope["type"] == "http" and VISITED.match(scope["path"])
        await (self.open if visited else self.app)(scope, receive, send)


@cache
def script() -> tuple[str, str]:
    """The script, and the hash that its lasting address names. Raises WidgetUnbuilt."""
    try:
        text = SCRIPT.read_text()
    except FileNotFoundError:
        raise WidgetUnbuilt() from None
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


def open_widget(app: FastAPI) -> None:
    @app.get("/widget.js", include_in_schema=False)
    async def newest(request: Request) -> Response:
        """The address in the line to paste: new releases reach pages within minutes."""
        text, hash = script()
        headers = {"Cache-Control": A_WHILE, "ETag": f'"{hash}"', "Cross-Origin-Resource-Policy": "cross-origin"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(text, media_type="text/javascript", headers=headers)

    @app.get("/widget-{hash}.js", include_in_schema=False)
    async def lasting(hash: str) -> Response:
        """For pages that name the very script they trust, with its `integrity`."""
        text, known = script()
        if hash != known:
            raise NotFound()
        headers = {"Cache-Control": FOREVER, "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(text, media_type="text/javascript", headers=headers)

    @app.get("/widget/preview", include_in_schema=False)
    async def preview(key: str = "", hostile: bool = False, open: bool = False, theme: str = "", identity: str = "") -> Response:
        """A page with the widget of a key on it, under a policy as strict as any; `hostile`: with rules that spoil everything else."""
        if not KEY.fullmatch(key):
            return PlainTextResponse("Add ?key= with a widget's public key; GET /api/v1/api-keys lists them.", 422)
        given = {"theme": theme if theme in ("light", "dark") else "", "identity": identity[:4096]}
        more = "".join(f' data-{name}="{html.escape(value)}"' for name, value in given.items() if value) + (" data-open" if open else "")
        spoiled = '<link rel="stylesheet" href="/widget/hostile.css">' if hostile else ""
        return HTMLResponse(
            PAGE.format(key=key, more=more, hostile=spoiled, theme=given["theme"]),
            headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
        )

    for name, text in (("preview", STYLE), ("hostile", HOSTILE)):
        app.add_api_route(f"/widget/{name}.css", _style(text), include_in_schema=False)


def _style(text: str) -> Callable[[], Awaitable[Response]]:
    async def style() -> Response:
        return Response(text, media_type="text/css")

    return style
