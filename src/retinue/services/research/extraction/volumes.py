"""How much work a month the site's own figures let one expect: an estimate with its arithmetic."""

import re
from collections.abc import Iterator

from retinue.services.research.extraction.claims import Claim, claim
from retinue.services.research.extraction.company import count_of
from retinue.services.research.extraction.site import Site

_PER_MONTH = {"day": 22.0, "working day": 22.0, "weekday": 22.0, "week": 52 / 12, "month": 1.0, "year": 1 / 12, "season": 1 / 6}
_WORK = (
    r"(?P<what>(?:phone |telephone |customer |online |repair |service |support |web |new )*(?:calls?|enquir(?:y|ies)|inquir(?:y|ies)|e-?mails?|messages|questions|tickets|orders|bookings|appointments|"
    r"visits|visitors|repairs|jobs|deliveries|patients|guests|customers|clients|inspections|calibrations|students|members|quotes|quotations|requests|installations|projects|call-?outs|treatments))"
)
_NUMBER = r"(?P<n>\d[\d,]*|(?:a|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?: (?:hundred|thousand|dozen))?)(?:\+)?"
_RATE = re.compile(
    rf"\b{_NUMBER}\s+(?:\w+\s+){{0,3}}?{_WORK}\b(?:\s+\w+){{0,4}}?\s+(?:a|an|per|each|every|/)\s*(?P<per>working day|weekday|day|week|month|year|season)\b",
    re.IGNORECASE,
)
_RINGS = re.compile(
    rf"\b(?P<what>phones?|telephones?)\b[^.]{{0,30}}\brings?\b[^.]{{0,20}}\b{_NUMBER} times (?:a|an|per|each|every) (?P<per>day|week|month)\b",
    re.IGNORECASE,
)
_BASE = re.compile(
    rf"\b(?:over|more than|around|about|nearly|some|almost)?\s*{_NUMBER}\s+(?:\w+\s+){{0,2}}?(?P<what>customers|clients|members|households|patients|accounts|subscribers|users|students|tenants|properties|sites|businesses)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"call|enquir|inquir|mail|message|question|ticket|quote|request", re.IGNORECASE)
_CONTACTS_PER_EVENT = 0.3  # assumption, said in the basis: three enquiries for ten orders, bookings or visits
_CONTACTS_PER_CUSTOMER = 0.05  # assumption, said in the basis: one enquiry for twenty customers in a month


def volume_claims(site: Site) -> Iterator[Claim]:
    for sentence in site.sentences:
        if sentence.line.kind in {"legal", "news"} or re.search(r"\b(?:at most|up to|maximum|each of)\b", sentence.text, re.IGNORECASE):
            continue
        if match := _RATE.search(sentence.text) or _RINGS.search(sentence.text):
            number = _count(match["n"])
            if not number:
                continue
            what, per = " ".join(match["what"].casefold().split()), match["per"].casefold()
            what = "calls" if "phone" in what and "call" not in what else what
            month = number * _PER_MONTH[per]
            weight = site.weight(sentence.page)
            basis = f"The site states {match['n']} {what} a {per}; {_rounded(month):,} a month at {_PER_MONTH[per]:.2f} {per}s a month."
            if per == "month":
                basis = f"The site states {match['n']} {what} a month."
            yield claim(
                "predicted_volume",
                f"About {_rounded(month):,} {what} a month (estimate)",
                sentence.page,
                sentence.span,
                0.65 * weight,
                basis=basis,
            )
            if not _CONTACT.search(what):
                enquiries = _rounded(month * _CONTACTS_PER_EVENT)
                more = f"{basis} Assumed: three enquiries for ten {what}; to be confirmed by the company."
                value = f"About {enquiries:,} enquiries a month (estimate)"
                if enquiries:
                    yield claim("predicted_volume", value, sentence.page, sentence.span, 0.35 * weight, basis=more)
        elif (match := _BASE.search(sentence.text)) and re.search(r"\b(?:we|our|us)\b", sentence.text, re.IGNORECASE):
            number = _count(match["n"])
            if number and number >= 50:
                enquiries = _rounded(number * _CONTACTS_PER_CUSTOMER)
                basis = (
                    f"The site states {match['n']} {match['what']}. Assumed: one enquiry a month for twenty of them; "
                    "to be confirmed by the company."
                )
                value = f"About {max(1, enquiries):,} enquiries a month (estimate)"
                yield claim("predicted_volume", value, sentence.page, sentence.span, 0.3 * site.weight(sentence.page), basis=basis)


def _count(text: str) -> int | None:
    parts = text.casefold().split()
    factor = {"hundred": 100, "thousand": 1000, "dozen": 12}.get(parts[-1], 1)
    if factor == 1:
        return count_of(text) if parts[0] not in {"a", "one"} else 1
    first = 1 if parts[0] in {"a", "one"} else count_of(parts[0])
    return first * factor if first else None


def _rounded(number: float) -> int:
    """Two figures are as many as an estimate deserves."""
    if number < 10:
        return round(number)
    digits = len(str(int(number))) - 2
    return int(round(number / 10**digits) * 10**digits)
