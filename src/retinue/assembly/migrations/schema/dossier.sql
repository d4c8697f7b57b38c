-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: 0033_copilot
CREATE SCHEMA dossier;
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
GRANT USAGE ON SCHEMA dossier TO {prefix}_searcher;
REVOKE ALL ON FUNCTION dossier.search(words text, kinds text[], readable text[], size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION dossier.search_moments(words text, client uuid, readable text[], wanted text, line uuid, since timestamp with time zone, until timestamp with time zone, until_id uuid, size integer) FROM PUBLIC;
GRANT SELECT ON TABLE dossier.fact TO {prefix}_searcher;
GRANT SELECT ON TABLE dossier.moment TO {prefix}_searcher;
