"""Passages, their vectors, and what is found in them."""

from retinue.kernel.room import Engine

engine = Engine("knowledge")
