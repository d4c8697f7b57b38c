"""What keeps a configuration from being deployed, and what an agent on it does without: nothing that is accepted is passed over in silence."""

from collections.abc import Iterator

from retinue.engines.configs.model import Configuration
from retinue.engines.dialogue import triggers
from retinue.engines.llm.catalogue import Catalogue
from retinue.services.configurations.domain.validation import CHANNELS, Fault
from retinue.services.configurations.generation import BUILT_IN, COLLECTED

NOT_YET = {
    "followup_scheduling": "follow-ups are not sent yet",
    "cross_sell_upsell": "nothing is recommended yet",
    "survey_questions": "surveys are not asked yet",
    "outbound_retargeting": "nobody is written to unasked yet",
}


def blockers(configuration: Configuration, catalogue: Catalogue) -> list[Fault]:
    """What keeps it from being deployed. A tool or channel marked missing blocks nothing: the agent does without it."""
    return [
        *_product(configuration),
        *_tools(configuration),
        *_models(configuration, catalogue),
        *_stores(configuration),
        *_features(configuration),
    ]


def _product(configuration: Configuration) -> Iterator[Fault]:
    if configuration.config_metadata.product_type == "voicebot":
        yield Fault("config_metadata.product_type", "there is no voice service to run a voicebot yet")


def _tools(configuration: Configuration) -> Iterator[Fault]:
    for place, tool in enumerate(configuration.tools):
        if tool.status == "implemented" and tool.tool_name not in BUILT_IN:
            yield Fault(f"tools_available[{place}]", f"the tool {tool.tool_name} does not exist")
    for place, integration in enumerate(configuration.integrations):
        if integration.status == "implemented" and integration.integration_name not in CHANNELS:
            yield Fault(f"integrations[{place}]", f"the integration {integration.integration_name} does not exist")


def _models(configuration: Configuration, catalogue: Catalogue) -> Iterator[Fault]:
    llm = configuration.llm_config
    for path, asked in (("llm_config", llm), ("llm_config.fallback", llm.fallback)):
        if asked and (fault := catalogue.fault(asked.provider, asked.model)):
            yield Fault(path, fault)
    given = llm.parameters
    providers = {llm.provider, llm.fallback.provider if llm.fallback else ""}
    if "anthropic" in providers and given.top_p is not None:
        yield Fault("llm_config.parameters.top_p", "anthropic takes temperature or top_p and not both; leave top_p out")


def _stores(configuration: Configuration) -> Iterator[Fault]:
    database, vectors = configuration.database_config, configuration.vector_db_config
    if database.type != "postgresql":
        yield Fault(
            "database_config.type",
            f"agents keep what they know in this installation's PostgreSQL, not in {database.type}; write postgresql",
        )
    if database.tables:
        yield Fault("database_config.tables", "agents have no tables of their own; leave them out")
    if vectors and vectors.type != "pgvector":
        yield Fault("vector_db_config.type", f"passages are kept in this installation's PostgreSQL, not in {vectors.type}; write pgvector")


def _features(configuration: Configuration) -> Iterator[Fault]:
    features = configuration.workflow_features
    for name, what in NOT_YET.items():
        feature = getattr(features, name)
        if feature is not None and feature.enabled:
            yield Fault(f"workflow_features.{name}", f"kept, but {what}; write enabled: false until they are")
    collection, escalation = features.pii_collection, features.human_escalation
    for place, field in enumerate(collection.fields if collection and collection.enabled else ()):
        if field not in COLLECTED:
            path = f"workflow_features.pii_collection.fields[{place}]"
            yield Fault(path, f"kept, but nothing takes down {field} yet; what is taken down is {', '.join(COLLECTED)}")
    if escalation is None or not escalation.enabled:
        return
    place_of = "workflow_features.human_escalation"
    for place, trigger in enumerate(escalation.triggers):
        if not triggers.known(trigger.condition):
            known = [*triggers.CONDITIONS, *(f"{measure} < 0.5" for measure in triggers.MEASURES)]
            yield Fault(f"{place_of}.triggers[{place}].condition", f"nothing can tell {trigger.condition}; there are {', '.join(known)}")
    if escalation.unavailable_action == "show_contact":
        yield Fault(f"{place_of}.unavailable_action", "kept, but nothing is shown yet; write queue_callback or take_message")


def missing(configuration: Configuration) -> list[Fault]:
    """What the agent will do without."""
    described = {need.tool_name for need in configuration.tools_needed}
    unsaid = "; describe under tools_needed what it takes and gives, so that it can be made"
    found = [
        Fault(f"tools_available[{place}]", f"the tool {tool.tool_name} is still missing{'' if tool.tool_name in described else unsaid}")
        for place, tool in enumerate(configuration.tools)
        if tool.status == "missing"
    ]
    found += [
        Fault(f"integrations[{place}]", f"the integration {integration.integration_name} is still missing")
        for place, integration in enumerate(configuration.integrations)
        if integration.status == "missing"
    ]
    return found
