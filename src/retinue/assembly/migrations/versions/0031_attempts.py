"""Tries of several inboxes are counted at once; a move that moves nothing is an error."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0031_attempts"
down_revision = "0030_conversations_inbox"
branch_labels = None
depends_on = None

SQL = r"""
drop function events.attempt(text, uuid, timestamptz), events.move(bigint);

-- Count a try and schedule the next one before trying, so that an event which kills its process is parked too; of `most` inboxes, by chance.
create function events.attempt(rooms text[], organizations uuid[], at timestamptz, most int)
returns table (room text, organization_id uuid, tries int, size int) language sql security definer set search_path = pg_catalog, pg_temp as $$
  select set_config('synchronous_commit', 'off', true);
  insert into events.cursor (room, organization_id) select d.room, d.organization_id from events.due(rooms, organizations, at) d
    where not exists (select from events.cursor c where (c.room, c.organization_id) = (d.room, d.organization_id)) on conflict do nothing;
  with c as (select c.room, c.organization_id from events.cursor c join events.head h using (organization_id) join events.handler s on s.room = c.room
             where c.room = any(rooms) and c.organization_id = any(organizations) and s.stopped_at is null
             and c.number < h.number and (c.retry_at is null or c.retry_at <= at)
             and exists (select from unnest(s.kinds) k, lateral (select from events.log l where (l.organization_id, l.kind) = (c.organization_id, k)
                                                                   and l.number > c.number limit 1))
             order by random() limit most for update of c skip locked)
  update events.cursor k set tries = k.tries + 1, retry_at = at + interval '1 second' * (2 ^ least(k.tries, 5)),
    careful_until = case k.tries when 0 then k.careful_until else greatest(k.careful_until, k.number + 100) end
  from c where (k.room, k.organization_id) = (c.room, c.organization_id)
  returning k.room, k.organization_id, k.tries, case when k.tries > 1 or k.number < k.careful_until then 1 else 100 end $$;

-- The end of a handler's Work, as the room: the inbox moves with what was done. One success anywhere clears the room's alarm count.
create function events.move(n bigint) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare me text := substr(current_setting('role'), length('{prefix}_') + 1); begin
  update events.cursor c set number = n, tries = 0, retry_at = null, error = null
    where (c.room, c.organization_id) = (me, kernel.organization()) and c.number < n;
  if not found then raise exception 'the inbox of % moved while it was held: what was done here was done before', me; end if;
  update events.handler h set failing = '{{}}' where h.room = me and h.failing <> '{{}}' and h.stopped_at is null;
end $$;

do $$ declare f regprocedure; begin
  foreach f in array array['events.attempt(text[], uuid[], timestamptz, int)', 'events.move(bigint)']::regprocedure[] loop
    execute format('alter function %s owner to {carrier}', f); execute format('revoke execute on function %s from public', f); end loop;
end $$;
grant execute on function events.attempt(text[], uuid[], timestamptz, int) to {app};
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    raise NotImplementedError("migrations only grow")
