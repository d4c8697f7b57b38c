"""Every answer to somebody known says what is left, streams and refusals too; every 429 says when to come back."""

from pathlib import Path

import httpx
import psycopg

from assembled import assembled
from retinue.kernel.clock import StoppedClock
from retinue.kernel.limits import Limiter

RATE = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
CONFIGURATION = {
    "config_metadata": {"product_type": "chatbot", "languages": ["en-GB"]},
    "system_prompt": {"role": "assistant", "instructions": "You are the assistant of Hollow Oak Scales.", "constraints": []},
    "llm_config": {"provider": "openai", "model": "balanced"},
}


async def test_what_is_left_is_said_in_every_answer(owner_url: str, tmp_path: Path) -> None:
    async with assembled(owner_url, tmp_path) as house:
        staff = await house.client("Hollow Oak Scales")
        made = await staff.post("/configurations", {"body": CONFIGURATION})
        await staff.post(f"/configurations/{made.json()['config_id']}/deploy", {"version": 1, "environment": "production"})
        await house.settle()
        began = await staff.post("/chat/conversations", {})
        path = f"/chat/conversations/{began.json()['conversation_id']}/messages"
        answers: list[httpx.Response] = [
            made,
            await staff.send("GET", "/clients"),
            await staff.send("GET", "/auth/me"),
            await staff.post("/auth/one-time"),
            await staff.post(path, {"content": "When do you open?"}),
            await staff.send("POST", path, json={"content": "And on Sunday?"}, headers={"Accept": "text/event-stream"}),
            await staff.send("POST", path, json={"content": "At once?"}, headers={"Prefer": "wait=0"}),
            await staff.post(path, {}),
            await staff.send("GET", f"/clients/{'0' * 8}-0000-7000-8000-000000000000"),
            await staff.send("GET", "/clients?cursor=!"),
            await staff.send("POST", "/rag/query", content=b"{", headers={"Content-Type": "application/json"}),
        ]
        keyed = [await staff.send("POST", "/rag/query", json={"query": "hours"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        left = [int(each.headers["ratelimit-remaining"]) for each in keyed]
        assert left[0] >= left[1], "an answer that is sent again is counted too"
        for answer in [*answers, *keyed]:
            if answer.status_code != 422:  # what a body lacks is seen before who sent it
                assert all(name in answer.headers for name in RATE), (answer.request.url, answer.status_code, answer.headers)
        limiter = Limiter(1, StoppedClock())
        house.process.provide(Limiter, limiter)
        await staff.send("GET", "/clients")
        refused = await staff.post(path, {"content": "Once more?"})
        assert refused.status_code == 429 and refused.headers["retry-after"] == "61"
        assert [refused.headers[name] for name in RATE] == ["1", "0", "61"]


async def test_who_tried_too_often_is_told_when_to_come_back(owner_url: str, tmp_path: Path) -> None:
    async with assembled(owner_url, tmp_path) as house:
        http = house.at()
        for _ in range(10):
            assert (await http.post("/auth/login", json={"email": "ann@example.org", "password": "wrong"})).status_code == 401
        refused = await http.post("/auth/login", json={"email": "ann@example.org", "password": "wrong"})
        assert refused.status_code == 429 and 800 < int(refused.headers["retry-after"]) <= 900
        assert "15 minutes" in refused.json()["next"]
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("update identity.attempt set started_at = started_at - interval '14 minutes'")
        later = await http.post("/auth/login", json={"email": "ann@example.org", "password": "wrong"})
        assert later.status_code == 429 and int(later.headers["retry-after"]) <= 60 and "1 minutes" in later.json()["next"]
