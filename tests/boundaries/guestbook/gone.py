"""Run with a house that has the guestbook no more, on the database where it was: `python -m boundaries.guestbook.gone DATABASE HOME`."""

import asyncio
import sys
from pathlib import Path

import httpx

from assembled import settings
from retinue.assembly.application import application
from retinue.assembly.process import opened
from retinue.assembly.rooms import ROOMS
from retinue.kernel.deliver import Deliverer


async def go_on(owner_url: str, home: Path) -> None:
    email, password, tenant = (home / "owner").read_text().split("\n")
    assert "guestbook" not in [room.name for room in ROOMS]
    async with opened(settings(home), owner_url, ROOMS) as process:
        deliverer = Deliverer(process.database, {room.name: room.handlers for room in ROOMS})
        await deliverer.register()
        await deliverer.deliver_all()
        transport = httpx.ASGITransport(application(process, ROOMS), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://retinue/api/v1") as http:
            signed_in = await http.post("/auth/login", json={"email": email, "password": password})
            http.headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}", "X-Tenant-ID": tenant}
            assert (await http.get("/guestbook/entries")).status_code == 404
            dossier = (await http.get(f"/dossier/{tenant}")).json()
            assert "guestbook" not in dossier["sections"] and dossier["timeline"][-1]["title"] == "Thistle Weighing became a client"
            assert (await http.get("/needs")).json()["items"] == []
            assert not [p for p in (await http.get("/auth/me")).json()["permissions"] if p.startswith("guestbook")]
            log = (await http.get("/events", params={"client_id": tenant})).json()["items"]
            assert "client_created" in " ".join(event["kind"] for event in log), log
            made = await http.post("/clients", headers={"X-Tenant-ID": ""}, json={"name": "Later Company"})
            assert made.status_code == 201, made.text


asyncio.run(go_on(sys.argv[1], Path(sys.argv[2])))
