"""Which schemes, regulators and trade bodies the company names as its own."""

import re
from collections.abc import Iterator

from retinue.services.research.extraction.claims import Claim, claim
from retinue.services.research.extraction.site import Site

_SCHEME = re.compile(
    r"\b(?:ISO(?:/IEC)?\s?\d{4,5}(?:[:-]\d{4})?|SOC\s?[12](?:\sType\s(?:II|I|2|1))?|PCI[- ]DSS|HIPAA|Cyber Essentials(?: Plus)?|B Corp(?:oration)?|Gas Safe|NICEIC|NAPIT|TrustMark|OFTEC|FENSA|"
    r"HETAS|MCS|RICS|ABTA|ATOL|IATA|BRC(?:GS)?|HACCP|SALSA|Soil Association|Fairtrade|Rainforest Alliance|USDA Organic|LEED|BREEAM|FSC|PEFC|"
    r"CE[- ]mark\w*|T[ÜU]V|VdS|DVSA|CHAS|SafeContractor|Constructionline|IOSH|NEBOSH|BBB A\+?|AAHA|NATE|EPA(?: Section)? 608|OSHA \d+|"
    r"CQC|Ofsted|RCVS|GDC|GPhC|HCPC|SRA|FCA|ICAEW|ACCA|AAT|CIOT|RIBA|ARB|NHBC|Checkatrade|Which\? Trusted Trader|Cytech|Velotech|MOT|RYA|"
    r"PADI|AALA|Green Key|Green Tourism|Investors in People|Living Wage|DBS|IICRC|NADCA|WRAS|F-?Gas|REFCOM|GMP|FDA|CPSC|GOTS|OEKO-TEX|MSC|Demeter|Bioland|Naturland)\b"
)  # fmt: skip
_STATUS = re.compile(
    r"\b(?:(?:fully\s+)?(?:certified|accredited|licen[sc]ed|registered|regulated|authori[sz]ed|approved|qualified|recogni[sz]ed|insured|inspected|audited|chartered)\b(?:\s+(?:by|with|to|under|as|for|organic|installer|member)\b)?|"
    r"(?:proud\s+)?members?\s+of\b|certificat(?:e|ion)s?\b|accreditation\b|licen[sc]e (?:no|number|#)|registration (?:no|number)|(?:award|awarded|winner|won)\b|holds?\s+(?:the|an?)\b|"
    r"standards?\b|scheme\b|graded\b|rated (?:good|outstanding)|hygiene rating)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:certified|accredited|licen[sc]ed|registered|regulated|authori[sz]ed|approved|inspected|recogni[sz]ed)\s+(?:(?:and|as)\s+\w+\s+)?(?:by|with)\s+(?P<by>(?:the\s+)?(?:state of\s+|city of\s+)?[A-Z][^.;,()]{2,80})"
    r"|\bmembers?\s+of\s+(?:the\s+)?(?P<of>[A-Z][^.;,()]{2,80})"
    r"|\b(?P<adj>(?:[A-Z][\w&/-]*\s+){1,4}(?:certified|accredited|licen[sc]ed|registered|approved|Certified|Accredited|Licensed|Registered|Approved))\b"
    r"|\b(?P<noun>(?:[A-Z][\w&/-]*\s+){1,5}(?:[Cc]ertification|[Aa]ccreditation|[Aa]pproval|Licen[sc]e|Scheme|Standard|Mark|Award))\b"
)
_NOT_OURS = re.compile(
    r"\b(?:cookies?|trademarks?|registered office|registered in england|data controller|your (?:insurer|licen[sc]e|registration)|driving licen[sc]e)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:certificat|accredit|licen[sc]e|member(?:ship)?s|standards|qualif|quality|approv|registrations|compliance)", re.IGNORECASE
)


def certification_claims(site: Site) -> Iterator[Claim]:
    for sentence in site.sentences:
        text = sentence.text
        titled = bool(_TITLE.search(sentence.line.section)) and sentence.line.bullet
        if len(text) > 320 or _NOT_OURS.search(text) or text.endswith("?"):
            continue
        weight = site.weight(sentence.page)
        schemes = list(dict.fromkeys(" ".join(match.group().split()) for match in _SCHEME.finditer(text)))
        if schemes and (_STATUS.search(text) or titled or sentence.line.repeated):
            for scheme in schemes:
                yield claim("certification", _named(scheme, text), sentence.page, sentence.span, 0.85 * weight)
        if sentence.line.kind in {"news", "legal", "jobs", "questions"}:
            continue
        if titled and not schemes and len(text) < 120:
            yield claim("certification", text.rstrip("."), sentence.page, sentence.span, 0.75 * weight)
        elif not titled:
            for match in _BODY.finditer(text):
                name = next(group for group in match.groups() if group)
                name = re.split(
                    r"\s+(?:and have|and we|and is|and are|and the|and our|since|for (?=[a-z])|under|to|as|who|which|in \d|number|no\b|\()",
                    name,
                )[0].strip()
                if any(scheme.split()[0] in name for scheme in schemes):
                    continue
                if _is_body(name) or (match["by"] and re.search(r"\b(?:state|city) of [A-Z]", name)):
                    value = match.group().strip() if match["adj"] or match["noun"] else match.group().split(name)[0] + name
                    yield claim("certification", value, sentence.page, sentence.span, 0.75 * weight)


def _is_body(name: str) -> bool:
    capitals = re.findall(r"\b[A-Z][\w&/-]+", name)
    if len(capitals) < 2 and not any(word.isupper() for word in capitals):
        return False
    return len(name) > 2 and not re.match(r"(?:We|Our|The|Your|Monday|January|This|All|England|Scotland|Wales)\b", name)


def _named(scheme: str, text: str) -> str:
    """The scheme with the word that says what the company is to it, where one stands beside it."""
    pattern = rf"{re.escape(scheme)}(?:[ -](?:certified|accredited|registered|approved|licensed|compliant|member|certification|audited|inspected|trained)(?:\s+\w+)?)?"
    match = re.search(pattern, " ".join(text.split()))
    return match.group() if match else scheme
