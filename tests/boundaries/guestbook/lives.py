"""Run with a house that has the guestbook: `python -m boundaries.guestbook.lives DATABASE HOME`."""

import asyncio
import sys
from pathlib import Path

from assembled import assembled
from retinue.assembly.asyncapi import asyncapi
from retinue.assembly.rooms import ROOMS


async def live(owner_url: str, home: Path) -> None:
    assert [room.name for room in ROOMS][-1] == "guestbook"
    async with assembled(owner_url, home) as house:
        staff = await house.client("Thistle Weighing")
        book = (await staff.get("/guestbook/entries"))["items"]
        assert [entry["words"] for entry in book] == ["Thistle Weighing opens its book"], book  # a handler heard another room's event

        written = await staff.post("/guestbook/entries", {"words": "Your scales are true."})
        assert written.status_code == 201 and int(written.headers["Retinue-Event"]) > 0
        entry = written.json()["entry_id"]
        await house.settle()
        needs = (await staff.get("/needs", client_id=staff.tenant))["items"]
        assert {need["title"] for need in needs if need["kind"] == "thank_guest"} == {"Thank a guest"} and len(needs) == 2

        assert (await staff.post(f"/guestbook/entries/{entry}/thank")).status_code == 202
        await house.settle()  # the job
        assert [e["thanked_at"] is not None for e in (await staff.get("/guestbook/entries"))["items"]] == [True, False]
        assert len((await staff.get("/needs", client_id=staff.tenant))["items"]) == 1
        dossier = await staff.get(f"/dossier/{staff.tenant}")
        assert dossier["sections"]["guestbook"][entry] == {"words": "Your scales are true."}
        assert dossier["timeline"][0]["title"] == "A guest was thanked"
        away = await staff.get(f"/away/{staff.tenant}")
        assert "2 guests wrote into the guestbook." in [line["text"] for line in away["lines"]]
        assert [found["title"] for found in (await staff.get("/search", q="scales are tr"))["results"]] == ["Your scales are true."]

        viewer = await staff.person("viewer")
        assert {"guestbook:read"} == {p for p in (await viewer.get("/auth/me"))["permissions"] if p.startswith("guestbook")}
        refused = await viewer.post("/guestbook/entries", {"words": "I may not."})
        assert refused.status_code == 403 and "guestbook:write" in refused.json()["detail"] + refused.json()["next"]
        assert (await viewer.get("/guestbook/entries"))["items"]
        stranger = await house.client("Another Company")
        assert [e["words"] for e in (await stranger.get("/guestbook/entries"))["items"]] == ["Another Company opens its book"]

        document = house.app.openapi()
        assert document["paths"]["/api/v1/guestbook/entries"]["post"]["summary"] == "Write into the guestbook"
        assert {"name": "guestbook", "description": "What visitors wrote."} in document["tags"]
        assert any(kind.startswith("guestbook.entry_written") for kind in asyncapi()["components"]["messages"])
        (home / "owner").write_text(f"{house.owner.email}\n{house.owner.password}\n{staff.tenant}")


asyncio.run(live(sys.argv[1], Path(sys.argv[2])))
