"""What a configuration's content must be before it is kept, and what keeps it from being deployed."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from retinue.engines.configs import text
from retinue.engines.configs.model import Configuration
from retinue.engines.configs.text import ConfigurationInvalid, ConfigurationUnreadable
from retinue.kernel.errors import Refusal
from retinue.services.configurations.generation import BUILT_IN

BODY_BYTES, DEEPEST = 200_000, 20
CHANNELS = ("website_chat",)
PROVIDERS = ("openai", "anthropic")


class TooLarge(Refusal):
    """A configuration takes up to {kilobytes} kB and {levels} levels of nesting."""

    status = 413
    next = "Shorten the texts; what agents shall know belongs into the library."

    def __init__(self) -> None:
        super().__init__(kilobytes=BODY_BYTES // 1000, levels=DEEPEST)


class Fault(NamedTuple):
    path: str
    reason: str


def checked(body: dict[str, Any] | str) -> Configuration:
    """From JSON, or from YAML text. Raises TooLarge, ConfigurationUnreadable, or ConfigurationInvalid with all faults."""
    if isinstance(body, str):
        if len(body.encode(errors="replace")) > BODY_BYTES:
            raise TooLarge()
        configuration = text.from_yaml(body)
    else:
        if _depth(body) > DEEPEST:
            raise TooLarge()
        configuration = text.from_data(body)
    return kept(configuration)


def kept(configuration: Configuration) -> Configuration:
    """The configuration if it can be kept."""
    written = json.dumps(text.to_data(configuration))
    if len(written) > BODY_BYTES:
        raise TooLarge()
    if "\\u0000" in written:
        raise ConfigurationUnreadable(form="text", reason="it holds a character that no text has (U+0000)")
    if faults := list(contradictions(configuration)):
        raise ConfigurationInvalid([(path, reason) for path, reason in faults])
    return configuration


def contradictions(configuration: Configuration) -> Iterator[Fault]:
    """What the schema allows and the configuration's own parts do not."""
    tools: set[str] = set()
    for place, tool in enumerate(configuration.tools_available):
        if tool.tool_name in tools:
            yield Fault(f"tools_available[{place}].tool_name", f"{tool.tool_name} stands twice")
        tools.add(tool.tool_name)
    described: set[str] = set()
    for place, need in enumerate(configuration.tools_needed):
        if need.tool_name in described:
            yield Fault(f"tools_needed[{place}].tool_name", f"{need.tool_name} stands twice")
        described.add(need.tool_name)
    names: set[str] = set()
    for place, integration in enumerate(configuration.integrations):
        if integration.integration_name in names:
            yield Fault(f"integrations[{place}].integration_name", f"{integration.integration_name} stands twice")
        names.add(integration.integration_name)
        if configuration.config_metadata.product_type not in integration.product_compatibility:
            yield Fault(f"integrations[{place}].product_compatibility", "it does not fit this product")


def blockers(configuration: Configuration) -> list[Fault]:
    """What keeps it from being deployed. A tool or channel marked missing blocks nothing: the agent does without it."""
    found: list[Fault] = []
    if configuration.config_metadata.product_type == "voicebot":
        found.append(Fault("config_metadata.product_type", "there is no voice service to run a voicebot yet"))
    for place, tool in enumerate(configuration.tools_available):
        if tool.status == "implemented" and tool.tool_name not in BUILT_IN:
            found.append(Fault(f"tools_available[{place}]", f"the tool {tool.tool_name} does not exist"))
    for place, integration in enumerate(configuration.integrations):
        if integration.status == "implemented" and integration.integration_name not in CHANNELS:
            found.append(Fault(f"integrations[{place}]", f"the integration {integration.integration_name} does not exist"))
    llm = configuration.llm_config
    used = [("llm_config.provider", llm.provider), *([("llm_config.fallback.provider", llm.fallback.provider)] if llm.fallback else [])]
    found += [Fault(path, f"there is no connector to {provider}") for path, provider in used if provider not in PROVIDERS]
    return found


def missing(configuration: Configuration) -> list[Fault]:
    """What the agent will do without."""
    described = {need.tool_name for need in configuration.tools_needed}
    unsaid = "; describe under tools_needed what it takes and gives, so that it can be made"
    return [
        *(
            Fault(f"tools_available[{place}]", f"the tool {tool.tool_name} is still missing{'' if tool.tool_name in described else unsaid}")
            for place, tool in enumerate(configuration.tools_available)
            if tool.status == "missing"
        ),
        *(
            Fault(f"integrations[{place}]", f"the integration {integration.integration_name} is still missing")
            for place, integration in enumerate(configuration.integrations)
            if integration.status == "missing"
        ),
    ]


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting and deepest <= DEEPEST:
        found, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(found, dict):
            waiting += [(inner, level + 1) for inner in found.values()]
        elif isinstance(found, list):
            waiting += [(inner, level + 1) for inner in found]
    return deepest
