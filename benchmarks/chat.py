"""Platform time of a chat turn (Server-Timing, over HTTP), beside a bare LangGraph turn of two nodes with its own Postgres checkpointer."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, TypedDict

import httpx
import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from figures import figure, installation, new_home, remove
from retinue.cli.sites import Example, example_folder, serving
from retinue.embedded.postgres import PostgresSettings, start

QUESTIONS = (
    "What are your opening hours?",
    "Do you calibrate on site?",
    "How much does hiring a platform scale cost?",
    "Where are your depots?",
    "How long is the warranty?",
    "Can I return an item?",
)
ROUNDS, CONVERSATIONS = 5, 4
EMBEDDING_AHEAD_SECONDS = 12  # what a process does once for a client; turns are measured after it


def platform_ms(response: httpx.Response) -> float:
    return float(response.headers["server-timing"].partition("platform;dur=")[2].partition(",")[0])


def turns(home: Path, url: str) -> tuple[list[float], list[float]]:
    """Platform times of first questions and of later ones."""
    known = json.loads((home / "credentials.json").read_text())
    first, later = [], []
    with httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False) as client:
        token = client.post("/auth/login", json={"email": known["email"], "password": known["password"]}).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        tenant = client.get("/clients").json()["items"][0]["client_id"]
        client.headers["x-tenant-id"] = tenant
        client.post("/chat/conversations", json={"channel": "test"}).raise_for_status()
        time.sleep(EMBEDDING_AHEAD_SECONDS)
        seen: set[str] = set()
        for _ in range(CONVERSATIONS):
            conversation = client.post("/chat/conversations", json={"channel": "test"}).json()["conversation_id"]
            for question in QUESTIONS * ROUNDS:
                answer = client.post(f"/chat/conversations/{conversation}/messages", json={"content": question})
                answer.raise_for_status()
                (later if question in seen else first).append(platform_ms(answer))
                seen.add(question)
    return first, later


async def bare(url: str) -> list[float]:
    class State(TypedDict):
        messages: Annotated[list, add_messages]

    def agent(state: State) -> dict[str, list]:
        return {"messages": [("assistant", "The office is open Monday to Friday.")]}

    def tools(state: State) -> dict[str, list]:
        return {"messages": [("user", "found")]}

    graph = StateGraph(State)
    graph.add_node("agent", agent)
    graph.add_node("tools", tools)
    graph.add_edge(START, "tools")
    graph.add_edge("tools", "agent")
    graph.add_edge("agent", END)
    times = []
    pool = AsyncConnectionPool(url, max_size=4, open=False, kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row})
    async with pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        compiled = graph.compile(checkpointer=saver)
        for thread in range(CONVERSATIONS):
            for question in QUESTIONS * ROUNDS:
                began = time.perf_counter()
                await compiled.ainvoke({"messages": [("user", question)]}, {"configurable": {"thread_id": str(thread)}}, durability="exit")
                times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    home = new_home()
    example = Example.load(example_folder())
    with installation(home) as (url, _), serving(example.site, 0) as address:
        env = os.environ | {"RETINUE_HOME": str(home)}
        command = [sys.executable, "-m", "retinue", "onboard", address, "--name", example.name, "--json"]
        subprocess.run(command, env=env, check=True, capture_output=True)
        first, later = turns(home, url)
        with start(home, settings=PostgresSettings()) as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("create database bare")
            baseline = asyncio.run(bare(server.login("postgres", "bare")))
    remove(home)
    middle = statistics.median(later)
    figure("chat turn, platform time p50", middle, "ms", baseline=statistics.median(baseline), target="≤ 25 ms", met=middle <= 25)
    figure("chat turn, platform time p95", statistics.quantiles(later, n=20)[-1], "ms", baseline=statistics.quantiles(baseline, n=20)[-1])
    figure("chat turn, platform time, a question never asked before", statistics.median(first), "ms", baseline=statistics.median(baseline))


if __name__ == "__main__":
    main()
