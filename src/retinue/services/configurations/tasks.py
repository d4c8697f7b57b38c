"""The AI tasks of configurations: a chatbot's configuration from approved requirements."""

from retinue.engines.configs.model import Configuration
from retinue.engines.llm import Ruled, Task
from retinue.services.configurations.generation import ConfigurationRequest, configuration_by_rules

PROMPT = """You write the configuration of a chatbot from approved requirements. Follow the schema exactly. The tools search_knowledge,
capture_contact and hand_over exist; name any other tool as missing in `tools_available` and describe it in `tools_needed`. The instructions
say who the agent is, what it answers, what it asks for and when it hands over, and contain no fact that the requirements do not. Use the provider and
model that the input names. Switch on no follow-ups, surveys, recommendations or messages unasked: nothing does them yet."""


def _rules(request: ConfigurationRequest) -> Ruled[Configuration]:
    needs = request.requirements
    told = sum(map(bool, (needs.topics, needs.data_to_capture, needs.escalation_rules, needs.goals, needs.languages)))
    return Ruled(configuration_by_rules(request), round(0.4 + 0.1 * told, 2))


generate = Task(
    "configuration.generate",
    prompt=PROMPT,
    input=ConfigurationRequest,
    output=Configuration,
    rules=_rules,
    threshold=0.4,
    tier="premium",
    max_tokens=8_000,
    max_input_chars=200_000,
)
