-- Made from the migrations by `python -m retinue.assembly.schema`; not edited by hand.
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
-- Of revision: knowledge_202611301641
CREATE SCHEMA knowledge;
CREATE FUNCTION knowledge.any_of(stems text[]) RETURNS tsquery
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  select coalesce((select string_agg(quote_literal(t), ' | ') from unnest(stems) t where t ~ '^\w+$'), '')::tsquery $_$;
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
    and (filters->'any' is null or not exists (
      select from jsonb_each(filters->'any') wanted
      where not exists (select from jsonb_array_elements(wanted.value) one where d.metadata->wanted.key @> one)))
    and (filters->'kinds' is null or filters->'kinds' ? d.kind)
    and (filters->>'since' is null or coalesce(d.metadata->>'created_at', d.created_at::text) >= filters->>'since')
    and (filters->>'until' is null or coalesce(d.metadata->>'created_at', d.created_at::text) <= filters->>'until') $$;
CREATE FUNCTION knowledge.search_all_text(stems text[], synonyms text[], space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
  with places as materialized (select kernel.scope() as ids),
  asked as materialized (
    select q.main, q.side, p.ids, case when cardinality(p.ids) <= 20
      then (q.main || q.side) && (select string_agg(quote_literal(i::text), ' | ') from unnest(p.ids) i)::tsquery else q.main || q.side end as words
    from places p, (select knowledge.any_of(stems) as main, knowledge.any_of(synonyms) as side) q)
  select c.organization_id, c.id, ts_rank(c.words, a.main) + ts_rank(c.words, a.side) / 2 as score
  from asked a, knowledge.chunk c
  where c.words @@ a.words and c.organization_id = any(a.ids) and (space is null or c.namespace = space)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by score desc, c.id limit least(size, 200) $$;
ALTER FUNCTION knowledge.search_all_text(stems text[], synonyms text[], space text, filters jsonb, size integer) OWNER TO {prefix}_searcher;
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
CREATE FUNCTION knowledge.search_own_text(stems text[], synonyms text[], space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
  with asked as materialized (select knowledge.any_of(stems) as main, knowledge.any_of(synonyms) as side)
  select c.organization_id, c.id, ts_rank(c.words, a.main) + ts_rank(c.words, a.side) / 2 as score
  from asked a, (select * from knowledge.chunk c where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space) offset 0) c
  where c.words @@ (a.main || a.side)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by score desc, c.id limit least(size, 200) $$;
ALTER FUNCTION knowledge.search_own_text(stems text[], synonyms text[], space text, filters jsonb, size integer) OWNER TO {prefix}_searcher;
CREATE FUNCTION knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size integer) RETURNS TABLE(organization_id uuid, id uuid, score real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin
  if (select count(*) from (select from knowledge.chunk c where c.organization_id = any((select kernel.scope())::uuid[]) limit 10001) enough) > 10000
  then return query select * from knowledge.search_all_text(stems, synonyms, space, filters, size);
  else return query select * from knowledge.search_own_text(stems, synonyms, space, filters, size); end if;
end $$;
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
    words tsvector GENERATED ALWAYS AS (((array_to_tsvector(ARRAY[(organization_id)::text]) || setweight(to_tsvector('english'::regconfig, ((title || ' '::text) || heading)), 'A'::"char")) || setweight(to_tsvector('english'::regconfig, ((columns || ' '::text) || text)), 'D'::"char"))) STORED NOT NULL
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY knowledge.chunk ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY knowledge.chunk FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY knowledge.chunk
    ADD CONSTRAINT chunk_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY knowledge.document
    ADD CONSTRAINT document_organization_id_namespace_key_key UNIQUE (organization_id, namespace, key);
ALTER TABLE ONLY knowledge.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (organization_id, id);
CREATE UNIQUE INDEX chunk_document ON knowledge.chunk USING btree (organization_id, document_id, "position");
CREATE INDEX chunk_embedding ON knowledge.chunk USING hnsw (embedding extensions.vector_cosine_ops);
CREATE INDEX chunk_namespace ON knowledge.chunk USING btree (organization_id, namespace);
CREATE INDEX chunk_words ON knowledge.chunk USING gin (words);
ALTER TABLE ONLY knowledge.chunk
    ADD CONSTRAINT chunk_organization_id_document_id_fkey FOREIGN KEY (organization_id, document_id) REFERENCES knowledge.document(organization_id, id) ON DELETE CASCADE;
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
GRANT USAGE ON SCHEMA knowledge TO {prefix}_searcher;
GRANT SELECT ON TABLE knowledge.document TO {prefix}_searcher;
REVOKE ALL ON FUNCTION knowledge.search_all_text(stems text[], synonyms text[], space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_exactly(point extensions.vector, space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_graph(point extensions.vector, space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_own_text(stems text[], synonyms text[], space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION knowledge.search_vector(point extensions.vector, space text, filters jsonb, size integer) FROM PUBLIC;
GRANT SELECT ON TABLE knowledge.chunk TO {prefix}_searcher;
INSERT INTO public.alembic_version VALUES ('knowledge_202611301641');
