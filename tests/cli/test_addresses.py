"""Whose address counts: the caller's behind a proxy that is named, and what a stranger claims nowhere."""

import asyncio
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from retinue.cli.process import Server, at_the_door
from retinue.kernel.limits import address_of
from retinue.kernel.settings import KernelSettings


async def say_who(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse(address_of(Request(scope)))(scope, receive, send)


async def seen(settings: KernelSettings, *claims: str) -> list[str]:
    """As whom the server counts requests from loopback that carry these X-Forwarded-For."""
    server = Server(uvicorn.Config(say_who, host="127.0.0.1", port=0, log_config=None, lifespan="off", **at_the_door(settings)))
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(20):
            while not server.started:
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
                return [(await http.get("/", headers={"X-Forwarded-For": claim} if claim else {})).text for claim in claims]
    finally:
        server.stop()
        await serving


async def test_without_a_named_proxy_nobody_forges_an_address() -> None:
    assert await seen(KernelSettings(), "", "198.51.100.7", "198.51.100.7, 127.0.0.1") == ["127.0.0.1"] * 3
    assert await seen(KernelSettings(trusted_proxies="192.0.2.0/24"), "198.51.100.7") == ["127.0.0.1"]


async def test_behind_a_named_proxy_the_last_address_that_it_saw_counts() -> None:
    named = KernelSettings(trusted_proxies="127.0.0.1, 10.0.0.0/8")
    claims = ("198.51.100.7", "203.0.113.9, 198.51.100.7", "203.0.113.9, 198.51.100.7, 10.1.2.3", "2001:db8::7", "")
    assert await seen(named, *claims) == ["198.51.100.7", "198.51.100.7", "198.51.100.7", "2001:db8::/64", "127.0.0.1"]


@pytest.mark.parametrize("named", ["*", "proxy.example.org", "10.0.0.1/8", "10.0.0.0/33"])
def test_what_would_trust_everybody_or_nobody_is_refused(named: str) -> None:
    with pytest.raises(ValidationError, match="addresses or networks"):
        KernelSettings(trusted_proxies=named)
