"""A simulated internet: names and public addresses that end on loopback servers. It does not imitate TLS."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import httpcore

from retinue.kernel.clock import StoppedClock

PUBLIC = "93.184.215.14"
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[["Asked", asyncio.StreamWriter], Awaitable[Answer | None]]


class Asked:
    def __init__(self, path: str, headers: dict[str, str]) -> None:
        self.path, self.headers = path, headers


class Site:
    """Answers from a table of paths; remembers what was asked."""

    def __init__(self, pages: dict[str, Answer | Handler | str | list[Answer]]) -> None:
        self.pages, self.asked, self.port = pages, list[Asked](), 0

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def __aenter__(self) -> "Site":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                path = line.decode().split(" ")[1]
                headers = {}
                while (field := (await reader.readline()).decode().strip()) != "":
                    name, _, value = field.partition(":")
                    headers[name.lower()] = value.strip()
                asked = Asked(path, headers)
                self.asked.append(asked)
                found = self.pages.get(path, (404, {}, b"nothing here"))
                if isinstance(found, list):
                    found = found.pop(0) if len(found) > 1 else found[0]
                if isinstance(found, str):
                    found = (200, {"Content-Type": "text/html"}, found.encode())
                if callable(found):
                    made = await found(asked, writer)
                    if made is None:
                        break
                    found = made
                status, fields, body = found
                fields = {"Content-Type": "text/html", "Content-Length": str(len(body))} | fields
                head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
                writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)
                await writer.drain()
        except (ConnectionError, IndexError):
            pass
        finally:
            writer.close()


class Internet(httpcore.AsyncNetworkBackend):
    """Every public address leads to one loopback port; private ones lead where they say. Records each connection."""

    def __init__(self, site: Site, names: dict[str, Sequence[str]] | None = None) -> None:
        self.site, self.names = site, names or {}
        self.connected: list[str] = []
        self.lookups: list[str] = []
        self._network = httpcore.AnyIOBackend()

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.lookups.append(host)
        if host in self.names:
            return self.names[host]
        if host[0].isdigit() or ":" in host:
            return [host]
        raise OSError(f"no such name: {host}")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        if host.startswith(("127.", "::1")):
            return await self._network.connect_tcp(host, port, timeout)
        return await self._network.connect_tcp("127.0.0.1", self.site.port, timeout)


class Sleeper:
    """Sleeping moves the clock."""

    def __init__(self, clock: StoppedClock) -> None:
        self.clock, self.slept = clock, list[float]()

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.move(timedelta(seconds=seconds))


async def open_gate(url: str) -> None:
    return None
