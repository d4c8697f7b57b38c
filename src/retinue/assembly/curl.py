"""The contract over HTTP as commands to try: a bash file for each tag, made from the contract alone."""

import json
import shlex
from typing import Any

Json = dict[str, Any]
SOME_ID = "00000000-0000-7000-8000-000000000000"
HEAD = """#!/usr/bin/env bash
# {about}
# Generated from the contract: {name} by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash {name}.sh            every call that only reads
#   source {name}.sh; {example}            one call
set -euo pipefail
: "${{RETINUE_URL:=http://127.0.0.1:8300}}" "${{TOKEN:=}}" "${{TENANT:=}}"

call() {{ # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \\
    ${{TOKEN:+--header "Authorization: Bearer $TOKEN"}} ${{TENANT:+--header "X-Tenant-ID: $TENANT"}} "$@"
  echo
}}
"""
FOOT = """
if [[ "${{BASH_SOURCE[0]}}" == "$0" ]]; then
  {calls}
fi
"""


def example(schema: Json, document: Json, depth: int = 0) -> Any:
    """A value that the schema takes: its own example or default, else the least; optional fields are left out."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema or "default" in schema:
        return schema.get("const", schema.get("default"))
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return example(schema[key][0], document, depth)
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        wanted = schema.get("required") or ([] if depth else list(properties)[:3])
        return {name: example(properties[name], document, depth + 1) for name in wanted if name in properties}
    if kind == "array":
        return [example(schema["items"], document, depth + 1)] if schema.get("minItems") else []
    if kind == "string":
        said = {"uuid": SOME_ID, "date-time": "2030-01-01T00:00:00Z", "uri": "https://example.org/", "email": "ann@example.org"}
        return said.get(schema.get("format", ""), "words"[: schema.get("maxLength", 5)].ljust(schema.get("minLength", 0), "x"))
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 0.5), "boolean": True}.get(str(kind))


def scripts(document: Json) -> dict[str, str]:
    """File name without ending → content."""
    made: dict[str, str] = {}
    for tag in document["tags"]:
        calls, reads = [], []
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if operation["tags"] != [tag["name"]]:
                    continue
                name = operation["operationId"].partition(".")[2]
                calls.append(_function(name, method.upper(), path, operation, document))
                if method == "get" and "{" not in path and not _needed(operation) and path != "/metrics":  # that has a token of its own
                    reads.append(name)
        file = tag["name"].replace(" ", "-")
        first = calls[0].partition("() {")[0].rpartition("\n")[2]
        head = HEAD.format(about=tag["description"], name=file, example=first)
        made[file] = head + "\n" + "\n".join(calls) + FOOT.format(calls="\n  ".join(reads) or ": # nothing here only reads")
    return made


def _needed(operation: Json) -> list[str]:
    return [p["name"] for p in operation.get("parameters", ()) if p.get("in") == "query" and p.get("required")]


def _function(name: str, method: str, path: str, operation: Json, document: Json) -> str:
    """Ids of the path are taken as arguments in their order."""
    about = " ".join(str(operation.get("description") or operation["summary"]).split())
    lines = [f"# {operation['summary']}.", *([f"# {about}"] if about.rstrip(".") != operation["summary"] else []), f"{name}() {{"]
    for number, piece in enumerate((part.partition("}")[0] for part in path.split("{")[1:]), 1):
        path = path.replace(f"{{{piece}}}", f"${{{number}:-{SOME_ID}}}")
    words = {
        p["name"]: example(p["schema"], document) for p in operation.get("parameters", ()) if p.get("in") == "query" and p.get("required")
    }
    options = [f"--get --data-urlencode {shlex.quote(f'{key}={value}')}" for key, value in words.items()]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        body = json.dumps(example(content["application/json"]["schema"], document), ensure_ascii=False)
        options += ["--header 'Content-Type: application/json'", f"--data {shlex.quote(body)}"]
    elif content:
        options.append('--form file=@"${FILE:?a file to send}"')
    if method == "POST" and operation.get("security") != []:
        options.append('--header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"')
    lines.append(" \\\n    ".join([f'  call {method} "{path}"', *options]))
    return "\n".join([*lines, "}", ""])
