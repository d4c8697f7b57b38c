"""What the agent can do in a turn: search, note who is writing, ask for a person."""

from typing import Any

from retinue.engines.dialogue.state import Brief, Call, Context, Found

SEARCH, CAPTURE, HAND_OVER = "search_knowledge", "capture_contact", "hand_over"

_TEXT = {"type": "string"}
TOOLS: list[dict[str, Any]] = [
    {
        "name": SEARCH,
        "description": "Passages of what the company has published that fit a question. Ask in full: the search knows nothing of the conversation.",
        "parameters": {"type": "object", "properties": {"query": _TEXT}, "required": ["query"], "additionalProperties": False},
    },
    {
        "name": CAPTURE,
        "description": "Note the visitor's own name, email address or telephone number, as the visitor wrote them.",
        "parameters": {"type": "object", "properties": {"name": _TEXT, "email": _TEXT, "phone": _TEXT}, "additionalProperties": False},
    },
    {
        "name": HAND_OVER,
        "description": "Ask a person of the company to take over the conversation: when the visitor asks for one, or is upset, or in danger.",
        "parameters": {"type": "object", "properties": {"reason": _TEXT}, "required": ["reason"], "additionalProperties": False},
    },
]


def offered(brief: Brief) -> list[dict[str, Any]]:
    """The tools that this agent has."""
    has = {SEARCH: brief.searches, HAND_OVER: brief.handover, CAPTURE: bool(brief.collects)}
    return [tool for tool in TOOLS if has[tool["name"]]]


async def run(call: Call, context: Context) -> dict[str, Any]:
    """The result in plain values. A call that makes no sense gets a result that says so: the model may try again."""
    arguments: dict[str, Any] = call["arguments"]
    name = call["name"]
    if name not in {tool["name"] for tool in offered(context.brief)}:
        return {"error": f"there is no tool {name}"}
    if name == SEARCH:
        query = str(arguments.get("query", "")).strip()[:2000]
        if not query:
            return {"error": "query is empty"}
        return {"query": query, "passages": [context.number(found) for found in await context.knowledge.search(query)]}
    if name == CAPTURE:
        details = {k: str(v).strip()[:300] for k, v in arguments.items() if k in context.brief.collects and v and str(v).strip()}
        return {"captured": details} if details else {"error": "no details were given"}
    return {"requested": True, "reason": str(arguments.get("reason") or "agent")[:200], "present": context.present}


def shown(found: Found, number: int) -> str:
    """A passage as the model reads it."""
    return f"[{number}] {found.title}\n{found.text}"
