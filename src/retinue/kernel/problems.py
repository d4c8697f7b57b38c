"""Errors as RFC 9457 problems: what happened, and what to do next."""

from typing import Any

from retinue.kernel.errors import Refusal
from retinue.kernel.telemetry import TRACE
from retinue.kernel.work import AWAY


class NotReady(Refusal):
    """The database does not answer, or this process is about to end."""

    status = 503
    retry_after = 2
    next = "Wait a few seconds; if it stays away, look at the server's log."


def problem(error: Exception) -> dict[str, Any]:
    """A refusal's own words; anything else only its trace, since messages of databases and libraries quote data."""
    error = NotReady() if isinstance(error, AWAY) else error
    if isinstance(error, Refusal):
        status, detail, next_, name = error.status, str(error), error.next, type(error).__name__
    else:
        status, detail, name = 500, "Something broke on our side; nothing of this request was kept.", "InternalError"
        next_ = "Send the request again with the same Idempotency-Key; if it fails again, give the trace id to the operator."
    return {"type": f"/problems/{name}", "title": name, "status": status, "detail": detail, "next": next_, "trace_id": TRACE.get()}
