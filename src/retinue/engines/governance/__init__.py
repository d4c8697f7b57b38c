"""The chokepoint that every model call, tool call, send and fetch passes."""

from retinue.kernel.room import Engine

engine = Engine("governance", append_only=True)
