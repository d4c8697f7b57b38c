"""Who calls: signed tokens and keys, told apart before any tenant is known."""

import hashlib
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import RSAAlgorithm

from retinue.kernel.clock import Clock
from retinue.kernel.errors import Unauthorized
from retinue.kernel.work import Database

ISSUER, ALGORITHM = "retinue", "RS256"
KEY_PREFIX = "rtn_"
VISIT = "conversations:visit"
NOTED_EVERY, NOTED_AT_MOST = timedelta(minutes=1), 10_000


@dataclass(frozen=True)
class Caller:
    """`organization` is where the caller belongs. A visitor has no actor: one conversation, or a public key that may start some.

    `origins`: the pages from which the public key may be used; none: all. `credential`: which key it is.
    """

    kind: Literal["person", "key", "visitor"]
    organization: UUID
    actor: UUID | None = None
    scopes: frozenset[str] = frozenset()
    conversation: UUID | None = None
    public_key: str | None = None
    origins: tuple[str, ...] = ()
    credential: bytes = b""
    claims: Mapping[str, Any] = field(default_factory=dict)


def new_secret(prefix: str = KEY_PREFIX) -> str:
    return prefix + secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """SHA-256: enough for secrets of 256 random bits, which no dictionary holds."""
    return hashlib.sha256(secret.encode()).digest()


def written_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What a file that only we can read holds; of two first starts at once, one writes it."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        content = make()
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            with suppress(FileExistsError):
                os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
    return path.read_bytes()


def new_secret_file() -> bytes:
    return secrets.token_urlsafe(32).encode()


def _new_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def rotate_key(folder: Path, *, forget: bool = False) -> str:
    """From now on tokens are signed with a new key, whose id is answered. `forget`: what the old ones signed ends at once."""
    names = [path.stem for path in folder.glob("jwt*.pem")]
    last = max((int(number) for name in names if (number := name.partition("-")[2]).isdigit()), default=0)
    path = folder / f"jwt-{last + 1:04}.pem"
    written_once(path, _new_key)
    if forget:
        for name in names:
            (folder / f"{name}.pem").unlink(missing_ok=True)
    return _SigningKey(path).id


class _SigningKey:
    def __init__(self, path: Path) -> None:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} is not an RSA key")
        self.private, self.public = key, key.public_key()
        self.id = hashlib.sha256(
            self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest()[:16]


class Signer:
    """RS256 tokens under keys of this installation, kept in its home: the newest signs, and what older ones signed is good to its end.

    All processes see a key that is put there or taken away: the folder is looked at before each use, which costs microseconds.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.clock, self.folder = clock or Clock(), folder
        if not any(folder.glob("jwt*.pem")):
            written_once(folder / "jwt.pem", _new_key)
        self.secret = written_once(folder / "secret", new_secret_file)  # what is derived outlives signing keys
        self.seen = -1
        self.by_id: dict[str, _SigningKey] = {}

    @property
    def keys(self) -> dict[str, _SigningKey]:
        """By id, the newest last."""
        changed = self.folder.stat().st_mtime_ns
        if changed != self.seen:
            found = []
            for path in sorted(self.folder.glob("jwt*.pem"), key=lambda path: (len(path.stem), path.stem)):
                with suppress(FileNotFoundError):  # taken away at this moment
                    found.append(_SigningKey(path))
            self.by_id, self.seen = {key.id: key for key in found}, changed
        return self.by_id

    @property
    def newest(self) -> _SigningKey:
        return next(reversed(self.keys.values()))

    def sign(self, use: str, lifetime: timedelta, **claims: Any) -> str:
        now = self.clock.now()
        key = self.newest
        return jwt.encode(
            {"iss": ISSUER, "use": use, "iat": now, "exp": now + lifetime, "jti": secrets.token_hex(8)} | claims,
            key.private,
            ALGORITHM,
            headers={"kid": key.id},
        )

    def verify(self, token: str, uses: Iterable[str]) -> dict[str, Any]:
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                [ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "use"], "verify_exp": False, "verify_iat": False},
            )
        except (jwt.InvalidTokenError, KeyError, TypeError):
            raise Unauthorized() from None
        if claims["use"] not in uses or claims["exp"] <= self.clock.now().timestamp():
            raise Unauthorized()
        return claims

    def derived(self, name: str) -> str:
        """A secret of 256 bits that this installation makes again whenever it is asked, and nobody else can."""
        made = HKDF(hashes.SHA256(), 32, salt=None, info=name.encode()).derive(self.secret)
        return urlsafe_b64encode(made).decode().rstrip("=")

    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [
                RSAAlgorithm.to_jwk(key.public, as_dict=True) | {"kid": key.id, "use": "sig", "alg": ALGORITHM}
                for key in self.keys.values()
            ]
        }


def identity_secret(signer: Signer, public_key: str) -> str:
    """With it a client's own server signs who a visitor is. It ends when the public key is replaced."""
    return f"{KEY_PREFIX}idt_{signer.derived(f'visitor identity {public_key}')}"


class Security:
    """`matrix`: the permissions of each role. `of_no_role`: those that a key holds although nobody does."""

    def __init__(
        self, database: Database, signer: Signer, matrix: Mapping[str, frozenset[str]], of_no_role: Collection[str] = frozenset()
    ) -> None:
        self.database, self.signer, self.matrix, self.of_no_role = database, signer, matrix, of_no_role
        self.noted: dict[bytes, datetime] = {}

    async def caller(self, bearer: str) -> Caller:
        """From an access token, a visitor's token or an API key. Raises Unauthorized."""
        if bearer.startswith(KEY_PREFIX):
            rows = await self.database.call(
                "select * from lookup.credential(:hash, :at)", hash=hashed(bearer), at=self.database.clock.now()
            )
            if not rows:
                raise Unauthorized()
            row = rows[0]
            await self._note(hashed(bearer), self.database.clock.now())
            if row.kind == "widget":
                return Caller("visitor", row.organization_id, public_key=bearer, origins=tuple(row.origins))
            return Caller("key", row.organization_id, row.actor, frozenset(row.scopes), credential=hashed(bearer))
        claims = self.signer.verify(bearer, ("access", "visitor"))
        try:
            organization, subject = UUID(claims["org"]), UUID(claims["sub"])
        except (KeyError, ValueError):
            raise Unauthorized() from None
        if claims["use"] == "visitor":
            return Caller("visitor", organization, conversation=subject, claims=claims)
        return Caller("person", organization, subject, claims=claims)

    async def _note(self, key: bytes, now: datetime) -> None:
        """When a key was last used, to the minute."""
        noted = self.noted.get(key)
        if noted is not None and now - noted < NOTED_EVERY:
            return
        if len(self.noted) >= NOTED_AT_MOST:
            self.noted.clear()
        self.noted[key] = now
        await self.database.call("select lookup.key_used(:key, :at)", key=key, at=now)

    def permissions(self, caller: Caller, roles: Iterable[str]) -> frozenset[str]:
        """A key is worth its scopes as far as its maker, whose roles these are, still holds them."""
        if caller.kind == "visitor":
            return frozenset({VISIT})
        held = frozenset().union(*(self.matrix.get(role, frozenset()) for role in roles))
        return caller.scopes & held.union(self.of_no_role) if caller.kind == "key" else held
