"""The contract over HTTP: what every operation takes, answers and refuses, said once for all of them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

Json = dict[str, Any]

PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457, and what to do next.",
    "required": ["type", "title", "status", "detail", "next", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/NotFound"]},
        "title": {"type": "string", "examples": ["NotFound"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened."},
        "next": {"type": "string", "description": "What to do about it."},
        "trace_id": {"type": "string", "description": "For whoever looks into the logs."},
    },
}
REFUSALS = {
    "400": ("Unreadable", "A header, a cursor or the body cannot be read."),
    "401": ("Unauthorized", "Not signed in, or no longer."),
    "403": ("Forbidden", "The caller lacks a permission; `next` names it."),
    "404": ("NotFound", "There is no such thing in this organization."),
    "409": ("Conflict", "It cannot be done as things stand."),
    "422": ("Malformed", "Fields are missing or wrong, or an Idempotency-Key was used for another request."),
    "429": ("TooManyRequests", "Too many requests or attempts; Retry-After says when to come back."),
    "default": ("Problem", "Anything else that went wrong, in the same shape."),
}
HEADERS: dict[str, tuple[str, Json]] = {
    "RateLimit-Limit": ("Requests a minute.", {"type": "integer"}),
    "RateLimit-Remaining": ("Requests left now.", {"type": "integer"}),
    "RateLimit-Reset": ("Seconds until all of them are there again.", {"type": "integer"}),
    "Retry-After": ("Seconds to wait before the next try.", {"type": "integer"}),
    "Retinue-Event": ("Number of the last event that this write told; a read with `?after=` it sees the write.", {"type": "integer"}),
    "Server-Timing": ("`platform`: our time in ms; `provider`: time spent waiting for others.", {"type": "string"}),
    "Trace-Id": ("The W3C trace id of this request.", {"type": "string"}),
    "Location": ("Where the answer will be.", {"type": "string"}),
}
RATE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
PARAMETERS: dict[str, Json] = {
    "X-Tenant-ID": {
        "name": "X-Tenant-ID",
        "in": "header",
        "description": "Id of the client to act for; without it the caller's own organization.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key with the same request has one effect and gets the same answer, for 72 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=20`: seconds to wait for the answer, 60 at most; after that 202 and a job.",
        "schema": {"type": "string", "pattern": r"^wait=\d+$", "examples": ["wait=20"]},
    },
}
SCHEMES: dict[str, Json] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "From POST /api/v1/auth/login, or `retinue token`.",
    },
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "rtn_…",
        "description": "From POST /api/v1/api-keys; its scopes are permissions.",
    },
}


def operation_id(route: APIRoute) -> str:
    return f"{route.tags[0] if route.tags else 'root'}.{route.name}".replace(" ", "-")


def described(app: FastAPI) -> Json:
    """The document of an application, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags)
        app.openapi_schema = _finished(document)
    return app.openapi_schema


def _finished(document: Json) -> Json:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for of_the_framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(of_the_framework, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = SCHEMES
    components["parameters"] = PARAMETERS
    components["headers"] = {name: {"description": said, "schema": schema} for name, (said, schema) in HEADERS.items()}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        name: {"description": said, "content": content} | ({"headers": _headers("Retry-After", *RATE)} if status == "429" else {})
        for status, (name, said) in REFUSALS.items()
    }
    document["servers"] = [{"url": "/", "description": "This installation"}]
    document["security"] = [{"token": []}, {"api_key": []}]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _operation(method.upper(), path, operation)
    return document


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _operation(method: str, path: str, operation: Json) -> None:
    public, waits, streams = (operation.pop(mark, None) for mark in ("x-public", "x-waits", "x-streams"))
    operation.setdefault("description", f"{operation['summary']}.")
    secured = not public and path.startswith("/api/")
    parameters = operation.setdefault("parameters", [])
    if secured:
        names = ["X-Tenant-ID", *(["Idempotency-Key"] if method == "POST" else []), *(["Prefer"] if waits else [])]
        parameters += [{"$ref": f"#/components/parameters/{name}"} for name in names]
    else:
        operation["security"] = []
    if not parameters:
        del operation["parameters"]
    for response in operation["responses"].values():
        told = ["Server-Timing", "Trace-Id", *(RATE if secured else ()), *(["Retinue-Event"] if secured and method != "GET" else [])]
        response.setdefault("headers", {}).update(_headers(*told))
    if streams:
        ok = operation["responses"]["200"]
        ok.setdefault("content", {})["text/event-stream"] = {"schema": {"type": "string", "description": streams}}
    if waits:
        operation["responses"]["202"] = {
            "description": "It takes longer; the answer will be at Location.",
            "headers": _headers("Location", "Server-Timing", "Trace-Id", *RATE),
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["location", "job_id"],
                        "properties": {"location": {"type": "string"}, "job_id": {"type": "string", "format": "uuid"}},
                    }
                }
            },
        }
    if not path.startswith("/api/"):
        refused = ["default"]
    else:
        refused = [status for status in REFUSALS if secured or status not in ("403", "404")]
        refused = [status for status in refused if method != "GET" or status != "409"]
    for status in refused:
        operation["responses"][status] = {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
