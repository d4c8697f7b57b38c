"""Decisions of identity, a file for each family of verbs."""
