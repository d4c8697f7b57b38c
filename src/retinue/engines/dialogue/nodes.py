"""The two nodes of a turn, from state to state: the agent decides and answers, the tools do."""

from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from retinue.engines.dialogue import prompted, rules
from retinue.engines.dialogue.phrases import phrase
from retinue.engines.dialogue.state import FORGET, SUMMARY_CHARACTERS, TURNS, Call, Context, NoModel, Said, State
from retinue.engines.dialogue.tools import offered, run

STEPS = 6  # calls in a turn; then the agent answers with what it has


async def agent(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Either the calls that are wanted next, or the reply. A model decides; without one, or when it fails, the rules."""
    context, turn = runtime.context, state.get("turn") or {}
    said, done = state["messages"][-1]["content"], turn.get("done", [])
    if context.model is not None and turn.get("by") != "rules":
        try:
            spoken = await context.model.speak(
                prompted.system(context.brief, state.get("summary", "")),
                prompted.transcript(state, context, done),
                offered(context.brief) if len(done) < STEPS else [],
                prompted.unmarked(context.tell),
            )
        except NoModel:
            done = []  # the rules plan for themselves; a detail captured twice is the same detail
        else:
            context.spent.append(spoken.cost_usd)
            if spoken.calls:
                return {"turn": {"by": "model", "done": done, "calls": spoken.calls[: STEPS - len(done)]}}
            if spoken.text or done:
                return finished(state, await prompted.answer(said, spoken, context, done))
    if not done and (calls := rules.plan(said, state, context)):
        return {"turn": {"by": "rules", "done": [], "calls": calls}}
    reply = await rules.answer(said, state, context, done)
    if not reply["content"]:
        reply["content"] = phrase(context.brief.language, "unclear")
    context.tell(reply["content"])
    return finished(state, reply)


async def tools(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Do what the agent called for, one after the other; what a model wants, through the gate."""
    turn, context = state["turn"], runtime.context
    done = []
    for call in turn["calls"]:

        async def act(arguments: Mapping[str, Any], call: Call = call) -> dict[str, Any]:
            return await run(call | {"arguments": dict(arguments)}, context)

        gated = context.gated if turn["by"] == "model" else None
        output = await gated(call["name"], call["arguments"], act) if gated else await act(call["arguments"])
        done.append(call | {"output": output})
    return {"turn": {"by": turn["by"], "done": turn["done"] + done, "calls": []}}


def finished(state: State, reply: dict[str, Any]) -> dict[str, Any]:
    """The reply, and what the thread remembers of the turn."""
    captured = {k: v for action in reply["actions"] if action["type"] == "contact_captured" for k, v in action.items() if k != "type"}
    leaving = max(0, len(state["messages"]) + 1 - 2 * TURNS)
    return {
        "messages": [{"role": FORGET, "content": leaving}, {"role": "assistant", "content": reply["content"]}],
        "summary": summarised(state.get("summary", ""), state["messages"][:leaving]),
        "topic": reply.pop("topic") or state.get("topic", ""),
        "offered": reply.pop("offered"),
        "captured": state.get("captured", {}) | captured,
        "turn": {"reply": reply},
    }


def summarised(summary: str, leaving: list[Said]) -> str:
    """What will be forgotten word for word stays as the questions that were asked, the newest last."""
    asked = [" ".join(said["content"].split())[:150] for said in leaving if said["role"] == "visitor"]
    return " / ".join(part for part in (summary, *asked) if part)[-SUMMARY_CHARACTERS:]


async def wanted(state: State) -> str:
    """Async as the nodes are: LangGraph takes a plain function to a thread and back."""
    return "tools" if state["turn"].get("calls") else "end"
