"""What a requirements document may hold, how it is kept and compared, and how it is shown with its sources."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from retinue.kernel.errors import Refusal
from retinue.services.requirements.draft import ProfileClaims, RequirementsDraft, SourcedClaim
from retinue.services.requirements.tables import Claim

SUMMARY_CHARACTERS = 1_000
DOCUMENT_BYTES = 200_000
CONDITION = re.compile(r"[a-z][a-z0-9_]*( (<|<=|>|>=|==) -?[0-9]+(\.[0-9]+)?)?")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class TooLarge(Refusal):
    """A requirements document takes up to {kilobytes} kB."""

    status = 413
    next = "Shorten the texts; documents belong into the library."


class NotText(Refusal):
    """The document holds a character that no text has (U+0000, or half of a pair)."""

    status = 422
    next = "Remove it and send the document again."


class NotUsable(Refusal):
    """No configuration could be made of this. {faults}"""

    status = 422
    next = "Correct the places named and send the document again."


def checked(body: RequirementsDraft) -> RequirementsDraft:
    """The document if a configuration can be made of it. Raises NotUsable with every fault."""
    faults = [] if body.company.strip() else ["company: it is empty."]
    faults += [f"{path}: its text is empty." for path, item in placed(body.model_dump(mode="json")) if not item["text"].strip()]
    for place, rule in enumerate(body.escalation_rules):
        if not CONDITION.fullmatch(rule.condition):
            faults.append(
                f"escalation_rules[{place}].condition: write a name, such as customer_complains, or a comparison, such as ai_confidence < 0.5."
            )
    for place, language in enumerate(body.languages):
        if not LANGUAGE.fullmatch(language.tag):
            faults.append(f"languages[{place}].tag: write a language tag, such as en or de-CH.")
    if faults:
        raise NotUsable(faults=" ".join(faults[:20]))
    return body


def placed(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every item with its place."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield name, value
        elif isinstance(value, list):
            yield from ((f"{name}[{place}]", item) for place, item in enumerate(value))


def sourced(row: Claim) -> SourcedClaim:
    return SourcedClaim(
        id=str(row.id),
        field=row.field,
        value=row.value,
        quote=row.quote,
        source_url=row.source_url,
        confidence=row.confidence,
        inferred=row.inferred,
        basis=row.basis,
    )


def document_bytes(body: RequirementsDraft) -> bytes:
    """The document as its file keeps it; the same content gives the same bytes. Raises TooLarge and NotText."""
    text = json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise NotText() from None
    if "\\u0000" in text:
        raise NotText()
    if len(data) > DOCUMENT_BYTES:
        raise TooLarge(kilobytes=DOCUMENT_BYTES // 1000)
    return data


def items_of(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything in a document that names its sources."""
    return (item for _, item in placed(body))


def content_hash(body: dict[str, Any]) -> str:
    """Of what the document says; ids of claims are new with each research."""

    def said(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: said(item) for key, item in value.items() if key != "source_claims"}
        return [said(item) for item in value] if isinstance(value, list) else value

    return _hash(said(body))


def claims_hash(profile: ProfileClaims) -> str:
    """Of the facts a draft is made of, in whatever order they came."""
    return _hash([profile.company, sorted([c.field, c.value, c.quote, c.source_url, c.inferred, c.basis or ""] for c in profile.claims)])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def summary_of(body: dict[str, Any]) -> str:
    text: str = body["business_summary"]["text"]
    return text if len(text) <= SUMMARY_CHARACTERS else text[:SUMMARY_CHARACTERS].rsplit(" ", 1)[0] + " …"


def with_sources(body: dict[str, Any], claims: Sequence[Claim]) -> dict[str, Any]:
    """The document with each item's claims beside their ids, under `sources`."""
    known = {str(claim.id): claim for claim in claims}

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            made = {key: shown(item) for key, item in value.items()}
            if "source_claims" in value:
                made["sources"] = [source(known[id]) for id in value["source_claims"] if id in known]
            return made
        return [shown(item) for item in value] if isinstance(value, list) else value

    made: dict[str, Any] = shown(body)
    return made


def source(claim: Claim) -> dict[str, Any]:
    return {
        "claim_id": str(claim.id),
        "field": claim.field,
        "value": claim.value,
        "quote": claim.quote,
        "url": claim.source_url,
        "confidence": claim.confidence,
        "inferred": claim.inferred,
        "basis": claim.basis,
    }
