"""A search for words reads the passages of those who ask, however many others have."""

from alembic import op

from retinue.kernel.schema import sql

revision = "knowledge_202611301641"
down_revision = "knowledge_202611301603"
branch_labels = None
depends_on = None

SQL = r"""
drop function knowledge.search_text(text[], text[], text, jsonb, int);

-- An organization's id is a word of its passages: where it has many, the index of words finds only its own.
alter table knowledge.chunk drop column words;
alter table knowledge.chunk add column words tsvector not null generated always as (
    array_to_tsvector(array[organization_id::text]) ||
    setweight(to_tsvector('pg_catalog.english'::regconfig, title || ' ' || heading), 'A') ||
    setweight(to_tsvector('pg_catalog.english'::regconfig, columns || ' ' || text), 'D')) stored;
create index chunk_words on knowledge.chunk using gin (words);

create function knowledge.any_of(stems text[]) returns tsquery language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select string_agg(quote_literal(t), ' | ') from unnest(stems) t where t ~ '^\w+$'), '')::tsquery $$;

-- Any of the stems may occur: requiring all of them loses most of what answers. Synonyms count half.
-- Every passage of the organization is looked at: fast up to about 10,000, whoever else has how many.
create function knowledge.search_own_text(stems text[], synonyms text[], space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language sql stable security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
  with asked as materialized (select knowledge.any_of(stems) as main, knowledge.any_of(synonyms) as side)
  select c.organization_id, c.id, ts_rank(c.words, a.main) + ts_rank(c.words, a.side) / 2 as score
  from asked a, (select * from knowledge.chunk c where c.organization_id = any((select kernel.scope())::uuid[]) and (space is null or c.namespace = space) offset 0) c
  where c.words @@ (a.main || a.side)
    and (filters is null or exists (select from knowledge.document d where (d.organization_id, d.id) = (c.organization_id, c.document_id)
                                    and knowledge.passes(d, filters)))
  order by score desc, c.id limit least(size, 200) $$;

-- By the index of words, among them the ids of whoever asks, while they are few.
create function knowledge.search_all_text(stems text[], synonyms text[], space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language sql stable security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
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

create function knowledge.search_text(stems text[], synonyms text[], space text, filters jsonb, size int)
returns table (organization_id uuid, id uuid, score real) language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ begin
  if (select count(*) from (select from knowledge.chunk c where c.organization_id = any((select kernel.scope())::uuid[]) limit 10001) enough) > 10000
  then return query select * from knowledge.search_all_text(stems, synonyms, space, filters, size);
  else return query select * from knowledge.search_own_text(stems, synonyms, space, filters, size); end if;
end $$;

do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc where prosecdef and pronamespace = 'knowledge'::regnamespace loop
    execute format('alter function %s owner to {searcher}', f); execute format('revoke execute on function %s from public', f); end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    raise NotImplementedError("migrations only grow")
