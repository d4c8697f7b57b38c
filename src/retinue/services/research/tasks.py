"""The AI tasks of research: a company's profile from its pages."""

from retinue.services.research.extraction import Embed, Pages, Profile, extract


def profile_by_rules(pages: Pages, embed: Embed | None = None) -> Profile:
    """Deterministic: the same pages give the same claims. Every claim is quoted from its page."""
    return extract(pages, embed)
