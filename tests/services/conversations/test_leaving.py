"""Whoever loses access loses what they have open, within ten seconds: a key that is revoked, a person without their role, a token that ends."""

import asyncio
import json
from datetime import timedelta

import pytest
import websockets

from retinue.kernel.ids import uuid7
from retinue.kernel.security import Signer, hashed, new_secret
from retinue.kernel.watch import AGAIN_SECONDS, KNOWN_FOR_SECONDS

from .talking import Client
from .test_socket import Chat, chat


def key_of(client: Client) -> str:
    key, maker = new_secret(), uuid7()
    client.house.sql("insert into kernel.access values (%s, %s, %s)", maker, client.id, ["owner"])
    client.house.sql(
        "insert into kernel.credential (organization_id, id, hash, kind, actor, scopes, origins) values (%s, %s, %s, 'key', %s, %s, '{}')",
        client.id, uuid7(), hashed(key), maker, ["conversations:write", "conversations:read"],
    )  # fmt: skip
    return key


async def closed(socket: Chat) -> tuple[int, int]:
    """The last problem's status and the socket's code, when it ends."""
    status = 0
    with pytest.raises(websockets.ConnectionClosed) as end:
        async with asyncio.timeout(30):  # a machine that does much else is slower than the promise
            while True:
                frame = json.loads(await socket.connection.recv())
                status = frame.get("status", status) if frame["type"] == "error" else status
    assert end.value.rcvd
    return status, end.value.rcvd.code


def test_it_is_asked_often_enough() -> None:
    assert AGAIN_SECONDS + KNOWN_FOR_SECONDS <= 5


async def test_a_revoked_key_loses_its_open_socket_and_says_nothing_more(client: Client) -> None:
    visit, key = await client.start(), key_of(client)
    async with chat(client, visit, key) as socket:
        await socket.until("message")
        client.house.sql("delete from kernel.credential where hash = %s", hashed(key))
        assert await closed(socket) == (401, 4401)
    assert [m["role"] for m in await visit.messages()] == ["assistant"]


async def test_a_person_who_is_removed_loses_theirs(client: Client) -> None:
    visit, member = await client.start(), client.person("member")
    async with chat(client, visit, member.token) as socket, chat(client, visit) as visitor:
        await socket.until("message")
        await visitor.until("message")
        client.house.sql("update kernel.access set roles = '{nobody}' where actor = %s", client.people["member"])
        status, code = await closed(socket)
        assert (status, code) in ((403, 4401), (403, 4403))
        await visitor.send(type="ping")
        await visitor.until("pong")
    async with chat(client, visit, client.person("owner").token) as socket:
        await socket.until("message")
        client.house.sql("delete from kernel.access where actor = %s", client.people["owner"])
        assert (await closed(socket))[0] == 404


async def test_a_token_that_ends_ends_the_socket(client: Client) -> None:
    visit = await client.start()
    actor = uuid7()
    client.house.sql("insert into kernel.access values (%s, %s, %s)", actor, client.id, ["member"])
    signer = client.house.process.get(Signer)
    short = signer.sign("access", timedelta(seconds=2), org=str(client.id), sub=str(actor))
    async with chat(client, visit, short) as socket:
        await socket.until("message")
        assert await closed(socket) == (401, 4401)
    visitor = signer.sign("visitor", timedelta(seconds=2), org=str(client.id), sub=visit.id)
    async with chat(client, visit, visitor) as socket:
        await socket.until("message")
        assert await closed(socket) == (401, 4401)
