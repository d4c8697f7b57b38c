"""Streams of whoever loses access end within ten seconds, with a problem as their last event."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from assembled import House, assembled


async def last_event(house: House, path: str, bearer: str, tenant: str) -> tuple[str, dict[str, Any]]:
    """Of a stream, when it has ended."""
    headers = {"Authorization": f"Bearer {bearer}", "X-Tenant-ID": tenant, "Accept": "text/event-stream"}
    answer = await house.at().get(path, headers=headers)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line]
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


@pytest.mark.parametrize("how", ["revoked", "removed"])
async def test_a_stream_ends_with_its_access(owner_url: str, tmp_path: Path, how: str) -> None:
    async with assembled(owner_url, tmp_path) as house:
        staff = await house.client("Hollow Oak Scales")
        tenant = staff.tenant or ""
        made = (await staff.post("/api-keys", {"name": "robot", "scopes": ["events:read", "clients:read"]})).json()
        async with house.process.database.work("conversations", UUID(tenant)) as work:
            await work.flush(
                "insert into kernel.ask (organization_id, id, name, input, lease_until, actor, key, expires_at)"
                " values (:o, :id, 'never', '{}', :at, null, null, :at)",
                o=work.organization, id=UUID(tenant), at=work.now.replace(year=work.now.year + 1),
            )  # fmt: skip
        streams = [
            asyncio.create_task(last_event(house, path, made["key"], tenant)) for path in (f"/events?client_id={tenant}", f"/jobs/{tenant}")
        ]
        done, _ = await asyncio.wait(streams, timeout=1.5)
        assert not done, [each.result() for each in done]
        if how == "revoked":
            await staff.send("DELETE", f"/api-keys/{made['id']}")
        else:
            house.ask("delete from kernel.access where actor = (select actor from kernel.credential limit 1) returning 1")
        async with asyncio.timeout(30):
            for name, problem in await asyncio.gather(*streams):
                assert name == "error" and problem["status"] in ((401,) if how == "revoked" else (403, 404)), problem
