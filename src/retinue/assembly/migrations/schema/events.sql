-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE SCHEMA events;
CREATE FUNCTION events.append(batch json) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with h as (insert into events.head values (kernel.organization(), json_array_length(batch))
             on conflict (organization_id) do update set number = head.number + excluded.number returning *),
  w as (insert into events.log select h.organization_id, h.number - json_array_length(batch) + n, id, kind, body, person, actor, cause, lineage, trace, occurred_at
        from h, rows from (json_to_recordset(batch) as (id uuid, kind text, body json, person uuid, actor uuid, cause uuid, lineage uuid, trace text,
                                                        occurred_at timestamptz)) with ordinality as b(id, kind, body, person, actor, cause, lineage, trace, occurred_at, n))
  select number from h $$;
ALTER FUNCTION events.append(batch json) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.attempt(rooms text[], organizations uuid[], at timestamp with time zone, most integer) RETURNS TABLE(room text, organization_id uuid, tries integer, size integer)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
ALTER FUNCTION events.attempt(rooms text[], organizations uuid[], at timestamp with time zone, most integer) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.due(rooms text[], organizations uuid[], at timestamp with time zone) RETURNS TABLE(room text, organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select s.room, h.organization_id from events.head h cross join events.handler s
    left join events.cursor c on (c.room, c.organization_id) = (s.room, h.organization_id)
  where s.room = any(rooms) and s.stopped_at is null and (organizations is null or h.organization_id = any(organizations))
    and h.number > coalesce(c.number, 0) and (c.retry_at is null or c.retry_at <= at)
    and exists (select from unnest(s.kinds) k, lateral (select from events.log l where (l.organization_id, l.kind) = (h.organization_id, k)
                                                          and l.number > coalesce(c.number, 0) limit 1)) $$;
ALTER FUNCTION events.due(rooms text[], organizations uuid[], at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.fail(room text, organization uuid, size integer, error text, at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare stopped timestamptz; begin
  update events.cursor c set error = fail.error, retry_at = case when size = 1 then c.retry_at end where (c.room, c.organization_id) = (fail.room, organization);
  if size > 1 then return false; end if;
  update events.handler h set failing = case when organization = any(h.failing) then h.failing else h.failing || organization end,
    stopped_at = case when cardinality(h.failing) >= 2 and not organization = any(h.failing) then at else h.stopped_at end
    where h.room = fail.room returning h.stopped_at into stopped;
  return stopped is not null;
end $$;
ALTER FUNCTION events.fail(room text, organization uuid, size integer, error text, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.handled(room text, organization uuid, n bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select not exists (select from events.handler s, events.log l where s.room = handled.room and l.organization_id = organization and l.kind = any(s.kinds)
    and l.number <= n and l.number > coalesce((select c.number from events.cursor c where (c.room, c.organization_id) = (handled.room, organization)), 0)) $$;
ALTER FUNCTION events.handled(room text, organization uuid, n bigint) OWNER TO {prefix}_carrier;
CREATE TABLE events.handler (
    room text NOT NULL,
    kinds text[] NOT NULL,
    projection boolean NOT NULL,
    release text NOT NULL,
    failing uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    stopped_at timestamp with time zone
);
CREATE FUNCTION events.handlers() RETURNS SETOF events.handler
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select * from events.handler $$;
ALTER FUNCTION events.handlers() OWNER TO {prefix}_carrier;
CREATE TABLE events.head (
    organization_id uuid NOT NULL,
    number bigint NOT NULL
);
CREATE FUNCTION events.heads() RETURNS SETOF events.head
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select * from events.head $$;
ALTER FUNCTION events.heads() OWNER TO {prefix}_carrier;
CREATE FUNCTION events.listen(room text, kinds text[], projection boolean, release text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  lock table events.handler in share row exclusive mode;
  if not projection and not exists (select from events.handler h where h.room = listen.room) then
    insert into events.cursor (room, organization_id, number) select listen.room, h.organization_id, h.number from events.head h on conflict do nothing; end if;
  insert into events.handler as h (room, kinds, projection, release) values (listen.room, listen.kinds, listen.projection, listen.release)
    on conflict on constraint handler_pkey do update set kinds = excluded.kinds, projection = excluded.projection, release = excluded.release,
      failing = case when h.release = excluded.release then h.failing else '{}' end,
      stopped_at = case when h.release = excluded.release then h.stopped_at end;
end $$;
ALTER FUNCTION events.listen(room text, kinds text[], projection boolean, release text) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.move(n bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare me text := substr(current_setting('role'), length('{prefix}_') + 1); begin
  update events.cursor c set number = n, tries = 0, retry_at = null, error = null
    where (c.room, c.organization_id) = (me, kernel.organization()) and c.number < n;
  if not found then raise exception 'the inbox of % moved while it was held: what was done here was done before', me; end if;
  update events.handler h set failing = '{}' where h.room = me and h.failing <> '{}' and h.stopped_at is null;
end $$;
ALTER FUNCTION events.move(n bigint) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.park(room text, organization uuid, try integer, at timestamp with time zone) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with n as (select min(l.number) as number from events.cursor c, events.handler s, events.log l where (c.room, c.organization_id) = (park.room, organization) and s.room = park.room
               and s.stopped_at is null and l.organization_id = organization and l.kind = any(s.kinds) and l.number > c.number),
  c as (update events.cursor k set number = n.number, tries = 0, retry_at = null, error = null from n, (select error from events.cursor e where (e.room, e.organization_id) = (park.room, organization)) e
        where (k.room, k.organization_id, k.tries) = (park.room, organization, try) and n.number is not null returning k.number, e.error),
  p as (insert into events.parked select park.room, organization, c.number, c.error, at from c returning 1) select count(*)::int from p $$;
ALTER FUNCTION events.park(room text, organization uuid, try integer, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.resume(room text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  update events.handler h set failing = '{}', stopped_at = null where h.room = resume.room $$;
ALTER FUNCTION events.resume(room text) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.retries(rooms text[], at timestamp with time zone) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select distinct c.organization_id from events.cursor c where c.retry_at <= at and c.room = any(rooms) $$;
ALTER FUNCTION events.retries(rooms text[], at timestamp with time zone) OWNER TO {prefix}_carrier;
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
CREATE FUNCTION events.take(room text, organization uuid, size integer, try integer) RETURNS SETOF events.log
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with c as materialized (select c.number from events.cursor c where (c.room, c.organization_id, c.tries) = (take.room, organization, try) for update)
  select l.* from c, events.handler s, events.log l where s.room = take.room and l.organization_id = organization and l.kind = any(s.kinds) and l.number > c.number
  order by l.number limit size $$;
ALTER FUNCTION events.take(room text, organization uuid, size integer, try integer) OWNER TO {prefix}_carrier;
CREATE FUNCTION events.unpark(room text, organization uuid, n bigint) RETURNS SETOF events.log
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with d as (delete from events.parked p where (p.room, p.organization_id, p.number) = (unpark.room, organization, n) returning *)
  select l.* from d join events.log l using (organization_id, number) $$;
ALTER FUNCTION events.unpark(room text, organization uuid, n bigint) OWNER TO {prefix}_carrier;
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
CREATE TABLE events.parked (
    room text NOT NULL,
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    error text,
    parked_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY events.parked FORCE ROW LEVEL SECURITY;
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
CREATE INDEX cursor_retry ON events.cursor USING btree (retry_at) WHERE (retry_at IS NOT NULL);
CREATE INDEX log_kind ON events.log USING btree (organization_id, kind, number);
CREATE INDEX parked_organization ON events.parked USING btree (organization_id);
CREATE POLICY carries ON events.cursor TO {prefix}_carrier USING (true);
CREATE POLICY carries ON events.log TO {prefix}_carrier USING (true);
CREATE POLICY carries ON events.parked TO {prefix}_carrier USING (true);
ALTER TABLE events.cursor ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON events.cursor FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON events.log FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON events.parked FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.cursor FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.log FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON events.parked FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE events.log ENABLE ROW LEVEL SECURITY;
ALTER TABLE events.parked ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON events.cursor FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON events.log FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON events.parked FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON events.cursor FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON events.log FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON events.parked FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
GRANT USAGE ON SCHEMA events TO {prefix}_carrier;
GRANT USAGE ON SCHEMA events TO {prefix}_app;
REVOKE ALL ON FUNCTION events.append(batch json) FROM PUBLIC;
REVOKE ALL ON FUNCTION events.attempt(rooms text[], organizations uuid[], at timestamp with time zone, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.attempt(rooms text[], organizations uuid[], at timestamp with time zone, most integer) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.due(rooms text[], organizations uuid[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.due(rooms text[], organizations uuid[], at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.fail(room text, organization uuid, size integer, error text, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.fail(room text, organization uuid, size integer, error text, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.handled(room text, organization uuid, n bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION events.handled(room text, organization uuid, n bigint) TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.handler TO {prefix}_carrier;
REVOKE ALL ON FUNCTION events.handlers() FROM PUBLIC;
GRANT ALL ON FUNCTION events.handlers() TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.head TO {prefix}_carrier;
REVOKE ALL ON FUNCTION events.heads() FROM PUBLIC;
GRANT ALL ON FUNCTION events.heads() TO {prefix}_app;
REVOKE ALL ON FUNCTION events.listen(room text, kinds text[], projection boolean, release text) FROM PUBLIC;
GRANT ALL ON FUNCTION events.listen(room text, kinds text[], projection boolean, release text) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.move(n bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION events.park(room text, organization uuid, try integer, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.park(room text, organization uuid, try integer, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.resume(room text) FROM PUBLIC;
GRANT ALL ON FUNCTION events.resume(room text) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.retries(rooms text[], at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.retries(rooms text[], at timestamp with time zone) TO {prefix}_app;
GRANT SELECT,INSERT ON TABLE events.log TO {prefix}_carrier;
REVOKE ALL ON FUNCTION events.take(room text, organization uuid, size integer, try integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.take(room text, organization uuid, size integer, try integer) TO {prefix}_app;
REVOKE ALL ON FUNCTION events.unpark(room text, organization uuid, n bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION events.unpark(room text, organization uuid, n bigint) TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.cursor TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.parked TO {prefix}_carrier;
