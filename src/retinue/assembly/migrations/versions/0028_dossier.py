"""Everything that has a card can be found by its words."""

from alembic import op

from retinue.kernel.schema import sql

revision = "0028_dossier"
down_revision = "0027_conversations_files"
branch_labels = None
depends_on = None

SQL = r"""
truncate dossier.fact, dossier.moment, dossier.client, dossier.need; -- 0029 makes the projection begin again
alter table dossier.moment add column found text not null, add column said text;
comment on column dossier.moment.found is 'as what a search shows it: client, person, conversation, document or event';
comment on column dossier.moment.said is 'what is searched beside the title, a line a part';
-- Made of plain words (the database may know only ASCII letters): as they are and by their stems. The organization is a word too, so that a
-- reader of few organizations does not pay for what others say.
alter table dossier.moment add column words tsvector not null;
create index moment_words on dossier.moment using gin (words);

grant usage on schema dossier to {searcher};
grant select on dossier.moment, dossier.fact to {searcher};
create policy searches on dossier.moment for select to {searcher} using (true);
create policy searches on dossier.fact for select to {searcher} using (true);

-- The words and, of up to 20 organizations, whose they must be.
create function dossier.asked(words text, places uuid[]) returns tsquery language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when cardinality(places) <= 20 then q && (select string_agg(quote_literal(p::text), ' | ') from unnest(places) p)::tsquery else q end
  from (select to_tsquery('pg_catalog.simple', words) || to_tsquery('pg_catalog.english', words) as q) w $$;

-- The best moment of each thing that matches. Of words that match everywhere only some matches are compared.
create function dossier.search(words text, kinds text[], readable text[], size int)
returns table (organization_id uuid, found text, thing uuid, section text, title text, said text, subject_type text, subject_id uuid,
  occurred_at timestamptz, rank real) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
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

-- The newest matching moments before one, of one client or of all; as the timeline is asked.
create function dossier.search_moments(words text, client uuid, readable text[], wanted text, line uuid, since timestamptz, until timestamptz,
  until_id uuid, size int)
returns table (organization_id uuid, id uuid) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with places as materialized (select case when client is null then s.ids when client = any(s.ids) then array[client] else '{{}}' end as ids
    from (select kernel.scope() as ids) s),
  asked as materialized (select dossier.asked(words, p.ids) as q, p.ids from places p)
  select m.organization_id, m.id from dossier.moment m, asked a
  where m.words @@ a.q and m.organization_id = any(a.ids) and m.section = any(readable)
    and (wanted is null or m.kind = wanted) and (line is null or m.lineage = line) and (since is null or m.occurred_at >= since)
    and (until is null or (m.occurred_at, m.id) < (until, until_id))
  order by m.occurred_at desc, m.id desc limit least(size, 201) $$;

do $$ declare f regprocedure; begin
  for f in select oid::regprocedure from pg_proc where prosecdef and pronamespace = 'dossier'::regnamespace loop
    execute format('alter function %s owner to {searcher}', f); execute format('revoke execute on function %s from public', f); end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute(
        "drop function dossier.search(text, text[], text[], int);"
        " drop function dossier.search_moments(text, uuid, text[], text, uuid, timestamptz, timestamptz, uuid, int); drop function dossier.asked(text, uuid[]);"
        " alter table dossier.moment drop column words, drop column said, drop column found"
    )
