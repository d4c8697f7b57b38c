"""The AI tasks of requirements: a draft from a researched profile."""

from retinue.services.requirements.rules import draft_by_rules

__all__ = ["draft_by_rules"]
