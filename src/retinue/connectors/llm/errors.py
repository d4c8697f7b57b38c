"""How a model provider fails: what may be tried again, what may not, and never a key in the message."""

import re

_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|key)-[\w*\-.]{4,}|\bBearer\s+\S+", re.IGNORECASE)


def scrub(message: str, secret: str = "") -> str:
    """At most 300 characters, without the secret and without anything that looks like a key."""
    if secret:
        message = message.replace(secret, "[key]")
    return _KEY_LIKE.sub("[key]", message)[:300]


class ProviderError(Exception):
    """The provider did not answer as asked."""

    def __init__(self, provider: str, message: str, status: int | None = None) -> None:
        self.provider = provider
        self.status = status
        super().__init__(f"{provider}: {message}" + (f" (HTTP {status})" if status else ""))


class RateLimited(ProviderError):
    """Too many requests; `retry_after` is in seconds, None when the provider did not say."""

    def __init__(self, provider: str, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(provider, message, 429)


class Unavailable(ProviderError):
    """Down, overloaded, too slow, or the answer broke off: the same request may work later."""


class Unreachable(Unavailable):
    """No connection came about: nobody is there, so there is no point in asking again at once."""


class Rejected(ProviderError):
    """The provider will not take this request, now or later."""


class BadKey(ProviderError):
    """The provider does not accept the key, or the account behind it has no credit."""
