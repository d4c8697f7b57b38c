"""Addresses in writing: when two spellings are the same email or telephone number, and whether anybody has proved whose it is."""

import re
from dataclasses import dataclass, replace
from typing import Literal

import phonenumbers

Kind = Literal["email", "phone", "account"]


@dataclass(frozen=True)
class Identity:
    """`value` is what two spellings of one address share; `shown` is how it was written.

    `verified`: the client's own site has signed it, staff have said so, or a provider delivered from it. Anything else is a claim.
    """

    kind: Kind
    value: str
    shown: str
    verified: bool = False

    @property
    def proven(self) -> "Identity":
        return replace(self, verified=True)


def email(written: str) -> Identity:
    """Case does not tell mailboxes apart in practice, though RFC 5321 lets the local part differ by it."""
    return Identity("email", written.strip().lower(), written.strip())


def phone(written: str, region: str = "GB") -> Identity:
    """E.164 when the number is possible in `region` (ISO 3166), else its digits."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
        return Identity("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), written.strip())
    return Identity("phone", re.sub(r"\D", "", written), written.strip())


def account(subject: str) -> Identity:
    """The name of the visitor's account on the client's own site, as the site signs it: nobody else can say it."""
    return Identity("account", subject, subject, verified=True)
