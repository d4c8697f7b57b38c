"""How to reach the company: telephone, e-mail, addresses, social profiles."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import phonenumbers

from retinue.services.research.extraction.claims import Claim, anywhere, claim
from retinue.services.research.extraction.pages import Page
from retinue.services.research.extraction.site import Line, Site

_TOP_LEVEL_REGION = {"uk": "GB", "ie": "IE", "de": "DE", "fr": "FR", "nl": "NL", "es": "ES", "it": "IT", "at": "AT", "ch": "CH",
                     "be": "BE", "se": "SE", "no": "NO", "dk": "DK", "fi": "FI", "pl": "PL", "pt": "PT", "ca": "CA", "au": "AU",
                     "nz": "NZ", "in": "IN", "za": "ZA", "us": "US", "ae": "AE", "sg": "SG"}  # fmt: skip
_COUNTRY = {"united kingdom": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "uk": "GB",
            "united states": "US", "usa": "US", "ireland": "IE", "germany": "DE", "deutschland": "DE", "france": "FR",
            "netherlands": "NL", "canada": "CA", "australia": "AU", "new zealand": "NZ", "switzerland": "CH", "austria": "AT",
            "spain": "ES", "italy": "IT", "belgium": "BE", "india": "IN", "singapore": "SG", "south africa": "ZA"}  # fmt: skip
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}"
_US_STATE_ZIP = r"\b[A-Z]{2},?\s+\d{5}(?:-\d{4})?\b"
_CA_POSTCODE = r"\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"
_STREET = (
    r"\b\d{1,5}[A-Za-z]?(?:\s*[-–/]\s*\d+)?,?\s+(?:[A-Z][\w'’.-]*\s+){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Way|Quay|Place|Pl|Square|Sq|Boulevard|Blvd|Court|Ct|Close|Crescent|"
    r"Terrace|Row|Hill|Park|Parade|Walk|Wharf|Yard|Mews|Highway|Hwy|Parkway|Pkwy|Pike|Circle|Green|Gate|Estate|Centre|Center)\b\.?"
)
_DOOR = r"\b(?:Unit|Suite|Floor|Building|Studio|Units)\s+[\w-]+\b"
_CONTINENTAL = r"(?:\b[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|laan|straat|gracht)\s*\d+\w?|\b(?:D-|A-|CH-)?\d{4,5}\s+[A-ZÄÖÜ][\wäöüß-]+)"
_ADDRESS = re.compile("|".join((_UK_POSTCODE, _US_STATE_ZIP, _CA_POSTCODE, _STREET, _CONTINENTAL)))
_POSTAL = re.compile("|".join((rf"\b{_UK_POSTCODE}\b", _US_STATE_ZIP, _CA_POSTCODE)))
_BASED = re.compile(
    r"\b(?:(?:based|located|headquartered|situated)\s+(?:in|at|on|near)|(?:offices?|depots?|branch(?:es)?|workshop|shop|showroom|studio|clinic|practice|house) in)\s+"
    r"(?:the\s+)?(?P<place>(?:[A-Z][\w'’-]+)(?:(?:,?\s+|,\s+(?:near|in)\s+)(?:[A-Z][\w'’-]+|of|upon|and))*)"
)
_PHONE_WORDS = re.compile(r"\b(?:phone|tel|telephone|call|ring|mobile|whatsapp|line|freephone|text|contact)\b", re.IGNORECASE)
_NOT_PHONE = re.compile(
    r"\b(?:fax|vat|company (?:no|number|reg)|registration|licen[cs]e|charity|iban|account|sort code|order)\b", re.IGNORECASE
)
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_EMAIL_HIDDEN = re.compile(r"\b([\w.+-]+)\s*(?:\(at\)|\[at\])\s*([\w-]+(?:\s*(?:\(dot\)|\[dot\]|\.)\s*[\w-]+)+)", re.IGNORECASE)
_SOCIAL = {
    "facebook.com": "Facebook", "instagram.com": "Instagram", "linkedin.com": "LinkedIn", "twitter.com": "X", "x.com": "X",
    "youtube.com": "YouTube", "tiktok.com": "TikTok", "pinterest.com": "Pinterest", "threads.net": "Threads", "wa.me": "WhatsApp",
    "github.com": "GitHub", "trustpilot.com": "Trustpilot", "yelp.com": "Yelp", "bsky.app": "Bluesky", "t.me": "Telegram",
    "tripadvisor.com": "Tripadvisor", "houzz.com": "Houzz", "checkatrade.com": "Checkatrade", "nextdoor.com": "Nextdoor",
    "vimeo.com": "Vimeo", "xing.com": "XING", "tripadvisor.co.uk": "Tripadvisor", "pinterest.co.uk": "Pinterest",
}  # fmt: skip
_SHARE = re.compile(r"/(?:sharer?|share|intent|dialog|plugins|embed|watch|hashtag|p/|tr\b)|/sharer", re.IGNORECASE)


def contact_claims(site: Site) -> Iterator[Claim]:
    region = region_of(site)
    for page in site.pages:
        yield from _linked(page, site, region)
        yield from _declared(page, site, region)
        yield from _social(page, site)
    for line in site.lines:
        yield from _phones(line, site, region)
        yield from _emails(line, site)
    yield from _addresses(site)


def region_of(site: Site) -> str:
    """The country whose numbering and money the site most likely means; ISO 3166, US when nothing tells."""
    for page in site.pages:
        for thing in page.things:
            country = thing.get("addressCountry")
            country = country.get("name") if isinstance(country, dict) else country
            if isinstance(country, str) and country.strip():
                return _COUNTRY.get(country.strip().casefold(), country.strip().upper()[:2])
    text = "\n".join(page.text for page in site.pages)
    for match in phonenumbers.PhoneNumberMatcher(text, None, leniency=phonenumbers.Leniency.POSSIBLE):
        found = phonenumbers.region_code_for_country_code(match.number.country_code or 0)
        if found and found not in {"ZZ", "001"}:
            return str(found)
    if region := _TOP_LEVEL_REGION.get(site.host.split(":")[0].rsplit(".", 1)[-1]):
        return region
    if re.search(rf"\b{_UK_POSTCODE}\b", text) or "£" in text:
        return "GB"
    for name, code in _COUNTRY.items():
        if re.search(rf"\b{name}\b", text, re.IGNORECASE) and len(name) > 3 and not re.search(_US_STATE_ZIP, text):
            return code
    return "US"


def _e164(raw: str, region: str) -> tuple[str, bool] | None:
    """The number in E.164, and whether the plan of its country knows it."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return str(e164), bool(phonenumbers.is_valid_number(number))


def _linked(page: Page, site: Site, region: str) -> Iterator[Claim]:
    for link in page.all_links:
        scheme, _, rest = link.url.partition(":")
        target = unquote(rest.split("?")[0]).strip()
        if scheme.casefold() == "tel" and (number := _e164(target, region)):
            found = (link.text and anywhere("phone", number[0], page, link.text, 0.95)) if _digits(link.text) else None
            found = found or anywhere("phone", number[0], page, target, 0.9) or anywhere("phone", number[0], page, link.url, 0.9)
            if found:
                yield found
        elif scheme.casefold() == "mailto" and _EMAIL.fullmatch(target):
            written = anywhere("email", target.casefold(), page, target, 0.95 * site.weight(page))
            yield from [written] if written else []


def _declared(page: Page, site: Site, region: str) -> Iterator[Claim]:
    for thing in page.things:
        telephone, mail = thing.get("telephone"), thing.get("email")
        if (
            isinstance(telephone, str)
            and (number := _e164(telephone, region))
            and (found := anywhere("phone", number[0], page, telephone, 0.95))
        ):
            yield found
        plain = mail.removeprefix("mailto:") if isinstance(mail, str) else ""
        if _EMAIL.fullmatch(plain) and (found := anywhere("email", plain.casefold(), page, plain, 0.95)):
            yield found
        if thing.get("@type") == "PostalAddress" and (found := _declared_address(thing, page)):
            yield found


def _declared_address(thing: dict[str, object], page: Page) -> Claim | None:
    keys = ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry")
    parts = [part for key in keys if isinstance(part := thing.get(key), str) and part]
    if len(parts) < 2:
        return None
    value = ", ".join(dict.fromkeys(parts))
    street = next((part for part in (thing.get("streetAddress"), thing.get("postalCode"), parts[0]) if isinstance(part, str)), "")
    if (span := page.find(street)) and (block := _address_block(page, span)):
        return claim("location", value, page, block, 0.95)
    return anywhere("location", value, page, street, 0.9)


def _address_block(page: Page, span: tuple[int, int]) -> tuple[int, int]:
    """The line of the street widened to the next two lines while they end in a postal code."""
    begin, end = span
    for _ in range(4):
        stop = page.text.find("\n", end + 1)
        stop = len(page.text) if stop < 0 else stop
        if (match := _POSTAL.search(page.text, begin, stop)) and stop - begin < 200:
            return begin, match.end()
        end = stop
        if stop - begin > 200 or stop == len(page.text):
            break
    return span


def _phones(line: Line, site: Site, region: str) -> Iterator[Claim]:
    matcher = phonenumbers.PhoneNumberMatcher(line.text, region, leniency=phonenumbers.Leniency.POSSIBLE)
    for match in matcher:
        before = line.text[max(0, match.start - 40) : match.start]
        if _NOT_PHONE.search(before) or (re.fullmatch(r"[\d\s./–-]{1,11}", match.raw_string) and len(_digits(match.raw_string)) < 9):
            continue
        valid = phonenumbers.is_valid_number(match.number)
        called = bool(_PHONE_WORDS.search(before) or _PHONE_WORDS.search(line.section)) or line.text.strip() == match.raw_string
        grouped = bool(re.search(r"\d[\s().-]+\d", match.raw_string)) or match.raw_string.startswith("+")
        if not ((valid and (called or grouped)) or (called and grouped)):
            continue
        e164 = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        confidence = (0.9 if called else 0.75) * site.weight(line.page)
        start = line.start + match.start
        yield claim("phone", e164, line.page, (start, start + len(match.raw_string)), confidence)


def _emails(line: Line, site: Site) -> Iterator[Claim]:
    for match in _EMAIL.finditer(line.text):
        address = match.group().rstrip(".").casefold()
        own = address.rsplit("@", 1)[1].endswith(site.host.removeprefix("www.").split(":")[0])
        if re.search(r"\.(?:png|jpe?g|gif|webp|svg|css|js)$|example\.|sentry|wixpress", address) and not own:
            continue
        confidence = (0.95 if own else 0.75) * site.weight(line.page)
        start = line.start + match.start()
        yield claim("email", address, line.page, (start, start + len(address)), confidence)
    for match in _EMAIL_HIDDEN.finditer(line.text):
        domain = re.sub(r"\s*(?:\(dot\)|\[dot\])\s*|\s*\.\s*", ".", match.group(2), flags=re.IGNORECASE)
        span = (line.start + match.start(), line.start + match.end())
        yield claim("email", f"{match.group(1)}@{domain}".casefold(), line.page, span, 0.8)


def _addresses(site: Site) -> Iterator[Claim]:
    for page in site.pages:
        lines = [line for line in site.all_lines if line.page is page]
        used = -1
        for index, line in enumerate(lines):
            if line.start <= used or len(line.text) > 320:
                continue
            span = _postal_address(lines, index) or _plain_address(lines, index)
            if span is None:
                continue
            used = max(span[1], line.end)
            value = _placed(page.text[span[0] : span[1]].strip())
            yield claim("location", _unlabelled(re.sub(r",\s*,", ",", value)), page, span, 0.9 * site.weight(page))
    for sentence in site.sentences:
        if sentence.line.kind in {"news", "legal"}:
            continue
        ours = re.search(r"\b(?:we|we're|our|us)\b", sentence.text, re.IGNORECASE) or site.is_named_in(sentence.text)
        if ours and (found := _BASED.search(sentence.text)) and not _POSTAL.search(sentence.text):
            place = re.sub(r"\s+(?:and|of|upon|The|Our|We)$", "", found["place"])
            if len(place) > 3 and not re.match(r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|December)", place):
                yield claim("location", place, sentence.page, sentence.span, 0.6 * site.weight(sentence.page))


def _postal_address(lines: list[Line], index: int) -> tuple[int, int] | None:
    line = lines[index]
    match = _POSTAL.search(line.text)
    if not match:
        return None
    if street := _street_start(line.text[: match.start()]):
        return line.start + street[0], line.start + match.end()
    if len(line.text) > 90:
        return None
    begin = _back_to_street(lines, index)
    begin += len(line.text) - len(_unlabelled(line.text)) if begin == line.start else 0
    return begin, line.start + match.end()


_NUMBERED = re.compile(
    rf"^(?:(?:{_DOOR},?\s+)?\d{{1,5}}[A-Za-z]?|{_DOOR}),?\s+[A-Z][\w'’-]+(?:\s+(?:[A-Z][\w'’-]+|of|the)){{1,4}}(?P<more>(?:,\s+[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+){{0,2}}){{0,3}})"
)
_TOWN = re.compile(r"^[A-Z][\w'’-]+(?:[ -](?:[A-Z][\w'’-]+|upon|on|under|of|le)){0,3}$")


def _plain_address(lines: list[Line], index: int) -> tuple[int, int] | None:
    """A number and a name at the beginning of a line, where streets are written: without a postal code it needs company,
    a word for a street, a telephone line near it, or a page or heading about places."""
    line = lines[index]
    if line.level or line.kind not in {"contact", "home", "about"} or re.search(r"[£€$]|\d[.:]\d\d", line.text[:60]):
        return None
    match = _NUMBERED.match(line.text)
    if not match or (re.match(r"(?:[^,.]|St\.)*[.!?](?:\s|$)", line.text[: match.end() + 1]) and not re.search(_STREET, line.text)):
        return None
    near = " ".join(other.text for other in lines[index + 1 : index + 3])
    company = re.search(_STREET, match.group()) or re.match(_DOOR, line.text) or re.search(r"\d{3}[ -]?\d{3,4}", near)
    if not company:
        return None
    begin, end = line.start, line.start + match.end()
    following = lines[index + 1] if index + 1 < len(lines) else None
    if not match["more"]:
        if following is not None and _TOWN.match(following.text) and not following.level:
            return begin, following.end
        for earlier in reversed(lines[max(0, index - 3) : index]):
            name = earlier.text.isupper() or earlier.level >= 2
            if name and len(earlier.text.split()) <= 4 and re.fullmatch(r"[\w' -]+", earlier.text):
                return earlier.start, end
    return begin, end


def _placed(text: str) -> str:
    """The lines as one address; a place written above its street goes behind it, and what stands between them goes."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and _NUMBERED.match(lines[-1]) and not re.search(r"\d", lines[0]) and not _NUMBERED.match(lines[0]):
        place = lines[0].title() if lines[0].isupper() else lines[0]
        return f"{lines[-1]}, {place}"
    return ", ".join(lines)


def _street_start(before: str) -> tuple[int, int] | None:
    found = [m.span() for pattern in (_DOOR, _STREET) for m in re.finditer(pattern, before)]
    return min(found) if found else None


def _back_to_street(lines: list[Line], index: int) -> int:
    """An address often takes a line a part: go back over short lines while they look like its parts."""
    begin = lines[index].start
    for earlier in reversed(lines[max(0, index - 4) : index]):
        if earlier.level or len(earlier.text) > 50 or re.search(r"[.!?:@]$|@|\bTel|\bPhone|\d{6}", earlier.text):
            break
        begin = earlier.start
        if re.search(rf"{_STREET}|{_DOOR}", earlier.text):
            break
    return begin


def _unlabelled(text: str) -> str:
    return re.sub(r"^(?:[\w\s'’]{2,30}(?:address|office|visit us|find us|location|us)\s*(?:at|:)|address\s*:?)\s*", "", text, flags=re.I)


def _social(page: Page, site: Site) -> Iterator[Claim]:
    for link in page.all_links:
        parts = urlsplit(link.url)
        host = parts.netloc.casefold().removeprefix("www.").removeprefix("m.").removeprefix("uk.")
        network = _SOCIAL.get(host)
        if not network or not parts.path.strip("/") or _SHARE.search(parts.path) or host == site.host:
            continue
        address = f"https://{parts.netloc.casefold()}{parts.path.rstrip('/')}"
        if found := anywhere("social_profile", f"{network}: {address}", page, link.url, 0.95):
            yield found
    pattern = r"(?<![\w/.])(?:https?://)?(?:www\.)?(" + "|".join(re.escape(host) for host in _SOCIAL) + r")/([\w@./-]*[\w])"
    for match in re.finditer(pattern, page.text):
        if not _SHARE.search("/" + match.group(2)):
            value = f"{_SOCIAL[match.group(1).casefold()]}: https://{match.group(1)}/{match.group(2)}"
            yield claim("social_profile", value, page, match.span(), 0.9)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
