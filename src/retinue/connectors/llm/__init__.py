"""Model providers: a file per vendor, and the offline twin."""

from retinue.connectors.llm.errors import BadKey, ProviderError, RateLimited, Rejected, Unavailable, Unreachable
from retinue.connectors.llm.protocol import (
    Collector,
    Completion,
    Delta,
    Embedded,
    Embedding,
    Message,
    Origin,
    Provider,
    Reply,
    Stop,
    Tool,
    ToolCall,
    ToolPiece,
    Usage,
    collect,
)
from retinue.connectors.llm.settings import ProviderSettings

__all__ = [
    "BadKey",
    "Collector",
    "Completion",
    "Delta",
    "Embedded",
    "Embedding",
    "Message",
    "Origin",
    "Provider",
    "ProviderError",
    "ProviderSettings",
    "RateLimited",
    "Rejected",
    "Reply",
    "Stop",
    "Tool",
    "ToolCall",
    "ToolPiece",
    "Unavailable",
    "Unreachable",
    "Usage",
    "collect",
    "configured",
]


def configured(settings: ProviderSettings) -> dict[str, Provider]:
    """The providers that have a key or an address; the offline twin alone when there is none."""
    from retinue.connectors.llm.anthropic import Anthropic
    from retinue.connectors.llm.offline import Offline
    from retinue.connectors.llm.openai import OpenAI

    found: dict[str, Provider] = {}
    if settings.has_openai:
        found["openai"] = OpenAI(settings.openai_api_key, settings.openai_base_url)
    if settings.has_anthropic:
        found["anthropic"] = Anthropic(settings.anthropic_api_key, settings.anthropic_base_url)
    return found or {"offline": Offline()}
