"""Every address that reads, asked by one tenant for what is another's: nothing of it is ever in an answer."""

import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assembled import Caller, House, assembled, fresh_database
from retinue.contracts.permissions import ROLES
from sites import Site, html

UUID_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
MARK = "Quillfeather"  # a word that stands in every text of the one tenant and nowhere else
PAGES = {
    "/": html(f"{MARK} Joinery", f"{MARK} builds staircases in Leith.", f"Call {MARK} on 0131 496 0321.", links=("/stairs",)),
    "/stairs": html(f"{MARK} stairs", f"A straight staircase of {MARK} costs 4,200 pounds.", "It takes three weeks to fit."),
}

NOBODYS = ("/auth/me", "/engine", "/tasks")  # of the caller, and of the installation


@pytest_asyncio.fixture(scope="module")
async def house(server: str, template: str, tmp_path_factory) -> AsyncIterator[House]:
    home: Path = tmp_path_factory.mktemp("home")
    with fresh_database(server, template) as url:
        async with assembled(url, home) as house:
            yield house


@pytest_asyncio.fixture(scope="module")
async def lived_in(house: House) -> tuple[Caller, list[str]]:
    """A tenant that has something in every room, and the ids of all of it."""
    client = await house.client(f"{MARK} Joinery")
    async with Site(PAGES) as site:
        await client.post("/research/jobs", {"client_id": client.tenant, "source": site.url})
        await house.settle()
    (draft,) = (await client.get("/requirements"))["items"]
    assert (await client.post(f"/requirements/{draft['requirements_id']}/approve", {"version": draft["version"]})).status_code == 200
    await house.settle()
    started = (await client.post("/chat/conversations", {"channel": "chat"})).json()
    path = f"/chat/conversations/{started['conversation_id']}"
    assert (await client.post(f"{path}/messages", {"content": f"My name is Ann {MARK}, ann@example.com"})).status_code == 200
    await client.post(f"{path}/notes", {"content": f"{MARK} is in a hurry"})
    await client.post("/rag/ingest", {"content": f"{MARK} opens at nine.", "document_id": "opening"})
    await client.key("dossier:read")
    await client.person("viewer")
    await house.settle()
    seen = ""
    for address in (
        "/research/jobs",
        "/requirements",
        "/configurations",
        "/chat/conversations",
        "/documents",
        "/api-keys",
        "/people",
        "/events?limit=200",
    ):
        answer = await client.send("GET", address)
        assert answer.status_code == 200, (address, answer.text)
        seen += answer.text
    seen += (await client.send("GET", f"{path}/messages")).text
    rows = house.ask(
        "select id from library.intake where organization_id = %s union select id from kernel.ask where organization_id = %s",
        client.tenant,
        client.tenant,
    )
    return client, sorted({*UUID_FORM.findall(seen), *(str(row.id) for row in rows), str(client.tenant)})


def tried(path: str, ids: list[str], most: int | None) -> list[str]:
    """Some of the ids, other ones for each address; the tenant's own always."""
    if most is None:
        return ids
    return [ids[0], *random.Random(path).sample(ids, most - 1)]


async def everywhere(house: House, ids: list[str], most: int | None = None) -> list[str]:
    """Every GET address with ids of the tenant in its place: every one, or so many."""
    found = []
    for path, methods in house.app.openapi()["paths"].items():
        if "get" not in methods or not path.startswith("/api/v1/"):
            continue
        path = path.removeprefix("/api/v1")
        names = re.findall(r"\{(\w+)\}", path)
        if not names:
            found += [path, f"{path}?client_id={ids[0]}"]
        elif len(names) == 1 and names[0] not in ("slug", "room", "number"):
            found += [path.replace(f"{{{names[0]}}}", id) for id in tried(path, ids, most)]
        else:
            found += [re.sub(r"\{\w*(number|version)\w*\}", "1", re.sub(r"\{\w*id\}", id, path)) for id in tried(path, ids, most)]
    return [*found, "/documents/text?document_id=opening", f"/documents?q={MARK}", f"/chat/conversations?search={MARK}"]


@pytest.mark.parametrize("most", [3, pytest.param(None, marks=pytest.mark.slow)], ids=["some", "all"])
async def test_no_address_shows_anothers(house: House, lived_in: tuple[Caller, list[str]], most: int | None):
    owner, ids = lived_in
    neighbour = await house.client("Neighbour")
    common = {str(neighbour.tenant), *UUID_FORM.findall(str(await (await house.operator()).get("/auth/me")))}
    secret = [id for id in ids if id not in common]
    secret.sort(key=lambda one: one != owner.tenant)
    key = await neighbour.key(*sorted(ROLES["owner"] - {"people:write", "keys:write", "billing:write"} | {"keys:write", "people:write"}))
    addresses = await everywhere(house, secret, most)
    assert len(addresses) > (100 if most else 300) and len({path.partition("?")[0].split("/")[1] for path in addresses}) >= 12
    for reader in (key, await neighbour.person("owner")):
        for path in addresses:
            for headers in ({}, {"X-Tenant-ID": str(owner.tenant)}, {"X-Tenant-ID": str(neighbour.tenant)}):
                answer = await reader.send("GET", path, headers=headers)
                assert answer.status_code in (200, 400, 403, 404, 422), (path, headers, answer.status_code)
                if headers.get("X-Tenant-ID") == owner.tenant:
                    assert answer.status_code != 200 or path.startswith(NOBODYS), (path, answer.text[:300])
                if answer.status_code != 200:
                    continue
                assert MARK not in answer.text.replace(f"q={MARK}", ""), (path, answer.text[:300])
                leaked = set(UUID_FORM.findall(answer.text)) & set(secret) - set(UUID_FORM.findall(path))
                assert not leaked, (path, leaked)


async def test_the_tenant_itself_sees_its_own(house: House, lived_in: tuple[Caller, list[str]]):
    """Else the test above would prove nothing."""
    owner, ids = lived_in
    answers = {path: await owner.send("GET", path) for path in await everywhere(house, ids)}
    assert not [path for path, answer in answers.items() if answer.status_code >= 500]
    marked = {path.partition("?")[0].split("/")[1] for path, answer in answers.items() if answer.status_code == 200 and MARK in answer.text}
    assert {"research", "requirements", "chat", "dossier", "documents", "timeline"} <= marked, marked
