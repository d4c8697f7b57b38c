"""What sets an operation apart, said at its route: no sign-in needed, waited for, streamed."""

from typing import Any


def marked(*, public: bool = False, waits: bool = False, streams: str | None = None) -> dict[str, Any]:
    """For `openapi_extra`. `public`: before anybody is known, without sign-in and Idempotency-Key; `waits`: `Prefer: wait` or 202 with a job;
    `streams`: the events of `text/event-stream`, in words."""
    said = {"x-public": public or None, "x-waits": waits or None, "x-streams": streams}
    return {mark: value for mark, value in said.items() if value is not None}


def open_to_all(extra: dict[str, Any] | None) -> bool:
    return bool(extra and extra.get("x-public"))
