"""Versioned agent configurations."""
