"""A signed-in connection to a running installation, from the credentials in its home."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from retinue.cli.homes import CREDENTIALS, kept_credentials
from retinue.cli.output import Answered, NotRunning
from retinue.kernel.errors import Refusal
from retinue.kernel.ids import uuid7
from retinue.kernel.settings import KernelSettings

SECONDS, UNAUTHORIZED = 30.0, 401


class NoCredentials(Refusal):
    """There are no credentials that can be read in {path}."""

    status = 503
    next = "Start Retinue, which writes them (again, if it runs: retinue down, then retinue up)."


class StaleCredentials(Refusal):
    """The credentials in {path} are of another installation, or the password was changed since."""

    status = 401
    next = "Write the password into that file; or delete it and start again (retinue down, then retinue up): new ones are written."


class Connection:
    """Requests under /api/v1 as the operator's first person. Every POST carries an Idempotency-Key, so that a retry does nothing twice."""

    def __init__(self, url: str, organization: str, client: httpx.Client) -> None:
        self.url, self.organization, self.client = url, organization, client

    def request(self, method: str, path: str, *, tenant: str | None = None, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if tenant:
            headers["X-Tenant-ID"] = tenant
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid7()))
        for attempt in (1, 2, 3):
            try:
                response = self.client.request(method, f"/api/v1{path}", headers=headers, **more)
                break
            except httpx.TransportError:
                if attempt == 3:
                    raise NotRunning(url=self.url) from None
        if response.is_error:
            raise Answered(_problem(response))
        return response

    def get(self, path: str, **more: Any) -> Any:
        return self.request("GET", path, **more).json()

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.request("POST", path, json=body, **more).json()


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"status": response.status_code, "title": "Error", "detail": response.text[:300]}


def credentials(home: Path) -> dict[str, str]:
    read = kept_credentials(home)
    if read is None:
        raise NoCredentials(path=home / CREDENTIALS)
    return read


def sign_in(known: dict[str, str]) -> tuple[httpx.Client, str]:
    """A client with a token, and the token."""
    client = httpx.Client(base_url=known["url"], timeout=SECONDS, trust_env=False)
    try:
        answer = client.post("/api/v1/auth/login", json={"email": known["email"], "password": known["password"]})
    except httpx.TransportError:
        raise NotRunning(url=known["url"]) from None
    if answer.is_error:
        raise Answered(_problem(answer))
    token: str = answer.json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client, token


@contextmanager
def connected(home: Path | None = None) -> Iterator[Connection]:
    known = credentials(home or KernelSettings().home)
    try:
        client, _ = sign_in(known)
    except Answered as refusal:
        if refusal.status == UNAUTHORIZED:
            raise StaleCredentials(path=(home or KernelSettings().home) / CREDENTIALS) from None
        raise
    with closing(client):
        yield Connection(known["url"], known["organization_id"], client)


class NoSuchClient(Refusal):
    """There is no client {name}."""

    status = 404
    next = "Look at the names with: retinue clients"


def find_client(connection: Connection, name: str) -> dict[str, Any]:
    """By id, slug or name."""
    cursor = None
    while True:
        page = connection.get("/clients", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
        for client in page["items"]:
            if name in (client["client_id"], client["slug"]) or name.casefold() == client["name"].casefold():
                found: dict[str, Any] = client
                return found
        cursor = page["next_cursor"]
        if not cursor:
            raise NoSuchClient(name=name)
