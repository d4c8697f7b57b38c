"""Decisions, each with its own tables, routes, handlers and jobs."""
