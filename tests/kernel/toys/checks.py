"""The promises of delivery, as one check over a database of toys."""

from collections.abc import Set
from typing import Any

import psycopg


def exact(owner: psycopg.Connection, aside: Set[Any] = frozenset()) -> int:
    """Numbers 1, 2, 3 … to the head in every organization; every row told once; every event handled once and in order but those aside.

    Answers how many were handled.
    """
    heads = dict(owner.execute("select organization_id, number from events.head").fetchall())
    for organization, numbers in owner.execute(
        "select organization_id, array_agg(number order by number) from events.log group by 1"
    ).fetchall():
        assert numbers == list(range(1, heads[organization] + 1))
    ended = "from events.log where kind = 'toy_calls.call_ended.1'"
    want = [
        row
        for row in owner.execute(f"select organization_id, number, (body->>'call_id')::uuid {ended} order by 1, 2").fetchall()
        if (row[0], row[1]) not in aside
    ]
    got = owner.execute("select organization_id, number, call_id from toy_billing.line order by organization_id, seq").fetchall()
    assert got == want, (len(got), len(want))
    rows = owner.execute("select organization_id, id from toy_calls.call order by 1, 2").fetchall()
    told = owner.execute(f"select organization_id, (body->>'call_id')::uuid {ended} order by 1, 2").fetchall()
    assert rows == told, (len(rows), len(told))
    return len(want)
