"""Configurations in the dossier: lines of the timeline, facts, what waits for a person, what is said to whoever was away."""

from collections.abc import Iterator

from retinue.contracts import configurations
from retinue.engines.dossier.away import Line, News, line, sentence, were
from retinue.engines.dossier.cards import Cards, fields
from retinue.engines.dossier.clients import LIVE, PRODUCTION, ROLLOUT
from retinue.engines.dossier.words import by, short

cards = Cards()
cards.section("agents", reads="configurations:read")
_configuration = cards.about("configuration", "config_id")

cards.card(
    configurations.ConfigurationCreated,
    "agents",
    lambda e: f"{e.product_type.capitalize()} configuration version {e.version}: {short(e.message)}",
    lambda e: fields(e.config_id, product_type=e.product_type, newest_version=e.version, answered_by=e.answered_by),
    detail=lambda e: by(e.answered_by),
    subject=_configuration,
)
cards.card(
    configurations.ConfigurationDeployed,
    "agents",
    lambda e: f"Version {e.version} went live in {e.environment}",
    lambda e: fields(e.config_id, **{f"deployed_{e.environment}": e.version}),
    detail=lambda e: f"version {e.previous_version} before" if e.previous_version else "the first there",
    subject=_configuration,
)
cards.card(
    configurations.ConfigurationRolledBack,
    "agents",
    lambda e: f"Rolled back from version {e.from_version} to {e.version}",
    lambda e: fields(e.config_id, **{f"deployed_{e.environment}": e.version}),
    detail=lambda e: f"in {e.environment}",
    subject=_configuration,
)


cards.stage(configurations.ConfigurationCreated, ROLLOUT)
cards.stage(configurations.ConfigurationDeployed, lambda e: LIVE if e.environment == PRODUCTION else ROLLOUT)
cards.stage(configurations.ConfigurationRolledBack, lambda e: LIVE if e.environment == PRODUCTION else ROLLOUT)


@cards.away(20)
def configured(news: News) -> Iterator[Line]:
    live = news.of(configurations.ConfigurationDeployed, configurations.ConfigurationRolledBack)
    made = [moment for moment in news.of(configurations.ConfigurationCreated) if not live or moment.number > live[-1].number]
    if live:
        yield line(sentence(live[-1].title), live[-1:])
    if made:
        what = "version" if len(made) == 1 else "versions"
        yield line(f"{len(made)} new configuration {what} {were(len(made))} made and {were(len(made))} not put live.", made)
