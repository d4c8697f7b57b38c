"""Documents in the real database: versions, searches, two tenants, plans."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import numpy as np
import psycopg
import pytest
import pytest_asyncio

from conftest import as_login, make_template, with_name
from retinue.engines.knowledge import engine, store
from retinue.engines.knowledge.chunks import chunk
from retinue.engines.knowledge.embedding import Embedder, Lexical
from retinue.kernel.errors import NotFound
from retinue.kernel.room import Room
from retinue.kernel.work import Database, uuid7

EMBEDDER = Embedder(Lexical())
ROOM = Room("library", writes=("knowledge",))
READER = Room("copilot", reads=("knowledge",))
PAGE = """# Delivery

We deliver to Austria and Switzerland within three days. Delivery costs 9 euros.

# Returns

Unused goods may be sent back within 30 days.
"""


@pytest.fixture(scope="module")
def own_template(server: str) -> str:
    make_template(server, "template_knowledge", (ROOM, READER), (engine,))
    return "template_knowledge"


@pytest_asyncio.fixture
async def shelf(server: str, own_template: str) -> AsyncIterator[tuple[Database, UUID, UUID, psycopg.Connection]]:
    name = f"knowledge_{uuid7().hex}"
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {own_template} strategy file_copy")
    database = Database(as_login(with_name(server, name)))
    one, other = uuid7(), uuid7()
    with psycopg.connect(with_name(server, name), autocommit=True) as owner:
        for organization in (one, other):
            owner.execute("insert into kernel.organization values (%s, false, '2026-01-01')", (organization,))
        yield database, one, other, owner
    await database.close()
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


async def put(database: Database, organization: UUID, key: str = "delivery", text: str = PAGE, **more: object) -> store.Put:
    chunks = chunk(text)
    points = EMBEDDER.encode([c.context("Shop") for c in chunks])
    async with database.work("library", organization) as work:
        return await store.put_document(
            work, key=key, text=text, chunks=chunks, points=points, embedder=EMBEDDER.name, title="Shop", **more
        )  # type: ignore[arg-type]


async def ask(database: Database, organization: UUID, question: str, room: str = "library", **more: object) -> list[store.Passage]:
    async with database.work(room, organization) as work:
        return await store.search(work, question, EMBEDDER.encode([question])[0], **more)  # type: ignore[arg-type]


async def test_the_same_document_twice_is_one_version_and_a_changed_one_replaces_its_chunks(shelf) -> None:
    database, one, _, owner = shelf
    first = await put(database, one)
    again = await put(database, one)
    assert (first.version, first.changed, again.version, again.changed) == (1, True, 1, False)
    assert first.id == again.id and first.chunks == again.chunks == 2
    changed = await put(database, one, text=PAGE.replace("30 days", "45 days"))
    assert (changed.id, changed.version, changed.changed) == (first.id, 2, True)
    assert owner.execute("select count(*) from knowledge.chunk").fetchone() == (2,)
    found = await ask(database, one, "How many days do I have to send goods back?")
    assert "45 days" in found[0].text


async def test_a_passage_is_the_documents_text_at_its_offsets(shelf) -> None:
    database, one, _, _ = shelf
    await put(database, one)
    best = (await ask(database, one, "What does delivery cost?"))[0]
    assert PAGE[best.start : best.end] == best.text and best.heading == "Delivery" and best.document_id == "delivery"
    async with database.work("copilot", one) as work:
        assert (await store.passage(work, UUID(best.id))).text == best.text


async def test_another_tenant_finds_and_fetches_nothing_and_no_scope_finds_nothing(shelf) -> None:
    database, one, other, owner = shelf
    await put(database, one)
    mine = await ask(database, one, "delivery to Austria")
    assert len(mine) == 2
    assert await ask(database, other, "delivery to Austria") == []
    async with database.work("library", other) as work:
        with pytest.raises(NotFound):
            await store.passage(work, UUID(mine[0].id))
    async with database.work("library", other) as work:
        with pytest.raises(NotFound):
            await store.delete_document(work, "delivery")
    point = store.vector_text(EMBEDDER.encode(["delivery"])[0])
    owner.execute("set role retinue_library")
    assert owner.execute("select * from knowledge.search_text(array['deliveri'], '{}', null, null, 10)").fetchall() == []
    assert owner.execute("select * from knowledge.search_vector(%s::text::extensions.vector, null, null, 10)", (point,)).fetchall() == []
    owner.execute("reset role")


async def test_a_deleted_document_is_not_found(shelf) -> None:
    database, one, _, owner = shelf
    await put(database, one)
    async with database.work("library", one) as work:
        await store.delete_document(work, "delivery")
    assert await ask(database, one, "delivery") == []
    assert owner.execute("select count(*) from knowledge.chunk").fetchone() == (0,)


async def test_namespaces_and_filters_narrow_the_search(shelf) -> None:
    database, one, _, _ = shelf
    await put(database, one, key="a", metadata={"industry": "shops", "created_at": "2025-03-01"}, kind="page")
    await put(database, one, key="b", namespace="village", metadata={"industry": "banks"}, kind="prd")
    assert {p.document_id for p in await ask(database, one, "delivery")} == {"a", "b"}
    assert {p.document_id for p in await ask(database, one, "delivery", namespace="village")} == {"b"}
    assert {p.document_id for p in await ask(database, one, "delivery", filters={"metadata": {"industry": "shops"}})} == {"a"}
    assert {p.document_id for p in await ask(database, one, "delivery", filters={"kinds": ["prd", "demo"]})} == {"b"}
    assert {p.document_id for p in await ask(database, one, "delivery", filters={"until": "2025-12-31"})} == {"a"}


async def test_marks_in_a_question_do_no_harm(shelf) -> None:
    database, one, _, _ = shelf
    await put(database, one)
    for question in ("'", "a' | b:* & !c \\", "", "délivery ☃ <->", "x" * 1999):
        await ask(database, one, question)
    with pytest.raises(store.QuestionTooLong):
        await ask(database, one, "x" * 2001)


async def test_a_small_tenant_among_many_gets_all_rows_and_the_named_indexes_are_used(shelf) -> None:
    database, one, other, owner = shelf
    random = np.random.default_rng(7)
    tenants = [other, *(uuid7() for _ in range(29))]
    for tenant in tenants:
        owner.execute(
            """insert into knowledge.document select %s, %s, 'default', 'bulk', 'bulk', null, 'text', '', '', '{}', '[]', 'x', 1,
                         '2026-01-01', '2026-01-01'""",
            (tenant, tenant),
        )
    with owner.cursor().copy("""copy knowledge.chunk (organization_id, id, document_id, namespace, position, "start", "end", title, heading,
                                columns, text, embedding) from stdin""") as copy:
        for position in range(3_000):
            tenant = tenants[position % 30]
            copy.write_row(
                (
                    tenant,
                    uuid7(),
                    tenant,
                    "default",
                    position,
                    0,
                    1,
                    "",
                    "",
                    "",
                    f"filler number{position}",
                    store.vector_text(random.normal(size=384).astype(np.float32)),
                )
            )
    owner.execute("analyze knowledge.chunk")
    for number in range(12):
        await put(database, one, key=f"page-{number}", text=f"# Page {number}\n\nDelivery costs {number} euros.")
    assert len(await ask(database, one, "what is delivery", size=12)) == 12
    assert len(await ask(database, other, "something unheard of", size=20)) == 20
    point = store.vector_text(EMBEDDER.encode(["delivery"])[0])
    async with database.work("library", one) as work:
        rows = await work.execute("select id from knowledge.search_graph(cast(:p as extensions.vector), null, null, 10)", p=point)
        assert len(rows.all()) == 10
    asked = ("array['deliveri']", "'{}'::text[]", "null::text", "null::jsonb", "10")
    assert "chunk_words" in plan(owner, "search_all_text", other, *asked)
    own = plan(owner, "search_own_text", one, *asked)
    assert ("chunk_namespace" in own or "chunk_pkey" in own or "chunk_document" in own) and "chunk_words" not in own
    assert "chunk_embedding" in plan(owner, "search_graph", other, f"'{point}'::extensions.vector", "null::text", "null::jsonb", "10")
    exact = plan(owner, "search_exactly", one, f"'{point}'::extensions.vector", "null::text", "null::jsonb", "10")
    assert "Seq Scan on chunk" not in exact and "Index Cond: (organization_id =" in exact


async def test_a_search_reads_each_row_that_it_found_once_however_many_documents_there_are(shelf) -> None:
    database, one, _, _ = shelf
    for number in range(30):
        await put(database, one, key=f"page-{number}", text=f"# Page {number}\n\nDelivery costs {number} euros.")
    async with database.work("library", one) as work:
        rows = await work.execute(
            f"explain (analyze, timing off, format json) {store.SEARCH}",
            stems=["deliveri"],
            sides=[],
            space=None,
            filters=None,
            pool=store.POOL,
            point=store.vector_text(EMBEDDER.encode(["delivery"])[0]),
        )
        nodes = list(flat(rows.scalar_one()[0]["Plan"]))
    read = {node["Relation Name"]: node["Actual Loops"] * node["Actual Rows"] for node in nodes if "Relation Name" in node}
    assert read["chunk"] == 30 and read["document"] <= 30


def flat(node: dict) -> Iterator[dict]:
    yield node
    for child in node.get("Plans", ()):
        yield from flat(child)


def plan(owner: psycopg.Connection, function: str, organization: UUID, *arguments: str, explain: str = "explain") -> str:
    """EXPLAIN of the function's own body, as its owner, in the scope of the organization."""
    row = owner.execute(
        "select prosrc, proargnames, proconfig from pg_proc where pronamespace = 'knowledge'::regnamespace and proname = %s", (function,)
    ).fetchone()
    assert row is not None
    body, names, settings = row
    for name, value in zip(names, arguments, strict=False):
        body = re.sub(rf"(?<![\w.]){name}(?![\w.(])", value.replace("\\", r"\\"), body)
    with owner.transaction():
        owner.execute("select kernel.serve(%s)", (organization,))
        owner.execute("set local role retinue_searcher")
        for setting in settings:
            owner.execute("set local " + setting.replace("=", " = ", 1))
        lines = [line for (line,) in owner.execute(f"{explain} {body}").fetchall()]
        return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
