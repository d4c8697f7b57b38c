"""Who may sign in to an organization, and what they may do there: nobody gives, or takes, more than they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from retinue.contracts.identity import PersonAdded, RolesChanged
from retinue.contracts.permissions import EVERYWHERE, ROLES
from retinue.kernel.errors import Forbidden, NotFound, Refusal
from retinue.kernel.work import Work, uuid7
from retinue.services.identity import assignments, store
from retinue.services.identity.domain import staff
from retinue.services.identity.domain.passwords import hash_password, new_password
from retinue.services.identity.domain.sessions import revoke_sessions

OWNER = "owner"
OF_ANY_ORGANIZATION = frozenset({OWNER, "admin", "config_manager", "developer", "member", "viewer", "business_owner", "technical_contact"})


class EmailTaken(Refusal):
    """Somebody signs in with this e-mail address already."""

    next = "Use another address, or sign in with that one."


class UnknownRole(Refusal):
    """There is no role {role} in this organization; there are {roles}."""

    status = 422
    next = "Choose among these roles."


class LastOwner(Refusal):
    """An organization keeps at least one owner."""

    next = "Make somebody else an owner first."


async def insert_user(work: Work, id: UUID, email: str, name: str, password_hash: str) -> None:
    new = await work.execute(
        'insert into identity."user" (organization_id, id, email, name, password_hash, created_at) values (:o, :id, :email, :name, :hash, :now)'
        " on conflict (lower(email)) do nothing returning id",
        o=work.organization,
        id=id,
        email=email,
        name=name,
        hash=password_hash,
        now=work.now,
    )
    if new.first() is None:
        raise EmailTaken()


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


async def _check(work: Work, roles: Sequence[str], operator: bool) -> list[str]:
    known = frozenset(ROLES) if operator else OF_ANY_ORGANIZATION
    for role in roles:
        if role not in known:
            raise UnknownRole(role=role, roles=", ".join(sorted(known)))
    _no_more_than_mine(work, roles)
    return sorted(set(roles))


def _no_more_than_mine(work: Work, roles: Iterable[str]) -> None:
    if missing := permissions_of(roles) - work.permissions:
        raise Forbidden(min(missing))


@dataclass(frozen=True)
class FirstPassword:
    """Made and hashed before any transaction begins: hashing waits for its turn, and takes its time on purpose."""

    hash: str
    made: str | None  # told in the answer only

    @classmethod
    async def of(cls, given: str | None) -> "FirstPassword":
        made = None if given else new_password()
        return cls(await hash_password(given or made or ""), made)


async def add_person(work: Work, email: str, name: str, roles: Sequence[str], password: FirstPassword) -> tuple[UUID, list[str]]:
    """Answers id and roles."""
    operator = await store.is_operator(work)
    held = await _check(work, roles, operator)
    id = uuid7()
    await insert_user(work, id, email, name, password.hash)
    await work.execute("select kernel.allow(:u, :o, :roles)", u=id, o=work.organization, roles=held)
    if operator:
        await assignments.reach(work, EVERYWHERE, agents=[id])
    work.emit(PersonAdded(user_id=id, roles=held, person=id, email=email))
    return id, held


async def set_roles(work: Work, id: UUID, roles: Sequence[str], hand_to: UUID | None = None) -> Any:
    """No roles: the person is shut out, here and, of the operator's staff, in every client. Answers the person's row.

    `hand_to` takes over the clients that would be left alone; without it that is refused.
    """
    operator = await store.lock_organization(work)
    person, everybody = await store.user(work, id), await store.roles_here(work)
    if person is None:
        raise NotFound()
    before, held = everybody.get(id, []), await _check(work, roles, operator)
    _no_more_than_mine(work, before)
    if OWNER in before and OWNER not in held and not await _another_owner(work, id, everybody):
        raise LastOwner()
    await work.execute(
        'update identity."user" set disabled_at = cast(:at as timestamptz) where (organization_id, id) = (:o, :id)',
        at=None if held else work.now,
        o=work.organization,
        id=id,
    )
    await work.execute("select kernel.allow(:u, :o, :roles)", u=id, o=work.organization, roles=held or None)
    if operator:
        await staff.narrow(work, person, held, hand_to)
    if not held:
        await revoke_sessions(work, id, "roles_removed")
    work.emit(RolesChanged(user_id=id, roles=held))
    return await store.user(work, id)


async def _another_owner(work: Work, id: UUID, everybody: dict[UUID, list[str]]) -> bool:
    others = [actor for actor, held in everybody.items() if OWNER in held and actor != id]
    row = await work.execute(
        'select 1 from identity."user" where organization_id = :o and id = any(:others) and disabled_at is null limit 1',
        o=work.organization,
        others=others,
    )
    return row.first() is not None
