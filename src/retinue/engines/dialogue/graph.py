"""The shape of a turn: the agent asks for tools until it can answer."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from retinue.engines.dialogue.checkpoints import Checkpoints, Thread
from retinue.engines.dialogue.nodes import agent, tools, wanted
from retinue.engines.dialogue.state import Context, Said, State

Graph = CompiledStateGraph[State, Context, State, State]


def build(checkpoints: Checkpoints) -> Graph:
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("agent", agent)
    graph.add_node("tools", tools)
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", wanted, {"tools": "tools", "end": END})
    graph.add_edge("tools", "agent")
    return graph.compile(checkpointer=checkpoints)


class Dialogue:
    """Turns of threads that the caller has loaded; what a turn changes is in the thread, for the caller to store."""

    def __init__(self) -> None:
        self.checkpoints = Checkpoints()
        self.graph = build(self.checkpoints)

    async def turn(self, thread: Thread, said: list[Said], context: Context) -> dict[str, Any]:
        """The reply: content, citations, grounded, confidence, answered_by, actions. `said` is new since the last turn; the last is answered."""
        config = self.checkpoints.open(thread)
        try:
            state = await self.graph.ainvoke({"messages": said, "turn": {}}, config, context=context, durability="exit")
        finally:
            self.checkpoints.close(thread)
        reply: dict[str, Any] = state["turn"]["reply"]
        return reply
