"""The whole contract in few lines, so that a change of it is seen in review: operations, shapes, events, frames."""

from typing import Any

Json = dict[str, Any]
HEAD = """# The contract: a line for each operation, shape and event. `?`: may be left out; `†`: personal, null once erased.
# Made by `python -m retinue.assembly.reference`; the documents in full are built into build/contracts, and served at /openapi.json and /asyncapi.json.
"""
SAID = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format")


def shape(schema: Json) -> str:
    """Of a schema in one line: names of other shapes, types with their bounds, objects field by field."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for key, between in (("anyOf", "|"), ("oneOf", "|"), ("allOf", "&")):
        if key in schema:
            return between.join(shape(each) for each in schema[key])
    if "enum" in schema:
        return "|".join(repr(each) for each in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    kind = schema.get("type", "any")
    if kind == "array":
        plain = f"[{shape(schema.get('items', {}))}]"
    elif kind == "object" and "properties" in schema:
        plain = fields(schema)
    elif kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        plain = f"{{*: {shape(schema['additionalProperties'])}}}"
    else:
        plain = "|".join(kind) if isinstance(kind, list) else str(kind)
    bounds = ",".join(f"{key}={schema[key]}" for key in SAID if key in schema)
    return f"{plain}({bounds})" if bounds else plain


def fields(schema: Json) -> str:
    required = set(schema.get("required", ()))
    parts = []
    for name, value in sorted(schema.get("properties", {}).items()):
        parts.append(f"{name}{'' if name in required else '?'}{'†' if value.get('x-personal') else ''}: {shape(value)}")
    closed = " only" if schema.get("additionalProperties") is False else ""
    return f"{{{', '.join(parts)}}}{closed}"


def operations(document: Json) -> list[str]:
    lines = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            takes = [
                f"{each['name']}{'' if each.get('required') else '?'}: {shape(each['schema'])}"
                for each in operation.get("parameters", ())
                if "name" in each
            ]
            body = operation.get("requestBody", {}).get("content", {})
            takes += [f"{kind} {shape(content.get('schema', {}))}" for kind, content in body.items()]
            gives = []
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    kinds = [f"{kind} {shape(content.get('schema', {}))}" for kind, content in response.get("content", {}).items()]
                    gives.append(f"{status} {' or '.join(kinds)}".strip())
            open_to = "" if operation.get("security") != [] else " public"
            lines.append(f"{method.upper()} {path}{open_to} ({'; '.join(takes)}) -> {', '.join(gives)}".replace("application/json ", ""))
    return sorted(lines, key=lambda line: (line.split()[1], line))


def contract(document: Json, events: Json) -> str:
    """`document`: OpenAPI's; `events`: AsyncAPI's."""
    told = {name: schema for name, schema in events["components"]["schemas"].items() if name != "Envelope"}
    nested = {f"{name}/{of}": schema for name, schema in told.items() for of, schema in schema.get("$defs", {}).items()}
    topics = [f"{topic} {address['address']}: {', '.join(sorted(address['messages']))}" for topic, address in events["channels"].items()]
    parts = {
        "Operations": operations(document),
        "Shapes": [f"{name} {shape(schema)}" for name, schema in sorted(document["components"]["schemas"].items())],
        "Events and frames": [f"{name} {shape(schema)}" for name, schema in sorted((told | nested).items())],
        "Topics and sockets": sorted(topics),
    }
    return HEAD + "".join(f"\n## {title}\n" + "\n".join(lines) + "\n" for title, lines in parts.items())
