"""Requests and answers of identity; every input is bounded."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from retinue.kernel.shapes import Body
from retinue.services.identity.domain.names import same_email, same_website


def _printable(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ValueError("control characters are not allowed")
    return text


def _words(text: str) -> str:
    kept = " ".join(_printable(text).split())
    if not kept:
        raise ValueError("nothing is left without spaces")
    return kept


def _email(text: str) -> str:
    return same_email(_printable(text))


def _website(text: str) -> str:
    return same_website(_printable(text))


def _origin(text: str) -> str:
    """Scheme and host as browsers send them, without the port that the scheme implies."""
    scheme, _, host = _printable(text).strip().rstrip("/").lower().partition("://")
    if scheme not in ("http", "https") or not re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?", host):
        raise ValueError("should be like https://www.example.com, or https://*.example.com for all its subdomains")
    return f"{scheme}://{host.removesuffix(':443' if scheme == 'https' else ':80')}"


Origin = Annotated[str, Field(min_length=8, max_length=300), AfterValidator(_origin)]
Origins = Annotated[list[Origin], Field(max_length=50)]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_words)]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^\s*[^@\s]{1,64}@[^@\s]{1,189}\s*$"), AfterValidator(_email)]
Website = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_website)]
Secret = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
Password = Annotated[str, Field(min_length=1, max_length=200)]
NewPassword = Annotated[str, Field(min_length=10, max_length=200)]
Text = Annotated[str, AfterValidator(_printable)]
Status = Literal["unclaimed", "claimed", "expired"]
Roles = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=20)]
Scopes = Annotated[list[Annotated[str, Field(max_length=50)]], Field(min_length=1, max_length=50)]


class ByCookie(Body):
    """`cookie`: the refresh token is kept in a cookie that no script can read, and is not in the answer; for pages of this address."""

    cookie: bool = False


class Login(ByCookie):
    email: Email
    password: Password


class Tokens(BaseModel):
    """`expires_in`: seconds. `refresh_token` is null when a cookie holds it."""

    access_token: str
    refresh_token: str | None
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


class RefreshToken(ByCookie):
    """Without `refresh_token` the one in the cookie is meant."""

    refresh_token: Secret | None = None


class OneTimeLink(BaseModel):
    token: str
    url: str
    expires_at: datetime


class OneTimeToken(ByCookie):
    token: Secret


class ChangePassword(Body):
    current_password: Password
    new_password: NewPassword


class Me(BaseModel):
    """`organization_id` is the one that X-Tenant-ID names; `roles` and `permissions` are those held there."""

    kind: Literal["person", "key"]
    user_id: UUID
    email: str | None
    name: str | None
    home_organization_id: UUID
    organization_id: UUID
    roles: list[str]
    permissions: list[str]


class NewClient(Body):
    name: Words
    website: Website | None = None
    contact_email: Email | None = None


class RegisteredClient(BaseModel):
    """`claim_url` is shown once; `assigned_to` is the sales agent."""

    client_id: UUID
    slug: str
    claim_url: str
    claim_expires_at: datetime
    status: Status
    assigned_to: UUID


class Client(BaseModel):
    client_id: UUID
    name: str
    slug: str
    website: str | None
    contact_email: str | None
    status: Status
    claim_expires_at: datetime
    assigned_to: UUID
    created_at: datetime


class Claim(Body):
    token: Secret
    email: Email
    password: NewPassword
    name: Words | None = None


class ClaimedClient(BaseModel):
    client_id: UUID
    user_id: UUID
    status: Literal["claimed"] = "claimed"


class NewKey(Body):
    name: Words
    scopes: Scopes
    expires_at: AwareDatetime | None = None


class NewWidgetKey(Body):
    """`origins`: the pages that may use it, as https://www.example.com; without any, every page."""

    name: Words
    origins: Origins = []
    expires_at: AwareDatetime | None = None


class IssuedKey(BaseModel):
    """`key` is shown once. `identity_secret`, of a widget's key and shown once too, signs who a visitor is."""

    id: UUID
    key: str
    prefix: str
    identity_secret: str | None = None


class KeyOrigins(Body):
    origins: Origins


class Key(BaseModel):
    """`last_used_at` may be a minute late. A widget's key is public, and so shown again."""

    id: UUID
    name: str
    kind: Literal["key", "widget"]
    prefix: str
    scopes: list[str]
    origins: list[str]
    public_key: str | None
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewPerson(Body):
    email: Email
    name: Words
    roles: Annotated[Roles, Field(min_length=1)]
    password: NewPassword | None = None


class Person(BaseModel):
    id: UUID
    email: str
    name: str
    roles: list[str]
    disabled: bool
    created_at: datetime


class Named(BaseModel):
    id: UUID
    name: str


class AddedPerson(BaseModel):
    """`password`: the first one, when none was given; shown once."""

    id: UUID
    email: str
    name: str
    roles: list[str]
    password: str | None


class PersonsRoles(Body):
    """None: the person may no longer sign in. `hand_to`: who takes over the clients that they would leave alone."""

    roles: Roles
    hand_to: UUID | None = None


class PutOn(Body):
    """`role` is one that the person holds at home. `until`: for a time; `stands_in_for`: for whom, meanwhile."""

    user_id: UUID
    role: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,50}$")]
    until: AwareDatetime | None = None
    stands_in_for: UUID | None = None


class Lead(Body):
    user_id: UUID


class OnClient(BaseModel):
    """Somebody of the operator's staff on a client. `leads`: they look after it. `put_on_by` is null for those who came with the registration."""

    client_id: UUID
    client_name: str
    user_id: UUID
    name: str
    role: str
    stage: str
    leads: bool
    since: datetime
    until: datetime | None
    stands_in_for: UUID | None
    put_on_by: UUID | None


class Led(BaseModel):
    client_id: UUID
    name: str


class PersonsClients(BaseModel):
    """`leads`: the clients that this person looks after. `on`: all that they are on, by role. At most 1,000 of each."""

    leads: list[Led]
    on: list[OnClient]
