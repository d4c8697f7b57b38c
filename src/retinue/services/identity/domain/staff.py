"""Who of the operator's staff is on which client: put on and taken off, standing in for a time, handed over; nobody leaves a client alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from retinue.contracts.identity import ClientHandedOver, StaffPutOn, StaffTakenOff
from retinue.contracts.permissions import EVERYWHERE, SALES_AGENT
from retinue.kernel.errors import NotFound, Refusal
from retinue.kernel.work import Database, Work
from retinue.services.identity import assignments, store

STAGES = {SALES_AGENT: "sales", "onboarding_specialist": "onboarding", "support_specialist": "support", "success_manager": "success"}
NAMED = 5  # clients at most that a refusal names


class OperatorOnly(Refusal):
    """Only the operator's staff, in the operator's organization, register clients and put people on them."""

    status = 403
    next = "Leave out the X-Tenant-ID header, or sign in as one of the operator's staff."


class RoleNotHeld(Refusal):
    """{name} is no {role} in the operator's organization, and may do no more at a client than at home."""

    status = 422
    next = "Give them the role first: PUT /api/v1/people/{user_id}/roles."


class PastEnd(Refusal):
    """The time for which somebody would be on the client is over."""

    status = 422
    next = "Give `until` in the future, or leave it out."


class StandInWithoutEnd(Refusal):
    """Whoever stands in for somebody does so for a time."""

    status = 422
    next = "Give `until`, or leave out `stands_in_for`."


class NotOnClient(Refusal):
    """{name} is not on this client."""

    status = 409
    next = "GET /api/v1/clients/{client_id}/staff lists who is."


class LooksAfterClient(Refusal):
    """{name} looks after this client."""

    status = 409
    next = "Say who does from now on: `hand_to`, or PUT /api/v1/clients/{client_id}/lead."


class CannotLead(Refusal):
    """{name} cannot look after a client: that is for sales agents, and for those who reach every client."""

    status = 422
    next = "Choose somebody else, or give them the role sales_agent first."


class LeavesClients(Refusal):
    """Without these roles {name} would leave {count} clients alone: {clients}."""

    status = 409
    next = "Say who takes them over: `hand_to`. GET /api/v1/people/{user_id}/clients lists them."


class CannotTakeOver(Refusal):
    """{name} is no {role}, and does not reach every client either."""

    status = 422
    next = "Choose somebody who is, or give them the role first."


async def put_on(work: Work, client_id: UUID, user_id: UUID, role: str, until: datetime | None, stands_in_for: UUID | None) -> None:
    """Putting somebody on twice is putting them on once, until the later word says. Raises what stands above."""
    client = await _client(work, client_id)
    person, held = await _colleague(work, user_id)
    if role not in held:
        raise RoleNotHeld(name=person.name, role=role.replace("_", " "))
    if until is not None and until <= work.now:
        raise PastEnd()
    if stands_in_for is not None:
        if until is None:
            raise StandInWithoutEnd()
        absent = await store.user(work, stands_in_for)
        if absent is None or (client.assigned_to != stands_in_for and not await assignments.open_ones(work, client_id, stands_in_for)):
            raise NotOnClient(name=absent.name if absent else "Nobody of this id")
    stage = STAGES.get(role, "team")
    assignment = await assignments.assign(
        work, client_id, user_id, role, stage=stage, by=work.actor, until=until, stands_in_for=stands_in_for
    )
    await assignments.reach(work, EVERYWHERE, agents=[user_id], clients=[client_id])
    work.emit(
        StaffPutOn(
            client_id=client_id,
            user_id=user_id,
            role=role,
            until=until,
            stands_in_for=stands_in_for,
            by=work.actor,
            person=user_id,
            name=person.name,
        )
    )
    work.defer("identity.tell_client", client_id=str(client_id))
    if until is not None:
        work.defer("identity.end_stand_in", at=until, assignment_id=str(assignment))


async def take_off(work: Work, client_id: UUID, user_id: UUID, hand_to: UUID | None = None) -> None:
    """Raises NotFound, NotOnClient, LooksAfterClient, CannotLead."""
    client, person = await _client(work, client_id), await store.user(work, user_id)
    if person is None:
        raise NotFound()
    if client.assigned_to == user_id:
        if hand_to is None or hand_to == user_id:
            raise LooksAfterClient(name=person.name)
        await lead(work, client_id, hand_to)
    elif not await assignments.open_ones(work, client_id, user_id):
        raise NotOnClient(name=person.name)
    await _end(work, await assignments.open_ones(work, client_id, user_id), person.name)


async def lead(work: Work, client_id: UUID, user_id: UUID) -> None:
    """From here on this one looks after the client; who did so stays on it. Raises NotFound, CannotLead."""
    client = await _client(work, client_id)
    person, held = await _colleague(work, user_id)
    if not can_lead(held):
        raise CannotLead(name=person.name)
    if client.assigned_to == user_id:
        return
    await assignments.lead(work, client_id, user_id)
    if SALES_AGENT in held:
        await assignments.assign(work, client_id, user_id, SALES_AGENT, stage=STAGES[SALES_AGENT], by=work.actor)
    await assignments.reach(work, EVERYWHERE, agents=[user_id], clients=[client_id])
    work.emit(ClientHandedOver(client_id=client_id, to=user_id, by=work.actor))
    work.defer("identity.tell_client", client_id=str(client_id))


def can_lead(held: Sequence[str]) -> bool:
    return SALES_AGENT in held or bool(EVERYWHERE & set(held))


async def narrow(work: Work, person: Any, held: Sequence[str], hand_to: UUID | None) -> None:
    """What staff may do at a client is never more than what they may do at home. Whoever would leave clients alone hands them over first.

    Raises LeavesClients, NotFound, CannotLead, CannotTakeOver.
    """
    left = await assignments.left_alone(work, person.id, list(held), leads=not can_lead(held), everywhere=bool(EVERYWHERE & set(held)))
    if left and (hand_to is None or hand_to == person.id):
        names = list(dict.fromkeys(row.name for row in left))
        shown = ", ".join(names[:NAMED]) + (" and others" if len(names) > NAMED else "")
        raise LeavesClients(name=person.name, count=len(names), clients=shown)
    if left and hand_to is not None:
        heir, theirs = await _colleague(work, hand_to)
        for row in left:
            if row.role is None:
                await lead(work, row.client_id, hand_to)
            elif row.role in theirs:
                await put_on(work, row.client_id, hand_to, row.role, None, None)
            elif not EVERYWHERE & set(theirs):
                raise CannotTakeOver(name=heir.name, role=row.role.replace("_", " "))
    await _end(work, [a for a in await assignments.open_ones(work, None, person.id) if a.role not in held], person.name)
    await assignments.reach(work, EVERYWHERE, agents=[person.id])


async def _end(work: Work, ending: Sequence[Any], name: str | None) -> None:
    await assignments.end_assignments(work, [a.id for a in ending])
    for client_id in dict.fromkeys(a.client_id for a in ending):
        await assignments.reach(work, EVERYWHERE, agents=list({a.agent_id for a in ending}), clients=[client_id])
        work.defer("identity.tell_client", client_id=str(client_id))
    for a in ending:
        work.emit(StaffTakenOff(client_id=a.client_id, user_id=a.agent_id, role=a.role, by=work.actor, person=a.agent_id, name=name))


async def end_stand_in(database: Database, operator: UUID, assignment_id: UUID) -> None:
    """When its time is over, and only then: it may have been prolonged."""
    async with database.work("identity", operator) as work:
        row = await assignments.due_assignment(work, assignment_id)
        if row is not None:
            person = await store.user(work, row.agent_id)
            await _end(work, [row], person.name if person else None)


async def settle_access(database: Database, operator: UUID) -> None:
    """Everybody reaches what they should and nothing else, whatever went by: also those who were owners before owners reached every client."""
    async with database.work("identity", operator) as work:
        for row in await assignments.overdue_assignments(work):
            person = await store.user(work, row.agent_id)
            await _end(work, [row], person.name if person else None)
        await assignments.reach(work, EVERYWHERE)


async def _client(work: Work, client_id: UUID) -> Any:
    """Of the operator, locked with its other clients against two who change who is on it. Raises OperatorOnly, NotFound."""
    if not await store.lock_organization(work):
        raise OperatorOnly()
    client = await store.client(work, str(client_id))
    if client is None:
        raise NotFound()
    return client


async def _colleague(work: Work, user_id: UUID) -> tuple[Any, list[str]]:
    """Somebody of the staff who may sign in, and their roles. Raises NotFound."""
    person, held = await store.user(work, user_id), (await store.roles_here(work)).get(user_id, [])
    if person is None or person.disabled_at is not None:
        raise NotFound()
    return person, held
