"""The first start: the operator's organization and its first person, made once."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import psycopg

from retinue.contracts.identity import OrganizationCreated, PersonAdded
from retinue.kernel.work import Database, uuid7
from retinue.services.identity import store
from retinue.services.identity.domain.attempts import operator_of
from retinue.services.identity.domain.names import same_email
from retinue.services.identity.domain.passwords import hash_password, new_password
from retinue.services.identity.domain.people import insert_user
from retinue.services.identity.domain.sessions import revoke_sessions
from retinue.services.identity.settings import IdentitySettings

FIRST_ROLES = ["owner", "platform_engineer", "sales_agent"]


@dataclass(frozen=True)
class Credentials:
    """What HOME/credentials.json holds; the password is nowhere else."""

    url: str
    email: str
    password: str
    organization_id: UUID

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"organization_id": str(self.organization_id)}


async def establish(database: Database, settings: IdentitySettings, url: str) -> Credentials | None:
    """None when the operator exists; of two processes at once, one gets the credentials."""
    if (await database.call("select lookup.operator() as id"))[0].id is not None:
        return None
    organization, person, password = uuid7(), uuid7(), new_password()
    email, hash = same_email(settings.operator_email), await hash_password(password)
    try:
        async with database.work("identity", organization) as work:
            await work.execute("select kernel.admit(:id, true, :now)", id=organization, now=work.now)
            await store.insert_organization(work, settings.operator_name, operator=True)
            await insert_user(work, person, email, "Platform operator", hash)
            await work.execute("select kernel.allow(:u, :o, :roles)", u=person, o=organization, roles=FIRST_ROLES)
            work.emit(OrganizationCreated(name=settings.operator_name, operator=True))
            work.emit(PersonAdded(user_id=person, roles=FIRST_ROLES, person=person, email=email))
    except psycopg.IntegrityError:
        if (await database.call("select lookup.operator() as id"))[0].id is None:
            raise
        return None
    return Credentials(url, email, password, organization)


async def renew_credentials(database: Database, url: str) -> Credentials:
    """A new password for the first person, when credentials.json was lost; whoever may start the installation may do this."""
    operator, password = await operator_of(database), new_password()
    hash = await hash_password(password)
    async with database.work("identity", operator) as work:
        person = (
            await work.execute(
                'update identity."user" set password_hash = :hash, disabled_at = null where organization_id = :o and id ='
                ' (select u.id from identity."user" u where u.organization_id = :o order by u.id limit 1) returning id, email',
                hash=hash,
                o=operator,
            )
        ).one()
        await work.execute("select kernel.allow(:u, :o, :roles)", u=person.id, o=operator, roles=FIRST_ROLES)
        await revoke_sessions(work, person.id, "password_changed")
    return Credentials(url, person.email, password, operator)
