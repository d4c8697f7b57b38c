"""The two nodes of a turn, from state to state: the agent decides and answers, the tools do."""

from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from retinue.engines.dialogue import prompted, rules, triggers
from retinue.engines.dialogue.phrases import phrase
from retinue.engines.dialogue.state import FORGET, SUMMARY_CHARACTERS, TURNS, Call, Context, Model, NoModel, Said, Spoken, State
from retinue.engines.dialogue.tools import CAPTURE, HAND_OVER, SEARCH, offered, run

STEPS = 6  # calls in a turn; then the agent answers with what it has
SHOWN, QUOTED = 5, 160  # passages of a search that its step names, and characters of each


async def agent(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Either the calls that are wanted next, or the reply. A model decides; without one, or when it fails, the rules."""
    context, turn = runtime.context, state.get("turn") or {}
    said, done = state["messages"][-1]["content"], turn.get("done", [])
    context.heard = [message["content"] for message in state["messages"]] + [state.get("summary", ""), *state.get("captured", {}).values()]
    called = triggers.of_message(said, context.brief.triggers) if context.brief.handover else None
    if context.model is not None and turn.get("by") != "rules" and not (called and called[1] == "at_once"):
        try:
            with context.step("model") as step:
                spoken = await _speak(context.model, state, context, done, step)
        except NoModel:
            done = []  # the rules plan for themselves; a detail captured twice is the same detail
        else:
            context.spent.append(spoken.cost_usd)
            if spoken.calls:
                return {"turn": {"by": "model", "done": done, "calls": spoken.calls[: STEPS - len(done)]}}
            if spoken.text or done:
                with context.step("answered") as step:
                    reply = await prompted.answer(said, spoken, context, done)
                    _brought_in(reply, called, context)
                    step |= _answered(reply)
                return finished(state, reply)
    if not done:
        with context.step("understood") as step:
            calls = rules.plan(said, state, context)
            step |= _understood(calls)
        if calls:
            return {"turn": {"by": "rules", "done": [], "calls": calls}}
    with context.step("answered") as step:
        reply = await rules.answer(said, state, context, done)
        if not reply["content"]:
            reply["content"] = phrase(context.brief.language, "unclear")
        _brought_in(reply, called, context)
        step |= _answered(reply)
    sendable = context.sendable(reply["content"], context.known)
    if sendable is None:
        reply |= {"content": phrase(context.brief.language, "for_a_person"), "citations": [], "grounded": False}
    else:
        reply["content"] = sendable
    context.tell(reply["content"])
    return finished(state, reply)


def _brought_in(reply: dict[str, Any], called: triggers.Fired | None, context: Context) -> None:
    """What the configured triggers add to a reply: a person, asked at once or offered, unless the reply has one already."""
    fired = triggers.of_answer(reply["confidence"], context.brief.triggers)
    if fired is None or (called and fired[1] != "at_once"):
        fired = called
    known = {action["type"] for action in reply["actions"]}
    if fired is None or not context.brief.handover or "handover_requested" in known:
        return
    language = context.brief.language
    if fired[1] == "at_once":
        reply["actions"] = [action for action in reply["actions"] if action["type"] != "person_offered"]
        reply["actions"].append({"type": "handover_requested", "reason": fired[0]})
        reply["content"] = "\n\n".join([reply["content"], rules.handed_over(context, {}, reply)])
    elif "person_offered" not in known:
        reply["offered"] = "person"
        reply["actions"].append({"type": "person_offered"})
        reply["content"] = f"{reply['content']} {phrase(language, 'offer')}"


async def _speak(model: Model, state: State, context: Context, done: list[Call], step: dict[str, Any]) -> Spoken:
    try:
        spoken = await model.speak(
            prompted.system(context.brief),
            prompted.transcript(state, context, done),
            offered(context.brief) if len(done) < STEPS else [],
            prompted.unmarked(context.tell),
        )
    except NoModel as problem:
        step["failed"] = str(problem)[:300]
        raise
    step |= {"model": spoken.model, "cost_usd": spoken.cost_usd, "calls": [call["name"] for call in spoken.calls]}
    if spoken.escalate:
        step["escalate"] = list(spoken.escalate)
    return spoken


def _understood(calls: list[Call]) -> dict[str, Any]:
    """What the message was taken for: questions in full, the names of details, a person asked for."""
    asked = [call["arguments"]["query"] for call in calls if call["name"] == SEARCH]
    details = [name for call in calls if call["name"] == CAPTURE for name in call["arguments"]]
    reasons = [call["arguments"]["reason"] for call in calls if call["name"] == HAND_OVER]
    return {"questions": asked, "details": details, "handover": reasons[0] if reasons else None}


def _answered(reply: dict[str, Any]) -> dict[str, Any]:
    return {
        "by": reply["answered_by"],
        "grounded": reply["grounded"],
        "confidence": reply["confidence"],
        "citations": len(reply["citations"]),
    }


async def tools(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Do what the agent called for, one after the other, each through the gate, whoever wants it."""
    turn, context = state["turn"], runtime.context
    done = []
    for call in turn["calls"]:

        async def act(arguments: Mapping[str, Any], call: Call = call) -> dict[str, Any]:
            return await run(call | {"arguments": dict(arguments)}, context)

        gated = context.gated
        with context.step("found" if call["name"] == SEARCH else "tool") as step:
            output = await gated(call["name"], call["arguments"], act) if gated else await act(call["arguments"])
            step |= _found(output, context) if "passages" in output else {"name": call["name"], "failed": output.get("error")}
        done.append(call | {"output": output})
    return {"turn": {"by": turn["by"], "done": turn["done"] + done, "calls": []}}


def _found(output: dict[str, Any], context: Context) -> dict[str, Any]:
    passages = [context.found[number - 1] for number in output["passages"]]
    shown = [
        {
            "document_id": p.document_id,
            "title": p.title,
            "start": p.start,
            "end": p.end,
            "score": round(p.score, 3),
            "quote": p.text[:QUOTED],
        }
        for p in passages[:SHOWN]
    ]
    return {"question": output["query"], "count": len(passages), "passages": shown}


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
