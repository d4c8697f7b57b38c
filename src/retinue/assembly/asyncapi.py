"""What is told, for programs that listen: topics, events and their bodies, sockets and their frames as AsyncAPI, and where the mission's topics went."""

from typing import Any

from pydantic import BaseModel

from retinue import __version__
from retinue.assembly.rooms import ROOMS
from retinue.kernel.events import Event
from retinue.kernel.sockets import Socket

Json = dict[str, Any]

# The mission documents' topics; ours where it has another name, or why there is none.
TOPICS: dict[str, str] = {
    "auth_events": "auth_events", "agent_events": "agent_events", "org_events": "org_events", "client_events": "client_events",
    "research_events": "research_events", "demo_events": "demo_events", "sales_doc_events": "sales_doc_events", "billing_events": "billing_events",
    "prd_events": "prd_events", "collaboration_events": "collaboration_events", "config_events": "config_events",
    "conversation_events": "conversation_events", "voice_events": "voice_events", "cross_product_events": "cross_product_events",
    "rag_events": "rag_events", "monitoring_incidents": "monitoring_incidents", "analytics_experiments": "analytics_experiments",
    "customer_success_events": "customer_success_events", "support_events": "support_events", "escalation_events": "escalation_events",
    "communication_events": "communication_events", "agent_action_events": "agent_action_events", "crm_events": "crm_events",
    "outreach_events": "outreach_events", "config_reload": "config_events",
}  # fmt: skip
# The mission documents' words for single facts, and the kinds that tell them here.
FACTS: dict[str, tuple[str, str]] = {
    "assisted_account_created": ("auth_events", "identity.client_created.1"),
    "research_completed": ("research_events", "research.research_completed.1"),
    "requirements_draft_generated": ("outreach_events", "requirements.requirements_drafted.1"),
    "requirements_draft_approved": ("outreach_events", "requirements.requirements_approved.1"),
    "prd_approved": ("prd_events", "requirements.requirements_approved.1"),
    "config_updated": ("config_reload", "configurations.configuration_deployed.1"),
    "config_deployed": ("config_events", "configurations.configuration_deployed.1"),
}
ENVELOPE: Json = {
    "type": "object",
    "description": "Around every body. `number` orders the events of one organization without a gap; handle each number once.",
    "required": ["id", "kind", "organization_id", "number", "occurred_at", "lineage", "trace", "body"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"type": "string"},
        "organization_id": {"type": "string", "format": "uuid"},
        "number": {"type": "integer", "minimum": 1},
        "occurred_at": {"type": "string", "format": "date-time"},
        "actor": {"type": ["string", "null"], "format": "uuid", "description": "Who did it; none when the platform did."},
        "cause": {"type": ["string", "null"], "format": "uuid", "description": "The event that led to this one."},
        "lineage": {"type": "string", "format": "uuid", "description": "The same from research to conversation to insight."},
        "person": {"type": ["string", "null"], "format": "uuid", "description": "Whose personal fields the body holds."},
        "trace": {"type": "string", "description": "W3C trace id."},
        "body": {"type": "object"},
    },
}


def told() -> list[type[Event]]:
    """Every event of the contracts by its newest kind, as which readers get the older ones; what others only derive from is none."""
    kinds = {
        e for e in Event.kinds.values() if e.topic and e.__module__.startswith("retinue.contracts.") and not e.__name__.startswith("_")
    }
    return sorted(kinds, key=lambda event: event.kind)


def body_schema(event: type[Event]) -> Json:
    schema = event.model_json_schema(mode="serialization", ref_template=f"#/components/schemas/{event.kind}/$defs/{{model}}")
    properties = {name: value for name, value in schema["properties"].items() if name not in Event.model_fields}
    for name in event.personal:
        said = "Personal: encrypted under its person's key, null once erased."
        properties[name] = properties[name] | {"description": said, "x-personal": True}
    required = [name for name in schema.get("required", ()) if name in properties]
    kept = {"type": "object", "properties": properties, "required": required}
    return kept | ({"$defs": schema["$defs"]} if "$defs" in schema else {})


def said_of(model: type[BaseModel]) -> Json:
    said = " ".join((model.__doc__ or "").split())
    return {"description": said} if said else {}


def sockets() -> list[Socket]:
    return [socket for room in ROOMS for socket in room.sockets]


def shapes(socket: Socket) -> dict[str, type[BaseModel]]:
    """By name: `live.moment` for what is told, `live.heard` for what is understood."""
    return {f"{socket.name}.{word}": frame for word, frame in socket.frames.items()} | {f"{socket.name}.heard": socket.hears}


def frame_schemas(socket: Socket) -> Json:
    """By the names of `shapes`, and `live.told` for any of what is told."""
    told = {"oneOf": [{"$ref": f"#/components/schemas/{socket.name}.{word}"} for word in socket.frames]}
    return {f"{socket.name}.told": told} | {
        name: model.model_json_schema(
            mode="validation" if model is socket.hears else "serialization", ref_template=f"#/components/schemas/{name}/$defs/{{model}}"
        )
        for name, model in shapes(socket).items()
    }


def socket_messages(socket: Socket) -> Json:
    return {
        name: {"name": name.partition(".")[2], "contentType": "application/json", "payload": {"$ref": f"#/components/schemas/{name}"}}
        | said_of(model)
        for name, model in shapes(socket).items()
    }


def asyncapi() -> Json:
    events = told()
    topics = sorted({event.topic for event in events})
    messages: Json = {}
    for event in events:
        messages[event.kind] = {
            "name": event.kind,
            "title": event.__name__,
            "contentType": "application/json",
            "tags": [{"name": event.publisher}],
            "payload": {
                "allOf": [
                    {"$ref": "#/components/schemas/Envelope"},
                    {
                        "type": "object",
                        "properties": {"kind": {"const": event.kind}, "body": {"$ref": f"#/components/schemas/{event.kind}"}},
                    },
                ]
            },
        } | (said_of(event) if event.__doc__ != Event.__doc__ else {})
    for socket in sockets():
        messages |= socket_messages(socket)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Retinue",
            "version": __version__,
            "description": "Facts in the past tense. They are kept in the log of the database, read with GET /api/v1/events;"
            " a topic is that log's events of one kind of business, and `GET /api/v1/events?topic=` reads it alone.",
        },
        "defaultContentType": "application/json",
        "channels": {
            topic: {"address": topic, "messages": {e.kind: {"$ref": f"#/components/messages/{e.kind}"} for e in events if e.topic == topic}}
            for topic in topics
        }
        | {
            socket.name: {
                "address": f"/api/v1{socket.path}",
                "description": "A WebSocket; frames are JSON objects with a `type`.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in shapes(socket)},
            }
            for socket in sockets()
        },
        "operations": {
            f"tell_{topic}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic}"},
                "messages": [{"$ref": f"#/channels/{topic}/messages/{e.kind}"} for e in events if e.topic == topic],
            }
            for topic in topics
        }
        | {
            f"{does}_{socket.name}": {
                "action": action,
                "channel": {"$ref": f"#/channels/{socket.name}"},
                "messages": [
                    {"$ref": f"#/channels/{socket.name}/messages/{name}"}
                    for name, model in shapes(socket).items()
                    if (model is socket.hears) == (action == "receive")
                ],
            }
            for socket in sockets()
            for does, action in (("tell", "send"), ("hear", "receive"))
        },
        "components": {
            "messages": messages,
            "schemas": {"Envelope": ENVELOPE}
            | {event.kind: body_schema(event) for event in events}
            | {name: schema for socket in sockets() for name, schema in frame_schemas(socket).items()},
        },
    }


def alias_table() -> list[str]:
    """Markdown: every topic of the mission's registry, and where its events are."""
    used = {event.topic for event in told()}
    lines = ["## The mission documents' topics", "", "| topic there | topic here | told today |", "|---|---|---|"]
    lines += [f"| {theirs} | {ours} | {'yes' if ours in used else 'not yet'} |" for theirs, ours in TOPICS.items()]
    lines += ["", "## The mission documents' events", "", "| topic there | event there | kind here |", "|---|---|---|"]
    lines += [f"| {topic} | {name} | `{kind}` |" for name, (topic, kind) in FACTS.items()]
    return lines
