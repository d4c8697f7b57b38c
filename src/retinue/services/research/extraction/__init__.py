"""What a company's own pages say about it, read by rules: pages in, claims out; nothing is fetched here."""

from retinue.services.research.extraction.certifications import certification_claims
from retinue.services.research.extraction.claims import FIELDS, Claim, FieldName, Profile, grounded, quoted_on
from retinue.services.research.extraction.company import company_claims
from retinue.services.research.extraction.contact import contact_claims
from retinue.services.research.extraction.hours import hours_claims
from retinue.services.research.extraction.industry import Embed, industry_claims
from retinue.services.research.extraction.needs import need_claims
from retinue.services.research.extraction.offering import offering_claims, priced_offers, segment_claims
from retinue.services.research.extraction.pages import HtmlMeta, Link, Page, Pages, Section
from retinue.services.research.extraction.prices import price_claims
from retinue.services.research.extraction.ranking import ranked
from retinue.services.research.extraction.site import Site
from retinue.services.research.extraction.tools import tool_claims
from retinue.services.research.extraction.volumes import volume_claims

__all__ = [
    "FIELDS", "Claim", "Embed", "FieldName", "HtmlMeta", "Link", "Page", "Pages", "Profile", "Section", "extract", "grounded", "quoted_on",
]  # fmt: skip


def extract(pages: Pages, embed: Embed | None = None) -> Profile:
    """The profile by rules alone; `embed`, texts to vectors, only helps to name the industry."""
    site = Site(pages)
    if not site.pages:
        return Profile()
    facts = [
        *company_claims(site),
        *industry_claims(site, embed),
        *contact_claims(site),
        *offering_claims(site),
        *segment_claims(site),
        *tool_claims(site),
        *hours_claims(site),
        *price_claims(site),
        *certification_claims(site),
        *volume_claims(site),
    ]
    if sum(found.field == "product_or_service" for found in facts) < 3:
        facts += priced_offers([found for found in facts if found.field == "price"], site)
    return ranked([*facts, *need_claims(site, facts)], site)
