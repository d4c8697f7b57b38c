"""An installation in a process of its own, with the example company onboarded, that can be killed and started again."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

import retinue
from assembled import free_home
from retinue.cli.sites import Example, example_folder, serving

WIRE = httpx.Client(
    timeout=60, trust_env=False, limits=httpx.Limits(keepalive_expiry=2)
)  # the server closes an idle line after five seconds
LOG = Path(__file__).parents[2] / "build/house.log"  # what the house said, kept for whoever asks why
LOOPBACK = {"RETINUE_WEB_ALLOW_PRIVATE": "true", "RETINUE_REQUESTS_PER_MINUTE": "1000000"}


@dataclass
class House:
    """`client_id` is the example company. Tests share one house: each makes its own conversations, keys and people."""

    home: Path
    port: int
    client_id: str = ""
    client_name: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> dict[str, str]:
        """`{url, email, password, organization_id}` of the owner of the installation."""
        read: dict[str, str] = json.loads((self.home / "credentials.json").read_text())
        return read

    @cached_property
    def owner(self) -> "Staff":
        """The owner, acting within the example company."""
        return self.sign_in(self.credentials["email"], self.credentials["password"])

    @cached_property
    def operator(self) -> "Staff":
        """The owner, acting within the operator's own organization, which sees all clients."""
        return Staff(self.url, self.owner.token, self.credentials["organization_id"])

    def link(self, path: str) -> str:
        """Signs the owner in, once, and goes on to `path`."""
        url: str = self.owner.post("/auth/one-time")["url"]
        return url.replace("/sign-in#", f"/sign-in?next={path}#")

    def new_client(self, name: str) -> "Staff":
        """The owner, acting within a client of its own."""
        made = self.operator.post("/clients", {"name": f"{name} {uuid.uuid4().hex[:6]}"})
        return Staff(self.url, self.owner.token, made["client_id"])

    def sign_in(self, email: str, password: str, tenant: str | None = None) -> "Staff":
        answer = WIRE.post(f"{self.url}/api/v1/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return Staff(self.url, answer.json()["access_token"], tenant or self.client_id)

    def command(self, *words: str, seconds: float = 120, **settings: str) -> str:
        ours = {"RETINUE_HOME": str(self.home), "RETINUE_PORT": str(self.port), "PYTHONPATH": str(Path(retinue.__file__).parents[1])}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RETINUE_")}
        ended = subprocess.run(
            [sys.executable, "-m", "retinue", *words],
            env=clean | ours | LOOPBACK | settings,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def start(self) -> None:
        """Returns when it answers."""
        self.command("up", "--detach", "--no-browser")

    def kill(self) -> None:
        """As by a power cut: nothing is told to end."""
        os.kill(json.loads((self.home / "run.json").read_text())["pid"], signal.SIGKILL)

    def stop(self) -> None:
        self.command("down")


@dataclass
class Staff:
    """Somebody signed in, acting within `tenant`."""

    url: str
    token: str
    tenant: str

    def send(self, method: str, path: str, **values: Any) -> Any:
        """The JSON of an answer that is no refusal; `path` as in the reference, without /api/v1."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Tenant-ID": self.tenant}
        answer = WIRE.request(method, f"{self.url}/api/v1{path}", headers=headers, **values)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else answer.content

    def get(self, path: str, **params: Any) -> Any:
        return self.send("GET", path, params=params or None)

    def post(self, path: str, body: Any = None, **values: Any) -> Any:
        return self.send("POST", path, json={} if body is None else body, **values)

    def put(self, path: str, body: Any = None) -> Any:
        return self.send("PUT", path, json={} if body is None else body)

    def person(self, *roles: str, name: str = "Somebody New") -> tuple[str, str]:
        """E-mail and password of somebody new of this organization."""
        email = f"{uuid.uuid4().hex[:10]}@people.example"
        made = self.post("/people", {"email": email, "name": name, "roles": list(roles)})
        return email, made["password"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def living() -> Iterator[House]:
    with free_home() as home:
        house = House(home, free_port())
        house.start()
        try:
            example = Example.load(example_folder())
            with serving(example.site, 0) as site:
                told = json.loads(house.command("onboard", site, "--name", example.name, "--json"))
            house.client_id, house.client_name = told["client"]["client_id"], re.sub(r"\s+", " ", told["client"]["name"])
            yield house
        finally:
            house.stop()
            LOG.parent.mkdir(exist_ok=True)
            shutil.copy(home / "retinue.log", LOG)
