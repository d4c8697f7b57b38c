-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: lookup_202611301603
CREATE SCHEMA lookup;
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
  delete from kernel.answer where expires_at < at; delete from kernel.ask where expires_at < at and status in ('done', 'failed') $$;
ALTER FUNCTION lookup.drop_expired(at timestamp with time zone) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup.expired_asks(at timestamp with time zone, names text[], running uuid[], busy uuid[], most integer) RETURNS TABLE(organization_id uuid, id uuid, name text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select o.organization_id, o.id, o.name from (
    select distinct on (a.organization_id) a.organization_id, a.id, a.name, a.lease_until from kernel.ask a
    where a.status in ('running', 'again') and a.lease_until < at and a.name = any(names)
      and a.id <> all(running) and a.organization_id <> all(busy)
    order by a.organization_id, a.lease_until) o
  order by o.lease_until limit most $$;
ALTER FUNCTION lookup.expired_asks(at timestamp with time zone, names text[], running uuid[], busy uuid[], most integer) OWNER TO {prefix}_carrier;
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
CREATE FUNCTION lookup.open_asks() RETURNS TABLE(name text, open bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select a.name, count(*) from kernel.ask a where a.status in ('running', 'again') group by a.name $$;
ALTER FUNCTION lookup.open_asks() OWNER TO {prefix}_carrier;
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
CREATE FUNCTION lookup.renew_asks(organizations uuid[], ids uuid[], tries integer[], untils timestamp with time zone[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with held as (select a.organization_id, a.id, r.until from unnest(organizations, ids, tries, untils) r(organization_id, id, tries, until)
    join kernel.ask a on (a.organization_id, a.id, a.tries) = (r.organization_id, r.id, r.tries) and a.status = 'running'
    for update of a skip locked)
  update kernel.ask a set lease_until = held.until from held where (a.organization_id, a.id) = (held.organization_id, held.id) $$;
ALTER FUNCTION lookup.renew_asks(organizations uuid[], ids uuid[], tries integer[], untils timestamp with time zone[]) OWNER TO {prefix}_carrier;
CREATE FUNCTION lookup."user"(email text) RETURNS TABLE(organization_id uuid, id uuid, password_hash text, disabled boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  select u.organization_id, u.id, u.password_hash, u.disabled_at is not null from identity."user" u where lower(u.email) = lower($1) $_$;
ALTER FUNCTION lookup."user"(email text) OWNER TO {prefix}_carrier;
GRANT USAGE ON SCHEMA lookup TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.claim(secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.claim(secret bytea) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.credential(secret bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.credential(secret bytea, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.drop_expired(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.drop_expired(at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.expired_asks(at timestamp with time zone, names text[], running uuid[], busy uuid[], most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.expired_asks(at timestamp with time zone, names text[], running uuid[], busy uuid[], most integer) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.key_used(secret bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.key_used(secret bytea, at timestamp with time zone) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.one_time(secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.one_time(secret bytea) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.open_asks() FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.open_asks() TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.operator() FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.operator() TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.refresh(secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.refresh(secret bytea) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup.renew_asks(organizations uuid[], ids uuid[], tries integer[], untils timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup.renew_asks(organizations uuid[], ids uuid[], tries integer[], untils timestamp with time zone[]) TO {prefix}_app;
REVOKE ALL ON FUNCTION lookup."user"(email text) FROM PUBLIC;
GRANT ALL ON FUNCTION lookup."user"(email text) TO {prefix}_app;
INSERT INTO public.alembic_version VALUES ('lookup_202611301603');
