"""Requirements in the dossier: lines of the timeline, facts, what waits for a person, what is said to whoever was away."""

from collections.abc import Iterator

from retinue.contracts import requirements
from retinue.engines.dossier.away import Line, News, line, sentence
from retinue.engines.dossier.cards import Cards, Closes, Opens, fields
from retinue.engines.dossier.clients import REQUIREMENTS, ROLLOUT
from retinue.engines.dossier.words import by, count, short

cards = Cards()
cards.section("requirements", reads="requirements:read")
_requirements = cards.about("requirements", "requirements_id")

cards.card(
    requirements.RequirementsDrafted,
    "requirements",
    lambda e: f"Requirements drafted: {short(e.summary)}",
    lambda e: fields(e.requirements_id, version=e.version, summary=e.summary, items=e.items, status="draft", answered_by=e.answered_by),
    detail=lambda e: f"{count(e.items, 'item')} · {by(e.answered_by)}",
    subject=_requirements,
)
cards.card(
    requirements.RequirementsChanged,
    "requirements",
    lambda e: f"Requirements changed (version {e.version})",
    lambda e: fields(e.requirements_id, version=e.version, status="draft"),
    subject=_requirements,
)
cards.card(
    requirements.RequirementsApproved,
    "requirements",
    lambda e: f"Requirements approved{' automatically' if e.automatic else ''} (version {e.version})",
    lambda e: fields(e.requirements_id, version=e.version, status="approved"),
    subject=_requirements,
)


cards.stage(requirements.RequirementsDrafted, REQUIREMENTS)
cards.stage(requirements.RequirementsChanged, REQUIREMENTS)
cards.stage(requirements.RequirementsApproved, ROLLOUT)

APPROVE = cards.need("approve_requirements", "requirements", since=(requirements.RequirementsDrafted, requirements.RequirementsChanged))
cards.on(
    requirements.RequirementsDrafted,
    lambda e: [
        Closes(APPROVE, None),  # a later draft replaces those before it
        Opens(APPROVE, e.requirements_id, "Approve the requirements", f"{count(e.items, 'item')}: {short(e.summary)}"),
    ],
)
cards.on(
    requirements.RequirementsChanged,
    lambda e: [Opens(APPROVE, e.requirements_id, "Approve the requirements", f"Changed to version {e.version}")],
)
cards.on(requirements.RequirementsApproved, lambda e: [Closes(APPROVE, e.requirements_id)])


@cards.away(30)
def required(news: News) -> Iterator[Line]:
    changes = news.of(requirements.RequirementsDrafted, requirements.RequirementsChanged, requirements.RequirementsApproved)
    if not changes:
        return
    last = changes[-1]
    same = [moment for moment in changes if moment.kind == last.kind]
    if last.kind == requirements.RequirementsChanged.kind and len(same) > 1:
        yield line(f"Requirements changed {len(same)} times, last to {last.title.partition('(')[2].rstrip(')')}.", same)
    else:
        yield line(sentence(last.title), [last])
