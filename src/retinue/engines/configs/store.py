"""Reading and writing versions and deployments; versions of a configuration are numbered from 1 without gaps."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from retinue.engines.configs.tables import Deployment, Version
from retinue.kernel.work import Work, uuid7

PRODUCTION = "production"


@dataclass(frozen=True)
class Deployed:
    """`body`: the configuration as JSON."""

    config_id: UUID
    version: int
    body: dict[str, Any]
    lineage: UUID | None


def body_hash(body: dict[str, Any]) -> str:
    """SHA-256 of the content; what only says when and which (config_metadata) does not count."""
    content = {name: value for name, value in body.items() if name != "config_metadata"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


async def versions(work: Work, config_id: UUID) -> list[Version]:
    """Newest first."""
    return list((await work.session.scalars(select(Version).where(Version.config_id == config_id).order_by(Version.version.desc()))).all())


async def version(work: Work, config_id: UUID, number: int) -> Version | None:
    return await work.session.scalar(select(Version).where(Version.config_id == config_id, Version.version == number))


async def newest(work: Work, product_type: str) -> Version | None:
    """Of this organization's configuration of that product."""
    return await work.session.scalar(
        select(Version)
        .where(Version.organization_id == work.organization, Version.product_type == product_type)
        .order_by(Version.created_at.desc(), Version.version.desc())
        .limit(1)
    )


async def lock(work: Work, config_id: UUID) -> None:
    """Two people saving at once: the second one waits here and then sees the first one's version."""
    await work.execute("select pg_advisory_xact_lock(hashtextextended(:id, 0))", id=f"configs:{work.organization}:{config_id}")


async def add(
    work: Work,
    config_id: UUID,
    body: dict[str, Any],
    *,
    product_type: str,
    message: str,
    answered_by: str,
    requirements_id: UUID | None = None,
    lineage: UUID | None = None,
) -> Version:
    """The next version. The caller holds `lock`."""
    last = await work.session.scalar(
        select(Version.version).where(Version.config_id == config_id).order_by(Version.version.desc()).limit(1)
    )
    number = (last or 0) + 1
    metadata = body.get("config_metadata", {}) | {
        "config_id": str(config_id),
        "version": number,
        "created_at": work.now.isoformat(),
        "client_id": str(work.organization),
    }
    row = Version(
        organization_id=work.organization,
        id=uuid7(),
        config_id=config_id,
        version=number,
        product_type=product_type,
        body=body | {"config_metadata": metadata},
        body_hash=body_hash(body),
        message=message,
        requirements_id=requirements_id,
        answered_by=answered_by,
        lineage=lineage,
        created_by=work.actor,
        created_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    return row


async def deploy(work: Work, config_id: UUID, number: int, environment: str = PRODUCTION) -> int | None:
    """New conversations take this version from the commit on. Answers the version that was deployed before."""
    row = await work.session.scalar(
        select(Deployment)
        .where(Deployment.organization_id == work.organization, Deployment.config_id == config_id, Deployment.environment == environment)
        .with_for_update()
    )
    if row is None:
        work.session.add(
            Deployment(
                organization_id=work.organization,
                id=uuid7(),
                config_id=config_id,
                environment=environment,
                version=number,
                previous_version=None,
                deployed_by=work.actor,
                deployed_at=work.now,
            )
        )
        return None
    before = row.version
    row.previous_version, row.version, row.deployed_by, row.deployed_at = before, number, work.actor, work.now
    return before


async def deployed(
    work: Work, environment: str = PRODUCTION, config_id: UUID | None = None, product_type: str = "chatbot"
) -> Deployed | None:
    """What new conversations take."""
    row = (
        await work.execute(
            "select d.config_id, d.version, v.body, v.lineage from configs.deployment d join configs.version v using (organization_id, config_id, version)"
            " where d.organization_id = :o and d.environment = :e and v.product_type = :p and (cast(:c as uuid) is null or d.config_id = :c)"
            " order by d.deployed_at desc limit 1",
            o=work.organization,
            e=environment,
            p=product_type,
            c=config_id,
        )
    ).first()
    return Deployed(row.config_id, row.version, row.body, row.lineage) if row else None


async def deployments(work: Work, config_id: UUID) -> dict[str, int]:
    """Environment → version."""
    rows = await work.session.scalars(select(Deployment).where(Deployment.config_id == config_id))
    return {row.environment: row.version for row in rows}
