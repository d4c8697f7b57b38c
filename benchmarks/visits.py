"""What people feel of a chat: a turn beside a hundred open windows, the first question after a start, and a provider that is not there."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx
from websockets.asyncio.client import connect

from figures import figure, free_port, installation, new_home, remove
from retinue.cli.sites import Example, example_folder, serving

QUESTIONS = (
    "What are your opening hours?",
    "Do you calibrate on site?",
    "How much does hiring a platform scale cost?",
    "Where are your depots?",
    "How long is the warranty?",
    "Can I return an item?",
)
WINDOWS, ROUNDS, STARTS = 100, 5, 3
READY_SECONDS = 3  # between a start and the first question of a visitor who opens the page then


@contextmanager
def visitor(home: Path, url: str) -> Iterator[httpx.Client]:
    known = json.loads((home / "credentials.json").read_text())
    with httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False) as client:
        token = client.post("/auth/login", json={"email": known["email"], "password": known["password"]}).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        client.headers["x-tenant-id"] = client.get("/clients").json()["items"][0]["client_id"]
        yield client


def begun(client: httpx.Client) -> tuple[str, str]:
    started = client.post("/chat/conversations", json={"channel": "test"})
    started.raise_for_status()
    return started.json()["conversation_id"], started.json()["visitor_token"]


def turn(client: httpx.Client, conversation: str, question: str) -> float:
    """Milliseconds from sending to the whole answer."""
    began = time.perf_counter()
    client.post(f"/chat/conversations/{conversation}/messages", json={"content": question}).raise_for_status()
    return (time.perf_counter() - began) * 1000


def turns(client: httpx.Client) -> list[float]:
    conversation, _ = begun(client)
    return [turn(client, conversation, question) for question in QUESTIONS * ROUNDS]


async def beside(client: httpx.Client, url: str) -> list[float]:
    """Turns while the windows of others are open."""
    async with AsyncExitStack() as stack:
        for _ in range(WINDOWS):
            conversation, token = await asyncio.to_thread(begun, client)
            socket = await stack.enter_async_context(connect(f"{url.replace('http', 'ws')}/api/v1/chat/ws/{conversation}"))
            await socket.send(json.dumps({"type": "auth", "token": token}))
            await socket.recv()
        return await asyncio.to_thread(turns, client)


def main() -> None:
    home = new_home()
    example = Example.load(example_folder())
    with installation(home) as (url, _), serving(example.site, 0) as address:
        env = os.environ | {"RETINUE_HOME": str(home)}
        command = [sys.executable, "-m", "retinue", "onboard", address, "--name", example.name, "--json"]
        subprocess.run(command, env=env, check=True, capture_output=True)
        with visitor(home, url) as client:
            turns(client)
            alone = statistics.median(turns(client))
            crowded = statistics.median(asyncio.run(beside(client, url)))
    figure(f"chat turn beside {WINDOWS} open windows", crowded, "ms", baseline=alone, target="< 1.2 × alone", met=crowded < 1.2 * alone)
    first, warm = [], []
    for _ in range(STARTS):
        with installation(home) as (url, _), visitor(home, url) as client:
            conversation, _ = begun(client)
            time.sleep(READY_SECONDS)
            took = [turn(client, conversation, question) for question in QUESTIONS]
            first.append(took[0])
            warm.append(statistics.median(took[1:]))
    cold, usual = statistics.median(first), statistics.median(warm)
    figure("first question after a start", cold, "ms", baseline=usual, target="≤ 1.5 × a later one", met=cold <= 1.5 * usual)
    nobody = {"OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1", "OPENAI_API_KEY": "sk-nobody"}
    with installation(home, **nobody) as (url, _), visitor(home, url) as client:
        conversation, _ = begun(client)
        time.sleep(READY_SECONDS)
        once, *later = [turn(client, conversation, question) for question in QUESTIONS]
    extra = max(once - usual, 0)
    figure("a provider that is not there, first turn", extra, "ms", target="≤ 1,000 ms more", met=extra <= 1000)
    after = statistics.median(later)
    figure("a provider that is not there, later turns", after, "ms", baseline=usual, target="≤ 1.2 × without", met=after <= 1.2 * usual)
    remove(home)


if __name__ == "__main__":
    main()
