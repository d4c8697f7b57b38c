"""What is not known is refused and named: fields of every request and frame, and parameters of every query."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

import retinue
from retinue.assembly import about, provisions
from retinue.assembly.application import API, application
from retinue.assembly.rooms import ROOMS
from retinue.kernel.http import Route
from retinue.kernel.process import Process
from retinue.kernel.settings import KernelSettings, unknown, variable
from retinue.kernel.shapes import reason
from retinue.services.library.schemas import Filters, Ingest, IngestOptions, Query

APP = application(cast(Process, None), ROOMS)
ROUTES = [
    route
    for router in [*(each for room in ROOMS for each in room.routers), about.router]
    for route in router.routes
    if isinstance(route, Route)
]
READ_BY_HAND = {Ingest, IngestOptions}  # of JSON, or of a form
SOURCE = "\n".join(path.read_text() for path in Path(retinue.__file__).parent.rglob("*.py"))
OPEN = {Filters}  # every other name is one of the caller's own metadata, and filters by it


def models(kind: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Every model inside a type, through fields."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
        seen.add(kind)
        yield kind
        for field in kind.model_fields.values():
            yield from models(field.annotation, seen)
    for part in get_args(kind):
        yield from models(part, seen)


def asked() -> set[type[BaseModel]]:
    forms = [route for route in ROUTES if route.parts]
    assert [route.path for route in forms] == ["/research/files"], "the route itself compares the parts of a form"
    roots: list[Any] = [route.body_field.field_info.annotation for route in ROUTES if route.body_field and route not in forms]
    roots += [*READ_BY_HAND, *(socket.hears for room in ROOMS for socket in room.sockets)]
    seen: set[type[BaseModel]] = set()
    return {model for root in roots for model in models(root, seen)}


def test_every_shape_of_a_request_refuses_fields_that_it_does_not_have() -> None:
    shapes = asked()
    assert len(shapes) > 30
    assert {shape.__name__ for shape in shapes if shape.model_config.get("extra") != "forbid"} == {shape.__name__ for shape in OPEN}


def test_a_shape_that_takes_anything_is_found() -> None:
    class Loose(BaseModel):
        name: str

    class Outer(BaseModel, extra="forbid"):
        inner: list[Loose] | None

    assert {shape for shape in models(Outer, set()) if shape.model_config.get("extra") != "forbid"} == {Loose}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{next(iter(route.methods))} {route.path}")
async def test_an_unknown_query_parameter_is_refused_by_name_before_anything_is_done(route: APIRoute) -> None:
    url = re.sub(r"\{[^}]+\}", "018f0000-0000-7000-8000-000000000001", API + route.path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://retinue") as client:
        answer = await client.request(next(iter(route.methods)), url, params={"limmit": "3"})
    assert answer.status_code == 422 and answer.json()["title"] == "UnknownParameter"
    assert "limmit" in answer.json()["detail"]
    named = {parameter.alias for parameter in route.dependant.query_params}
    assert "client_id" in answer.json()["next"] and all(name in answer.json()["next"] for name in named)
    assert ("did you mean limit?" in answer.json()["detail"]) == ("limit" in named)


def test_every_route_of_the_api_is_one_that_looks() -> None:
    assert {API + route.path for route in ROUTES} == {path for path in APP.openapi()["paths"] if path.startswith("/api/")}


def test_the_nearest_field_is_named_wherever_the_wrong_one_stands() -> None:
    fault = {"type": "extra_forbidden", "loc": ("chunk_sise",), "msg": ""}
    assert reason(Ingest, fault).startswith("there is no such field; did you mean chunk_size? It takes document_id, namespace,")
    inside = {"type": "extra_forbidden", "loc": ("filters", "date_range", "strat"), "msg": ""}
    assert reason(Query, inside) == "there is no such field; did you mean start? It takes start, end."


KINDS = [KernelSettings, *provisions.SETTINGS, *(room.settings for room in ROOMS if room.settings)]


def test_a_variable_that_is_no_setting_is_named_with_the_nearest_that_is() -> None:
    said = unknown(KINDS, ["RETINUE_PROT", "RETINUE_HOME", "RETINUE_TEST_HOME", "PATH", "RETINUE_XYZZY"])
    assert said == [
        "RETINUE_PROT is no setting and changes nothing; did you mean RETINUE_PORT?",
        "RETINUE_XYZZY is no setting and changes nothing.",
    ]


@pytest.mark.parametrize("setting", [(kind, name) for kind in KINDS for name in kind.model_fields], ids=lambda s: variable(*s))
def test_every_setting_is_read_somewhere(setting: tuple[Any, str]) -> None:
    kind, name = setting
    assert re.search(rf"\.{name}\b", SOURCE), f"nothing reads {variable(kind, name)}"
