"""How approved requirements become a version, and when it is deployed without a person."""

from dataclasses import dataclass
from uuid import UUID

from retinue.contracts.requirements import RequirementsApproved
from retinue.engines.configs import store as configs
from retinue.engines.configs import text
from retinue.engines.configs.model import Configuration
from retinue.engines.configs.tables import Version
from retinue.engines.llm.catalogue import Catalogue
from retinue.kernel.errors import Refusal
from retinue.kernel.work import Work, uuid7
from retinue.services.configurations import store
from retinue.services.configurations.domain import difference, readiness, versions
from retinue.services.configurations.tables import Generation

PRODUCT = "chatbot"


@dataclass(frozen=True)
class ToGenerate:
    config_id: UUID
    document_file: str
    lineage: UUID | None


async def begin(work: Work, event: RequirementsApproved) -> None:
    """An approval that comes after a later one says nothing new."""
    await store.lock(work)
    if await store.known(work, event.requirements_id, event.version):
        return
    overtaken = await store.approved_later(work, event.number)
    row = Generation(
        organization_id=work.organization,
        id=uuid7(),
        requirements_id=event.requirements_id,
        requirements_version=event.version,
        document_file=event.document_file,
        automatic=event.automatic,
        lineage=event.lineage,
        number=event.number,
        status=store.OVERTAKEN if overtaken else store.WAITING,
        created_at=work.now,
        settled_at=work.now if overtaken else None,
    )
    await work.add(row)
    if not overtaken:
        work.defer("configurations.generate", generation_id=str(row.id))


async def to_generate(work: Work, id: UUID) -> ToGenerate | None:
    """None when there is nothing left to do. The configuration's id is fixed here, since its content names it."""
    await store.lock(work)
    row = await store.generation(work, id)
    if row.status != store.WAITING or await _overtaken(work, row):
        return None
    if row.config_id is None:
        last = await store.last_generation(work)
        newest = await configs.newest(work, PRODUCT)
        await work.change(row, config_id=(last.config_id if last else None) or (newest.config_id if newest else uuid7()))
    assert row.config_id is not None
    return ToGenerate(row.config_id, row.document_file, row.lineage)


async def settle(work: Work, id: UUID, configuration: Configuration, answered_by: str, catalogue: Catalogue, *, sure: bool) -> None:
    """A version, unless it would say what the newest says; deployed at once when nothing is, or when nobody had to approve."""
    await store.lock(work)
    row = await store.generation(work, id)
    if row.status != store.WAITING or await _overtaken(work, row):
        return
    last = await store.last_generation(work)  # another generation may have made the first configuration meanwhile
    config_id = (last.config_id if last else None) or row.config_id or uuid7()
    await store.lock(work, config_id)
    made, status = await _version(work, row, config_id, configuration, answered_by)
    await work.change(row, status=status, config_id=config_id, version=made.version, settled_at=work.now)
    live = await configs.deployments(work, config_id)
    if sure and (row.automatic or configs.PRODUCTION not in live) and not readiness.blockers(configuration, catalogue):
        await versions.put(work, made, configs.PRODUCTION)


async def _version(work: Work, row: Generation, config_id: UUID, configuration: Configuration, answered_by: str) -> tuple[Version, str]:
    data = text.to_data(configuration)
    known = await configs.versions(work, config_id)
    if known and known[0].body.get("widget"):  # chosen by people; requirements say nothing of it
        data.setdefault("widget", known[0].body["widget"])
    if known and difference.same(known[0].body, data):
        return known[0], store.UNCHANGED
    made = await configs.add(
        work,
        config_id,
        data,
        product_type=configuration.config_metadata.product_type,
        message=f"Generated from version {row.requirements_version} of the approved requirements",
        answered_by=answered_by,
        requirements_id=row.requirements_id,
        lineage=row.lineage,
    )
    versions.tell_created(work, made)
    return made, store.CREATED


async def fail(work: Work, id: UUID, refusal: Refusal) -> None:
    row = await store.generation(work, id)
    if row.status == store.WAITING:
        await work.change(row, status=store.FAILED, reason=str(refusal), next=refusal.next, settled_at=work.now)


async def _overtaken(work: Work, row: Generation) -> bool:
    if not await store.approved_later(work, row.number):
        return False
    await work.change(row, status=store.OVERTAKEN, settled_at=work.now)
    return True
