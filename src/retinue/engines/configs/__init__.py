"""Versioned agent configurations."""

from retinue.kernel.room import Engine

engine = Engine("configs")
