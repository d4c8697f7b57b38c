"""Generations, and configurations as people list them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from retinue.engines.configs import store as configs
from retinue.engines.configs.tables import Deployment, Version
from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work
from retinue.services.configurations.tables import Generation

WAITING, CREATED, UNCHANGED, OVERTAKEN, FAILED = "waiting", "created", "unchanged", "overtaken", "failed"

CONFIGURATIONS = """
select f.id, f.organization_id, f.config_id, f.product_type, f.created_at,
  (select max(v.version) from configs.version v where v.organization_id = f.organization_id and v.config_id = f.config_id) as newest_version,
  (select coalesce(jsonb_object_agg(d.environment, d.version), '{}') from configs.deployment d
   where d.organization_id = f.organization_id and d.config_id = f.config_id) as deployed,
  (select coalesce(jsonb_agg(jsonb_build_object('environment', d.environment, 'version', d.version, 'previous_version', d.previous_version,
     'deployed_by', d.deployed_by, 'deployed_at', d.deployed_at) order by d.environment), '[]') from configs.deployment d
   where d.organization_id = f.organization_id and d.config_id = f.config_id) as deployments
from configs.version f where f.version = 1
"""
VERSIONS = """
select v.version, v.message, v.answered_by, v.requirements_id, v.lineage as lineage_id, v.body_hash, v.created_by, v.created_at, v.product_type,
  array(select d.environment from configs.deployment d where d.organization_id = v.organization_id and d.config_id = v.config_id
        and d.version = v.version order by 1) as deployed_in
from configs.version v where v.config_id = :c and (cast(:before as int) is null or v.version < :before) order by v.version desc limit :size
"""


async def lock(work: Work, config_id: UUID | None = None) -> None:
    """Of one configuration, or of all of this organization: two that are made at once see each other."""
    await configs.lock(work, config_id or work.organization)


async def generation(work: Work, id: UUID) -> Generation:
    """Locked. Raises NotFound."""
    row = (await work.select(Generation, "where organization_id = :o and id = :id for update", o=work.organization, id=id)).first()
    if row is None:
        raise NotFound()
    return row


async def known(work: Work, requirements_id: UUID, version: int) -> bool:
    asked = (
        "select id from configurations.generation where organization_id = :o and requirements_id = :id and requirements_version = :version"
    )
    return bool(await work.execute(asked, o=work.organization, id=requirements_id, version=version))


async def approved_later(work: Work, number: int) -> bool:
    later = "select id from configurations.generation where organization_id = :o and number > :number limit 1"
    return bool(await work.execute(later, o=work.organization, number=number))


async def last_generation(work: Work) -> Generation | None:
    """The last that ended with a version."""
    rest = "where organization_id = :o and status = any(:ended) order by number desc limit 1"
    return (await work.select(Generation, rest, o=work.organization, ended=[CREATED, UNCHANGED])).first()


async def generations(work: Work, before: UUID | None, size: int) -> Sequence[Generation]:
    earlier = "where id < :before " if before else ""
    return await work.select(Generation, f"{earlier}order by id desc limit :size", before=before, size=size)


async def version(work: Work, config_id: UUID, number: int | None = None, *, own: bool = False) -> Version:
    """The newest without `number`; with `own` only of the organization that this Work writes. Raises NotFound."""
    conditions = (" and version = :number" if number is not None else "") + (" and organization_id = :o" if own else "")
    rest = f"where config_id = :config{conditions} order by version desc limit 1"
    row = (await work.select(Version, rest, config=config_id, number=number, o=work.organization)).first()
    if row is None:
        raise NotFound()
    return row


async def configurations(work: Work, before: UUID | None, size: int) -> Sequence[Any]:
    """Newest first; a row's id is that of its first version."""
    sql = CONFIGURATIONS + " and (cast(:before as uuid) is null or f.id < :before) order by f.id desc limit :size"
    return (await work.execute(sql, before=before, size=size)).all()


async def configuration(work: Work, config_id: UUID) -> Any:
    row = (await work.execute(CONFIGURATIONS + " and f.config_id = :c", c=config_id)).first()
    if row is None:
        raise NotFound()
    return row


async def versions(work: Work, config_id: UUID, before: int | None, size: int) -> Sequence[Any]:
    return (await work.execute(VERSIONS, c=config_id, before=before, size=size)).all()


async def deployment(work: Work, config_id: UUID, environment: str) -> Deployment | None:
    return await configs.deployment(work, config_id, environment)
