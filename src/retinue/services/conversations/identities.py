"""Who a visitor is, as the client's own site has signed it; and which pages may start a chat."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
from fastapi import Request
from pydantic import ValidationError

from retinue.kernel.errors import Refusal
from retinue.kernel.security import Caller, Signer, identity_secret
from retinue.services.conversations.schemas import ContactDetails

LEEWAY_SECONDS = 60  # by which the clock of the client's server may differ from ours
ALGORITHM = "HS256"
WRITTEN = "Sign {sub, name, email, exp} with HS256 and the identity secret that was shown with this widget's key; docs/widget.md shows how."


class IdentityForged(Refusal):
    """The identity token is not signed with the secret of this widget's key, so nobody is taken for who it says."""

    status = 422
    next = WRITTEN


class IdentityExpired(Refusal):
    """The identity token has expired."""

    status = 422
    next = "Sign a new one each time the page is made; exp is in seconds since 1970."


class IdentityUnclear(Refusal):
    """The identity token cannot be used: {reason}."""

    status = 422
    next = WRITTEN


class UnknownWidgetKey(Refusal):
    """There is no widget key like this one: it was mistyped, or revoked."""

    status = 401
    next = "Copy the line to paste once more; GET /api/v1/api-keys lists the keys with what they are now."


class PageNotAllowed(Refusal):
    """This widget's key may not be used on pages of {origin}."""

    status = 403
    next = "Add that origin to the key's: PUT /api/v1/widget-keys/{key_id}/origins."


@dataclass(frozen=True)
class Identity:
    """`subject` names the visitor's account on the client's site."""

    subject: str
    details: dict[str, str]


def read(signer: Signer, caller: Caller, token: str, now: datetime) -> Identity:
    """Raises IdentityForged, IdentityExpired, IdentityUnclear."""
    if caller.public_key is None:
        raise IdentityUnclear(reason="it goes with a widget's key, and this request was made with another token")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            identity_secret(signer, caller.public_key),
            [ALGORITHM],
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False, "verify_sub": False},
        )
    except jwt.InvalidTokenError:
        raise IdentityForged() from None
    expires, subject = claims.get("exp"), claims.get("sub")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise IdentityUnclear(reason="exp is missing")
    if expires + LEEWAY_SECONDS <= now.timestamp():
        raise IdentityExpired()
    if (
        not isinstance(subject, str | int)
        or isinstance(subject, bool)
        or not 0 < len(str(subject)) <= 200
        or not str(subject).isprintable()
    ):
        raise IdentityUnclear(reason="sub is missing, or longer than 200 characters")
    try:
        details = ContactDetails.model_validate({name: claims.get(name) for name in ("name", "email", "phone")})
    except ValidationError as error:
        raise IdentityUnclear(reason=f"{error.errors()[0]['loc'][0]} has not the form of one") from None
    return Identity(str(subject), details.model_dump(exclude_none=True))


def admit_page(request: Request, caller: Caller) -> None:
    """A key that names pages is good for these, and for our own preview. Raises PageNotAllowed."""
    if not caller.origins:
        return
    origin = request.headers.get("origin", "").lower()
    if not origin and request.headers.get("sec-fetch-site") == "same-origin":
        return  # browsers send no Origin when a page reads from where it came from
    if urlsplit(origin).netloc == request.headers.get("host") or any(_covers(allowed, origin) for allowed in caller.origins):
        return
    raise PageNotAllowed(origin=origin if re.fullmatch(r"[\w:/.\[\]-]{1,200}", origin) else "nowhere that a browser names")


def _covers(allowed: str, origin: str) -> bool:
    scheme, _, host = allowed.partition("://")
    if host.startswith("*."):
        return origin.startswith(f"{scheme}://") and origin.endswith(host[1:]) and len(origin) > len(f"{scheme}://{host[1:]}")
    return origin == allowed
