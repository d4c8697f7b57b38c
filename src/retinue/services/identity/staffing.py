"""Over HTTP: who of the operator's staff is on which client, and whose clients are whose."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from retinue.kernel.errors import NotFound
from retinue.kernel.http import Page, Router, works
from retinue.kernel.work import Work
from retinue.services.identity import assignments, store
from retinue.services.identity import schemas as s
from retinue.services.identity.domain import staff
from retinue.services.identity.routes import read_client

of_clients = Router("identity", prefix="/clients", tag="clients")
of_people = Router("identity", prefix="/people", tag="people")
routers = (of_clients, of_people)


@of_clients.get("/{client_id}/staff", summary="List who of the staff is on a client")
async def list_staff(client_id: UUID, work: Work = works("identity", "clients:read")) -> Page[s.OnClient]:
    """Of the operator's people, in the operator's organization: who was put on this client. Its owners and admins reach every client beside these."""
    client = await store.client(work, str(client_id))
    if client is None:
        raise NotFound()
    open_ones = await assignments.open_ones(work, client_id, None)
    return Page(items=[on_client(row, {client_id: client.assigned_to}) for row in open_ones])


@of_clients.post("/{client_id}/staff", status_code=201, summary="Put somebody of the staff on a client")
async def put_on(client_id: UUID, body: s.PutOn, work: Work = works("identity", "people:write")) -> Page[s.OnClient]:
    """Put somebody on a client, in a role that they hold at home; with `until` for a time, and with `stands_in_for` in somebody's place."""
    await staff.put_on(work, client_id, body.user_id, body.role, body.until, body.stands_in_for)
    return await list_staff(client_id, work)


@of_clients.delete("/{client_id}/staff/{user_id}", status_code=204, summary="Take somebody of the staff off a client")
async def take_off(client_id: UUID, user_id: UUID, hand_to: UUID | None = None, work: Work = works("identity", "people:write")) -> None:
    """`hand_to`: who looks after the client from now on, when it was this person."""
    await staff.take_off(work, client_id, user_id, hand_to)


@of_clients.put("/{client_id}/lead", summary="Hand a client over to who looks after it")
async def set_lead(client_id: UUID, body: s.Lead, work: Work = works("identity", "people:write")) -> s.Client:
    """Who looks after the client from now on. Whoever did so stays on it."""
    await staff.lead(work, client_id, body.user_id)
    return await read_client(str(client_id), work)


def on_client(row: Any, leads: Mapping[UUID, UUID]) -> s.OnClient:
    return s.OnClient(
        client_id=row.client_id,
        client_name=row.client_name,
        user_id=row.agent_id,
        name=row.name,
        role=row.role,
        stage=row.stage,
        leads=leads.get(row.client_id) == row.agent_id,
        since=row.started_at,
        until=row.until,
        stands_in_for=row.stands_in_for,
        put_on_by=row.assigned_by,
    )


@of_people.get("/{user_id}/clients", summary="List the clients of somebody of the staff")
async def persons_clients(user_id: UUID, work: Work = works("identity", "people:write")) -> s.PersonsClients:
    """Of the operator's staff: the clients that somebody looks after, and all that they are on."""
    if await store.user(work, user_id) is None:
        raise NotFound()
    led = await assignments.led(work, user_id)
    on = await assignments.open_ones(work, None, user_id)
    return s.PersonsClients(
        leads=[s.Led(client_id=row.id, name=row.name) for row in led], on=[on_client(row, {row.id: user_id for row in led}) for row in on]
    )
