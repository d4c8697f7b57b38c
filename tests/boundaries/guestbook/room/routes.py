"""HTTP in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, StringConstraints
from retinue.services.guestbook import domain

from retinue.kernel.http import Page, Router, works
from retinue.kernel.shapes import Body
from retinue.kernel.work import Work

router = Router("guestbook", prefix="/guestbook", tag="guestbook", about="What visitors wrote.")


class NewEntry(Body):
    words: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Written(BaseModel):
    entry_id: UUID


class Entry(Written):
    words: str
    thanked_at: datetime | None


@router.post("/entries", status_code=201, summary="Write into the guestbook")
async def write(body: NewEntry, work: Work = works("guestbook", "guestbook:write")) -> Written:
    return Written(entry_id=await domain.write(work, body.words))


@router.post("/entries/{entry_id}/thank", status_code=202, summary="Thank a guest")
async def thank(entry_id: UUID, work: Work = works("guestbook", "guestbook:write")) -> Written:
    work.defer("guestbook.thank", entry_id=str(entry_id))
    return Written(entry_id=entry_id)


@router.get("/entries", summary="Read the guestbook")
async def entries(work: Work = works("guestbook", "guestbook:read")) -> Page[Entry]:
    rows = await work.execute("select * from guestbook.entry order by id desc limit 50")
    return Page(items=[Entry(entry_id=row.id, words=row.words, thanked_at=row.thanked_at) for row in rows.all()])
