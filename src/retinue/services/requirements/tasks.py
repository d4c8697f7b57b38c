"""The AI tasks of requirements: a draft from a researched profile."""

from retinue.engines.llm import Ruled, Task
from retinue.services.requirements.draft import ProfileClaims, RequirementsDraft
from retinue.services.requirements.rules import draft_by_rules

PROMPT = """You prepare a requirements draft for an agent that will answer a company's customers. You are given the company's name and claims
about it, each with an id. Write plain, complete sentences that the company itself will read. Every item names in `source_claims` the ids of
the claims it follows from; an item without claims must hold for any company. Guess nothing: what the claims do not say becomes an open
question to the company. Do not turn an inference into a fact."""

# The claims that a draft builds on most; what is missing of them lowers the confidence.
_WANTED = ("description", "product_or_service", "customer_segment", "opening_hours", "phone", "email", "pain_point", "opportunity")


def _rules(profile: ProfileClaims) -> Ruled[RequirementsDraft]:
    known = {claim.field for claim in profile.claims}
    return Ruled(draft_by_rules(profile), round(0.3 + 0.5 * sum(field in known for field in _WANTED) / len(_WANTED), 2))


draft = Task(
    "requirements.draft",
    prompt=PROMPT,
    input=ProfileClaims,
    output=RequirementsDraft,
    rules=_rules,
    threshold=0.3,
    tier="premium",
    max_tokens=8_000,
    max_input_chars=200_000,
    untrusted="retrieved",
)


def with_known_sources(written: RequirementsDraft, profile: ProfileClaims) -> RequirementsDraft:
    """The draft without ids that are no claim of the profile; for answers of a model, which may invent them."""
    known = {claim.id for claim in profile.claims}

    def kept(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: [i for i in item if i in known] if key == "source_claims" and isinstance(item, list) else kept(item)
                for key, item in value.items()
            }
        return [kept(item) for item in value] if isinstance(value, list) else value

    return RequirementsDraft.model_validate(kept(written.model_dump()))
