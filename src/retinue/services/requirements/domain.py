"""When a draft is made, who may change it, and what approving it means."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from retinue.contracts.requirements import RequirementsApproved, RequirementsChanged, RequirementsDrafted
from retinue.contracts.research import ClaimsFound, ResearchCompleted
from retinue.kernel.errors import Refusal
from retinue.kernel.work import Work, uuid7
from retinue.services.requirements import store
from retinue.services.requirements.content import checked, claims_hash, content_hash, items_of, sourced, summary_of
from retinue.services.requirements.draft import ProfileClaims, RequirementsDraft
from retinue.services.requirements.tables import Document, Research


class Outdated(Refusal):
    """Version {version} is not the newest: version {newest} was saved at {at} by {who}."""

    next = "Read it again, look at what changed, and send your change with version {newest}."

    def __init__(self, work: Work, row: Document, version: int) -> None:
        who = "you" if row.updated_by and row.updated_by == work.actor else f"person {row.updated_by}" if row.updated_by else "Retinue"
        super().__init__(version=version, newest=row.version, at=f"{row.updated_at:%Y-%m-%d %H:%M:%S} UTC", who=who)
        self.next = self.next.format(newest=row.version)


class NotADraft(Refusal):
    """These requirements are {status}, so they cannot be changed."""

    next = "Reopen them first; the configuration that came of them stays in use meanwhile."


class Replaced(Refusal):
    """A later draft replaced these requirements."""

    next = "Approve the later draft, or reopen this one to make it count again."


class StillADraft(Refusal):
    """These requirements are a draft already."""

    next = "Change them, or approve them."


class UnknownSources(Refusal):
    """These are no claims of the research behind this document: {ids}."""

    status = 422
    next = "Name claims of this document's own sources, or leave source_claims empty."


@dataclass(frozen=True)
class ToDraft:
    profile: ProfileClaims
    lineage: UUID | None


async def keep_claims(work: Work, event: ClaimsFound) -> None:
    research = await store.research(work, event.job_id)
    await store.keep_claims(work, event.job_id, event.number, event.claims)
    await _when_complete(work, research)


async def research_completed(work: Work, event: ResearchCompleted) -> None:
    research = await store.research(work, event.job_id)
    if research.number is None:
        await work.change(research, source=event.source, expected=event.claims, number=event.number, lineage=event.lineage)
    await _when_complete(work, research)


async def _when_complete(work: Work, research: Research) -> None:
    """Events may come late: whichever is the last of the job's starts the draft."""
    if research.status != store.GATHERING or research.expected is None:
        return
    if await store.count_claims(work, research.id) >= research.expected:
        await work.change(research, status=store.DRAFTING)
        work.defer("requirements.draft", research_job_id=str(research.id))


async def to_draft(work: Work, job_id: UUID) -> ToDraft | None:
    """What the draft is made of; None when there is nothing left to do. The same facts as last time need no second draft."""
    await store.lock(work)
    research = await store.research(work, job_id)
    if research.status != store.DRAFTING or await _is_overtaken(work, research):
        return None
    rows = await store.claims(work, work.organization, job_id)
    profile = ProfileClaims(company=await store.company(work) or _named_by(research), claims=[sourced(row) for row in rows])
    standing = await store.standing(work)
    if standing and standing.claims_hash == claims_hash(profile):
        await _confirm(work, research, standing)
        return None
    return ToDraft(profile, research.lineage)


async def settle(
    work: Work, job_id: UUID, profile: ProfileClaims, written: RequirementsDraft, document_file: str, answered_by: str, confidence: float
) -> None:
    """Store and tell, once."""
    await store.lock(work)
    research = await store.research(work, job_id)
    if research.status != store.DRAFTING or await _is_overtaken(work, research):
        return
    body = written.model_dump(mode="json")
    drafted = content_hash(body)
    standing = await store.standing(work)
    if standing and drafted in (standing.drafted_hash, content_hash(standing.body)):
        await _confirm(work, research, standing)
        return
    row = Document(
        organization_id=work.organization,
        id=uuid7(),
        research_job_id=job_id,
        confirmed_by=job_id,
        status=store.DRAFT,
        version=1,
        body=body,
        summary=summary_of(body),
        items=sum(1 for _ in items_of(body)),
        answered_by=answered_by,
        confidence=confidence,
        claims_hash=claims_hash(profile),
        drafted_hash=drafted,
        drafted=body,
        document_file=document_file,
        lineage=research.lineage or uuid7(),
        automatic=False,
        created_at=work.now,
        updated_at=work.now,
    )
    await store.supersede(work, store.DRAFT, but=row.id)
    await work.add(row)
    await work.change(research, status=store.DRAFTED, requirements_id=row.id, settled_at=work.now)
    work.emit(
        RequirementsDrafted(
            requirements_id=row.id,
            version=row.version,
            document_file=document_file,
            research_job_id=job_id,
            summary=row.summary,
            items=row.items,
            answered_by=answered_by,
            lineage=row.lineage,
        )
    )


async def fail(work: Work, job_id: UUID, refusal: Refusal) -> None:
    research = await store.research(work, job_id)
    if research.status == store.DRAFTING:
        await work.change(research, status=store.FAILED, reason=str(refusal), next=refusal.next, settled_at=work.now)


async def _is_overtaken(work: Work, research: Research) -> bool:
    """Research that completed before what is known now says nothing new, however late it comes."""
    if research.number is None or not await store.overtaken(work, research.number):
        return False
    await work.change(research, status=store.OVERTAKEN, settled_at=work.now)
    return True


async def _confirm(work: Work, research: Research, standing: Document) -> None:
    await work.change(research, status=store.UNCHANGED, requirements_id=standing.id, settled_at=work.now)
    await work.change(standing, confirmed_by=research.id)


async def change(work: Work, id: UUID, body: RequirementsDraft, document_file: str, version: int) -> Document:
    row = await store.document(work, id, lock=True)
    if row.status != store.DRAFT:
        raise NotADraft(status=row.status)
    if row.version != version:
        raise Outdated(work, row, version)
    changed = checked(body).model_dump(mode="json")
    await _known_sources(work, row, changed)
    if changed == row.body:
        return row
    items = sum(1 for _ in items_of(changed))
    await _next_version(work, row, body=changed, summary=summary_of(changed), items=items, document_file=document_file)
    return row


async def reopen(work: Work, id: UUID, version: int) -> Document:
    """What was approved or replaced becomes a draft again, as a new version."""
    await store.lock(work)
    row = await store.document(work, id, lock=True)
    if row.version != version:
        raise Outdated(work, row, version)
    if row.status == store.DRAFT:
        raise StillADraft()
    await _next_version(work, row, status=store.DRAFT, automatic=False, approved_at=None, approved_by=None)
    return row


async def _next_version(work: Work, row: Document, **changed: Any) -> None:
    await work.change(row, **changed, version=row.version + 1, updated_at=work.now, updated_by=work.actor)
    work.emit(RequirementsChanged(requirements_id=row.id, version=row.version, document_file=row.document_file, lineage=row.lineage))


async def approve(work: Work, id: UUID, version: int, automatic: bool) -> Document:
    """From now on this document, and no other, says what the client needs. Again is harmless."""
    await store.lock(work)
    row = await store.document(work, id, lock=True)
    if row.version != version:
        raise Outdated(work, row, version)
    if row.status == store.APPROVED:
        return row
    if row.status == store.SUPERSEDED:
        raise Replaced()
    await store.supersede(work, store.APPROVED, but=row.id)
    await work.change(row, status=store.APPROVED, automatic=automatic, approved_at=work.now, approved_by=work.actor)
    work.emit(
        RequirementsApproved(
            requirements_id=row.id, version=row.version, document_file=row.document_file, automatic=automatic, lineage=row.lineage
        )
    )
    return row


async def _known_sources(work: Work, row: Document, body: dict[str, Any]) -> None:
    known = {str(claim.id) for claim in await store.claims(work, row.organization_id, row.research_job_id)}
    named = {id for item in items_of(body) for id in item["source_claims"]}
    if unknown := sorted(named - known):
        raise UnknownSources(ids=", ".join(id[:60] for id in unknown[:5]))


def _named_by(research: Research) -> str:
    """Without a client's name, the address that was read, or what was sent."""
    source = research.source or "the company"
    return urlsplit(source).hostname or source
