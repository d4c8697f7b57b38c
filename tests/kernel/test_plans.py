"""What carries events reads what is next, however long the log: counted in rows, over a log of 200,000 events."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from conftest import with_name

ONE, FAR = uuid.UUID(int=1), uuid.UUID(int=2)
ENDED, NOTED, SUMMARISED = "toy_calls.call_ended.1", "toy_calls.call_noted.1", "toy_calls.call_summarised.1"
LOG = """insert into events.log select %s, n, gen_random_uuid(), case when n % 20000 = 0 then 'toy_calls.call_summarised.1' when n <= %s then 'toy_calls.call_noted.1'
  else 'toy_calls.call_ended.1' end, '{"call_id": "00000000-0000-0000-0000-000000000000", "minutes": 1}', null, null, null, gen_random_uuid(), '', now()
  from generate_series(1, %s) n"""
NAMED = ("room", "release", "kinds", "error")  # arguments that are columns as well, and so written with their function's name


@pytest.fixture(scope="module")
def long(server: str, template: str) -> Iterator[psycopg.Connection]:
    """One organization with 100,000 events, of which its inbox has the last ten before it; one whose inbox is at the first of as many, none
    of which but four are heard; 20,000 others."""
    name = f"long_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as outside:
        outside.execute(f"create database {name} template {template}")
        with psycopg.connect(with_name(server, name), autocommit=True) as owner:
            owner.execute("select events.listen('toy_billing', '1', %s, false, now())", ([ENDED, SUMMARISED],))
            owner.execute("set synchronous_commit = off")
            cursor = psycopg.ClientCursor(owner)
            for organization, noted in ((ONE, 0), (FAR, 100_000)):
                cursor.execute(LOG.replace("n % 20000", "n %% 20000"), (organization, noted, 100_000))
            owner.execute("insert into events.head select gen_random_uuid(), 1 from generate_series(1, 20000)")
            owner.execute("insert into events.head select organization_id, 100000 from events.log where number = 1")
            owner.execute("insert into events.cursor select 'toy_billing', h.organization_id, 1 from events.head h on conflict do nothing")
            owner.execute("update events.cursor set number = 99990 where organization_id = %s", (ONE,))
            owner.execute("insert into events.cursor select 'toy_other', h.organization_id, 1 from events.head h")
            owner.execute("vacuum analyze events.log, events.head, events.cursor")
            yield owner
        outside.execute(f"drop database {name} with (force)")


def read(owner: psycopg.Connection, function: str, *values: Any, mode: str) -> int:
    """Run the statements of a function as it would; answers how many rows they read of the log, the heads and the cursors."""
    row = owner.execute(
        "select prosrc, proargnames[1:pronargs], proargtypes::regtype[]::text[], proconfig from pg_proc"
        " where pronamespace = 'events'::regnamespace and proname = %s",
        (function,),
    ).fetchone()
    assert row is not None
    body, names, types, settings = row
    for n, name in enumerate(names, 1):
        said = rf"\b{function}\.{name}\b" if name in NAMED else rf"(?<![\w.]){name}(?![\w(])"
        body = re.sub(said, f"${n}", body)
    rows = 0
    with owner.transaction(force_rollback=True):
        owner.execute("set local role retinue_carrier")
        owner.execute(f"set local plan_cache_mode = {mode}".encode())
        for setting in settings:
            owner.execute(f"set local {setting.replace('=', ' = ', 1)}".encode())
        for statement in body.split(";"):
            owner.execute(f"prepare asked({', '.join(types)}) as {statement}".encode())
            cursor = psycopg.ClientCursor(owner)
            cursor.execute(f"explain (analyze, timing off, format json) execute asked({', '.join(['%s'] * len(values))})".encode(), values)
            plan = cursor.fetchone()
            assert plan is not None
            rows += sum(node_rows(node) for node in flat(plan[0][0]["Plan"]))
            owner.execute("deallocate asked")
    return rows


def flat(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from flat(child)


def node_rows(node: dict[str, Any]) -> int:
    removed = sum(node.get(f"Rows Removed by {reason}", 0) for reason in ("Filter", "Join Filter", "Index Recheck"))
    read = node["Actual Rows"] if node.get("Relation Name") in ("log", "head", "cursor") else 0
    return int((read + removed) * node["Actual Loops"])


ROOMS = (["toy_billing"], ["1"])
AT = "2126-01-01"


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("function", "values", "most"),
    [
        ("take", ("toy_billing", "1", ONE, 100, 1), 40),
        ("take", ("toy_billing", "1", FAR, 2, 1), 12),
        ("park", ("toy_billing", "1", ONE, 1, AT), 20),
        ("park", ("toy_billing", "1", FAR, 1, AT), 20),
        ("due", (*ROOMS, [ONE, FAR], AT), 20),
        ("attempt", (*ROOMS, [ONE, FAR], AT, 4), 60),
        ("retries", (*ROOMS, AT), 10),
        ("handled", ("toy_billing", ONE, 100_000), 10),
        ("handled", ("toy_billing", FAR, 15_000), 10),
    ],
)
def test_it_reads_what_is_next(long: psycopg.Connection, function: str, values: tuple[Any, ...], most: int, mode: str) -> None:
    with long.transaction(force_rollback=True):
        long.execute("update events.cursor set tries = 1 where organization_id = any(%s)", ([ONE, FAR],))
        if function in ("due", "attempt"):
            long.execute("update events.cursor set tries = 0 where organization_id = any(%s)", ([ONE, FAR],))
        if function == "retries":
            long.execute("update events.cursor set retry_at = now() where organization_id = any(%s)", ([ONE, FAR],))
        assert read(long, function, *values, mode=mode) <= most


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_heads_that_stood_still_are_not_read(long: psycopg.Connection, mode: str) -> None:
    """Of 20,000; those in the pages that have one that moved are."""
    with long.transaction(force_rollback=True):
        since = long.execute("select pg_current_xact_id()::text::bigint").fetchone()
        assert since
        assert read(long, "moved", since[0], mode=mode) <= 300
        long.execute(
            "update events.head set number = number + 1, moved = pg_current_xact_id()::text::bigint where organization_id = %s", (ONE,)
        )
        assert 1 <= read(long, "moved", since[0], mode=mode) <= 600
