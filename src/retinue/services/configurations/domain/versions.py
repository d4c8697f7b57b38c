"""How a person's version follows another, and which version agents run on."""

from typing import Any
from uuid import UUID

from retinue.contracts.configurations import ConfigurationCreated, ConfigurationDeployed, ConfigurationRolledBack
from retinue.engines.configs import store as configs
from retinue.engines.configs import text
from retinue.engines.configs.tables import Version
from retinue.engines.configs.text import ConfigurationInvalid
from retinue.engines.llm.catalogue import Catalogue
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.work import Work, uuid7
from retinue.services.configurations import store
from retinue.services.configurations.domain import difference, readiness, validation

PERSON = "person"


class Outdated(Refusal):
    """Version {based_on} is not the newest: version {newest} was saved at {at} by {who}."""

    next = "Look at the difference to version {newest}, then send your change based on it."

    def __init__(self, work: Work, row: Version, based_on: int) -> None:
        who = "you" if row.created_by and row.created_by == work.actor else f"person {row.created_by}" if row.created_by else "Retinue"
        super().__init__(based_on=based_on, newest=row.version, at=f"{row.created_at:%Y-%m-%d %H:%M:%S} UTC", who=who)
        self.next = self.next.format(newest=row.version)


class CannotDeploy(Refusal):
    """Version {version} cannot be deployed. {blockers}"""

    next = "Correct what is named in a new version, or mark a tool as missing until it exists; then deploy that one."


class NothingBefore(Refusal):
    """Nothing was deployed to {environment} before version {version}."""

    next = "Deploy the version that you want."


class NotDeployed(Refusal):
    """This configuration is not deployed to {environment}."""

    next = "Deploy a version first."


class DeployedMeanwhile(Refusal):
    """Version {version} is deployed to {environment} now, not version {expected}."""

    next = "Look at what is deployed, and roll back from there if that is still wanted."


async def create(work: Work, body: dict[str, Any] | str, message: str) -> Version:
    """A configuration of a person's own, as version 1."""
    configuration = validation.checked(body)
    config_id = uuid7()
    await store.lock(work, config_id)
    row = await configs.add(
        work,
        config_id,
        text.to_data(configuration),
        product_type=configuration.config_metadata.product_type,
        message=message,
        answered_by=PERSON,
        lineage=uuid7(),
    )
    tell_created(work, row)
    return row


async def add(work: Work, config_id: UUID, body: dict[str, Any] | str, message: str, based_on: int) -> Version:
    """The next version; the newest itself when nothing changed."""
    configuration = validation.checked(body)
    await store.lock(work, config_id)
    newest = await store.version(work, config_id, own=True)
    if newest.version != based_on:
        raise Outdated(work, newest, based_on)
    product = configuration.config_metadata.product_type
    if product != newest.product_type:
        raise ConfigurationInvalid([("config_metadata.product_type", f"this configuration is of a {newest.product_type} and stays so")])
    data = text.to_data(configuration)
    if difference.same(newest.body, data):
        return newest
    row = await configs.add(
        work,
        config_id,
        data,
        product_type=product,
        message=message,
        answered_by=PERSON,
        requirements_id=newest.requirements_id,
        lineage=newest.lineage,
    )
    tell_created(work, row)
    return row


def tell_created(work: Work, row: Version) -> None:
    work.emit(
        ConfigurationCreated(
            config_id=row.config_id,
            version=row.version,
            product_type=row.product_type,
            requirements_id=row.requirements_id,
            body_hash=row.body_hash,
            message=row.message,
            answered_by=row.answered_by,
            lineage=row.lineage,
        )
    )


async def deploy(work: Work, config_id: UUID, number: int, environment: str, catalogue: Catalogue) -> None:
    """New conversations take it from the commit on. Again is harmless."""
    await store.lock(work, config_id)
    row = await store.version(work, config_id, number, own=True)
    blocked = readiness.blockers(text.from_data(row.body), catalogue)
    if blocked:
        raise CannotDeploy(version=number, blockers=" ".join(f"{path}: {reason}." for path, reason in blocked))
    await put(work, row, environment)


async def put(work: Work, row: Version, environment: str) -> None:
    """The caller holds the lock and has looked for blockers."""
    if (await configs.deployments(work, row.config_id)).get(environment) == row.version:
        return
    before = await configs.deploy(work, row.config_id, row.version, environment)
    work.emit(
        ConfigurationDeployed(
            config_id=row.config_id, version=row.version, environment=environment, previous_version=before, lineage=row.lineage
        )
    )


async def roll_back(work: Work, config_id: UUID, environment: str, from_version: int | None) -> None:
    """To the version that was deployed before. With `from_version`, of two people who roll back at once only the first does."""
    await store.lock(work, config_id)
    await store.version(work, config_id, own=True)
    deployment = await store.deployment(work, config_id, environment)
    if deployment is None:
        raise NotDeployed(environment=environment)
    if from_version is not None and from_version != deployment.version:
        raise DeployedMeanwhile(version=deployment.version, environment=environment, expected=from_version)
    if deployment.previous_version is None:
        raise NothingBefore(version=deployment.version, environment=environment)
    row = await configs.version(work, config_id, deployment.previous_version)
    if row is None:
        raise NotFound()
    before = await configs.deploy(work, config_id, row.version, environment) or 0
    work.emit(
        ConfigurationRolledBack(config_id=config_id, version=row.version, environment=environment, from_version=before, lineage=row.lineage)
    )
