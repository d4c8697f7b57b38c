"""Sources that cannot be read: one clear sentence, what to do next, and what was read before stays."""

from collections import Counter

import pytest

from assembled import Caller, House, assembled, fresh_database
from files.make import MAKERS
from retinue.engines.documents import Reader
from retinue.engines.web import WebSettings
from retinue.kernel.errors import ForeignError
from services.research.test_research import SMALL, research
from sites import Site, html

LOOP = (302, {"Location": "/"}, b"")
HOSTILE = {
    "redirects for ever": {"/": LOOP},
    "server error": {"/": 500},
    "forbidden": {"/": 403},
    "an archive": {"/": (200, {"Content-Type": "application/zip"}, b"PK\x03\x04" + bytes(100))},
    "robots forbid all": {"/": html("x", "y"), "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")},
    "redirect into the metadata service": {"/": (302, {"Location": "http://169.254.169.254/latest/"}, b"")},
    "nothing but scripts": {"/": "<html><head><title></title></head><body><script>go()</script></body></html>"},
}


async def failed(house: House, client: Caller, source: str) -> dict:
    """The job's end, which its event tells word for word."""
    job = await research(house, client, source)
    assert job["status"] == "failed", job
    (told,) = await house.events(client.tenant, "research_failed")
    assert (told.reason, told.next) == (job["reason"], job["next"])
    assert job["reason"].strip() and job["next"].strip() and "Traceback" not in job["reason"] and "{" not in job["reason"]
    assert not await house.events(client.tenant, "research_completed")
    return job


@pytest.mark.parametrize(
    "source", ["http://127.0.0.1:1/", "http://no-such-site.invalid/", "not a website", "ftp://x.example/", "http://[::1", "/etc/passwd"]
)
async def test_what_is_no_site_fails_with_a_sentence(house: House, client: Caller, source: str):
    job = await failed(house, client, source)
    assert job["pages"] == 0 and job["completed_at"]


@pytest.mark.parametrize("pages", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_site_fails_with_a_sentence(house: House, client: Caller, pages: dict):
    async with Site(pages) as site:
        await failed(house, client, site.url)


async def test_a_private_address_is_refused_unless_the_setting_allows(server, template, tmp_path):
    with fresh_database(server, template) as url:
        async with assembled(url, tmp_path, WebSettings(allow_private=False)) as house, Site(SMALL) as site:
            job = await failed(house, await house.client(), site.url)
            assert "private network" in job["reason"] and "RETINUE_WEB_ALLOW_PRIVATE" in job["next"]
            assert site.asked == []


async def test_files_that_cannot_be_read_are_each_refused_with_a_reason(house: House, client: Caller):
    sent = []
    for name in ("encrypted.pdf", "damaged.pdf", "empty.pdf", "wrong-extension.pdf", "damaged.docx"):
        answer = await client.send("POST", "/research/files", files={"file": (name, MAKERS[name]())})
        sent.append(answer.json()["file_id"])
    job = await research(house, client, "bad files", files=sent)
    report = await client.get(f"/research/jobs/{job['job_id']}/report")
    assert (job["status"], job["pages"], job["refused"]) == ("failed", 0, 5)
    assert all(page["reason"] and page["next"] for page in report["refused"])
    assert "password" in next(page["reason"] for page in report["refused"] if page["url"] == "encrypted.pdf").lower()


async def test_an_empty_file_and_a_bad_name_are_refused_at_once(client: Caller):
    assert (await client.send("POST", "/research/files", files={"file": ("empty.txt", b"")})).status_code == 422
    assert (await client.send("POST", "/research/files", files={"file": ("a" * 301 + ".txt", b"x")})).status_code == 422
    assert (await client.send("POST", "/research/files", files={"other": ("a.txt", b"x")})).status_code == 422


async def test_a_file_may_be_larger_than_other_requests(client: Caller):
    answer = await client.send("POST", "/research/files", files={"file": ("long.txt", b"Words. " * 300_000)})
    assert (answer.status_code, answer.json()["size"]) == (201, 2_100_000)


@pytest.mark.parametrize(
    "body",
    [{"source": ""}, {"source": "   "}, {"source": "x" * 2001}, {"source": "http://x.example/\x00"}, {"source": "a", "files": ["nothing"]}],
)
async def test_bad_requests_are_named(client: Caller, body: dict):
    answer = await client.post("/research/jobs", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["next"]


async def test_anothers_file_is_not_there(house: House, client: Caller):
    other = await house.client()
    sent = await other.send("POST", "/research/files", files={"file": ("a.txt", b"secret of the other")})
    answer = await client.post("/research/jobs", {"source": "theirs", "files": [sent.json()["file_id"]]})
    assert answer.status_code == 404


class Confused(Reader):
    """Breaks at every file, as a parser's bug does."""

    async def read(self, *args, **values):
        raise ForeignError("the parser broke")


async def test_a_parser_that_breaks_ends_the_job_and_not_the_worker(house: House, client: Caller):
    whole = house.process.get(Reader)
    house.process.provide(Reader, Confused(whole.limits))
    try:
        async with Site(SMALL) as site:
            job = await research(house, client, site.url)
    finally:
        house.process.get(Reader).close()
        house.process.provide(Reader, whole)
    assert (job["status"], job["pages"]) == ("failed", 0)
    assert len(await house.events(client.tenant, "research_failed")) == 1


async def test_hostile_pages_are_read_or_refused_but_end(house: House, client: Caller):
    deep = "<div>" * 30_000 + "text" + "</div>" * 30_000
    pages = {
        "/": html("Home", "We repair clocks in Ghent.", links=("/nul", "/deep", "/liar", "/latin", "/long", "/wide")),
        "/nul": html("N\x00UL", "before\x00after, a sentence of some length that can be read"),
        "/deep": deep,
        "/liar": (
            200,
            {"Content-Type": "text/html; charset=no-such-set"},
            b"<title>Liar</title><p>The set of characters is a lie here.</p>",
        ),
        "/latin": (200, {"Content-Type": "text/html"}, "<title>Café</title><p>Déjà vu à la carte, toujours.</p>".encode("latin-1")),
        "/long": html("T" * 100_000, "A title without end stands above this sentence."),
        "/wide": html("Wide", *[f"Fact number {n} of very many on one page." for n in range(5_000)]),
    }
    async with Site(pages) as site:
        job = await research(house, client, site.url)
    assert job["status"] == "completed", job
    assert job["pages"] + job["refused"] == len(pages)
    ready = await house.events(client.tenant, "knowledge_ready")
    assert len(ready) == 1
    told = Counter(event.url for event in await house.events(client.tenant, "page_read"))
    assert set(told.values()) == {1}


async def test_another_tenants_job_is_not_there(house: House, client: Caller):
    other = await house.client()
    async with Site(SMALL) as site:
        job = await research(house, other, site.url)
    for path in (f"/research/jobs/{job['job_id']}", f"/research/jobs/{job['job_id']}/report"):
        assert await client.status(path) == 404
        assert await (await client.key("research:read")).status(path) == 404
        assert await (await other.key("research:read")).status(path) == 200
        assert await (await other.key("library:read")).status(path) == 403
    assert (await client.get("/research/jobs"))["items"] == []


async def test_a_job_that_is_stopped_reads_no_further(house: House, client: Caller):
    stopped = {}

    async def stop_now() -> tuple[int, dict[str, str], bytes]:
        (job,) = (await client.get("/research/jobs"))["items"]
        stopped.update((await client.post(f"/research/jobs/{job['job_id']}/stop", {})).json())
        return 200, {"Content-Type": "text/html"}, html("Late", "Read after the stop.").encode()

    async with Site({"/": html("Home", "x", links=("/late", "/never")), "/late": stop_now, "/never": html("Never", "y")}) as site:
        job = await failed(house, client, site.url)
        assert "/never" not in site.asked
    assert (job["status"], job["pages"], job["reason"]) == ("failed", 1, "It was stopped before it was done.")
    assert stopped["status"] == "failed"
    again = (await client.post(f"/research/jobs/{job['job_id']}/stop", {})).json()
    assert again["completed_at"] == job["completed_at"]
