"""What is told to programs that listen: complete, sound, and true of what is stored."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.routing import WebSocketRoute

from boundaries.test_events import GOLDEN, classes
from retinue.assembly.asyncapi import FACTS, TOPICS, asyncapi, socket_messages, sockets, told
from retinue.assembly.rooms import ROOMS
from retinue.kernel.events import Event

DOCUMENT: dict[str, Any] = asyncapi()
REGISTRY = Registry().with_resource("urn:told", Resource(DOCUMENT, DRAFT202012))


def test_every_event_is_told_of_once() -> None:
    kinds = {c.kind for c in classes()}
    frames = {name for socket in sockets() for name in socket_messages(socket)}
    assert {event.kind for event in told()} == kinds == DOCUMENT["components"]["messages"].keys() - frames
    on_channels = [kind for channel in DOCUMENT["channels"].values() for kind in channel["messages"]]
    assert sorted(on_channels) == sorted(kinds | frames)


def test_every_socket_of_the_rooms_is_told_of() -> None:
    """Room by room, so that none can be told of by another."""
    for room in ROOMS:
        routes = {route.path for router in room.routers for route in router.routes if isinstance(route, WebSocketRoute)}
        assert routes == {socket.path for socket in room.sockets}, room.name
    assert {c["address"] for c in DOCUMENT["channels"].values() if c["address"].startswith("/")} == {f"/api/v1{s.path}" for s in sockets()}


def test_it_has_the_form_of_asyncapi_3() -> None:
    """The meta-schema is in no package; these are its rules for the parts that are used here."""
    assert DOCUMENT["asyncapi"] == "3.0.0" and DOCUMENT["info"].keys() >= {"title", "version"}
    assert DOCUMENT.keys() <= {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = DOCUMENT["channels"][operation["channel"]["$ref"].removeprefix("#/channels/")]
        for message in operation["messages"]:
            assert message["$ref"].rpartition("/messages/")[2] in channel["messages"]
    name = re.compile(r"^[a-zA-Z0-9._-]+$")
    for part in (DOCUMENT["channels"], DOCUMENT["operations"], *DOCUMENT["components"].values()):
        assert all(name.match(key) for key in part)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                found: Any = DOCUMENT
                for step in node["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(DOCUMENT)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("event", classes(), ids=lambda e: e.kind)
def test_a_stored_body_is_what_its_schema_says(event: type[Event]) -> None:
    body = json.loads((GOLDEN / f"{event.kind}.json").read_text())
    validator = jsonschema.Draft202012Validator({"$ref": f"urn:told#/components/schemas/{event.kind}"}, registry=REGISTRY)
    validator.validate(body)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate([])
    said = DOCUMENT["components"]["schemas"][event.kind]["properties"]
    assert {name for name, field in said.items() if field.get("x-personal")} == set(event.personal)


def test_the_missions_topics_are_all_there() -> None:
    assert len(TOPICS) == 25, "23 of the registry, outreach_events, config_reload"
    assert {event.topic for event in told()} <= set(TOPICS.values())
    for topic, kind in FACTS.values():
        assert topic in TOPICS and kind in Event.kinds
    page = (Path(__file__).parents[2] / "docs/reference/events.md").read_text()
    assert all(f"| {topic} |" in page for topic in TOPICS)
