"""The AI tasks of configurations: a chatbot's configuration from approved requirements."""

from retinue.services.configurations.generation import configuration_by_rules

__all__ = ["configuration_by_rules"]
