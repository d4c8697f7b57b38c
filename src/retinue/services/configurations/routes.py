"""HTTP in for configurations."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from retinue.engines.configs import model, text
from retinue.engines.configs import store as configs
from retinue.engines.configs.tables import Version as Row
from retinue.engines.configs.text import ConfigurationInvalid, ConfigurationUnreadable
from retinue.engines.llm import Models
from retinue.engines.llm.catalogue import Catalogue
from retinue.kernel.http import PAGE, PAGE_AT_MOST, Page, Router, cursor_id, cursor_number, page_of, process_of, works
from retinue.kernel.work import Work
from retinue.services.configurations import store
from retinue.services.configurations.domain import difference, readiness, validation, versions
from retinue.services.configurations.schemas import (
    AddVersion,
    Configuration,
    ConfigurationItem,
    Create,
    Deploy,
    Difference,
    Differences,
    Fault,
    GenerationItem,
    RollBack,
    Validate,
    Validation,
    Version,
    VersionItem,
)
from retinue.services.configurations.tables import Generation

router = Router(
    "configurations",
    prefix="/configurations",
    tag="configurations",
    about="What an agent is made of, in versions that are deployed and rolled back.",
)
YAML = ("application/yaml", "text/yaml", "application/x-yaml")
YAML_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {YAML[0]: {"schema": {"type": "string"}}}}}
Number = Annotated[int, Query(ge=1, le=2_000_000_000)]
VersionNumber = Annotated[int, Path(ge=1, le=2_000_000_000)]


async def listed(request: Request) -> Catalogue:
    """What there is to name in llm_config; providers are asked before any transaction."""
    return await process_of(request).get(Models).list_models()


Listed = Annotated[Catalogue, Depends(listed)]


def faults(found: Iterable[tuple[str, str]]) -> list[Fault]:
    return [Fault(path=path, reason=reason) for path, reason in found]


def item(row: Any) -> ConfigurationItem:
    return ConfigurationItem.model_validate(row, from_attributes=True)


async def whole(work: Work, config_id: UUID, catalogue: Catalogue) -> Configuration:
    newest = text.from_data((await store.version(work, config_id)).body)
    shown = item(await store.configuration(work, config_id))
    return Configuration(
        **shown.model_dump(),
        body=text.to_data(newest),
        blockers=faults(readiness.blockers(newest, catalogue)),
        missing=faults(readiness.missing(newest)),
    )


async def one_version(work: Work, row: Row, catalogue: Catalogue) -> Version:
    live = [name for name, number in sorted((await configs.deployments(work, row.config_id)).items()) if number == row.version]
    said = text.from_data(row.body)
    return Version(
        **{name: getattr(row, name) for name in VersionItem.model_fields if name not in ("deployed_in", "lineage_id")},
        deployed_in=live,
        lineage_id=row.lineage,
        body=row.body,
        blockers=faults(readiness.blockers(said, catalogue)),
        missing=faults(readiness.missing(said)),
    )


def wants_yaml(request: Request) -> bool:
    return any(kind in request.headers.get("accept", "") for kind in YAML)


def as_yaml(row: Row) -> Response:
    return Response(text.to_yaml(text.from_data(row.body)), media_type=YAML[0])


@router.get("", summary="List configurations")
async def configurations(
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE,
    work: Work = works("configurations", "configurations:read"),
) -> Page[ConfigurationItem]:
    """Newest first."""
    rows = await store.configurations(work, cursor_id(cursor), limit + 1)
    return page_of(rows, limit, lambda row: str(row.id), item)


@router.post("", status_code=201, summary="Create a configuration")
async def create(body: Create, catalogue: Listed, work: Work = works("configurations", "configurations:write")) -> Version:
    """A configuration of your own, as version 1."""
    return await one_version(work, await versions.create(work, body.body, body.message), catalogue)


@router.get("/schema", summary="Read the schema of a configuration")
async def schema(work: Work = works("configurations", "configurations:read")) -> dict[str, Any]:
    """JSON Schema (2020-12) of a configuration."""
    return model.json_schema()


@router.post("/validate", summary="Check a configuration without keeping it")
async def validate(body: Validate, catalogue: Listed, work: Work = works("configurations", "configurations:read")) -> Validation:
    """All faults with their places; nothing is kept."""
    try:
        said = validation.checked(body.body)
    except ConfigurationInvalid as refusal:
        return Validation(valid=False, deployable=False, faults=faults(refusal.problems))
    except (ConfigurationUnreadable, validation.TooLarge) as refusal:
        return Validation(valid=False, deployable=False, faults=[Fault(path="configuration", reason=str(refusal))])
    blocked = faults(readiness.blockers(said, catalogue))
    return Validation(valid=True, deployable=not blocked, blockers=blocked, missing=faults(readiness.missing(said)))


@router.get("/generations", summary="List what became of approvals")
async def generations(
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE,
    work: Work = works("configurations", "configurations:read"),
) -> Page[GenerationItem]:
    """What became of each approval, newest first."""

    def shown(row: Generation) -> GenerationItem:
        return GenerationItem.model_validate(row, from_attributes=True)

    return page_of(await store.generations(work, cursor_id(cursor), limit + 1), limit, lambda row: str(row.id), shown)


@router.get("/{config_id}", response_model=Configuration, responses=YAML_ANSWER, summary="Read a configuration")
async def configuration(
    config_id: UUID, catalogue: Listed, request: Request, work: Work = works("configurations", "configurations:read")
) -> Any:
    """With the newest version's content; as YAML alone with `Accept: application/yaml`."""
    if wants_yaml(request):
        return as_yaml(await store.version(work, config_id))
    return await whole(work, config_id, catalogue)


@router.get("/{config_id}/versions", summary="List the versions of a configuration")
async def all_versions(
    config_id: UUID,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_AT_MOST)] = PAGE,
    work: Work = works("configurations", "configurations:read"),
) -> Page[VersionItem]:
    """Newest first."""
    await store.version(work, config_id)

    def shown(row: Any) -> VersionItem:
        return VersionItem(config_id=config_id, **row._asdict())

    return page_of(await store.versions(work, config_id, cursor_number(cursor), limit + 1), limit, lambda row: row.version, shown)


@router.post("/{config_id}/versions", status_code=201, summary="Add a version")
async def add(
    config_id: UUID, catalogue: Listed, body: AddVersion, work: Work = works("configurations", "configurations:write")
) -> Version:
    """The next version. One that changes nothing answers the newest; of two people who save at once, the second is told."""
    return await one_version(work, await versions.add(work, config_id, body.body, body.message, body.based_on), catalogue)


@router.get("/{config_id}/versions/{number}", response_model=Version, responses=YAML_ANSWER, summary="Read one version")
async def version(
    config_id: UUID, number: VersionNumber, catalogue: Listed, request: Request, work: Work = works("configurations", "configurations:read")
) -> Any:
    """One version; its content as YAML alone with `Accept: application/yaml`."""
    row = await store.version(work, config_id, number)
    return as_yaml(row) if wants_yaml(request) else await one_version(work, row, catalogue)


@router.get("/{config_id}/diff", summary="Compare two versions")
async def differences(
    config_id: UUID,
    from_: Annotated[int, Query(alias="from", ge=1, le=2_000_000_000)],
    to: Number,
    work: Work = works("configurations", "configurations:read"),
) -> Differences:
    """The changes that lead from one version to the other."""
    before, after = await store.version(work, config_id, from_), await store.version(work, config_id, to)
    changes = [Difference(**change._asdict()) for change in difference.difference(before.body, after.body)]
    return Differences(config_id=config_id, from_version=from_, to_version=to, changes=changes)


@router.post("/{config_id}/deploy", summary="Deploy a version")
async def deploy(
    config_id: UUID, catalogue: Listed, body: Deploy, work: Work = works("configurations", "configurations:deploy")
) -> ConfigurationItem:
    """New conversations take this version; running ones keep theirs."""
    await versions.deploy(work, config_id, body.version, body.environment, catalogue)
    return item(await store.configuration(work, config_id))


@router.post("/{config_id}/rollback", summary="Go back to the version before")
async def roll_back(config_id: UUID, body: RollBack, work: Work = works("configurations", "configurations:deploy")) -> ConfigurationItem:
    """Back to the version that was deployed before."""
    await versions.roll_back(work, config_id, body.environment, body.from_version)
    return item(await store.configuration(work, config_id))
