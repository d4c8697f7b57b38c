-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE SCHEMA configs;
CREATE SCHEMA configurations;
CREATE SCHEMA contacts;
CREATE SCHEMA conversations;
CREATE SCHEMA copilot;
CREATE SCHEMA dialogue;
CREATE SCHEMA dossier;
CREATE SCHEMA events;
CREATE SCHEMA extensions;
CREATE SCHEMA governance;
CREATE SCHEMA identity;
CREATE SCHEMA jobs;
CREATE SCHEMA kernel;
CREATE SCHEMA knowledge;
CREATE SCHEMA library;
CREATE SCHEMA lookup;
CREATE SCHEMA requirements;
CREATE SCHEMA research;
CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions;
CREATE TYPE jobs.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);
CREATE TYPE jobs.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);
CREATE TYPE jobs.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);
CREATE FUNCTION dossier.asked(words text, places uuid[]) RETURNS tsquery
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when cardinality(places) <= 20 then q && (select string_agg(quote_literal(p::text), ' | ') from unnest(places) p)::tsquery else q end
  from (select to_tsquery('pg_catalog.simple', words) || to_tsquery('pg_catalog.english', words) as q) w $$;
CREATE FUNCTION dossier.search(words text, kinds text[], readable text[], size integer) RETURNS TABLE(organization_id uuid, found text, thing uuid, section text, title text, said text, subject_type text, subject_id uuid, occurred_at timestamp with time zone, rank real)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with places as materialized (select kernel.scope() as ids),
  asked as materialized (select dossier.asked(words, p.ids) as q, p.ids from places p),
  hits as materialized (
    select m.organization_id, m.id, m.number, m.found, m.section, m.title, m.said, m.subject_type, m.subject_id, m.occurred_at,
      ts_rank(m.words, a.q) as rank,
      case m.found when 'client' then m.organization_id when 'person' then coalesce(m.subject_id, m.person) when 'event' then m.id
        else m.subject_id end as thing
    from dossier.moment m, asked a
    where m.words @@ a.q and m.organization_id = any(a.ids) and m.found = any(kinds) and m.section = any(readable) limit 5000),
  best as (select distinct on (h.found, h.organization_id, h.thing) h.* from hits h
    where not exists (select from dossier.fact d where h.found = 'document' and (d.organization_id, d.section, d.key, d.field)
      = (h.organization_id, 'knowledge', h.thing::text, 'deleted') and d.number > h.number)
    order by h.found, h.organization_id, h.thing, h.rank desc, h.number desc),
  numbered as (select b.*, row_number() over (partition by b.found order by b.rank desc, b.occurred_at desc, b.id) as place from best b)
  select n.organization_id, n.found, n.thing, n.section, n.title, n.said, n.subject_type, n.subject_id, n.occurred_at, n.rank from numbered n
  order by n.place, array_position(kinds, n.found) limit least(size, 100) $$;
ALTER FUNCTION dossier.search(words text, kinds text[], readable text[], size integer) OWNER TO {prefix}_searcher;
CREATE FUNCTION dossier.search_moments(words text, client uuid, readable text[], wanted text, line uuid, since timestamp with time zone, until timestamp with time zone, until_id uuid, size integer) RETURNS TABLE(organization_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with places as materialized (select case when client is null then s.ids when client = any(s.ids) then array[client] else '{}' end as ids
    from (select kernel.scope() as ids) s),
  asked as materialized (select dossier.asked(words, p.ids) as q, p.ids from places p)
  select m.organization_id, m.id from dossier.moment m, asked a
  where m.words @@ a.q and m.organization_id = any(a.ids) and m.section = any(readable)
    and (wanted is null or m.kind = wanted) and (line is null or m.lineage = line) and (since is null or m.occurred_at >= since)
    and (until is null or (m.occurred_at, m.id) < (until, until_id))
  order by m.occurred_at desc, m.id desc limit least(size, 201) $$;
ALTER FUNCTION dossier.search_moments(words text, client uuid, readable text[], wanted text, line uuid, since timestamp with time zone, until timestamp with time zone, until_id uuid, size integer) OWNER TO {prefix}_searcher;
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
SET default_table_access_method = heap;
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
CREATE FUNCTION jobs.defer(batch json) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'jobs', 'pg_catalog', 'pg_temp'
    AS $$
  select procrastinate_defer_jobs_v1(array(select row(split_part(j->>'task', '.', 1), j->>'task', 0, null, null,
    (j->'args')::jsonb || jsonb_build_object('organization', kernel.organization()), (j->>'at')::timestamptz)
    ::procrastinate_job_to_defer_v1 from json_array_elements(batch) j)) $$;
ALTER FUNCTION jobs.defer(batch json) OWNER TO {prefix}_carrier;
CREATE FUNCTION jobs.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;
CREATE FUNCTION jobs.procrastinate_defer_jobs_v1(jobs jobs.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;
    RETURN job_ids;
END;
$$;
CREATE FUNCTION jobs.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;
    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;
    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;
    RETURN _job_id;
END;
$$;
CREATE TABLE jobs.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    lock text,
    queueing_lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status jobs.procrastinate_job_status DEFAULT 'todo'::jobs.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::jobs.procrastinate_job_status) AND (abort_requested = true))))
);
CREATE FUNCTION jobs.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS jobs.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;
 RETURN found_jobs;
END;
$$;
CREATE FUNCTION jobs.procrastinate_finish_job_v1(job_id bigint, end_status jobs.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;
CREATE FUNCTION jobs.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;
CREATE FUNCTION jobs.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;
CREATE FUNCTION jobs.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;
CREATE FUNCTION jobs.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;
CREATE FUNCTION jobs.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;
CREATE FUNCTION jobs.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;
END;
$$;
CREATE FUNCTION jobs.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;
CREATE FUNCTION jobs.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);
	RETURN NEW;
END;
$$;
CREATE FUNCTION jobs.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;
CREATE FUNCTION jobs.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;
CREATE FUNCTION jobs.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;
CREATE FUNCTION jobs.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;
CREATE FUNCTION jobs.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;
CREATE FUNCTION kernel.actors() RETURNS TABLE(actor uuid, organization_id uuid, roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select a.actor, a.organization_id, a.roles from kernel.access a where a.organization_id = any((select kernel.scope())::uuid[]) $$;
ALTER FUNCTION kernel.actors() OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.admit(id uuid, operator boolean, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  if not operator and not coalesce((select o.operator from kernel.organization o where o.id = kernel.organization()), false) then
    raise exception 'only the operator admits organizations' using errcode = '42501'; end if;
  insert into kernel.organization values (id, operator, at);
end $$;
ALTER FUNCTION kernel.admit(id uuid, operator boolean, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.allow(actor uuid, organization uuid, roles text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  if organization is distinct from kernel.organization()
     and not coalesce((select o.operator from kernel.organization o where o.id = kernel.organization()), false) then
    raise exception 'no such organization' using errcode = '42501'; end if;
  if roles is null then delete from kernel.access a where (a.actor, a.organization_id) = (allow.actor, organization);
  else insert into kernel.access values (actor, organization, roles) on conflict on constraint access_pkey do update set roles = excluded.roles; end if;
end $$;
ALTER FUNCTION kernel.allow(actor uuid, organization uuid, roles text[]) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.begin(actor uuid, organization uuid) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare scope text := organization; held text[]; begin
  select a.roles into held from kernel.access a where (a.actor, a.organization_id) = (begin.actor, organization);
  if held is null then raise exception 'no such organization' using errcode = 'RT404'; end if;
  if (select o.operator from kernel.organization o where o.id = organization) then
    scope := (select string_agg(a.organization_id::text, ',' order by a.organization_id) from kernel.access a where a.actor = begin.actor); end if;
  perform kernel.enter(organization, scope);
  return held;
end $$;
ALTER FUNCTION kernel.begin(actor uuid, organization uuid) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.enter(organization uuid, organizations text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select set_config('app.organization', organization::text, true), set_config('app.organizations', organizations, true),
         set_config('app.seal', kernel.seal(organization::text, organizations), true) $$;
ALTER FUNCTION kernel.enter(organization uuid, organizations text) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.organization() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when current_setting('app.seal', true) =
      kernel.seal(current_setting('app.organization', true), current_setting('app.organizations', true))
    then nullif(current_setting('app.organization', true), '')::uuid end $$;
ALTER FUNCTION kernel.organization() OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.scope() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case when current_setting('app.seal', true) =
      kernel.seal(current_setting('app.organization', true), current_setting('app.organizations', true))
    then string_to_array(current_setting('app.organizations', true), ',')::uuid[] else '{}'::uuid[] end $$;
ALTER FUNCTION kernel.scope() OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.seal(organization text, organizations text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select encode(sha256(s.outer_pad || sha256(s.inner_pad || convert_to(concat_ws('|', pg_backend_pid(), extract(epoch from transaction_timestamp()),
    organization, organizations), 'UTF8'))), 'hex') from kernel.secret s $$;
ALTER FUNCTION kernel.seal(organization text, organizations text) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.serve(organization uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select kernel.enter(organization, organization::text) $$;
ALTER FUNCTION kernel.serve(organization uuid) OWNER TO {prefix}_carrier;
CREATE FUNCTION kernel.tenant_table(name regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format('create policy reads on %s for select using (organization_id = any((select kernel.scope())::uuid[]))', name);
  execute format('create policy inserts on %s for insert with check (organization_id = (select kernel.organization()))', name);
  execute format('create policy updates on %s for update using (organization_id = (select kernel.organization()))', name);
  execute format('create policy deletes on %s for delete using (organization_id = (select kernel.organization()))', name);
end $$;
CREATE TABLE knowledge.document (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    namespace text NOT NULL,
    key text NOT NULL,
    title text NOT NULL,
    url text,
    kind text NOT NULL,
    text text NOT NULL,
    hash text NOT NULL,
    metadata jsonb NOT NULL,
    sections jsonb NOT NULL,
    embedder text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY knowledge.document FORCE ROW LEVEL SECURITY;
CREATE FUNCTION knowledge.passes(d knowledge.document, filters jsonb) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select d.metadata @> coalesce(filters->'metadata', '{}')
    and (filters->'kinds' is null or filters->'kinds' ? d.kind)
    and (filters->>'since' is null or coalesce(d.metadata->>'created_at', d.created_at::text) >= filters->>'since')
    and (filters->>'until' is null or coalesce(d.metadata->>'created_at', d.created_at::text) <= filters->>'until') $$;
CREATE FUNCTION knowledge.search_exactly(point extensions.vector, space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'extensions', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
  with own as materialized (
    select c.organization_id, c.id, c.embedding <=> point as distance from knowledge.chunk c
    where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space)
      and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                      and knowledge.passes(d, filters))))
  select o.organization_id, o.id, (1 - o.distance)::real from own o order by o.distance, o.id limit least(size, 200) $$;
ALTER FUNCTION knowledge.search_exactly(point extensions.vector, space text, filters jsonb, size integer) OWNER TO {prefix}_searcher;
CREATE FUNCTION knowledge.search_graph(point extensions.vector, space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'extensions', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.max_scan_tuples" TO '200000'
    SET "hnsw.scan_mem_multiplier" TO '8'
    AS $$
  select c.organization_id, c.id, (1 - (c.embedding <=> point))::real from knowledge.chunk c
  where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by c.embedding <=> point limit least(size, 200) $$;
ALTER FUNCTION knowledge.search_graph(point extensions.vector, space text, filters jsonb, size integer) OWNER TO {prefix}_searcher;
CREATE FUNCTION knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  with asked as materialized (
    select (select string_agg(quote_literal(t), ' | ') from unnest(stems) t where t ~ '^\w+$')::tsquery as main,
           coalesce((select string_agg(quote_literal(t), ' | ') from unnest(synonyms) t where t ~ '^\w+$'), '')::tsquery as side)
  select c.organization_id, c.id, ts_rank(c.words, a.main) + ts_rank(c.words, a.side) / 2 as score
  from knowledge.chunk c, asked a
  where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space)
    and c.words @@ (a.main || a.side)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by score desc, c.id limit least(size, 200) $_$;
ALTER FUNCTION knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size integer) OWNER TO {prefix}_searcher;
CREATE FUNCTION knowledge.search_vector(point extensions.vector, space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'extensions', 'pg_temp'
    AS $$ begin
  if (select count(*) from (select from knowledge.chunk c where c.organization_id = any((select kernel.scope())::uuid[]) limit 10001) enough) > 10000
  then return query select * from knowledge.search_graph(point, space, filters, size);
  else return query select * from knowledge.search_exactly(point, space, filters, size); end if;
end $$;
ALTER FUNCTION knowledge.search_vector(point extensions.vector, space text, filters jsonb, size integer) OWNER TO {prefix}_searcher;
CREATE FUNCTION lookup.claim(secret bytea) RETURNS TABLE(organization_id uuid, id uuid, status text, expires_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select c.organization_id, c.id, c.status, c.claim_expires_at from identity.client c where c.claim_hash = secret $$;
ALTER FUNCTION lookup.claim(secret bytea) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.credential(secret bytea, at timestamp with time zone) RETURNS TABLE(organization_id uuid, id uuid, kind text, actor uuid, scopes text[], origins text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select c.organization_id, c.id, c.kind, c.actor, c.scopes, c.origins from kernel.credential c
  where c.hash = secret and (c.expires_at is null or c.expires_at > at) $$;
ALTER FUNCTION lookup.credential(secret bytea, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.drop_expired(at timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  delete from kernel.answer where expires_at < at; delete from kernel.ask where expires_at < at and output is not null $$;
ALTER FUNCTION lookup.drop_expired(at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.expired_asks(at timestamp with time zone) RETURNS TABLE(organization_id uuid, id uuid, name text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select a.organization_id, a.id, a.name from kernel.ask a where a.output is null and a.lease_until < at order by a.lease_until limit 100 $$;
ALTER FUNCTION lookup.expired_asks(at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.key_used(secret bytea, at timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  update identity.api_key k set last_used_at = at from kernel.credential c
  where c.hash = secret and (k.organization_id, k.id) = (c.organization_id, c.id) and (c.expires_at is null or c.expires_at > at)
    and (k.last_used_at is null or k.last_used_at <= at - interval '1 minute') $$;
ALTER FUNCTION lookup.key_used(secret bytea, at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.one_time(secret bytea) RETURNS TABLE(organization_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select t.organization_id, t.id from identity.one_time t where t.hash = secret $$;
ALTER FUNCTION lookup.one_time(secret bytea) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.operator() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select id from kernel.organization where operator $$;
ALTER FUNCTION lookup.operator() OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.refresh(secret bytea) RETURNS TABLE(organization_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select t.organization_id, t.id from identity.refresh_token t where t.hash = secret $$;
ALTER FUNCTION lookup.refresh(secret bytea) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup."user"(email text) RETURNS TABLE(organization_id uuid, id uuid, password_hash text, disabled boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  select u.organization_id, u.id, u.password_hash, u.disabled_at is not null from identity."user" u where lower(u.email) = lower($1) $_$;
ALTER FUNCTION lookup."user"(email text) OWNER TO {prefix}_carrier;
CREATE TABLE configs.deployment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    config_id uuid NOT NULL,
    environment text NOT NULL,
    version integer NOT NULL,
    previous_version integer,
    deployed_by uuid,
    deployed_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY configs.deployment FORCE ROW LEVEL SECURITY;
CREATE TABLE configs.version (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    config_id uuid NOT NULL,
    version integer NOT NULL,
    product_type text NOT NULL,
    body jsonb NOT NULL,
    body_hash text NOT NULL,
    message text NOT NULL,
    requirements_id uuid,
    answered_by text NOT NULL,
    lineage uuid,
    created_by uuid,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY configs.version FORCE ROW LEVEL SECURITY;
CREATE TABLE configurations.generation (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    requirements_id uuid NOT NULL,
    requirements_version integer NOT NULL,
    document_file text NOT NULL,
    automatic boolean NOT NULL,
    lineage uuid,
    number bigint NOT NULL,
    status text NOT NULL,
    config_id uuid,
    version integer,
    reason text,
    next text,
    created_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone
);
ALTER TABLE ONLY configurations.generation FORCE ROW LEVEL SECURITY;
CREATE TABLE contacts.contact (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    persons uuid[] NOT NULL,
    name text,
    source text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY contacts.contact FORCE ROW LEVEL SECURITY;
CREATE TABLE contacts.identity (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    shown text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT identity_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text, 'visitor'::text, 'account'::text])))
);
ALTER TABLE ONLY contacts.identity FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.attachment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    bytes integer NOT NULL,
    file text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY conversations.attachment FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.conversation (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    config_id uuid NOT NULL,
    config_version integer NOT NULL,
    lineage uuid NOT NULL,
    person uuid NOT NULL,
    contact_id uuid,
    visitor_name text,
    taken_by uuid,
    callback boolean DEFAULT false NOT NULL,
    subject text,
    positions integer DEFAULT 0 NOT NULL,
    visitor_messages integer DEFAULT 0 NOT NULL,
    hour_began timestamp with time zone,
    hour_messages integer DEFAULT 0 NOT NULL,
    turn_message uuid,
    turn_until timestamp with time zone,
    waiting_since timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    last_message_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    identified boolean DEFAULT false NOT NULL,
    last_role text,
    last_line text,
    CONSTRAINT conversation_status_check CHECK ((status = ANY (ARRAY['open'::text, 'waiting'::text, 'taken'::text, 'ended'::text])))
);
ALTER TABLE ONLY conversations.conversation FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.handover (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    what text NOT NULL,
    actor uuid,
    reason text,
    after_position integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT handover_what_check CHECK ((what = ANY (ARRAY['requested'::text, 'taken'::text, 'returned'::text])))
);
ALTER TABLE ONLY conversations.handover FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.message (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    "position" integer NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    citations jsonb DEFAULT '[]'::jsonb NOT NULL,
    rich_content jsonb,
    actions jsonb DEFAULT '[]'::jsonb NOT NULL,
    grounded boolean,
    answered_by text,
    confidence double precision,
    config_version integer,
    ms integer,
    provider_ms integer,
    cost_usd double precision,
    in_answer_to uuid,
    author uuid,
    client_message_id text,
    answered boolean DEFAULT true NOT NULL,
    remembered boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb NOT NULL,
    path jsonb,
    CONSTRAINT message_role_check CHECK ((role = ANY (ARRAY['visitor'::text, 'assistant'::text, 'person'::text, 'system'::text])))
);
ALTER TABLE ONLY conversations.message FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.note (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    author uuid NOT NULL,
    content text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY conversations.note FORCE ROW LEVEL SECURITY;
CREATE TABLE conversations.presence (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);
ALTER TABLE ONLY conversations.presence FORCE ROW LEVEL SECURITY;
CREATE TABLE copilot.seen (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    seen_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY copilot.seen FORCE ROW LEVEL SECURITY;
CREATE TABLE dialogue.checkpoint (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    thread_id uuid NOT NULL,
    namespace text NOT NULL,
    checkpoint_id text NOT NULL,
    parent_id text,
    kind text NOT NULL,
    body bytea NOT NULL,
    metadata_kind text NOT NULL,
    metadata bytea NOT NULL,
    writes jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY dialogue.checkpoint FORCE ROW LEVEL SECURITY;
CREATE TABLE dossier.client (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    slug text,
    website text,
    industry text,
    stage text NOT NULL,
    stage_number bigint NOT NULL,
    stage_since timestamp with time zone NOT NULL,
    assigned_to uuid,
    assigned_name text,
    assigned_person uuid,
    assigned_number bigint DEFAULT 0 NOT NULL,
    last_at timestamp with time zone NOT NULL,
    lasts jsonb NOT NULL,
    facts integer DEFAULT 0 NOT NULL,
    sources integer DEFAULT 0 NOT NULL,
    documents integer DEFAULT 0 NOT NULL,
    conversations integer DEFAULT 0 NOT NULL,
    CONSTRAINT client_check CHECK ((id = organization_id))
);
ALTER TABLE ONLY dossier.client FORCE ROW LEVEL SECURITY;
CREATE TABLE dossier.fact (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    section text NOT NULL,
    key text NOT NULL,
    field text NOT NULL,
    value jsonb NOT NULL,
    number bigint NOT NULL,
    person uuid,
    occurred_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY dossier.fact FORCE ROW LEVEL SECURITY;
CREATE TABLE dossier.moment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    section text NOT NULL,
    title text NOT NULL,
    lineage uuid,
    cause uuid,
    actor uuid,
    person uuid,
    occurred_at timestamp with time zone NOT NULL,
    detail text,
    subject_type text,
    subject_id uuid,
    found text NOT NULL,
    said text,
    words tsvector NOT NULL
);
ALTER TABLE ONLY dossier.moment FORCE ROW LEVEL SECURITY;
CREATE TABLE dossier.need (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    section text NOT NULL,
    subject uuid NOT NULL,
    title text,
    detail text,
    opened bigint,
    closed bigint NOT NULL,
    since timestamp with time zone,
    due_at timestamp with time zone,
    open boolean GENERATED ALWAYS AS (COALESCE((opened > closed), false)) STORED NOT NULL
);
ALTER TABLE ONLY dossier.need FORCE ROW LEVEL SECURITY;
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
CREATE TABLE governance.audit (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor uuid,
    purpose text NOT NULL,
    lineage uuid,
    kind text NOT NULL,
    target text NOT NULL,
    outcome text NOT NULL,
    digest text NOT NULL,
    rules text[] NOT NULL,
    reasons text[] NOT NULL,
    input_tokens integer NOT NULL,
    output_tokens integer NOT NULL,
    cost_usd double precision,
    ms double precision NOT NULL
);
ALTER TABLE ONLY governance.audit FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.api_key (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    prefix text NOT NULL,
    scopes text[] NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    origins text[] DEFAULT '{}'::text[] NOT NULL,
    public_key text,
    CONSTRAINT api_key_kind_check CHECK ((kind = ANY (ARRAY['key'::text, 'widget'::text])))
);
ALTER TABLE ONLY identity.api_key FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.assignment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    role text NOT NULL,
    stage text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);
ALTER TABLE ONLY identity.assignment FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.attempt (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    subject bytea NOT NULL,
    count integer NOT NULL,
    started_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY identity.attempt FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.client (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    slug text NOT NULL,
    website text,
    status text NOT NULL,
    claim_hash bytea,
    claim_expires_at timestamp with time zone NOT NULL,
    assigned_to uuid NOT NULL,
    contact_email text,
    contact_id uuid NOT NULL,
    lineage uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT client_status_check CHECK ((status = ANY (ARRAY['unclaimed'::text, 'claimed'::text, 'expired'::text])))
);
ALTER TABLE ONLY identity.client FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.one_time (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
ALTER TABLE ONLY identity.one_time FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.organization (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    operator boolean NOT NULL,
    claimed_by uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT organization_check CHECK ((id = organization_id))
);
ALTER TABLE ONLY identity.organization FORCE ROW LEVEL SECURITY;
CREATE TABLE identity.refresh_token (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    family uuid NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone
);
ALTER TABLE ONLY identity.refresh_token FORCE ROW LEVEL SECURITY;
CREATE TABLE identity."user" (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone
);
ALTER TABLE ONLY identity."user" FORCE ROW LEVEL SECURITY;
CREATE TABLE jobs.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type jobs.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);
CREATE SEQUENCE jobs.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE jobs.procrastinate_events_id_seq OWNED BY jobs.procrastinate_events.id;
CREATE SEQUENCE jobs.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE jobs.procrastinate_jobs_id_seq OWNED BY jobs.procrastinate_jobs.id;
CREATE TABLE jobs.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);
CREATE SEQUENCE jobs.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE jobs.procrastinate_periodic_defers_id_seq OWNED BY jobs.procrastinate_periodic_defers.id;
CREATE TABLE jobs.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE jobs.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kernel.access (
    actor uuid NOT NULL,
    organization_id uuid NOT NULL,
    roles text[] NOT NULL
);
CREATE TABLE kernel.answer (
    organization_id uuid NOT NULL,
    actor uuid NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    status integer,
    body json,
    number bigint,
    expires_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY kernel.answer FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.ask (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    input json NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    tries integer DEFAULT 1 NOT NULL,
    status text DEFAULT 'running'::text NOT NULL,
    output json,
    number bigint,
    actor uuid,
    key text,
    expires_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY kernel.ask FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.credential (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    hash bytea NOT NULL,
    kind text NOT NULL,
    actor uuid NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone,
    origins text[] DEFAULT '{}'::text[] NOT NULL
);
ALTER TABLE ONLY kernel.credential FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.organization (
    id uuid NOT NULL,
    operator boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE kernel.person (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    key bytea
);
ALTER TABLE ONLY kernel.person FORCE ROW LEVEL SECURITY;
CREATE TABLE kernel.secret (
    one boolean DEFAULT true NOT NULL,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL,
    CONSTRAINT secret_one_check CHECK (one)
);
CREATE TABLE knowledge.chunk (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    document_id uuid NOT NULL,
    namespace text NOT NULL,
    "position" integer NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    page integer,
    title text NOT NULL,
    heading text NOT NULL,
    columns text NOT NULL,
    text text NOT NULL,
    embedding extensions.vector(384) NOT NULL,
    words tsvector GENERATED ALWAYS AS ((setweight(to_tsvector('english'::regconfig, ((title || ' '::text) || heading)), 'A'::"char") || setweight(to_tsvector('english'::regconfig, ((columns || ' '::text) || text)), 'D'::"char"))) STORED NOT NULL
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY knowledge.chunk ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY knowledge.chunk FORCE ROW LEVEL SECURITY;
CREATE TABLE library.batch (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    completed boolean NOT NULL,
    announced boolean NOT NULL
);
ALTER TABLE ONLY library.batch FORCE ROW LEVEL SECURITY;
CREATE TABLE library.intake (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    research_job_id uuid,
    key text NOT NULL,
    name text NOT NULL,
    namespace text NOT NULL,
    title text NOT NULL,
    url text,
    document_kind text NOT NULL,
    media_type text,
    content_file text,
    text_file text,
    metadata jsonb NOT NULL,
    strategy text NOT NULL,
    chunk_size integer NOT NULL,
    lineage uuid NOT NULL,
    status text NOT NULL,
    chunks integer NOT NULL,
    changed boolean NOT NULL,
    reason text,
    next text,
    document_id uuid,
    created_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone
);
ALTER TABLE ONLY library.intake FORCE ROW LEVEL SECURITY;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE requirements.claim (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    research_job_id uuid NOT NULL,
    number bigint NOT NULL,
    place integer NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    quote text NOT NULL,
    source_url text NOT NULL,
    confidence double precision NOT NULL,
    inferred boolean NOT NULL,
    basis text
);
ALTER TABLE ONLY requirements.claim FORCE ROW LEVEL SECURITY;
CREATE TABLE requirements.client (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    number bigint NOT NULL
);
ALTER TABLE ONLY requirements.client FORCE ROW LEVEL SECURITY;
CREATE TABLE requirements.document (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    research_job_id uuid NOT NULL,
    confirmed_by uuid NOT NULL,
    status text NOT NULL,
    version integer NOT NULL,
    body jsonb NOT NULL,
    summary text NOT NULL,
    items integer NOT NULL,
    answered_by text NOT NULL,
    confidence double precision NOT NULL,
    claims_hash text NOT NULL,
    drafted_hash text NOT NULL,
    document_file text NOT NULL,
    lineage uuid NOT NULL,
    automatic boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by uuid,
    approved_at timestamp with time zone,
    approved_by uuid,
    drafted jsonb
);
ALTER TABLE ONLY requirements.document FORCE ROW LEVEL SECURITY;
CREATE TABLE requirements.research (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    source text,
    expected integer,
    number bigint,
    lineage uuid,
    status text NOT NULL,
    requirements_id uuid,
    reason text,
    next text,
    settled_at timestamp with time zone
);
ALTER TABLE ONLY requirements.research FORCE ROW LEVEL SECURITY;
CREATE TABLE research.claim (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    "position" integer NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    source_url text NOT NULL,
    quote text NOT NULL,
    start integer,
    "end" integer,
    fetched_at timestamp with time zone NOT NULL,
    confidence double precision NOT NULL,
    in_markup boolean NOT NULL,
    inferred boolean NOT NULL,
    basis text
);
ALTER TABLE ONLY research.claim FORCE ROW LEVEL SECURITY;
CREATE TABLE research.job (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    pages integer NOT NULL,
    refused integer NOT NULL,
    expected integer NOT NULL,
    claims integer NOT NULL,
    reason text,
    next text,
    answered_by text,
    lineage uuid NOT NULL,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    completed_at timestamp with time zone
);
ALTER TABLE ONLY research.job FORCE ROW LEVEL SECURITY;
CREATE TABLE research.page (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    "position" integer NOT NULL,
    asked text NOT NULL,
    url text NOT NULL,
    depth integer NOT NULL,
    links jsonb NOT NULL,
    status text NOT NULL,
    title text NOT NULL,
    kind text,
    content_file text,
    text_file text,
    characters integer NOT NULL,
    etag text,
    last_modified text,
    sha256 text,
    reason text,
    next text,
    fetched_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY research.page FORCE ROW LEVEL SECURITY;
CREATE TABLE research.upload (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    content_file text NOT NULL,
    media_type text,
    size integer NOT NULL,
    job_id uuid,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY research.upload FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY jobs.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('jobs.procrastinate_events_id_seq'::regclass);
ALTER TABLE ONLY jobs.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('jobs.procrastinate_jobs_id_seq'::regclass);
ALTER TABLE ONLY jobs.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('jobs.procrastinate_periodic_defers_id_seq'::regclass);
ALTER TABLE ONLY configs.deployment
    ADD CONSTRAINT deployment_organization_id_config_id_environment_key UNIQUE (organization_id, config_id, environment);
ALTER TABLE ONLY configs.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY configs.version
    ADD CONSTRAINT version_organization_id_config_id_version_key UNIQUE (organization_id, config_id, version);
ALTER TABLE ONLY configs.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY configurations.generation
    ADD CONSTRAINT generation_organization_id_requirements_id_requirements_ver_key UNIQUE (organization_id, requirements_id, requirements_version);
ALTER TABLE ONLY configurations.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY contacts.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY contacts.identity
    ADD CONSTRAINT identity_organization_id_kind_value_key UNIQUE (organization_id, kind, value);
ALTER TABLE ONLY contacts.identity
    ADD CONSTRAINT identity_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.conversation
    ADD CONSTRAINT conversation_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.message
    ADD CONSTRAINT message_organization_id_conversation_id_position_key UNIQUE (organization_id, conversation_id, "position");
ALTER TABLE ONLY conversations.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY conversations.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY copilot.seen
    ADD CONSTRAINT seen_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY dialogue.checkpoint
    ADD CONSTRAINT checkpoint_organization_id_thread_id_namespace_checkpoint_i_key UNIQUE (organization_id, thread_id, namespace, checkpoint_id);
ALTER TABLE ONLY dialogue.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY dossier.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY dossier.fact
    ADD CONSTRAINT fact_organization_id_section_key_field_key UNIQUE (organization_id, section, key, field);
ALTER TABLE ONLY dossier.fact
    ADD CONSTRAINT fact_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY dossier.moment
    ADD CONSTRAINT moment_organization_id_number_key UNIQUE (organization_id, number);
ALTER TABLE ONLY dossier.moment
    ADD CONSTRAINT moment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY dossier.need
    ADD CONSTRAINT need_pkey PRIMARY KEY (organization_id, id);
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
ALTER TABLE ONLY governance.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.attempt
    ADD CONSTRAINT attempt_organization_id_subject_key UNIQUE (organization_id, subject);
ALTER TABLE ONLY identity.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.client
    ADD CONSTRAINT client_claim_hash_key UNIQUE (claim_hash);
ALTER TABLE ONLY identity.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.one_time
    ADD CONSTRAINT one_time_hash_key UNIQUE (hash);
ALTER TABLE ONLY identity.one_time
    ADD CONSTRAINT one_time_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity.refresh_token
    ADD CONSTRAINT refresh_token_hash_key UNIQUE (hash);
ALTER TABLE ONLY identity.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY identity."user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY jobs.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);
ALTER TABLE ONLY jobs.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY kernel.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (actor, organization_id);
ALTER TABLE ONLY kernel.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (organization_id, actor, key);
ALTER TABLE ONLY kernel.ask
    ADD CONSTRAINT ask_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kernel.credential
    ADD CONSTRAINT credential_hash_key UNIQUE (hash);
ALTER TABLE ONLY kernel.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kernel.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY kernel.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kernel.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (one);
ALTER TABLE ONLY knowledge.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY knowledge.document
    ADD CONSTRAINT document_organization_id_namespace_key_key UNIQUE (organization_id, namespace, key);
ALTER TABLE ONLY knowledge.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY library.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY library.intake
    ADD CONSTRAINT intake_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY requirements.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY requirements.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY requirements.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY requirements.research
    ADD CONSTRAINT research_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.page
    ADD CONSTRAINT page_organization_id_job_id_asked_key UNIQUE (organization_id, job_id, asked);
ALTER TABLE ONLY research.page
    ADD CONSTRAINT page_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY research.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX generation_number ON configurations.generation USING btree (organization_id, number);
CREATE INDEX contact_persons ON contacts.contact USING gin (persons);
CREATE INDEX identity_contact ON contacts.identity USING btree (organization_id, contact_id);
CREATE INDEX attachment_conversation ON conversations.attachment USING btree (organization_id, conversation_id, created_at);
CREATE INDEX conversation_contact ON conversations.conversation USING btree (organization_id, contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX conversation_person ON conversations.conversation USING btree (organization_id, person);
CREATE INDEX conversation_recent ON conversations.conversation USING btree (organization_id, last_message_at DESC, id DESC);
CREATE INDEX conversation_recent_everywhere ON conversations.conversation USING btree (last_message_at DESC, id DESC);
CREATE INDEX conversation_taken_everywhere ON conversations.conversation USING btree (taken_by, last_message_at DESC, id DESC) WHERE (status = 'taken'::text);
CREATE INDEX conversation_version ON conversations.conversation USING btree (organization_id, config_id, config_version, channel, status);
CREATE INDEX conversation_waiting ON conversations.conversation USING btree (organization_id, waiting_since) WHERE (status = 'waiting'::text);
CREATE INDEX conversation_waiting_everywhere ON conversations.conversation USING btree (waiting_since, id) WHERE (status = 'waiting'::text);
CREATE INDEX handover_conversation ON conversations.handover USING btree (organization_id, conversation_id, after_position);
CREATE UNIQUE INDEX message_answer ON conversations.message USING btree (organization_id, in_answer_to) WHERE (role = 'assistant'::text);
CREATE UNIQUE INDEX message_client ON conversations.message USING btree (organization_id, conversation_id, client_message_id) WHERE (client_message_id IS NOT NULL);
CREATE INDEX message_new ON conversations.message USING btree (organization_id, conversation_id, "position") WHERE (NOT remembered);
CREATE INDEX note_conversation ON conversations.note USING btree (organization_id, conversation_id, created_at);
CREATE INDEX fact_person ON dossier.fact USING btree (organization_id, person) WHERE (person IS NOT NULL);
CREATE INDEX moment_cause ON dossier.moment USING btree (organization_id, cause) WHERE (cause IS NOT NULL);
CREATE INDEX moment_client ON dossier.moment USING btree (organization_id, occurred_at DESC, id DESC);
CREATE INDEX moment_lineage ON dossier.moment USING btree (organization_id, lineage, number);
CREATE INDEX moment_recent ON dossier.moment USING btree (occurred_at DESC, id DESC);
CREATE INDEX moment_section ON dossier.moment USING btree (organization_id, section, occurred_at DESC, id DESC);
CREATE INDEX moment_subject ON dossier.moment USING btree (organization_id, subject_id, number) WHERE (subject_id IS NOT NULL);
CREATE INDEX moment_words ON dossier.moment USING gin (words);
CREATE INDEX need_client ON dossier.need USING btree (organization_id) WHERE open;
CREATE INDEX need_due ON dossier.need USING btree (COALESCE(due_at, 'infinity'::timestamp with time zone), since, id) WHERE open;
CREATE INDEX cursor_retry ON events.cursor USING btree (retry_at) WHERE (retry_at IS NOT NULL);
CREATE INDEX log_kind ON events.log USING btree (organization_id, kind, number);
CREATE INDEX parked_organization ON events.parked USING btree (organization_id);
CREATE INDEX audit_recent ON governance.audit USING btree (at DESC, id DESC);
CREATE INDEX assignment_client ON identity.assignment USING btree (organization_id, client_id);
CREATE UNIQUE INDEX assignment_open ON identity.assignment USING btree (organization_id, agent_id, client_id, role) WHERE (ended_at IS NULL);
CREATE INDEX client_load ON identity.client USING btree (organization_id, assigned_to);
CREATE UNIQUE INDEX client_name ON identity.client USING btree (organization_id, name_key, COALESCE(website, ''::text));
CREATE UNIQUE INDEX client_slug ON identity.client USING btree (organization_id, slug);
CREATE INDEX client_unclaimed ON identity.client USING btree (organization_id, claim_expires_at) WHERE (status = 'unclaimed'::text);
CREATE INDEX one_time_user ON identity.one_time USING btree (organization_id, user_id);
CREATE INDEX refresh_token_family ON identity.refresh_token USING btree (organization_id, family);
CREATE INDEX refresh_token_user ON identity.refresh_token USING btree (organization_id, user_id);
CREATE UNIQUE INDEX user_email ON identity."user" USING btree (lower(email));
CREATE INDEX idx_procrastinate_jobs_worker_not_null ON jobs.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::jobs.procrastinate_job_status));
CREATE INDEX idx_procrastinate_workers_last_heartbeat ON jobs.procrastinate_workers USING btree (last_heartbeat);
CREATE INDEX procrastinate_events_job_id_fkey_v1 ON jobs.procrastinate_events USING btree (job_id);
CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON jobs.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::jobs.procrastinate_job_status, 'doing'::jobs.procrastinate_job_status]));
CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON jobs.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::jobs.procrastinate_job_status);
CREATE INDEX procrastinate_jobs_priority_idx_v1 ON jobs.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::jobs.procrastinate_job_status);
CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON jobs.procrastinate_jobs USING btree (queue_name);
CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON jobs.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::jobs.procrastinate_job_status);
CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON jobs.procrastinate_periodic_defers USING btree (job_id);
CREATE INDEX access_organization ON kernel.access USING btree (organization_id);
CREATE INDEX answer_expiry ON kernel.answer USING btree (expires_at);
CREATE INDEX ask_expiry ON kernel.ask USING btree (expires_at);
CREATE INDEX ask_open ON kernel.ask USING btree (lease_until) WHERE (output IS NULL);
CREATE UNIQUE INDEX one_operator ON kernel.organization USING btree (operator) WHERE operator;
CREATE UNIQUE INDEX chunk_document ON knowledge.chunk USING btree (organization_id, document_id, "position");
CREATE INDEX chunk_embedding ON knowledge.chunk USING hnsw (embedding extensions.vector_cosine_ops);
CREATE INDEX chunk_namespace ON knowledge.chunk USING btree (organization_id, namespace);
CREATE INDEX chunk_words ON knowledge.chunk USING gin (words);
CREATE INDEX intake_batch ON library.intake USING btree (organization_id, research_job_id, status);
CREATE INDEX intake_key ON library.intake USING btree (organization_id, namespace, key, id);
CREATE UNIQUE INDEX intake_once ON library.intake USING btree (organization_id, research_job_id, key) WHERE (research_job_id IS NOT NULL);
CREATE INDEX claim_research ON requirements.claim USING btree (organization_id, research_job_id, number, place);
CREATE UNIQUE INDEX document_approved ON requirements.document USING btree (organization_id) WHERE (status = 'approved'::text);
CREATE INDEX document_newest ON requirements.document USING btree (id);
CREATE UNIQUE INDEX document_of_research ON requirements.document USING btree (organization_id, research_job_id);
CREATE INDEX research_number ON requirements.research USING btree (organization_id, number);
CREATE INDEX claim_job ON research.claim USING btree (organization_id, job_id, "position");
CREATE INDEX job_recent ON research.job USING btree (id DESC);
CREATE INDEX job_source ON research.job USING btree (organization_id, source, created_at DESC);
CREATE INDEX upload_job ON research.upload USING btree (organization_id, job_id);
CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON jobs.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::jobs.procrastinate_job_status))) EXECUTE FUNCTION jobs.procrastinate_notify_queue_abort_job_v1();
CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON jobs.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION jobs.procrastinate_trigger_abort_requested_events_procedure_v1();
CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON jobs.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION jobs.procrastinate_unlink_periodic_defers_v1();
CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON jobs.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::jobs.procrastinate_job_status))) EXECUTE FUNCTION jobs.procrastinate_trigger_function_scheduled_events_v1();
CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON jobs.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::jobs.procrastinate_job_status)) EXECUTE FUNCTION jobs.procrastinate_trigger_function_status_events_insert_v1();
CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON jobs.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION jobs.procrastinate_trigger_function_status_events_update_v1();
ALTER TABLE ONLY configs.deployment
    ADD CONSTRAINT deployment_organization_id_config_id_version_fkey FOREIGN KEY (organization_id, config_id, version) REFERENCES configs.version(organization_id, config_id, version);
ALTER TABLE ONLY contacts.identity
    ADD CONSTRAINT identity_organization_id_contact_id_fkey FOREIGN KEY (organization_id, contact_id) REFERENCES contacts.contact(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY conversations.attachment
    ADD CONSTRAINT attachment_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY conversations.handover
    ADD CONSTRAINT handover_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY conversations.message
    ADD CONSTRAINT message_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY conversations.note
    ADD CONSTRAINT note_organization_id_conversation_id_fkey FOREIGN KEY (organization_id, conversation_id) REFERENCES conversations.conversation(organization_id, id);
ALTER TABLE ONLY identity.assignment
    ADD CONSTRAINT assignment_organization_id_agent_id_fkey FOREIGN KEY (organization_id, agent_id) REFERENCES identity."user"(organization_id, id);
ALTER TABLE ONLY identity.assignment
    ADD CONSTRAINT assignment_organization_id_client_id_fkey FOREIGN KEY (organization_id, client_id) REFERENCES identity.client(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY identity.client
    ADD CONSTRAINT client_organization_id_assigned_to_fkey FOREIGN KEY (organization_id, assigned_to) REFERENCES identity."user"(organization_id, id);
ALTER TABLE ONLY identity.one_time
    ADD CONSTRAINT one_time_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES identity."user"(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY identity.refresh_token
    ADD CONSTRAINT refresh_token_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES identity."user"(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY jobs.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs.procrastinate_jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY jobs.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES jobs.procrastinate_workers(id) ON DELETE SET NULL;
ALTER TABLE ONLY jobs.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs.procrastinate_jobs(id);
ALTER TABLE ONLY kernel.access
    ADD CONSTRAINT access_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES kernel.organization(id);
ALTER TABLE ONLY knowledge.chunk
    ADD CONSTRAINT chunk_organization_id_document_id_fkey FOREIGN KEY (organization_id, document_id) REFERENCES knowledge.document(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY research.claim
    ADD CONSTRAINT claim_organization_id_job_id_fkey FOREIGN KEY (organization_id, job_id) REFERENCES research.job(organization_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY research.page
    ADD CONSTRAINT page_organization_id_job_id_fkey FOREIGN KEY (organization_id, job_id) REFERENCES research.job(organization_id, id) ON DELETE CASCADE;
CREATE POLICY deletes ON configs.deployment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON configs.version FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE configs.deployment ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON configs.deployment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON configs.version FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON configs.deployment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON configs.version FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON configs.deployment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON configs.version FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE configs.version ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON configurations.generation FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE configurations.generation ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON configurations.generation FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON configurations.generation FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON configurations.generation FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE contacts.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON contacts.contact FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON contacts.identity FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE contacts.identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON contacts.contact FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON contacts.identity FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON contacts.contact FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON contacts.identity FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON contacts.contact FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON contacts.identity FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE conversations.attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.conversation ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON conversations.attachment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.conversation FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.handover FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.message FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.note FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON conversations.presence FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE conversations.handover ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON conversations.attachment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.conversation FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.handover FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.message FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.note FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON conversations.presence FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE conversations.message ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.note ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations.presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON conversations.attachment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.conversation FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.handover FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.message FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.note FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON conversations.presence FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON conversations.attachment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.conversation FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.handover FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.message FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.note FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON conversations.presence FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON copilot.seen FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON copilot.seen FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON copilot.seen FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE copilot.seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON copilot.seen FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE dialogue.checkpoint ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON dialogue.checkpoint FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON dialogue.checkpoint FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON dialogue.checkpoint FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON dialogue.checkpoint FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE dossier.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON dossier.client FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON dossier.fact FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON dossier.moment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON dossier.need FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE dossier.fact ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON dossier.client FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON dossier.fact FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON dossier.moment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON dossier.need FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE dossier.moment ENABLE ROW LEVEL SECURITY;
ALTER TABLE dossier.need ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON dossier.client FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON dossier.fact FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON dossier.moment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON dossier.need FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY searches ON dossier.fact FOR SELECT TO {prefix}_searcher USING (true);
CREATE POLICY searches ON dossier.moment FOR SELECT TO {prefix}_searcher USING (true);
CREATE POLICY updates ON dossier.client FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON dossier.fact FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON dossier.moment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON dossier.need FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
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
ALTER TABLE governance.audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON governance.audit FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON governance.audit FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON governance.audit FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON governance.audit FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE identity.api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY carries ON identity.api_key TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity.client FOR SELECT TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity.one_time FOR SELECT TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity.refresh_token FOR SELECT TO {prefix}_carrier USING (true);
CREATE POLICY carries ON identity."user" FOR SELECT TO {prefix}_carrier USING (true);
ALTER TABLE identity.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON identity.api_key FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.assignment FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.attempt FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.client FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.one_time FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.organization FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity.refresh_token FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON identity."user" FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.api_key FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.assignment FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.attempt FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.client FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.one_time FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.organization FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity.refresh_token FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON identity."user" FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE identity.one_time ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON identity.api_key FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.assignment FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.attempt FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.client FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.one_time FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.organization FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity.refresh_token FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON identity."user" FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE identity.refresh_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON identity.api_key FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.assignment FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.attempt FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.client FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.one_time FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.organization FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity.refresh_token FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON identity."user" FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE identity."user" ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.ask ENABLE ROW LEVEL SECURITY;
CREATE POLICY carries ON kernel.answer TO {prefix}_carrier USING (true);
CREATE POLICY carries ON kernel.ask TO {prefix}_carrier USING (true);
CREATE POLICY carries ON kernel.credential FOR SELECT TO {prefix}_carrier USING (true);
ALTER TABLE kernel.credential ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON kernel.answer FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON kernel.ask FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON kernel.credential FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON kernel.person FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.answer FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.ask FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.credential FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON kernel.person FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE kernel.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON kernel.answer FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON kernel.ask FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON kernel.credential FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON kernel.person FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON kernel.answer FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON kernel.ask FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON kernel.credential FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON kernel.person FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE knowledge.chunk ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON knowledge.chunk FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON knowledge.document FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE knowledge.document ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON knowledge.chunk FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON knowledge.document FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON knowledge.chunk FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON knowledge.document FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY searches ON knowledge.chunk FOR SELECT TO {prefix}_searcher USING (true);
CREATE POLICY searches ON knowledge.document FOR SELECT TO {prefix}_searcher USING (true);
CREATE POLICY updates ON knowledge.chunk FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON knowledge.document FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE library.batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON library.batch FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON library.intake FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON library.batch FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON library.intake FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE library.intake ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON library.batch FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON library.intake FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON library.batch FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON library.intake FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE requirements.claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE requirements.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON requirements.claim FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON requirements.client FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON requirements.document FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON requirements.research FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE requirements.document ENABLE ROW LEVEL SECURITY;
CREATE POLICY inserts ON requirements.claim FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON requirements.client FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON requirements.document FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON requirements.research FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY reads ON requirements.claim FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON requirements.client FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON requirements.document FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON requirements.research FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
ALTER TABLE requirements.research ENABLE ROW LEVEL SECURITY;
CREATE POLICY updates ON requirements.claim FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON requirements.client FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON requirements.document FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON requirements.research FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE research.claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY deletes ON research.claim FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON research.job FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON research.page FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY deletes ON research.upload FOR DELETE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.claim FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.job FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.page FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY inserts ON research.upload FOR INSERT WITH CHECK ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE research.job ENABLE ROW LEVEL SECURITY;
ALTER TABLE research.page ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON research.claim FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON research.job FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON research.page FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY reads ON research.upload FOR SELECT USING ((organization_id = ANY (( SELECT kernel.scope() AS scope)::uuid[])));
CREATE POLICY updates ON research.claim FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON research.job FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON research.page FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
CREATE POLICY updates ON research.upload FOR UPDATE USING ((organization_id = ( SELECT kernel.organization() AS organization)));
ALTER TABLE research.upload ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA dossier TO {prefix}_searcher;
GRANT USAGE ON SCHEMA events TO {prefix}_carrier;
GRANT USAGE ON SCHEMA events TO {prefix}_app;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
GRANT USAGE ON SCHEMA extensions TO {prefix}_searcher;
GRANT USAGE ON SCHEMA identity TO {prefix}_carrier;
GRANT USAGE ON SCHEMA jobs TO {prefix}_carrier;
GRANT USAGE ON SCHEMA jobs TO {prefix}_app;
GRANT USAGE ON SCHEMA kernel TO PUBLIC;
GRANT USAGE ON SCHEMA kernel TO {prefix}_carrier;
GRANT USAGE ON SCHEMA kernel TO {prefix}_searcher;
GRANT USAGE ON SCHEMA knowledge TO {prefix}_searcher;
GRANT USAGE ON SCHEMA lookup TO {prefix}_app;
REVOKE ALL ON FUNCTION dossier.search(words text, kinds text[], readable text[], size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION dossier.search_moments(words text, client uuid, readable text[], wanted text, line uuid, since timestamp with time zone, until timestamp with time zone, until_id uuid, size integer) FROM PUBLIC;
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
REVOKE ALL ON FUNCTION jobs.defer(batch json) FROM PUBLIC;
GRANT SELECT,INSERT,UPDATE ON TABLE jobs.procrastinate_jobs TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE jobs.procrastinate_jobs TO {prefix}_app;
REVOKE ALL ON FUNCTION kernel.actors() FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.admit(id uuid, operator boolean, at timestamp with time zone) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.allow(actor uuid, organization uuid, roles text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.begin(actor uuid, organization uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION kernel.begin(actor uuid, organization uuid) TO {prefix}_app;
REVOKE ALL ON FUNCTION kernel.enter(organization uuid, organizations text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.seal(organization text, organizations text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel.serve(organization uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION kernel.serve(organization uuid) TO {prefix}_app;
REVOKE ALL ON FUNCTION kernel.tenant_table(name regclass) FROM PUBLIC;
GRANT SELECT ON TABLE knowledge.document TO {prefix}_searcher;
REVOKE ALL ON FUNCTION knowledge.search_exactly(point extensions.vector, space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_graph(point extensions.vector, space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_vector(point extensions.vector, space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION lookup.claim(secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.claim(secret bytea) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.credential(secret bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.credential(secret bytea, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.drop_expired(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.drop_expired(at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.expired_asks(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.expired_asks(at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.key_used(secret bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.key_used(secret bytea, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.one_time(secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.one_time(secret bytea) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.operator() FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.operator() TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.refresh(secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.refresh(secret bytea) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup."user"(email text) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup."user"(email text) TO {prefix}_app;
GRANT SELECT ON TABLE dossier.fact TO {prefix}_searcher;
GRANT SELECT ON TABLE dossier.moment TO {prefix}_searcher;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.cursor TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE events.parked TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.api_key TO {prefix}_carrier;
GRANT UPDATE(last_used_at) ON TABLE identity.api_key TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.client TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.one_time TO {prefix}_carrier;
GRANT SELECT ON TABLE identity.refresh_token TO {prefix}_carrier;
GRANT SELECT ON TABLE identity."user" TO {prefix}_carrier;
GRANT SELECT,INSERT,UPDATE ON TABLE jobs.procrastinate_events TO {prefix}_carrier;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE jobs.procrastinate_events TO {prefix}_app;
GRANT USAGE ON SEQUENCE jobs.procrastinate_events_id_seq TO {prefix}_carrier;
GRANT USAGE ON SEQUENCE jobs.procrastinate_events_id_seq TO {prefix}_app;
GRANT USAGE ON SEQUENCE jobs.procrastinate_jobs_id_seq TO {prefix}_carrier;
GRANT USAGE ON SEQUENCE jobs.procrastinate_jobs_id_seq TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE jobs.procrastinate_periodic_defers TO {prefix}_app;
GRANT USAGE ON SEQUENCE jobs.procrastinate_periodic_defers_id_seq TO {prefix}_carrier;
GRANT USAGE ON SEQUENCE jobs.procrastinate_periodic_defers_id_seq TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE jobs.procrastinate_workers TO {prefix}_app;
GRANT USAGE ON SEQUENCE jobs.procrastinate_workers_id_seq TO {prefix}_carrier;
GRANT USAGE ON SEQUENCE jobs.procrastinate_workers_id_seq TO {prefix}_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kernel.access TO {prefix}_carrier;
GRANT SELECT,DELETE ON TABLE kernel.answer TO {prefix}_carrier;
GRANT SELECT,DELETE ON TABLE kernel.ask TO {prefix}_carrier;
GRANT SELECT ON TABLE kernel.credential TO {prefix}_carrier;
GRANT SELECT,INSERT ON TABLE kernel.organization TO {prefix}_carrier;
GRANT SELECT ON TABLE kernel.secret TO {prefix}_carrier;
GRANT SELECT ON TABLE knowledge.chunk TO {prefix}_searcher;
INSERT INTO public.alembic_version VALUES ('0033_copilot');
