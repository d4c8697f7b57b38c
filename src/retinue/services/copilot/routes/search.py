"""HTTP in for the search over everything."""

from typing import Annotated

from fastapi import Query

from retinue.engines.dossier import search
from retinue.kernel.errors import Refusal
from retinue.kernel.http import Router, works
from retinue.kernel.work import Work
from retinue.services.copilot import shapes
from retinue.services.copilot.schemas import SearchResults

router = Router("copilot", tag="board")


class UnknownType(Refusal):
    """Nothing is called {name} here."""

    status = 422
    next = f"Leave types out, or name some of {', '.join(search.TYPES)}, with commas between."


@router.get("/search", summary="Find anything by its words")
async def find(
    q: Annotated[str, Query(max_length=200)],
    types: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    work: Work = works("copilot", "dossier:read"),
) -> SearchResults:
    """Clients, people, conversations, documents and events that have all the words; the last one may be half typed. `types`: some of them,
    with commas between."""
    named = [name.strip() for name in types.split(",")] if types else list(search.TYPES)
    if unknown := next((name for name in named if name not in search.TYPES), None):
        raise UnknownType(name=unknown[:40])
    wanted = [type_ for type_ in search.TYPES if type_ in named]
    return SearchResults(results=[shapes.result(one) for one in await search.search(work, work.permissions, q, wanted, limit)])
