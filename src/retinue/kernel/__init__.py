"""Carries work, events and jobs; knows nothing of agents."""
