"""No word reaches a visitor without a decision of the gate, and none of the agent's tools runs without one."""

import ast
from pathlib import Path

import pytest

import retinue

SOURCE = Path(retinue.__file__).parent
THE_WAY_OUT, ROWS = "services/conversations/sending.py", "services/conversations/store.py"


def unsent(source: str) -> list[str]:
    """What keeps a message that is not the visitor's own without asking the gate, and what writes messages past the store."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", "") == "add"
            and getattr(getattr(node.func, "value", None), "id", "") == "store"
        ):
            role = node.args[2] if len(node.args) > 2 else None
            if not (isinstance(role, ast.Constant) and role.value == "visitor"):
                found.append(f"line {node.lineno} keeps a message that the gate has not seen")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "into conversations.message" in node.value:
            found.append(f"line {node.lineno} writes messages by itself")
    return found


def test_messages_leave_through_the_gate_alone() -> None:
    found = {}
    for path in sorted((SOURCE / "services/conversations").rglob("*.py")):
        if str(path.relative_to(SOURCE)) not in (THE_WAY_OUT, ROWS) and (wrong := unsent(path.read_text())):
            found[path.name] = wrong
    assert found == {}
    assert ".send(" in (SOURCE / THE_WAY_OUT).read_text()


@pytest.mark.parametrize(
    "planted",
    [
        'await store.add(work, conversation, "assistant", text)',
        'await store.add(work, conversation, "person", text, author=by)',
        "await store.add(work, conversation, role, text)",
        'await work.execute("insert into conversations.message values (:o)")',
    ],
)
def test_a_planted_message_is_found(planted: str) -> None:
    assert unsent(f"async def f():\n    {planted}")


def test_every_call_of_a_tool_goes_through_the_gate() -> None:
    tree = ast.parse((SOURCE / "engines/dialogue/nodes.py").read_text())
    (node,) = [each for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef) and each.name == "tools"]
    runs = [call for call in ast.walk(node) if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "run"]
    inside = [each for each in ast.walk(node) if isinstance(each, ast.AsyncFunctionDef) and each is not node]
    assert len(runs) == 1 and any(runs[0] in ast.walk(each) for each in inside), (
        "a tool runs inside what is given to the gate, and nowhere else"
    )
    assert 'turn["by"] == "model"' not in ast.unparse(node).replace("'", '"'), "whoever wants it"


async def test_a_permit_is_spent_on_the_very_words_that_were_decided() -> None:
    from retinue.connectors.permit import NoPermit, issue, spend

    text = "".join(["Hel", "lo"])
    with pytest.raises(NoPermit):
        spend(issue("channel.send", "chat", "".join(["Hel", "lo"])), "channel.send", "chat", text)
