"""A company's website on loopback: a folder, pages of a table, or both; it remembers what was asked."""

import asyncio
import mimetypes
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

Answer = tuple[int, dict[str, str], bytes]
Page = str | bytes | int | Answer | Callable[[], Awaitable[Answer]]
COMPANIES = Path(__file__).parent / "companies"


def html(title: str, *paragraphs: str, links: tuple[str, ...] = ()) -> str:
    body = "".join(f"<p>{p}</p>" for p in paragraphs) + "".join(f'<a href="{link}">{link}</a> ' for link in links)
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


class Site:
    """`pages`: path → text, bytes, a status, or (status, headers, body). They may be changed while it runs."""

    def __init__(self, pages: dict[str, Page] | None = None, folder: Path | None = None) -> None:
        self.pages, self.folder, self.asked, self.port = dict(pages or {}), folder, list[str](), 0
        self.writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Site":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for writer in self.writers:
            writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def times(self) -> Counter[str]:
        return Counter(self.asked)

    async def _found(self, path: str) -> Answer:
        page = self.pages.get(path)
        if callable(page):
            return await page()
        if isinstance(page, tuple):
            return page
        if isinstance(page, int):
            return page, {}, b"no"
        if page is not None:
            return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode() if isinstance(page, str) else page
        if self.folder:
            file = self.folder / (path.partition("?")[0].strip("/") or "index.html")
            if file.is_file() and self.folder in file.resolve().parents:
                return 200, {"Content-Type": mimetypes.guess_type(file.name)[0] or "application/octet-stream"}, file.read_bytes()
        return 404, {"Content-Type": "text/html"}, b"<h1>not here</h1>"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            while line := await reader.readline():
                path = line.decode("latin-1").split(" ")[1]
                while (await reader.readline()).strip():
                    pass
                self.asked.append(path)
                status, headers, body = await self._found(path)
                head = "".join(f"{name}: {value}\r\n" for name, value in ({"Content-Length": str(len(body))} | headers).items())
                writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)
                await writer.drain()
        except (ConnectionError, IndexError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()
