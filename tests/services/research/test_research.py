"""A source is read page by page into a report, told as it goes, and once."""

from collections import Counter

from assembled import Caller, House
from retinue.engines.governance.facts import digest_of
from sites import COMPANIES, Site, html

DENTAL = COMPANIES / "lantern-street-dental" / "site"
HOME = html(
    "Alder Joinery", "Alder Joinery builds staircases and doors in Leith since 1987.", "Call us on 0131 496 0321 or write to hello@alder.example.",
    links=("/stairs", "/doors", "/gone"),
)  # fmt: skip
STAIRS = html("Stairs", "Every staircase is drawn, cut and fitted by the same two joiners.", "A straight staircase costs 4,200 pounds.")
DOORS = html("Doors", "We hang fire doors for schools and offices.", "Fire doors are inspected once a year.")
SMALL = {"/": HOME, "/stairs": STAIRS, "/doors": DOORS}


async def research(house: House, client: Caller, source: str, **more) -> dict:
    started = await client.post("/research/jobs", {"client_id": client.tenant, "source": source, **more})
    assert started.status_code == 202, started.text
    await house.settle()
    return await client.get(f"/research/jobs/{started.json()['job_id']}")


async def test_a_company_is_read_and_every_quote_is_on_its_page(house: House, client: Caller):
    async with Site(folder=DENTAL) as site:
        job = await research(house, client, site.url)
    report = await client.get(f"/research/jobs/{job['job_id']}/report")
    assert (job["status"], job["answered_by"], job["reason"]) == ("completed", "rules", None)
    assert job["pages"] == len(report["pages"]) >= 20
    assert job["claims"] == len(report["claims"]) > 10
    for claim in report["claims"]:
        assert claim["source_url"] in report["pages"]
        if claim["start"] is None or claim["in_markup"]:
            continue
        text = (await client.get("/documents/text", document_id=claim["source_url"]))["text"]
        assert text[claim["start"] : claim["end"]] == claim["quote"]
    fields = {claim["field"] for claim in report["claims"]}
    assert {"name", "email", "phone"} & fields or {"company_name", "contact_email", "contact_phone"} & fields, fields


async def test_what_is_told_is_what_happened_in_order_under_one_lineage(house: House, client: Caller):
    async with Site(SMALL) as site:
        job = await research(house, client, site.url)
    told = await house.events(client.tenant, "research.")
    kinds = [event.kind.removeprefix("research.") for event in told]
    assert kinds[0] == "research_started.1" and kinds[-1] == "research_completed.1"
    assert Counter(kinds)["page_read.1"] == 3 == job["pages"]
    assert Counter(kinds)["page_refused.1"] == 1 == job["refused"]
    assert {str(event.lineage) for event in told} == {job["lineage_id"]}
    assert told[-1].claims == job["claims"] == sum(len(event.claims) for event in told if event.kind == "research.claims_found.1")
    assert {event.lineage for event in await house.events(client.tenant, "library.")} == {told[0].lineage}


async def test_every_address_passes_the_gate_and_is_written_down(house: House, client: Caller):
    async with Site(SMALL) as site:
        await research(house, client, site.url)
    rows = house.ask("select kind, outcome, digest from governance.audit where organization_id = %s and kind = 'web.fetch'", client.tenant)
    assert {outcome for _, outcome, _ in rows} == {"allowed"}
    assert len(site.asked) > len(SMALL)
    assert {digest_of(f"{site.url}{path.removeprefix('/')}") for path in site.asked} <= {digest for _, _, digest in rows}


async def test_a_page_that_is_not_there_is_refused_with_its_reason_and_the_rest_is_read(house: House, client: Caller):
    async with Site(SMALL) as site:
        job = await research(house, client, site.url)
    report = await client.get(f"/research/jobs/{job['job_id']}/report")
    (refused,) = report["refused"]
    assert refused["url"].endswith("/gone") and "404" in refused["reason"] and refused["next"]
    assert job["expected"] == 4


async def test_robots_are_obeyed(house: House, client: Caller):
    robots = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /doors\n")
    async with Site(SMALL | {"/robots.txt": robots}) as site:
        job = await research(house, client, site.url)
        assert "/doors" not in site.asked
    report = await client.get(f"/research/jobs/{job['job_id']}/report")
    assert any(page["url"].endswith("/doors") and "robots.txt" in page["reason"] for page in report["refused"])


async def test_the_same_source_again_reads_what_changed_only(house: House, client: Caller):
    async with Site(SMALL) as site:
        await research(house, client, site.url)
        before = len(await house.events(client.tenant, "library.document_ingested"))
        site.pages["/stairs"] = html(
            "Stairs", "Every staircase is drawn and cut by the same two joiners.", "A straight staircase costs 4,900 pounds."
        )
        job = await research(house, client, site.url)
    assert (job["status"], job["pages"]) == ("completed", 3)
    ingested = (await house.events(client.tenant, "library.document_ingested"))[before:]
    assert [(event.url.rpartition("/")[2], event.version) for event in ingested] == [("stairs", 2)]
    ready = (await house.events(client.tenant, "library.knowledge_ready"))[-1]
    assert (ready.documents, ready.unchanged) == (3, 2)
    text = (await client.get("/documents/text", document_id=f"{site.url}stairs"))["text"]
    assert "4,900" in text and "4,200" not in text


async def test_a_source_that_is_being_researched_is_not_started_again(house: House, client: Caller):
    async with Site(SMALL) as site:
        body = {"client_id": client.tenant, "source": site.url}
        first = await client.post("/research/jobs", body)
        second = await client.post("/research/jobs", body)
        assert (first.status_code, second.status_code) == (202, 409)
        assert first.json()["job_id"] in second.json()["detail"] and second.json()["next"]
        await house.settle()
        assert (await client.post("/research/jobs", body)).status_code == 202
        await house.settle()


async def test_files_are_researched_under_their_names(house: House, client: Caller):
    sent = []
    for name, body in (("about.html", HOME.encode()), ("prices.csv", b"item,price\nStaircase,4200\nFire door,380\n")):
        answer = await client.send("POST", "/research/files", files={"file": (name, body)})
        assert answer.status_code == 201, answer.text
        sent.append(answer.json()["file_id"])
    job = await research(house, client, "Alder's folder", files=sent)
    report = await client.get(f"/research/jobs/{job['job_id']}/report")
    assert (job["status"], job["pages"], job["expected"]) == ("completed", 2, 2)
    assert sorted(report["pages"]) == ["about.html", "prices.csv"]
    assert "Fire door" in (await client.get("/documents/text", document_id="prices.csv"))["text"]


async def test_files_of_one_name_are_all_read(house: House, client: Caller):
    sent = []
    for body in (STAIRS, DOORS):
        answer = await client.send("POST", "/research/files", files={"file": ("index.html", body.encode())})
        sent.append(answer.json()["file_id"])
    job = await research(house, client, "two indexes", files=sent)
    assert job["pages"] + job["refused"] == 2


async def test_progress_lists_jobs_newest_first_without_overlap(house: House, client: Caller):
    for number in range(3):
        assert (
            await client.post("/research/jobs", {"client_id": client.tenant, "source": f"http://127.0.0.1:1/{number}"})
        ).status_code == 202
    first = await client.get("/research/jobs", limit=2)
    second = await client.get("/research/jobs", limit=2, cursor=first["next_cursor"])
    assert [job["source"][-1] for job in first["items"] + second["items"]] == ["2", "1", "0"]
    assert second["next_cursor"] is None
    await house.settle()


async def test_a_file_sent_twice_under_one_key_is_kept_once(house: House, client: Caller):
    headers = {"Idempotency-Key": "one file"}
    first, again = [
        await client.send("POST", "/research/files", files={"file": ("a.txt", b"Words of a file.")}, headers=headers) for _ in range(2)
    ]
    assert first.status_code == again.status_code == 201, first.text
    assert first.json() == again.json()
    other = await client.send("POST", "/research/files", files={"file": ("a.txt", b"Other words.")}, headers=headers)
    assert other.status_code == 422
