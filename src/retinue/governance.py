"""Governance for anybody's program: find personal data, check a text, put a check around an agent."""

from retinue.engines.governance.agents import govern
from retinue.engines.governance.gate import Blocked
from retinue.engines.governance.pii import Span, find_pii
from retinue.engines.governance.policy import Decision, check

__all__ = ["Blocked", "Decision", "Span", "check", "find_pii", "govern"]
