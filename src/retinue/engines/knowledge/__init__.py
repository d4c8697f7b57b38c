"""Passages, their vectors, and what is found in them."""
