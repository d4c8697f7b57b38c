"""How a connection is made: only to the very IP addresses that were checked for its host."""

import ssl
import typing
from collections.abc import AsyncIterator, Iterable

import httpcore
import httpx


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects a host to its pinned addresses only: no second look at the DNS can change the target."""

    def __init__(self, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        self.pins: dict[str, list[str]] = {}
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} was not checked")
        for address in self.pins.get(host, ()):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[typing.Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("only the web is read")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class PinnedTransport(httpx.AsyncBaseTransport):
    """httpx over a pool whose connections keep the host's name for TLS and the Host header."""

    def __init__(self, tls: ssl.SSLContext | None = None, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        self.backend = PinnedBackend(network)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            network_backend=self.backend,
            max_connections=10,
            keepalive_expiry=30.0,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path)
        asked = httpcore.Request(request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions)
        answer = await self._pool.handle_async_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in typing.cast(typing.AsyncIterable[bytes], self._answer.stream):
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
