"""The people that a client talks to: who they are, by which address they are known again, and what they say of themselves."""

from retinue.kernel.room import Engine

engine = Engine("contacts")
