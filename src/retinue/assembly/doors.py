"""Where links in messages lead until there is a console: one page that signs in, and the way from the root to /docs."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse

# The secret is after the #, so that no server's log and no Referer ever holds it.
SIGN_IN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Retinue</title><style>body{font:16px/1.5 system-ui;max-width:44rem;margin:4rem auto;padding:0 1rem}
textarea{width:100%;height:9rem;font:12px monospace}</style><h1>Retinue</h1><p id="said">Signing in …</p>
<textarea id="token" readonly hidden aria-label="Access token"></textarea>
<p><a href="/docs">The API, to read and to try</a></p><script>
const said = document.getElementById("said"), box = document.getElementById("token"), token = location.hash.slice(1)
history.replaceState(null, "", location.pathname)
fetch("/api/v1/auth/one-time/redeem", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({token})})
  .then(async answer => {
    const got = await answer.json()
    if (!answer.ok) { said.textContent = got.detail + " " + got.next; return }
    said.textContent = "You are signed in for an hour. Open the API below, press Authorize, and paste this token:"
    box.value = got.access_token; box.hidden = false; box.select()
  }).catch(() => { said.textContent = "The server does not answer; reload this page when it runs." })
</script></html>"""
CLAIM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Retinue</title>
<style>body{font:16px/1.5 system-ui;max-width:44rem;margin:4rem auto;padding:0 1rem}</style><h1>Retinue</h1>
<p>This link lets its owner claim an account. Until there is a page for it, send its part after the # as <code>token</code> to
<code>POST /api/v1/clients/claim</code>: <a href="/docs">the API</a> shows what else it takes.</p></html>"""


def open_doors(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")

    @app.get("/sign-in", include_in_schema=False)
    async def sign_in() -> HTMLResponse:
        return HTMLResponse(SIGN_IN, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    @app.get("/claim", include_in_schema=False)
    async def claim() -> HTMLResponse:
        return HTMLResponse(CLAIM, headers={"Referrer-Policy": "no-referrer"})
