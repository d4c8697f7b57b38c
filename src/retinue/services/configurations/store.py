"""Generations, and configurations as people list them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

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
    row = await work.session.scalar(
        select(Generation).where(Generation.organization_id == work.organization, Generation.id == id).with_for_update()
    )
    if row is None:
        raise NotFound()
    return row


async def known(work: Work, requirements_id: UUID, version: int) -> bool:
    asked = select(Generation.id).where(
        Generation.organization_id == work.organization,
        Generation.requirements_id == requirements_id,
        Generation.requirements_version == version,
    )
    return await work.session.scalar(asked) is not None


async def approved_later(work: Work, number: int) -> bool:
    asked = select(Generation.id).where(Generation.organization_id == work.organization, Generation.number > number)
    return await work.session.scalar(asked.limit(1)) is not None


async def last_generation(work: Work) -> Generation | None:
    """The last that ended with a version."""
    asked = select(Generation).where(Generation.organization_id == work.organization, Generation.status.in_((CREATED, UNCHANGED)))
    return await work.session.scalar(asked.order_by(Generation.number.desc()).limit(1))


async def generations(work: Work, before: UUID | None, size: int) -> Sequence[Generation]:
    asked = select(Generation).order_by(Generation.id.desc()).limit(size)
    if before:
        asked = asked.where(Generation.id < before)
    return (await work.session.scalars(asked)).all()


async def version(work: Work, config_id: UUID, number: int | None = None, *, own: bool = False) -> Version:
    """The newest without `number`; with `own` only of the organization that this Work writes. Raises NotFound."""
    asked = select(Version).where(Version.config_id == config_id)
    if number is not None:
        asked = asked.where(Version.version == number)
    if own:
        asked = asked.where(Version.organization_id == work.organization)
    row = await work.session.scalar(asked.order_by(Version.version.desc()).limit(1))
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
    return await work.session.scalar(
        select(Deployment).where(
            Deployment.organization_id == work.organization, Deployment.config_id == config_id, Deployment.environment == environment
        )
    )
