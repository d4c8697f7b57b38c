"""The example company, served on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

from retinue.kernel.errors import Refusal


class NoExample(Refusal):
    """The example company is not here."""

    next = "Run this in a checkout of the project, or onboard your own site: retinue onboard https://your-site --name NAME"


@dataclass(frozen=True)
class Example:
    name: str
    site: Path
    questions: list[str]

    @classmethod
    def load(cls, folder: Path) -> "Example":
        said: dict[str, Any] = json.loads((folder / "company.json").read_text())
        return cls(said["name"], folder / "site", said["questions"])


def example_folder() -> Path:
    """The first company under examples/ of the checkout."""
    root = Path(str(files("retinue"))).parents[1] / "examples"
    found = sorted(path.parent for path in root.glob("*/company.json"))
    if not found:
        raise NoExample()
    return found[0]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """The folder as a website on loopback, on `port` or, when it is taken, any other."""
    handler = partial(_Quiet, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
