"""Pages of somebody's own site, on an address of its own, with whatever headers it likes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A shop</title>{head}</head>
<body><main><h1>A shop</h1><p>What we sell.</p></main>{end}</body></html>"""


@dataclass
class Site:
    address: str
    pages: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def page(self, end: str, *, head: str = "", **headers: str) -> str:
        """The address of a page that ends with `end`."""
        path = f"/{len(self.pages)}"
        self.pages[path] = (PAGE.format(head=head, end=end).encode(), {name.replace("_", "-"): value for name, value in headers.items()})
        return self.address + path


@contextmanager
def shop() -> Iterator[Site]:
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = site.pages.get(self.path, (b"", {}))
            self.send_response(200 if body else 204)
            for name, value in ({"Content-Type": "text/html; charset=utf-8"} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
