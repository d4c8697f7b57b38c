"""Signing in: passwords and links become a signed token for an hour and a refresh token that is good once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from retinue.contracts.identity import SessionsRevoked, SignedIn
from retinue.kernel.errors import Refusal
from retinue.kernel.security import Signer, hashed, new_secret
from retinue.kernel.work import Database, Work, uuid7
from retinue.services.identity.domain.attempts import count_attempt, forgive_attempt, operator_of
from retinue.services.identity.domain.passwords import hash_password, verify_password

ACCESS = timedelta(hours=1)
ONE_TIME = timedelta(minutes=10)
PAGE_LEFT = timedelta(seconds=10)


class WrongPassword(Refusal):
    """This e-mail address and password do not belong together."""

    status = 401
    next = "Check both and try again; an owner of your organization can add you or give you a new password."


class SessionEnded(Refusal):
    """This sign-in has ended."""

    status = 401
    next = "Sign in again."


class LinkUsed(Refusal):
    """This link was used before, or is older than ten minutes."""

    status = 401
    next = "Ask for a new link, or sign in with your password."


@dataclass(frozen=True)
class Session:
    access_token: str
    refresh_token: str
    expires_in: int
    number: int | None = None


async def sign_in(database: Database, signer: Signer, lifetime: timedelta, email: str, password: str, address: str) -> Session:
    """`address` is the caller's on the network."""
    operator = await operator_of(database)
    await count_attempt(database, operator, email, address)
    rows = await database.call("select * from lookup.user(:email)", email=email)
    known = rows[0] if rows else None
    right = await verify_password(known.password_hash if known else None, password)
    if known is None or not right or known.disabled:
        raise WrongPassword()
    await forgive_attempt(database, operator, email, address)
    async with database.work("identity", known.organization_id) as work:
        if not await _may_sign_in(work, known.id, known.password_hash):
            raise WrongPassword()
        session = await _begin(work, signer, lifetime, known.id, family=uuid7())
    return Session(session.access_token, session.refresh_token, session.expires_in, work.number)


async def _may_sign_in(work: Work, user: UUID, password_hash: str | None = None) -> bool:
    """Still so, in this transaction; the lock makes a person who is disabled at the same moment wait for the token it must revoke."""
    row = (
        await work.execute(
            'select password_hash from identity."user" where (organization_id, id) = (:o, :u) and disabled_at is null for share',
            o=work.organization,
            u=user,
        )
    ).first()
    return row is not None and password_hash in (None, row.password_hash)


async def _begin(work: Work, signer: Signer, lifetime: timedelta, user: UUID, family: UUID) -> Session:
    await work.execute(
        "delete from identity.refresh_token where (organization_id, user_id) = (:o, :u) and expires_at <= :now",
        o=work.organization,
        u=user,
        now=work.now,
    )
    work.emit(SignedIn(user_id=user, person=user))
    return await _issue(work, signer, lifetime, user, family)


async def _issue(work: Work, signer: Signer, lifetime: timedelta, user: UUID, family: UUID) -> Session:
    secret = new_secret("rtr_")
    await work.execute(
        "insert into identity.refresh_token (organization_id, id, family, user_id, hash, created_at, expires_at)"
        " values (:o, :id, :family, :u, :hash, :now, :until)",
        o=work.organization,
        id=uuid7(),
        family=family,
        u=user,
        hash=hashed(secret),
        now=work.now,
        until=work.now + lifetime,
    )
    access = signer.sign("access", ACCESS, org=str(work.organization), sub=str(user))
    return Session(access, secret, int(ACCESS.total_seconds()))


async def refresh(database: Database, signer: Signer, lifetime: timedelta, secret: str, *, page: bool = False) -> Session:
    """A second use means that a copy exists: the whole family ends, for the thief and the owner alike.

    `page`: the secret came by cookie. A page that is left while it is answered never stores the new cookie, so the next page comes
    with the old one, which is good for ten seconds more.
    """
    rows = await database.call("select * from lookup.refresh(:hash)", hash=hashed(secret))
    if not rows:
        raise SessionEnded()
    session: Session | None = None
    async with database.work("identity", rows[0].organization_id) as work:
        token = (
            await work.execute(
                "select * from identity.refresh_token where (organization_id, id) = (:o, :id) for update",
                o=work.organization,
                id=rows[0].id,
            )
        ).first()
        if token is None or token.revoked_at is not None or token.expires_at <= work.now:
            raise SessionEnded()
        if token.used_at is not None and not (page and work.now < token.used_at + PAGE_LEFT):
            await _revoke_family(work, token.user_id, token.family)
            work.emit(SessionsRevoked(user_id=token.user_id, reason="token_reused"))
        elif await _may_sign_in(work, token.user_id):
            await work.execute(
                "update identity.refresh_token set used_at = :now where (organization_id, id) = (:o, :id)",
                o=work.organization,
                id=token.id,
                now=work.now,
            )
            session = await _issue(work, signer, lifetime, token.user_id, token.family)
    if session is None:  # refused after the commit: the revocation stays
        raise SessionEnded()
    return session


async def _revoke_family(work: Work, user: UUID, family: UUID) -> None:
    """Waits for a refresh in the same family: its new token must be seen here, or it would survive."""
    await work.execute('select id from identity."user" where (organization_id, id) = (:o, :u) for update', o=work.organization, u=user)
    await work.execute(
        "update identity.refresh_token set revoked_at = :now where (organization_id, family) = (:o, :family) and revoked_at is null",
        o=work.organization,
        family=family,
        now=work.now,
    )


async def revoke_sessions(work: Work, user: UUID, reason: str) -> None:
    await work.execute(
        "update identity.refresh_token set revoked_at = :now where (organization_id, user_id) = (:o, :u) and revoked_at is null",
        o=work.organization,
        u=user,
        now=work.now,
    )
    await work.execute("delete from identity.one_time where (organization_id, user_id) = (:o, :u)", o=work.organization, u=user)
    work.emit(SessionsRevoked(user_id=user, reason=reason))


async def sign_out(database: Database, secret: str) -> None:
    """Of an unknown token nothing is said: whoever signs out twice is signed out."""
    rows = await database.call("select * from lookup.refresh(:hash)", hash=hashed(secret))
    if rows:
        async with database.work("identity", rows[0].organization_id) as work:
            token = (
                await work.execute(
                    "select user_id, family from identity.refresh_token where (organization_id, id) = (:o, :id)",
                    o=work.organization,
                    id=rows[0].id,
                )
            ).first()
            if token is not None:
                await _revoke_family(work, token.user_id, token.family)


async def one_time(work: Work, user: UUID) -> tuple[str, datetime]:
    """A secret that signs `user` in, once, and when it ends."""
    secret, until = new_secret("rto_"), work.now + ONE_TIME
    await work.execute(
        "delete from identity.one_time where (organization_id, user_id) = (:o, :u) and expires_at <= :now",
        o=work.organization,
        u=user,
        now=work.now,
    )
    await work.execute(
        "insert into identity.one_time (organization_id, id, user_id, hash, expires_at) values (:o, :id, :u, :hash, :until)",
        o=work.organization,
        id=uuid7(),
        u=user,
        hash=hashed(secret),
        until=until,
    )
    return secret, until


async def redeem(database: Database, signer: Signer, lifetime: timedelta, secret: str) -> Session:
    rows = await database.call("select * from lookup.one_time(:hash)", hash=hashed(secret))
    if not rows:
        raise LinkUsed()
    async with database.work("identity", rows[0].organization_id) as work:
        user = (
            await work.execute(
                "update identity.one_time set used_at = :now where (organization_id, id) = (:o, :id) and used_at is null"
                " and expires_at > :now returning user_id",
                o=work.organization,
                id=rows[0].id,
                now=work.now,
            )
        ).scalar()
        if user is None or not await _may_sign_in(work, user):
            raise LinkUsed()
        session = await _begin(work, signer, lifetime, user, family=uuid7())
    return Session(session.access_token, session.refresh_token, session.expires_in, work.number)


async def change_password(database: Database, organization: UUID, user: UUID, current: str, new: str, address: str) -> int | None:
    """Ends all sessions of the person. Answers the event's number."""
    operator = await operator_of(database)
    await count_attempt(database, operator, str(user), address)
    async with database.work("identity", organization) as work:
        known = (
            await work.execute('select password_hash from identity."user" where (organization_id, id) = (:o, :u)', o=organization, u=user)
        ).scalar()
    if not await verify_password(known, current):
        raise WrongPassword()
    fresh = await hash_password(new)
    async with database.work("identity", organization, user) as work:
        changed = await work.execute(
            'update identity."user" set password_hash = :fresh where (organization_id, id, password_hash) = (:o, :u, :known)'
            " and disabled_at is null returning id",
            fresh=fresh,
            o=organization,
            u=user,
            known=known,
        )
        if changed.first() is None:
            raise WrongPassword()
        await revoke_sessions(work, user, "password_changed")
    await forgive_attempt(database, operator, str(user), address)
    return work.number
