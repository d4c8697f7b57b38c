"""One figure as a JSON line, and an installation to measure."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


def figure(name: str, value: float, unit: str, *, baseline: float | None = None, target: str = "", met: bool | None = None) -> None:
    ratio = round(value / baseline, 3) if baseline else None
    print(
        json.dumps(
            {
                "name": name,
                "value": round(value, 3),
                "unit": unit,
                "baseline": round(baseline, 3) if baseline is not None else None,
                "ratio": ratio,
                "target": target,
                "met": met,
            }
        ),
        flush=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_home() -> Path:
    """As root the database's unprivileged user must be able to pass through."""
    home = Path(tempfile.mkdtemp(prefix="retinue-bench-"))
    home.chmod(0o755)
    return home


@contextmanager
def installation(home: Path, *options: str, **environment: str) -> Iterator[tuple[str, float]]:
    """`retinue up` on `home`: its address, and the seconds until it was ready."""
    port = free_port()
    env = os.environ | {"RETINUE_HOME": str(home), "RETINUE_PORT": str(port), "RETINUE_WEB_ALLOW_PRIVATE": "true"} | environment
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "retinue", "up", "--no-browser", *options], env=env, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    while child.poll() is None:
        try:
            if httpx.get(f"{url}/health/ready", timeout=1, trust_env=False).is_success:
                break
        except httpx.TransportError:
            pass
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    try:
        yield url, seconds
    finally:
        child.terminate()
        child.wait(30)


def remove(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
