"""What a call costs by the provider's list price; a model that has no known price costs None, never zero."""

from contextlib import suppress

from retinue.connectors.llm.protocol import Usage


def list_price(provider: str, model: str, usage: Usage, base_url: str = "") -> float | None:
    """US dollars by the tables of genai-prices; a compatible address costs what its vendor would."""
    from genai_prices import Usage as Counted
    from genai_prices import calc_price

    counted = Counted(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cache_read_tokens=usage.cached_tokens)
    if base_url:
        with suppress(LookupError, ValueError):
            return float(calc_price(counted, model, provider_api_url=base_url).total_price)
    with suppress(LookupError, ValueError):
        return float(calc_price(counted, model, provider_id=provider).total_price)
    return None
