"""Reading and writing versions and deployments; versions of a configuration are numbered from 1 without gaps."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

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
    return await work.select(Version, "where config_id = :config order by version desc", config=config_id)


async def version(work: Work, config_id: UUID, number: int) -> Version | None:
    return (await work.select(Version, "where config_id = :config and version = :number", config=config_id, number=number)).first()


async def newest(work: Work, product_type: str) -> Version | None:
    """Of this organization's configuration of that product."""
    rest = "where organization_id = :o and product_type = :product order by created_at desc, version desc limit 1"
    return (await work.select(Version, rest, o=work.organization, product=product_type)).first()


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
    last = "select version from configs.version where config_id = :config order by version desc limit 1"
    number = ((await work.execute(last, config=config_id)).scalar() or 0) + 1
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
    await work.add(row)
    return row


async def deployment(work: Work, config_id: UUID, environment: str, *, lock: bool = False) -> Deployment | None:
    rest = "where organization_id = :o and config_id = :config and environment = :environment" + (" for update" if lock else "")
    return (await work.select(Deployment, rest, o=work.organization, config=config_id, environment=environment)).first()


async def deploy(work: Work, config_id: UUID, number: int, environment: str = PRODUCTION) -> int | None:
    """New conversations take this version from the commit on. Answers the version that was deployed before."""
    row = await deployment(work, config_id, environment, lock=True)
    if row is None:
        await work.add(
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
    await work.change(row, previous_version=before, version=number, deployed_by=work.actor, deployed_at=work.now)
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
    rows = await work.execute("select environment, version from configs.deployment where config_id = :config", config=config_id)
    return {row.environment: row.version for row in rows}
