"""A projection, built from events alone."""

import json
from typing import Any

from kernel.toys.contracts.toy_calls import CallEnded, CallSummarised, PersonErased
from retinue.kernel.deliver import Handlers
from retinue.kernel.work import Work

handlers = Handlers(projection=True)


async def put(work: Work, key: str, number: int, value: dict[str, Any]) -> None:
    await work.execute(
        "insert into toy_dossier.entry values (:o, :k, cast(:v as jsonb), :n) on conflict (organization_id, key) do update"
        " set value = entry.value || excluded.value, number = excluded.number where entry.number < excluded.number",
        o=work.organization,
        k=key,
        v=json.dumps(value),
        n=number,
    )


@handlers.on(CallEnded)
async def ended(work: Work, event: CallEnded) -> None:
    await put(work, f"call {event.call_id}", event.number, {"minutes": event.minutes, "person": str(event.person), "caller": event.caller})


@handlers.on(CallSummarised)
async def summarised(work: Work, event: CallSummarised) -> None:
    await put(work, f"summary {event.call_id}", event.number, {"summary": event.summary})


@handlers.on(PersonErased)
async def erased(work: Work, event: PersonErased) -> None:
    await work.execute(
        "update toy_dossier.entry set value = value || '{\"caller\"\\: null}' where organization_id = :o and value->>'person' = :p",
        o=work.organization,
        p=str(event.person),
    )
