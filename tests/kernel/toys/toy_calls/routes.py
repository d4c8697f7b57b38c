"""HTTP of toy_calls."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from kernel.toys.contracts.toy_calls import CallSummarised
from kernel.toys.toy_calls.domain import end
from retinue.kernel.asks import Ask, Tell
from retinue.kernel.errors import NotFound
from retinue.kernel.http import AfterEvent, Page, Router, cursor_value, page_of, works
from retinue.kernel.process import Process
from retinue.kernel.work import Work

router = Router("toy_calls", prefix="/calls")


class NewCall(BaseModel):
    minutes: int
    caller: str | None = None


class Call(BaseModel):
    id: UUID
    minutes: int
    summary: str | None = None


class Model:
    """Stands for a model: says how it answers."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = 0
        self.refuses = False
        self.raises: Exception | None = None
        self.pieces: tuple[str, ...] = ()


@router.post("", status_code=201)
async def post(new: NewCall, work: Work = works("toy_calls", "conversations:write")) -> Call:
    return Call(id=await end(work, new.minutes, new.caller), minutes=new.minutes)


@router.get("")
async def list_(
    cursor: str | None = None,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
    _: int | None = AfterEvent("toy_billing"),
    work: Work = works("toy_calls", "conversations:read"),
) -> Page[Call]:
    rows = await work.execute(
        "select * from toy_calls.call where cast(:c as uuid) is null or id < :c order by id desc limit :n",
        c=cursor_value(cursor),
        n=size + 1,
    )
    return page_of(rows.all(), size, lambda r: r.id, lambda r: Call(id=r.id, minutes=r.minutes, summary=r.summary))


@router.get("/lines")
async def lines(_: int | None = AfterEvent("toy_billing"), work: Work = works("toy_billing", "conversations:read")) -> int:
    return int((await work.execute("select count(*) from toy_billing.line")).scalar_one())


@router.get("/streamed")
async def streamed() -> StreamingResponse:
    async def parts() -> Any:
        yield b"one"

    return StreamingResponse(parts())


@router.get("/{id}")
async def get(id: UUID, work: Work = works("toy_calls", "conversations:read")) -> Call:
    row = (await work.execute("select * from toy_calls.call where id = :id", id=id)).first()
    if row is None:
        raise NotFound()
    return Call(id=row.id, minutes=row.minutes, summary=row.summary)


@router.delete("/{id}", status_code=204)
async def delete(id: UUID, work: Work = works("toy_calls", "conversations:write")) -> None:
    await work.execute("delete from toy_calls.call where id = :id", id=id)


@router.post("/broken")
async def broken(work: Work = works("toy_calls", "conversations:write")) -> None:
    await end(work)
    raise ZeroDivisionError("secret words of a library")


async def model(process: Process, input: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Tells its pieces, waits at the gate, answers."""
    model = process.get(Model)
    model.asked += 1
    if model.refuses:
        raise NotFound()
    if model.raises:
        raise model.raises
    gate = model.gate
    for piece in model.pieces:
        tell({"text": piece})
    await gate.wait()
    return {"summary": f"{input['minutes']} minutes", "answered_by": "model"}


async def rules(process: Process, input: dict[str, Any], tell: Tell) -> dict[str, Any]:
    if process.get(Model).raises:
        raise ZeroDivisionError()
    return {"summary": f"{input['minutes']} min", "answered_by": "rules"}


async def settle(work: Work, input: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    await work.execute(
        "update toy_calls.call set summary = :s where (organization_id, id) = (:o, :id)",
        s=output["summary"],
        o=work.organization,
        id=UUID(input["id"]),
    )
    work.emit(CallSummarised(call_id=UUID(input["id"]), summary=output["summary"]))
    return {"id": input["id"], **output}


async def given_up(process: Process, work: Work, input: dict[str, Any]) -> dict[str, Any]:
    work.emit(CallSummarised(call_id=UUID(input["id"]), summary="a person will look"))
    return {"id": input["id"], "summary": "a person will look"}


async def again(work: Work, input: dict[str, Any]) -> None:
    await work.execute(
        "update toy_calls.call set summary = 'again' where (organization_id, id) = (:o, :id)", o=work.organization, id=UUID(input["id"])
    )


summarise = Ask("toy_calls", "toy_calls.summarise", ask=model, rules=rules, settle=settle, given_up=given_up, again=again)


@router.post("/{id}/summary")
async def summary(id: UUID, request: Request) -> Response:
    async def prepare(work: Work) -> dict[str, Any]:
        row = (await work.execute("select id, minutes from toy_calls.call where id = :id for update", id=id)).first()
        if row is None:
            raise NotFound()
        return {"id": str(row.id), "minutes": row.minutes}

    return await summarise.answer(request, "conversations:write", prepare)
