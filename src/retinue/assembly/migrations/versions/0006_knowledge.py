"""Tables of knowledge: documents, their chunks, and the searches in them."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0006_knowledge"
down_revision = "0005_research"
branch_labels = None
depends_on = None

SQL = r"""
create schema knowledge;
create table knowledge.document (
  organization_id uuid, id uuid, namespace text not null, key text not null, title text not null, url text, kind text not null,
  text text not null, hash text not null, metadata jsonb not null, sections jsonb not null, embedder text not null, version int not null,
  created_at timestamptz not null, updated_at timestamptz not null,
  primary key (organization_id, id), unique (organization_id, namespace, key));
create table knowledge.chunk (
  organization_id uuid, id uuid, document_id uuid not null, namespace text not null, position int not null,
  "start" int not null, "end" int not null, page int, title text not null, heading text not null, columns text not null, text text not null,
  embedding extensions.vector(384) not null,
  words tsvector not null generated always as (
    setweight(to_tsvector('pg_catalog.english'::regconfig, title || ' ' || heading), 'A') ||
    setweight(to_tsvector('pg_catalog.english'::regconfig, columns || ' ' || text), 'D')) stored,
  primary key (organization_id, id),
  foreign key (organization_id, document_id) references knowledge.document (organization_id, id) on delete cascade);
alter table knowledge.chunk alter column embedding set storage plain; -- every exact search reads it
alter table knowledge.chunk set (toast_tuple_target = 8160); -- and every text search the words: unpacking them is most of its time
create unique index chunk_document on knowledge.chunk (organization_id, document_id, position);
create index chunk_namespace on knowledge.chunk (organization_id, namespace);
create index chunk_words on knowledge.chunk using gin (words);
create index chunk_embedding on knowledge.chunk using hnsw (embedding extensions.vector_cosine_ops);
select kernel.tenant_table('knowledge.document'), kernel.tenant_table('knowledge.chunk');

grant usage on schema knowledge, extensions, kernel to {searcher};
grant select on knowledge.document, knowledge.chunk to {searcher};
create policy searches on knowledge.document for select to {searcher} using (true);
create policy searches on knowledge.chunk for select to {searcher} using (true);

-- Whether a document passes: metadata it must contain, kinds it may have, and when it was written.
create function knowledge.passes(d knowledge.document, filters jsonb) returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select d.metadata @> coalesce(filters->'metadata', '{{}}')
    and (filters->'kinds' is null or filters->'kinds' ? d.kind)
    and (filters->>'since' is null or coalesce(d.metadata->>'created_at', d.created_at::text) >= filters->>'since')
    and (filters->>'until' is null or coalesce(d.metadata->>'created_at', d.created_at::text) <= filters->>'until') $$;

-- Any of the stems may occur: requiring all of them loses most of what answers. Synonyms count half.
create function knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with asked as materialized (
    select (select string_agg(quote_literal(t), ' | ') from unnest(stems) t where t ~ '^\w+$')::tsquery as main,
           coalesce((select string_agg(quote_literal(t), ' | ') from unnest(synonyms) t where t ~ '^\w+$'), '')::tsquery as side)
  select c.organization_id, c.id, ts_rank(c.words, a.main) + ts_rank(c.words, a.side) / 2 as score
  from knowledge.chunk c, asked a
  where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space)
    and c.words @@ (a.main || a.side)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by score desc, c.id limit least(size, 200) $$;

-- Every chunk of the organization is compared: right, and fast up to about 10,000.
create function knowledge.search_exactly(point extensions.vector, space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language sql stable security definer
set search_path = pg_catalog, extensions, pg_temp set enable_seqscan = off as $$
  with own as materialized (
    select c.organization_id, c.id, c.embedding <=> point as distance from knowledge.chunk c
    where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space)
      and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                      and knowledge.passes(d, filters))))
  select o.organization_id, o.id, (1 - o.distance)::real from own o order by o.distance, o.id limit least(size, 200) $$;

-- By the graph. Without these settings an organization with a small share of all chunks gets fewer rows than it asked for.
create function knowledge.search_graph(point extensions.vector, space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language sql stable security definer
set search_path = pg_catalog, extensions, pg_temp
set hnsw.iterative_scan = 'relaxed_order' set hnsw.max_scan_tuples = 200000 set hnsw.scan_mem_multiplier = 8 as $$
  select c.organization_id, c.id, (1 - (c.embedding <=> point))::real from knowledge.chunk c
  where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by c.embedding <=> point limit least(size, 200) $$;

create function knowledge.search_vector(point extensions.vector, space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language plpgsql stable security definer
set search_path = pg_catalog, extensions, pg_temp as $$ begin
  if (select count(*) from (select from knowledge.chunk c where c.organization_id = any((select kernel.scope())::uuid[]) limit 10001) enough) > 10000
  then return query select * from knowledge.search_graph(point, space, filters, size);
  else return query select * from knowledge.search_exactly(point, space, filters, size); end if;
end $$;

do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc where prosecdef and pronamespace = 'knowledge'::regnamespace loop
    execute format('alter function %s owner to {searcher}', f); execute format('revoke execute on function %s from public', f); end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute("drop schema knowledge cascade")
