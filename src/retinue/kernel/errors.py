"""What is refused on purpose, and the one wrapper around foreign code; everything else is a failure or a bug and is left alone."""

from collections.abc import Iterator
from contextlib import contextmanager


class Refusal(Exception):
    """This cannot be done."""

    status = 409
    next = "Change the request and send it again."
    retry_after: int | None = None  # seconds

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(str(self))

    def __str__(self) -> str:
        message = " ".join((type(self).__doc__ or "").split())
        return message.format(**self.details) if self.details else message


class NotFound(Refusal):
    """There is no such thing in this organization."""

    status = 404
    next = "Check the id and the X-Tenant-ID header."


class Forbidden(Refusal):
    """You may not do this here."""

    status = 403
    next = "Ask an owner of the organization for the permission {permission}."

    def __init__(self, permission: str) -> None:
        super().__init__(permission=permission)
        self.next = self.next.format(permission=permission)


class Unauthorized(Refusal):
    """You are not signed in, or your sign-in has expired."""

    status = 401
    next = "Sign in again, or send a valid token or API key in the Authorization header."


class ForeignError(Exception):
    """Foreign code raised; the original exception is the cause."""


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """Turn whatever foreign code raises into a ForeignError that says what was being done."""
    try:
        yield
    except (Refusal, ForeignError):
        raise
    except Exception as error:
        raise ForeignError(f"{what}: {type(error).__name__}: {error}"[:500]) from error
