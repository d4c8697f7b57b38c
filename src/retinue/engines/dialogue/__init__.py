"""One turn of a conversation: what the agent remembers, does and answers."""

from retinue.kernel.room import Engine

engine = Engine("dialogue")
