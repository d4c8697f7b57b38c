"""What a configuration's content must be before it is kept."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from retinue.engines.configs import text
from retinue.engines.configs.model import Configuration
from retinue.engines.configs.text import ConfigurationInvalid, ConfigurationUnreadable
from retinue.kernel.errors import Refusal

CHANNELS = ("website_chat",)
BODY_BYTES, DEEPEST = 200_000, 20


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
    yield from _chats(configuration)
    tools: set[str] = set()
    for place, tool in enumerate(configuration.tools):
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
        if integration.integration_name == CHANNELS[0]:
            if integration.type != "input_channel":
                yield Fault(f"integrations[{place}].type", "the web chat is an input_channel")
            if integration.config:
                yield Fault(f"integrations[{place}].config", "the web chat takes none; how it looks stands under widget")
        if configuration.config_metadata.product_type not in integration.product_compatibility:
            yield Fault(f"integrations[{place}].product_compatibility", "it does not fit this product")


def _chats(configuration: Configuration) -> Iterator[Fault]:
    if not configuration.database_config.rls_enabled:
        yield Fault("database_config.rls_enabled", "row-level security is always on; write true, or leave it out")
    vectors = configuration.vector_db_config
    if vectors and vectors.type == "pgvector" and vectors.index_name:
        yield Fault("vector_db_config.index_name", "pgvector has no index to be named; leave it out, and name a namespace")
    if configuration.config_metadata.product_type == "voicebot":
        return
    escalation = configuration.workflow_features.human_escalation
    for place, trigger in enumerate(escalation.triggers if escalation else ()):
        if trigger.action.endswith("_transfer"):
            handoff = trigger.action.replace("transfer", "handoff")
            yield Fault(f"workflow_features.human_escalation.triggers[{place}].action", f"a chat has no call to transfer; write {handoff}")


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
