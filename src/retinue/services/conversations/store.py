"""Rows of conversations and messages, and the lock that orders what happens in one conversation."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from retinue.kernel.errors import NotFound
from retinue.kernel.work import Work, uuid7
from retinue.services.conversations import heard

# What staff call the visitor; the visitor sees only what was said in the conversation.
KNOWN_AS = (
    "coalesce((select coalesce(h.name, k.name) from contacts.contact k left join contacts.contact h on (h.organization_id, h.id) ="
    " (k.organization_id, k.head) where (k.organization_id, k.id) = (c.organization_id, c.contact_id)), c.visitor_name)"
)
LISTED = (
    f"c.organization_id, c.id, c.channel, c.status, c.config_id, c.config_version, c.lineage, c.subject, c.visitor_name as said_name, {KNOWN_AS} as visitor_name,"
    " coalesce((select k.head from contacts.contact k where (k.organization_id, k.id) = (c.organization_id, c.contact_id)), c.contact_id) as contact_id,"
    " c.taken_by, c.identified,"
    " c.callback, c.positions, c.waiting_since, c.started_at, c.last_message_at, c.ended_at"
)
SHOWN = (
    "id, position, role, content, citations, rich_content, attachments, actions, grounded, answered_by, confidence, config_version, in_answer_to,"
    " client_message_id, created_at"
)


TEST = "test"  # the channel on which staff try a version


async def lock(work: Work, id: UUID) -> Any:
    """The conversation, held to the end of the Work; with it what a turn needs to know. Raises NotFound.

    The key of its person comes along for what this Work will tell, and stays with the Work.
    """
    row = (
        await work.execute(
            "select c.*,"
            " exists (select from conversations.presence p where p.organization_id = c.organization_id and p.until > :now) as present,"
            " exists (select from contacts.identity i where (i.organization_id, i.contact_id) = (c.organization_id, c.contact_id)"
            " and i.kind in ('email', 'phone')) as reachable,"
            " exists (select from conversations.message m where (m.organization_id, m.conversation_id) = (c.organization_id, c.id)"
            " and not m.remembered) as news,"
            " exists (select from conversations.message m where (m.organization_id, m.conversation_id) = (c.organization_id, c.id)"
            " and not m.remembered and not m.answered) as queue,"
            " (select p.key from kernel.person p where (p.organization_id, p.id) = (c.organization_id, c.person)) as person_key"
            " from conversations.conversation c where (c.organization_id, c.id) = (:o, :id) for update of c",
            o=work.organization,
            id=id,
            now=work.now,
        )
    ).first()
    if row is None:
        raise NotFound()
    known = row._asdict()
    if key := known.pop("person_key"):
        work.keys.known[row.person] = key
    return SimpleNamespace(**known)


async def conversation(work: Work, id: UUID) -> Any:
    """Raises NotFound."""
    row = (await work.execute(f"select {LISTED}, c.person from conversations.conversation c where c.id = :id", id=id)).first()
    if row is None:
        raise NotFound()
    return row


async def page(work: Work, *, status: str | None, search: str | None, before: tuple[datetime, UUID] | None, size: int) -> Sequence[Any]:
    """Latest first, one more than `size`; of all organizations that the Work may read."""
    conditions, values = ["true"], dict[str, Any](size=size + 1)
    if status:
        conditions.append("c.status = :status")
        values["status"] = status
    if before:
        conditions.append("(c.last_message_at, c.id) < (cast(:at as timestamptz), cast(:id as uuid))")
        values["at"], values["id"] = before
    if search:
        conditions.append(
            f"(c.subject ilike :like or {KNOWN_AS} ilike :like or exists (select from conversations.message m where"
            " (m.organization_id, m.conversation_id) = (c.organization_id, c.id) and m.content ilike :like))"
        )
        values["like"] = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await work.execute(
        f"select {LISTED} from conversations.conversation c where {' and '.join(conditions)} order by c.last_message_at desc, c.id desc limit :size",
        **values,
    )
    return rows.all()


async def counts(work: Work, config_id: UUID) -> Sequence[Any]:
    """Conversations by version, newest version first."""
    rows = await work.execute(
        "select config_version, count(*) as conversations, count(*) filter (where status <> 'ended') as running"
        " from conversations.conversation where config_id = :c and channel <> :test group by 1 order by 1 desc",
        c=config_id,
        test=TEST,
    )
    return rows.all()


async def messages(work: Work, conversation_id: UUID, after: int, size: int, *, without_visitor: bool = False) -> Sequence[Any]:
    rows = await work.execute(
        f"select {SHOWN} from conversations.message where conversation_id = :c and position > :after"
        + (" and role <> 'visitor'" if without_visitor else "")
        + " order by position limit :size",
        c=conversation_id,
        after=after,
        size=size,
    )
    return rows.all()


async def news(work: Work, since: Mapping[UUID, int], most: int) -> Sequence[Any]:
    """Of each of these conversations of the Work's organization its `status` and what it has after a position, in order; a row without `id`
    when that is nothing."""
    rows = await work.execute(
        f"select w.conversation, c.status, m.* from unnest(cast(:ids as uuid[]), cast(:after as int[])) w(conversation, after)"
        f" join conversations.conversation c on (c.organization_id, c.id) = (:o, w.conversation)"
        f" left join lateral (select {SHOWN} from conversations.message s where (s.organization_id, s.conversation_id) = (:o, w.conversation)"
        f" and s.position > w.after and c.positions > w.after order by s.position limit :most) m on true order by m.position",
        ids=list(since),
        after=list(since.values()),
        o=work.organization,
        most=most,
    )
    return rows.all()


async def unremembered(work: Work, conversation_id: UUID, up_to: int) -> Sequence[Any]:
    rows = await work.execute(
        "select id, role, content, position, answered from conversations.message where (organization_id, conversation_id) = (:o, :c)"
        " and not remembered and position <= :p order by position",
        o=work.organization,
        c=conversation_id,
        p=up_to,
    )
    return rows.all()


async def add(
    work: Work,
    conversation: Any,
    role: str,
    content: str,
    *,
    id: UUID | None = None,
    answered: bool = True,
    remembered: bool = True,
    reply: dict[str, Any] | None = None,
    in_answer_to: UUID | None = None,
    author: UUID | None = None,
    client_message_id: str | None = None,
    changes: dict[str, Any] | None = None,
    attachments: Sequence[dict[str, Any]] = (),
    took_in: Sequence[str] = (),
    beside: str = "",
) -> Any:
    """The next message, and the conversation changed with it, in one statement. The caller holds the lock. Answers the message's row.

    `took_in` are the messages that became part of the dialogue's state; `beside` is a join whose columns the row gets too. The row has `cited`: ids of the documents that its citations name by key.
    """
    reply, changes = reply or {}, dict(changes or {})
    settings = "".join(f", {name} = :set_{name}" for name in changes)
    rich = reply.get("rich_content")
    took = (
        ", t as (update conversations.message set answered = true, remembered = true"
        " where organization_id = :o and id = any(cast(:took_in as uuid[])))"
        if took_in
        else ""
    )
    # Names of columns come from this room's own code alone.
    sql = f"""with c as (update conversations.conversation set positions = positions + 1, last_message_at = :at, last_role = :role, last_line = left(:content, 200){settings}
                where (organization_id, id) = (:o, :c) returning positions){took}, m as (
      insert into conversations.message (organization_id, id, conversation_id, position, role, content, citations, rich_content, actions,
        grounded, answered_by, confidence, config_version, ms, provider_ms, cost_usd, in_answer_to, author, client_message_id, answered,
        remembered, path, attachments, created_at)
      select :o, :id, :c, c.positions, :role, :content, cast(:citations as jsonb), cast(:rich as jsonb), cast(:actions as jsonb), :grounded,
        :by, :confidence, :version, :ms, :provider_ms, :cost, :to, :author, :client, :answered, :remembered, cast(:path as jsonb), cast(:attachments as jsonb), :at
      from c returning {SHOWN}, array(select d.id from knowledge.document d where d.organization_id = :o and d.key = any(:keys)) as cited)
      select * from m {beside}"""
    rows = await work.execute(
        sql,
        o=work.organization,
        c=conversation.id,
        id=id or uuid7(),
        role=role,
        content=content,
        citations=json.dumps(reply.get("citations", [])),
        keys=list({citation["document_id"] for citation in reply.get("citations", [])}),
        rich=json.dumps(rich) if rich else None,
        actions=json.dumps(reply.get("actions", []), default=str),
        grounded=reply.get("grounded"),
        by=reply.get("answered_by"),
        confidence=reply.get("confidence"),
        version=conversation.config_version if role == "assistant" else None,
        ms=reply.get("ms"),
        provider_ms=reply.get("provider_ms"),
        cost=reply.get("cost_usd"),
        to=in_answer_to,
        author=author,
        client=client_message_id,
        answered=answered,
        remembered=remembered,
        path=json.dumps(reply["path"]) if "path" in reply else None,
        attachments=json.dumps(list(attachments)),
        at=work.now,
        **{f"set_{name}": value for name, value in changes.items()},
        **({"took_in": list(took_in)} if took_in else {}),
    )
    row = rows.one()
    work.then(partial(heard.said, conversation.id, row))
    if status := changes.get("status"):
        work.then(partial(heard.turned, conversation.id, status))
    return row


async def mark_answered(work: Work, message_id: UUID) -> None:
    await work.execute(
        "update conversations.message set answered = true where (organization_id, id) = (:o, :id)", o=work.organization, id=message_id
    )


async def mark_unanswered(work: Work, message_id: UUID) -> None:
    """Also when a later answer took it in."""
    await work.execute(
        "update conversations.message set answered = false, remembered = false where (organization_id, id) = (:o, :id)",
        o=work.organization,
        id=message_id,
    )


async def change(work: Work, id: UUID, **values: Any) -> None:
    await work.execute(
        f"update conversations.conversation set {', '.join(f'{name} = :{name}' for name in values)} where (organization_id, id) = (:_o, :_id)",
        _o=work.organization,
        _id=id,
        **values,
    )
    if status := values.get("status"):
        work.then(partial(heard.turned, id, status))


async def by_client_id(work: Work, conversation_id: UUID, client_message_id: str) -> Any:
    return (
        await work.execute(
            "select id, position from conversations.message where (organization_id, conversation_id, client_message_id) = (:o, :c, :m)",
            o=work.organization,
            c=conversation_id,
            m=client_message_id,
        )
    ).first()
