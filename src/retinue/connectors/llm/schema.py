"""A JSON schema in the form that strict structured output asks for: every object closed, every property required."""

from collections.abc import Mapping
from typing import Any

_UNSUPPORTED = ("default", "title", "format", "minLength", "maxLength", "examples", "exclusiveMinimum",
                "exclusiveMaximum", "minimum", "maximum", "minItems", "maxItems", "multipleOf")  # fmt: skip


def strict(schema: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema and whether it could be made strict; an object with free keys cannot, and is returned as it came."""
    try:
        closed = _close(dict(schema))
    except LookupError:
        return dict(schema), False
    return closed, True


def _close(node: Any) -> Any:
    if isinstance(node, list):
        return [_close(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):
            closed[key] = {name: _close(child) for name, child in value.items()}
        elif key in ("enum", "const", "required", "description", "$ref", "type"):
            closed[key] = value
        elif key not in _UNSUPPORTED:
            closed[key] = _close(value)
    if closed.get("type") == "object":
        if "properties" not in closed or closed.get("additionalProperties"):
            raise LookupError("an object with free keys")
        closed["additionalProperties"] = False
        closed["required"] = list(closed["properties"])
    return closed
