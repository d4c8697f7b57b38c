"""API keys: shown once, never worth more than what their maker holds, gone at once when revoked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.contracts.identity import KeyIssued, KeyRevoked, OriginsChanged
from retinue.contracts.permissions import OF_NO_ROLE, PERMISSIONS
from retinue.kernel.errors import Forbidden, NotFound, Refusal
from retinue.kernel.security import KEY_PREFIX, hashed, new_secret
from retinue.kernel.work import Work, uuid7
from retinue.services.identity import store

KEYS_AT_MOST = 200
SHOWN = 12  # characters of a key: enough to tell keys apart


class UnknownScope(Refusal):
    """There is no scope {scope}."""

    status = 422
    next = "Choose among the permissions that GET /api/v1/auth/me lists, and llm."


class PastExpiry(Refusal):
    """The key would have expired before it was made."""

    status = 422
    next = "Give an expires_at in the future, or none."


class TooManyKeys(Refusal):
    """An organization has at most 200 keys."""

    next = "Revoke keys that nobody uses; GET /api/v1/api-keys shows when each was last used."


@dataclass(frozen=True)
class Issued:
    id: UUID
    key: str
    prefix: str
    kind: str


async def issue(
    work: Work, *, by_key: bool, kind: str, name: str, scopes: Iterable[str], expires_at: datetime | None, origins: Sequence[str] = ()
) -> Issued:
    """`by_key`: a key asks, and may give on only what it has. `origins`: the pages that may use a public key; none: all."""
    assert work.actor is not None  # a visitor holds no keys:write
    wanted = sorted(set(scopes))
    _check(work, wanted, by_key)
    if expires_at is not None and expires_at <= work.now:
        raise PastExpiry()
    await work.execute(  # two requests at once would each count one too few
        "select id from identity.organization where (organization_id, id) = (:o, :o) for update", o=work.organization
    )
    count = await work.execute(
        "select count(*) from identity.api_key where organization_id = :o and revoked_at is null", o=work.organization
    )
    if count.scalar_one() >= KEYS_AT_MOST:
        raise TooManyKeys()
    id, secret = uuid7(), new_secret(KEY_PREFIX + ("pub_" if kind == "widget" else ""))
    await work.execute(
        "insert into identity.api_key (organization_id, id, name, kind, prefix, scopes, origins, public_key, created_by, created_at, expires_at)"
        " values (:o, :id, :name, :kind, :prefix, :scopes, :origins, :public, :by, :now, :until)",
        o=work.organization,
        id=id,
        name=name,
        kind=kind,
        prefix=secret[:SHOWN],
        scopes=wanted,
        origins=list(dict.fromkeys(origins)),
        public=_public(kind, secret),
        by=work.actor,
        now=work.now,
        until=expires_at,
    )
    await work.execute(
        "insert into kernel.credential (organization_id, id, hash, kind, actor, scopes, origins, expires_at)"
        " values (:o, :id, :hash, :kind, :actor, :scopes, :origins, :until)",
        o=work.organization,
        id=id,
        hash=hashed(secret),
        kind=kind,
        actor=work.actor,
        scopes=wanted,
        origins=list(dict.fromkeys(origins)),
        until=expires_at,
    )
    work.emit(KeyIssued(key_id=id, name=name, scopes=wanted, expires_at=expires_at))
    return Issued(id, secret, secret[:SHOWN], kind)


def _public(kind: str, secret: str) -> str | None:
    """What of a key may be kept as it is: a widget's, which stands in the source of web pages anyhow."""
    return secret if kind == "widget" else None


def _check(work: Work, scopes: Iterable[str], by_key: bool) -> None:
    mine = work.permissions if by_key else work.permissions | OF_NO_ROLE
    for scope in scopes:
        if scope not in PERMISSIONS:
            raise UnknownScope(scope=scope)
        if scope not in mine:
            raise Forbidden(scope)


async def rotate(work: Work, id: UUID, *, by_key: bool) -> Issued:
    """A new secret for the same key; the old one ends now. It acts for who rotates it, who must hold all that it may do."""
    assert work.actor is not None
    key = await store.key(work, id)
    if key is None or (key.expires_at is not None and key.expires_at <= work.now):
        raise NotFound()
    _check(work, key.scopes, by_key)
    secret = new_secret(KEY_PREFIX + ("pub_" if key.kind == "widget" else ""))
    await work.execute(
        "update kernel.credential set hash = :hash, actor = :actor where (organization_id, id) = (:o, :id)",
        hash=hashed(secret),
        actor=work.actor,
        o=work.organization,
        id=id,
    )
    await work.execute(
        "update identity.api_key set prefix = :prefix, public_key = :public, created_by = :actor where (organization_id, id) = (:o, :id)",
        prefix=secret[:SHOWN],
        public=_public(key.kind, secret),
        actor=work.actor,
        o=work.organization,
        id=id,
    )
    work.emit(KeyIssued(key_id=id, name=key.name, scopes=key.scopes, expires_at=key.expires_at))
    return Issued(id, secret, secret[:SHOWN], key.kind)


async def limit(work: Work, id: UUID, origins: Sequence[str]) -> Any:
    """From which pages a widget's key may be used; none: from all. Answers the key."""
    key = await store.key(work, id)
    if key is None or key.kind != "widget":
        raise NotFound()
    wanted = list(dict.fromkeys(origins))
    await work.execute(
        "update kernel.credential set origins = :origins where (organization_id, id) = (:o, :id)",
        origins=wanted,
        o=work.organization,
        id=id,
    )
    changed = await work.execute(
        "update identity.api_key set origins = :origins where (organization_id, id) = (:o, :id) returning *",
        origins=wanted,
        o=work.organization,
        id=id,
    )
    work.emit(OriginsChanged(key_id=id, origins=wanted))
    return changed.one()


async def revoke(work: Work, id: UUID) -> None:
    """The key stays in the list as revoked."""
    if await store.key(work, id) is None:
        raise NotFound()
    await work.execute(
        "update identity.api_key set revoked_at = :now where (organization_id, id) = (:o, :id)", now=work.now, o=work.organization, id=id
    )
    await work.execute("delete from kernel.credential where (organization_id, id) = (:o, :id)", o=work.organization, id=id)
    work.emit(KeyRevoked(key_id=id))
