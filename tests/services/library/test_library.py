"""Documents come in as text or files, are found with offsets, replaced and removed, and told once."""

import json
from pathlib import Path

import pytest

from assembled import Caller, House
from files.make import MAKERS, SENTENCES

DOCUMENTS = Path(__file__).parents[2] / "documents"
FERRY = (
    "# Ferry\n\nThe ferry to Skerry Point leaves at 07:40 on weekdays.\n\n# Fares\n\nA bicycle travels for 3.50 euros, a dog for nothing.\n"
)


async def ingest(house: House, client: Caller, **body) -> dict:
    """The state in which the document's way in ended."""
    answer = await client.post("/rag/ingest", body)
    assert answer.status_code == 202, answer.text
    await house.settle()
    return await client.get(f"/rag/ingest/{answer.json()['job_id']}")


async def send(house: House, client: Caller, name: str, data: bytes, **fields: str) -> dict:
    answer = await client.send("POST", "/rag/ingest", files={"file": (name, data)}, data=fields)
    assert answer.status_code == 202, answer.text
    await house.settle()
    return await client.get(f"/rag/ingest/{answer.json()['job_id']}")


async def query(client: Caller, question: str, **more) -> list[dict]:
    answer = await client.post("/rag/query", {"query": question, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def test_text_keeps_its_callers_id_and_is_found_at_its_offsets(house: House, client: Caller):
    done = await ingest(house, client, document_id="ferry/notes 1", content=FERRY, title="Ferry notes", metadata={"document_type": "faq"})
    assert (done["status"], done["document_id"], done["reason"]) == ("completed", "ferry/notes 1", None)
    assert done["chunks_total"] == done["embeddings_generated"] > 0
    shown = await client.get("/documents/text", document_id="ferry/notes 1")
    results = await query(client, "the bicycle and the dog travel for how many euros")
    assert "3.50" in results[0]["content"]
    for result in results:
        assert (result["document_id"], result["title"], result["metadata"]) == ("ferry/notes 1", "Ferry notes", {"document_type": "faq"})
        assert shown["text"][result["start"] : result["end"]] == result["content"]


async def test_a_file_with_metadata_comes_as_a_form(house: House, client: Caller):
    done = await send(house, client, "good.pdf", MAKERS["good.pdf"](), document_id="pdf-1", metadata=json.dumps({"year": 2026}))
    assert (done["status"], done["document_id"]) == ("completed", "pdf-1")
    results = await query(client, "What do tickets bought on board cost?")
    assert SENTENCES[2] in results[0]["content"] and results[0]["page"] in (1, 2) and results[0]["metadata"] == {"year": 2026}
    (shown,) = (await client.get("/documents"))["items"]
    assert (shown["kind"], shown["version"]) == ("pdf", 1)


async def test_a_form_may_say_the_documents_id_inside_its_metadata(house: House, client: Caller):
    done = await send(house, client, "good.pdf", MAKERS["good.pdf"](), metadata=json.dumps({"document_id": "inside", "year": 2026}))
    assert (done["status"], done["document_id"]) == ("completed", "inside")
    again = await send(house, client, "good.pdf", MAKERS["good.pdf"](), metadata=json.dumps({"document_id": "inside", "year": 2026}))
    assert again["document_id"] == "inside" and len((await client.get("/documents"))["items"]) == 1
    for wrong in ({"document_id": 7}, {"document_id": ["a"]}, {"document_id": "x" * 501}):
        answer = await client.send("POST", "/rag/ingest", files={"file": ("a.txt", b"a")}, data={"metadata": json.dumps(wrong)})
        assert answer.status_code == 422 and "document_id" in answer.json()["detail"]


async def test_a_score_says_how_well_a_passage_fits_and_not_how_it_compares_with_the_others(house: House, client: Caller):
    await ingest(house, client, document_id="a", content="The ferry to Skerry Point leaves at 07:40 on weekdays.")
    (fits,) = await query(client, "When does the ferry to Skerry Point leave?")
    (strange,) = await query(client, "How do I change the toner of a laser printer?")
    assert fits["score"] > 0.7 and strange["score"] < 0.2, "also of a single hit"
    await ingest(house, client, document_id="b", content="A dog travels for nothing on the boat to the island.")
    found = await query(client, "When does the ferry to Skerry Point leave?")
    assert found[0]["score"] == fits["score"], "what else is there changes nothing"
    assert [r["score"] for r in found] == sorted((r["score"] for r in found), reverse=True)
    assert all(0 <= r["score"] <= 1 for r in found)


async def test_a_part_or_field_that_nobody_knows_is_named_with_the_nearest(client: Caller):
    answer = await client.send("POST", "/rag/ingest", files={"file": ("a.txt", b"a")}, data={"namespase": "public"})
    assert answer.status_code == 422 and "namespase: there is no such field; did you mean namespace?" in answer.json()["detail"]
    answer = await client.post("/rag/ingest", {"content": "a", "chunk_sise": 3})
    assert answer.status_code == 422 and "chunk_sise: there is no such field; did you mean chunk_size?" in answer.json()["detail"]
    answer = await client.post("/rag/query", {"query": "a", "top": 3})
    assert answer.status_code == 422 and "body.top: there is no such field; did you mean top_k?" in answer.json()["detail"]
    answer = await client.post("/rag/query", {"query": "a", "filters": {"date_range": {"strat": "2026-01-01"}}})
    assert "body.filters.date_range.strat: there is no such field; did you mean start?" in answer.json()["detail"]
    answer = await client.send("POST", "/research/files", files={"file": ("a.txt", b"a")}, data={"name": "b"})
    assert answer.status_code == 422 and answer.json()["title"] == "UnknownPart"


async def test_the_documents_own_requests_are_taken_word_for_word(house: House, client: Caller):
    done = await ingest(house, client, **json.loads((DOCUMENTS / "rag_ingest.json").read_text()))
    assert (done["status"], done["document_id"], done["namespace"]) == ("completed", "prd-acme-corp-2025", "village_knowledge")
    answer = await client.post("/rag/query", json.loads((DOCUMENTS / "rag_query.json").read_text()))
    assert answer.status_code == 200, answer.text
    assert {r["document_id"] for r in answer.json()["results"]} == {"prd-acme-corp-2025"}, "one of the two types is enough"
    assert answer.json()["graph_insights"] == [] and "no knowledge graph" in answer.json()["left_out"][0]


async def test_the_same_again_changes_nothing_and_a_change_is_a_new_version(house: House, client: Caller):
    first = await ingest(house, client, document_id="a", content=FERRY)
    again = await ingest(house, client, document_id="a", content=FERRY)
    changed = await ingest(house, client, document_id="a", content=FERRY.replace("3.50", "4.75"))
    assert [first["embeddings_generated"] > 0, again["embeddings_generated"], changed["embeddings_generated"] > 0] == [True, 0, True]
    assert again["chunks_total"] == first["chunks_total"]
    assert [event.version for event in await house.events(client.tenant, "document_ingested")] == [1, 2]
    results = await query(client, "bicycle")
    assert "4.75" in results[0]["content"] and not any("3.50" in result["content"] for result in results)


async def test_of_two_versions_sent_at_once_the_later_one_stays(house: House, client: Caller):
    """Also when the earlier one is done last."""
    await ingest(house, client, document_id="a", content=FERRY)
    sent = [
        (await client.post("/rag/ingest", {"document_id": "a", "content": text})).json()["job_id"]
        for text in (FERRY, FERRY + "\nNewest of all.\n")
    ]
    house.ask("update jobs.procrastinate_jobs set priority = 5 where args->>'intake_id' = %s", sent[1])
    await house.settle()
    assert "Newest of all." in (await client.get("/documents/text", document_id="a"))["text"]
    assert await query(client, "bicycle")
    for job in sent:
        assert (await client.get(f"/rag/ingest/{job}"))["status"] == "completed"


@pytest.mark.parametrize("name", ["encrypted.pdf", "damaged.pdf", "empty.pdf", "scanned.pdf", "damaged.docx", "wrong-extension.pdf"])
async def test_what_cannot_be_read_is_refused_with_a_reason(house: House, client: Caller, name: str):
    done = await send(house, client, name, MAKERS[name]())
    assert done["status"] == "refused" and done["reason"].strip() and done["next"].strip()
    (told,) = await house.events(client.tenant, "document_refused")
    assert (told.key, told.reason, told.next) == (done["document_id"], done["reason"], done["next"])
    assert (await client.get("/documents"))["items"] == []


async def test_an_empty_file_is_refused_at_once(client: Caller):
    answer = await client.send("POST", "/rag/ingest", files={"file": ("empty.txt", b"")})
    assert answer.status_code == 422 and answer.json()["next"]


async def test_namespaces_and_filters_narrow_the_search(house: House, client: Caller):
    await ingest(
        house, client, document_id="a", content="The bicycle fare is 3 euros.", namespace="public", metadata={"document_type": "faq"}
    )
    await ingest(
        house,
        client,
        document_id="a",
        content="The bicycle fare is 2 euros for staff.",
        namespace="staff",
        metadata={"document_type": "note"},
    )
    await send(house, client, "good.csv", MAKERS["good.csv"](), namespace="public")
    found = [(r["document_id"], "staff" in r["content"]) for r in await query(client, "bicycle fare", namespace="public")]
    assert found and not any(staff for _, staff in found)
    notes = await query(client, "bicycle fare", filters={"document_type": "note"})
    assert [r["metadata"] for r in notes] == [{"document_type": "note"}]
    assert await query(client, "fare", filters={"document_type": ["faq"]})
    both = await query(client, "bicycle fare", filters={"document_type": ["faq", "note"]})
    assert {r["metadata"].get("document_type") for r in both} == {"faq", "note"}, "one of them is enough"
    assert await query(client, "bicycle fare", filters={"document_type": ["prd", "demo"]}) == []
    assert await query(client, "bicycle fare", filters={"document_type": []}) == []
    tables = await query(client, "North Sound fare", filters={"kind": ["csv"]})
    assert tables and all("euros" not in r["content"] for r in tables)
    assert await query(client, "bicycle fare", filters={"date_range": {"end": "2001-01-01"}}) == []
    assert len(await query(client, "bicycle fare", top_k=1)) == 1
    text = await client.get("/documents/text", document_id="a", namespace="staff")
    assert "staff" in text["text"]


async def test_what_is_deleted_is_found_no_more_and_told(house: House, client: Caller):
    await ingest(house, client, document_id="a", content=FERRY)
    assert (await client.send("DELETE", "/documents", params={"document_id": "a"})).status_code == 204
    assert (await client.send("DELETE", "/documents", params={"document_id": "a"})).status_code == 404
    assert await client.status("/documents/text", document_id="a") == 404
    assert await query(client, "bicycle") == []
    assert [event.key for event in await house.events(client.tenant, "document_deleted")] == ["a"]
    again = await ingest(house, client, document_id="a", content=FERRY)
    assert again["embeddings_generated"] > 0 and await query(client, "bicycle")


async def test_a_request_under_its_key_is_done_once(house: House, client: Caller):
    body, headers = {"content": FERRY}, {"Idempotency-Key": "once"}
    first, second = [await client.post("/rag/ingest", body, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert (await client.post("/rag/ingest", {"content": "other"}, headers=headers)).status_code == 422
    await house.settle()
    assert len((await client.get("/documents"))["items"]) == 1


async def test_lists_page_without_overlap(house: House, client: Caller):
    for number in range(3):
        await client.post(
            "/rag/ingest", {"document_id": f"d{number}", "content": f"Text number {number} of three.", "title": f"Title {number}"}
        )
    await house.settle()
    first = await client.get("/documents", limit=2)
    second = await client.get("/documents", limit=2, cursor=first["next_cursor"])
    assert sorted(d["document_id"] for d in first["items"] + second["items"]) == ["d0", "d1", "d2"] and second["next_cursor"] is None
    assert [d["document_id"] for d in (await client.get("/documents", q="title 1"))["items"]] == ["d1"]


async def test_no_tenant_sees_anothers_documents(house: House, client: Caller):
    other = await house.client()
    await ingest(house, other, document_id="secret", content="The bicycle vault opens with code seventy.", title="bicycle vault")
    mine = await ingest(house, client, document_id="open", content=FERRY)
    for caller in (client, await client.key("library:read")):
        assert all("vault" not in r["content"] for r in await query(caller, "bicycle vault code"))
        assert [d["document_id"] for d in (await caller.get("/documents"))["items"]] == ["open"]
        assert await caller.status("/documents/text", document_id="secret") == 404
    for path in (f"/rag/ingest/{mine['job_id']}",):
        assert await (await other.key("library:read")).status(path) == 404
    reader = await client.key("library:read")
    assert (await reader.post("/rag/ingest", {"content": "x"})).status_code == 403
    assert (await reader.send("DELETE", "/documents", params={"document_id": "open"})).status_code == 403
    reader.tenant = other.tenant
    assert (await reader.post("/rag/query", {"query": "vault"})).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rag/query", {"query": "x" * 900_000}),
        ("/rag/query", {"query": ""}),
        ("/rag/query", {"query": "a", "top_k": -1}),
        ("/rag/query", {"query": "a", "top_k": 10**12}),
        ("/rag/query", {"query": "a", "filters": []}),
        ("/rag/query", {"query": "a", "filters": {"date_range": {"start": "yesterday"}}}),
        ("/rag/query", {"query": "a", "filters": {"kind": [{"a": 1}]}}),
        ("/rag/query", {"query": "a", "filters": {"note": "\x00"}}),
        ("/rag/query", {"query": "a", "namespace": "\x00"}),
        ("/rag/ingest", {"content": ""}),
        ("/rag/ingest", {"content": "a", "document_id": "a\x00b"}),
        ("/rag/ingest", {"content": "a", "namespace": "a\x00b"}),
        ("/rag/ingest", {"content": "a", "metadata": {"a": "\x00"}}),
        ("/rag/ingest", {"content": "a", "metadata": "text"}),
        ("/rag/ingest", {"content": "a", "chunk_size": 0}),
        ("/rag/ingest", {"content": "a", "chunking_strategy": "best"}),
        ("/rag/ingest", {}),
    ],
)
async def test_hostile_requests_are_refused_by_name(client: Caller, path: str, body: dict):
    answer = await client.post(path, body)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.json()["next"] and len(answer.text) < 5_000


async def test_a_question_is_no_file(client: Caller):
    answer = await client.post("/rag/query", {"query": "x" * 2_000_000})
    assert answer.status_code == 413 and answer.json()["next"]


async def test_hostile_addresses_are_refused(client: Caller):
    assert await client.status("/documents", q="\x00") == 422
    assert await client.status("/documents/text", document_id="\x00") == 422
    assert await client.status("/documents", cursor="IlwwIg") == 400
    assert await client.status("/documents", cursor="nonsense!") == 400
    assert await client.status("/documents", limit=0) == 422
    assert await client.status("/rag/ingest/not-an-id") == 422


async def test_odd_texts_come_in_whole(house: House, client: Caller):
    odd = "before \ud7ff 👩‍👩‍👧 e\u0301 \u202eright to left\u202c. This is a sentence with enough words to be found."
    done = await ingest(house, client, document_id="odd", content=odd)
    assert done["status"] == "completed"
    text = (await client.get("/documents/text", document_id="odd"))["text"]
    for result in await query(client, "sentence with enough words"):
        assert text[result["start"] : result["end"]] == result["content"]
    assert len(await query(client, "%_\\ ' \" ; drop table &|!:*()<->")) >= 0
    assert len(await query(client, "👩‍👩‍👧")) >= 0
