-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: events_202611301637
CREATE SCHEMA events;
CREATE FUNCTION events.append(batch json) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with h as (insert into events.head as head values (kernel.organization(), json_array_length(batch), pg_current_xact_id()::text::bigint)
             on conflict (organization_id) do update set number = head.number + excluded.number, moved = excluded.moved returning *),
  w as (insert into events.log select h.organization_id, h.number - json_array_length(batch) + n, id, kind, body, person, actor, cause, lineage, trace, occurred_at
        from h, rows from (json_to_recordset(batch) as (id uuid, kind text, body json, person uuid, actor uuid, cause uuid, lineage uuid, trace text,
                                                        occurred_at timestamptz)) with ordinality as b(id, kind, body, person, actor, cause, lineage, trace, occurred_at, n))
  select number from h $$;
ALTER FUNCTION events.append(batch json) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.attempt(rooms text[], releases text[], organizations uuid[], at timestamp with time zone, most integer) RETURNS TABLE(room text, organization_id uuid, tries integer, size integer)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
  select set_config('synchronous_commit', 'off', true);
  insert into events.cursor (room, organization_id) select d.room, d.organization_id from events.due(rooms, releases, organizations, at) d
    where (select c.room from events.cursor c where (c.room, c.organization_id) = (d.room, d.organization_id)) is null on conflict do nothing;
  with c as (select c.room, c.organization_id from unnest(rooms, releases) r(room, release)
             join events.handler s on (s.room, s.release) = (r.room, r.release) cross join unnest(organizations) o(id)
             join events.cursor c on (c.room, c.organization_id) = (s.room, o.id) join events.head h on h.organization_id = o.id
             where s.stopped_at is null and c.number < h.number and (c.retry_at is null or c.retry_at <= at)
             and (select true from unnest(s.kinds) k(kind)
                    left join events.beginning b on (b.room, b.organization_id, b.kind) = (c.room, c.organization_id, k.kind),
                    lateral (select from events.log l where (l.organization_id, l.kind) = (c.organization_id, k.kind)
                               and l.number > greatest(c.number, b.number) order by l.number limit 1) l limit 1)
             order by random() limit most for update of c skip locked)
  update events.cursor k set tries = k.tries + 1, retry_at = at + interval '1 second' * (2 ^ least(k.tries, 5)),
    careful_until = case k.tries when 0 then k.careful_until else greatest(k.careful_until, k.number + 100) end
  from c where (k.room, k.organization_id) = (c.room, c.organization_id)
  returning k.room, k.organization_id, k.tries, case when k.tries > 1 or k.number < k.careful_until then 1 else 100 end $$;
ALTER FUNCTION events.attempt(rooms text[], releases text[], organizations uuid[], at timestamp with time zone, most integer) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.charge(room text, release text, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare gone events.handler; come events.release; added text[]; begin
  perform pg_advisory_xact_lock(hashtext('events.charge'));
  select * into strict come from events.release r where (r.room, r.release) = (charge.room, charge.release);
  select * into gone from events.handler h where h.room = charge.room;
  if gone.release = charge.release then return; end if;
  if gone.room is null then
    if not come.projection then
      insert into events.cursor (room, organization_id, number) select charge.room, h.organization_id, h.number from events.head h on conflict do nothing; end if;
  else
    update events.cursor c set tries = 0, retry_at = null where c.room = charge.room and c.tries > 0;
    added := array(select k from unnest(come.kinds) k where k <> all(gone.kinds));
    insert into events.unheard select charge.room, h.organization_id, k, greatest(c.number, b.number, 0) from events.head h cross join unnest(gone.kinds) k
      left join events.cursor c on (c.room, c.organization_id) = (charge.room, h.organization_id)
      left join events.beginning b on (b.room, b.organization_id, b.kind) = (charge.room, h.organization_id, k)
      where not come.projection and k <> all(come.kinds);
    delete from events.beginning b where b.room = charge.room and b.kind <> all(come.kinds);
    if come.projection then
      with again as (update events.cursor c set number = 0, careful_until = 0, error = null
        where c.room = charge.room and exists (select from unnest(added) k, lateral (select from events.log l
          where (l.organization_id, l.kind) = (c.organization_id, k) and l.number <= c.number order by l.number limit 1) l) returning c.organization_id)
      delete from events.parked p using again where (p.room, p.organization_id) = (charge.room, again.organization_id);
    else
      insert into events.parked select charge.room, l.organization_id, l.number, 'Told while a release was in charge that does not hear ' || l.kind, at
        from events.cursor c cross join unnest(added) k
        left join events.unheard u on (u.room, u.organization_id, u.kind) = (charge.room, c.organization_id, k),
        lateral (select l.* from events.log l where (l.organization_id, l.kind) = (c.organization_id, k) and l.number > coalesce(u.number, 0) and l.number <= c.number) l
        where c.room = charge.room and exists (select from events.release r where r.room = charge.room and r.charged and k = any(r.kinds))
        on conflict do nothing;
      insert into events.beginning select charge.room, h.organization_id, k, coalesce(u.number, h.number) from events.head h cross join unnest(added) k
        left join events.unheard u on (u.room, u.organization_id, u.kind) = (charge.room, h.organization_id, k)
        left join events.cursor c on (c.room, c.organization_id) = (charge.room, h.organization_id)
        where case when exists (select from events.release r where r.room = charge.room and r.charged and k = any(r.kinds))
              then u.number > coalesce(c.number, 0) else h.number > coalesce(c.number, 0) end;
    end if;
    delete from events.unheard u where u.room = charge.room and u.kind = any(added);
  end if;
  update events.release r set charged = true where (r.room, r.release) = (charge.room, charge.release);
  insert into events.handler as h (room, kinds, projection, release) values (charge.room, come.kinds, come.projection, charge.release)
    on conflict on constraint handler_pkey do update set kinds = excluded.kinds, projection = excluded.projection, release = excluded.release,
      failing = '{}', stopped_at = null;
end $$;
ALTER FUNCTION events.charge(room text, release text, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.due(rooms text[], releases text[], organizations uuid[], at timestamp with time zone) RETURNS TABLE(room text, organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
  select s.room, h.organization_id from unnest(coalesce(organizations, array(select e.organization_id from events.head e))) o(id)
    join events.head h on h.organization_id = o.id cross join unnest(rooms, releases) r(room, release)
    join events.handler s on (s.room, s.release) = (r.room, r.release)
    left join events.cursor c on (c.room, c.organization_id) = (s.room, h.organization_id)
  where s.stopped_at is null and h.number > coalesce(c.number, 0) and (c.retry_at is null or c.retry_at <= at)
    and (select true from unnest(s.kinds) k(kind)
           left join events.beginning b on (b.room, b.organization_id, b.kind) = (s.room, h.organization_id, k.kind),
           lateral (select from events.log l where (l.organization_id, l.kind) = (h.organization_id, k.kind)
                      and l.number > greatest(c.number, b.number, 0) order by l.number limit 1) l limit 1) $$;
ALTER FUNCTION events.due(rooms text[], releases text[], organizations uuid[], at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.fail(room text, release text, organization uuid, size integer, error text, at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare stopped timestamptz; begin
  if not exists (select from events.handler h where (h.room, h.release) = (fail.room, fail.release)) then return false; end if;
  update events.cursor c set error = fail.error, retry_at = case when size = 1 then c.retry_at end where (c.room, c.organization_id) = (fail.room, organization);
  if size > 1 then return false; end if;
  update events.handler h set failing = case when organization = any(h.failing) then h.failing else h.failing || organization end,
    stopped_at = case when cardinality(h.failing) >= 2 and not organization = any(h.failing) then at else h.stopped_at end
    where (h.room, h.release) = (fail.room, fail.release) returning h.stopped_at into stopped;
  return stopped is not null;
end $$;
ALTER FUNCTION events.fail(room text, release text, organization uuid, size integer, error text, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.give_back(room text, organization uuid, try integer) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with c as materialized (select c.* from events.cursor c where (c.room, c.organization_id) = (give_back.room, organization) for update skip locked),
  g as (update events.cursor k set tries = k.tries - 1, retry_at = null from c
        where (k.room, k.organization_id) = (c.room, c.organization_id) and k.tries = try and try > 0)
  select exists (select from c) $$;
ALTER FUNCTION events.give_back(room text, organization uuid, try integer) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.handled(room text, organization uuid, n bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select not exists (select from events.handler s left join events.cursor c on (c.room, c.organization_id) = (s.room, organization)
    cross join unnest(s.kinds) k(kind) left join events.beginning b on (b.room, b.organization_id, b.kind) = (s.room, organization, k.kind),
    lateral (select from events.log l where (l.organization_id, l.kind) = (organization, k.kind)
               and l.number > greatest(c.number, b.number, 0) and l.number <= n order by l.number limit 1) l
    where s.room = handled.room) $$;
ALTER FUNCTION events.handled(room text, organization uuid, n bigint) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.listen(room text, release text, kinds text[], projection boolean, at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  perform pg_advisory_xact_lock(hashtext('events.charge'));
  insert into events.release (room, release, kinds, projection, since) values (listen.room, listen.release, listen.kinds, listen.projection, at) on conflict do nothing;
  if found then perform events.charge(listen.room, listen.release, at); end if;
  return (select h.release from events.handler h where h.room = listen.room);
end $$;
ALTER FUNCTION events.listen(room text, release text, kinds text[], projection boolean, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.move(n bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare me text := substr(current_setting('role'), length('{prefix}_') + 1); begin
  update events.cursor c set number = n, tries = 0, retry_at = null, error = null
    where (c.room, c.organization_id) = (me, kernel.organization()) and c.number < n;
  if not found then raise exception 'the inbox of % moved while it was held: what was done here was done before', me; end if;
  delete from events.beginning b where (b.room, b.organization_id) = (me, kernel.organization()) and b.number <= n;
  update events.handler h set failing = '{}' where h.room = me and h.failing <> '{}' and h.stopped_at is null;
end $$;
ALTER FUNCTION events.move(n bigint) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.moved(since bigint) RETURNS TABLE(next bigint, organization_id uuid, number bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
  with at as materialized (select pg_snapshot_xmin(s)::text::bigint as next, pg_snapshot_xmax(s)::text::bigint as most from pg_current_snapshot() s)
  select a.next, h.organization_id, h.number from at a
    left join (select h.* from events.head h where h.moved >= since offset 0) h on since = 0 or h.moved < a.most $$;
ALTER FUNCTION events.moved(since bigint) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.park(room text, release text, organization uuid, try integer, at timestamp with time zone) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with n as (select l.number, c.error from events.cursor c, events.handler s, unnest(s.kinds) k(kind)
               left join events.beginning b on (b.room, b.organization_id, b.kind) = (park.room, organization, k.kind),
               lateral (select l.number from events.log l where (l.organization_id, l.kind) = (organization, k.kind)
                          and l.number > greatest(c.number, b.number) order by l.number limit 1) l
             where (c.room, c.organization_id) = (park.room, organization) and (s.room, s.release) = (park.room, park.release) and s.stopped_at is null
             order by l.number limit 1),
  c as (update events.cursor k set number = n.number, tries = 0, retry_at = null, error = null from n
        where (k.room, k.organization_id, k.tries) = (park.room, organization, try) and k.number < n.number returning k.number, n.error),
  p as (insert into events.parked select park.room, organization, c.number, c.error, at from c returning 1) select count(*)::int from p $$;
ALTER FUNCTION events.park(room text, release text, organization uuid, try integer, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.resume(room text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  update events.handler h set failing = '{}', stopped_at = null where h.room = resume.room $$;
ALTER FUNCTION events.resume(room text) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.retries(rooms text[], releases text[], at timestamp with time zone) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select distinct c.organization_id from events.cursor c, unnest(rooms, releases) r(room, release), events.handler s
  where c.retry_at <= at and c.room = r.room and (s.room, s.release) = (r.room, r.release) and s.stopped_at is null $$;
ALTER FUNCTION events.retries(rooms text[], releases text[], at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.rooms() RETURNS TABLE(room text, release text, in_charge boolean, since timestamp with time zone, stopped_at timestamp with time zone, failing integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select r.room, r.release, h.release is not null, r.since, h.stopped_at, cardinality(h.failing)
  from events.release r left join events.handler h on (h.room, h.release) = (r.room, r.release) order by r.room, r.since, r.release $$;
ALTER FUNCTION events.rooms() OWNER TO {prefix}_carrier;
CREATE TABLE events.log (
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    body json NOT NULL,
    person uuid,
    actor uuid,
    cause uuid,
    lineage uuid NOT NULL,
    trace text NOT NULL,
    occurred_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY events.log FORCE ROW LEVEL SECURITY;
CREATE FUNCTION events.take(room text, release text, organization uuid, size integer, try integer) RETURNS SETOF events.log
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with c as materialized (select c.number from events.cursor c where (c.room, c.organization_id, c.tries) = (take.room, organization, try) for update),
  next as materialized (
    select l.number from c, events.handler s, unnest(s.kinds) k(kind)
      left join events.beginning b on (b.room, b.organization_id, b.kind) = (take.room, organization, k.kind),
      lateral (select l.number from events.log l where (l.organization_id, l.kind) = (organization, k.kind) and l.number > greatest(c.number, b.number)
               order by l.number limit size) l
    where (s.room, s.release) = (take.room, take.release) order by l.number limit size)
  select l.* from next n, lateral (select * from events.log l where (l.organization_id, l.number) = (organization, n.number) limit 1) l order by l.number $$;
ALTER FUNCTION events.take(room text, release text, organization uuid, size integer, try integer) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.unpark(room text, organization uuid, n bigint) RETURNS SETOF events.log
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with d as (delete from events.parked p where (p.room, p.organization_id, p.number) = (unpark.room, organization, n) returning *)
  select l.* from d join events.log l using (organization_id, number) $$;
ALTER FUNCTION events.unpark(room text, organization uuid, n bigint) OWNER TO {prefix}_carrier;
CREATE TABLE events.beginning (
    room text NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    number bigint NOT NULL
);
ALTER TABLE ONLY events.beginning FORCE ROW LEVEL SECURITY;
CREATE TABLE events.cursor (
    room text NOT NULL,
    organization_id uuid NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    careful_until bigint DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    error text
);
ALTER TABLE ONLY events.cursor FORCE ROW LEVEL SECURITY;
CREATE TABLE events.handler (
    room text NOT NULL,
    kinds text[] NOT NULL,
    projection boolean NOT NULL,
    release text NOT NULL,
    failing uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    stopped_at timestamp with time zone
);
CREATE TABLE events.head (
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    moved bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE events.parked (
    room text NOT NULL,
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    error text,
    parked_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY events.parked FORCE ROW LEVEL SECURITY;
CREATE TABLE events.release (
    room text NOT NULL,
    release text NOT NULL,
    kinds text[] NOT NULL,
    projection boolean NOT NULL,
    since timestamp with time zone NOT NULL,
    charged boolean DEFAULT false NOT NULL
);
CREATE TABLE events.unheard (
    room text NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    number bigint NOT NULL
);
ALTER TABLE ONLY events.unheard FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY events.beginning
    ADD CONSTRAINT beginning_pkey PRIMARY KEY (room, organization_id, kind);
ALTER TABLE ONLY events.cursor
    ADD CONSTRAINT cursor_pkey PRIMARY KEY (room, organization_id);
ALTER TABLE ONLY events.handler
    ADD CONSTRAINT handler_pkey PRIMARY KEY (room);
ALTER TABLE ONLY events.head
    ADD CONSTRAINT head_pkey PRIMARY KEY (organization_id);
ALTER TABLE ONLY events.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (organization_id, number);
ALTER TABLE ONLY events.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (room, organization_id, number);
ALTER TABLE ONLY events.release
    ADD CONSTRAINT release_pkey PRIMARY KEY (room, release);
ALTER TABLE ONLY events.unheard
    ADD CONSTRAINT unheard_pkey PRIMARY KEY (room, organization_id, kind);
CREATE INDEX cursor_retry ON events.cursor USING btree (retry_at) WHERE (retry_at IS NOT NULL);
CREATE INDEX head_moved ON events.head USING brin (moved) WITH (pages_per_range='1');
CREATE INDEX log_kind ON events.log USING btree (organization_id, kind, number);
CREATE INDEX parked_organization ON events.parked USING btree (organization_id);
ALTER TABLE events.beginning ENABLE ROW LEVEL SECURITY;
CREATE POLICY carries ON events.beginning TO {prefix}_carrier USING (true);
CREATE POLICY carries ON events.cursor TO {prefix}_carrier USING (true);
CREATE POLICY carries ON events.log TO {prefix}_carrier USING (true);
CREATE POLICY carries ON events.parked TO {prefix}_carrier USING (true);
CREATE POLICY carries ON events.unheard TO {prefix}_carrier USING (true);
ALTER TABLE events.cursor ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON events.beginning FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON events.cursor FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON events.log FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON events.parked FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON events.unheard FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.beginning FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.cursor FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.log FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.parked FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.unheard FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE events.log ENABLE ROW LEVEL SECURITY;
ALTER TABLE events.parked ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON events.beginning FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON events.cursor FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON events.log FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON events.parked FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON events.unheard FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE events.unheard ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON events.beginning FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON events.cursor FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON events.log FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON events.parked FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON events.unheard FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
GRANT USAGE ON SCHEMA events TO {prefix}_carrier;
GRANT USAGE ON SCHEMA events TO {prefix}_app;
REVOKE ALL ON FUNCTION events.append(batch json) FROM PUBLIC;
REVOKE ALL ON FUNCTION events.attempt(rooms text[], releases text[], organizations uuid[], at timestamp with time zone, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.attempt(rooms text[], releases text[], organizations uuid[], at timestamp with time zone, most integer) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.charge(room text, release text, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.charge(room text, release text, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.due(rooms text[], releases text[], organizations uuid[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.due(rooms text[], releases text[], organizations uuid[], at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.fail(room text, release text, organization uuid, size integer, error text, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.fail(room text, release text, organization uuid, size integer, error text, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.give_back(room text, organization uuid, try integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.give_back(room text, organization uuid, try integer) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.handled(room text, organization uuid, n bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION events.handled(room text, organization uuid, n bigint) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.listen(room text, release text, kinds text[], projection boolean, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.listen(room text, release text, kinds text[], projection boolean, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.move(n bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION events.moved(since bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION events.moved(since bigint) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.park(room text, release text, organization uuid, try integer, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.park(room text, release text, organization uuid, try integer, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.resume(room text) FROM PUBLIC;
GRANT ALL ON FUNCTION events.resume(room text) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.retries(rooms text[], releases text[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.retries(rooms text[], releases text[], at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.rooms() FROM PUBLIC;
GRANT ALL ON FUNCTION events.rooms() TO {prefix}_app;
GRANT SELECT,INSERT ON TABLE events.log TO {prefix}_carrier;
REVOKE ALL ON FUNCTION events.take(room text, release text, organization uuid, size integer, try integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.take(room text, release text, organization uuid, size integer, try integer) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.unpark(room text, organization uuid, n bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION events.unpark(room text, organization uuid, n bigint) TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.beginning TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.cursor TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.handler TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.head TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.parked TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.release TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.unheard TO {prefix}_carrier;
INSERT INTO public.alembic_version VALUES ('events_202611301637');
