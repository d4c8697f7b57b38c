"""A frame of a socket, read as the socket declares it."""

import json
from typing import Any

from retinue.kernel.sockets import Socket


def told_by(socket: Socket, text: str | bytes) -> dict[str, Any]:
    """Fails when no declared frame has this `type`, or its fields are others than declared."""
    frame: dict[str, Any] = json.loads(text)
    model = socket.frames[frame["type"]]
    model.model_validate(frame, by_name=True, by_alias=False)
    problem = {"type", "title"} <= frame.keys() and frame["type"] == "error"
    assert frame.keys() <= model.model_fields.keys() or problem, frame.keys() - model.model_fields.keys()
    return frame
