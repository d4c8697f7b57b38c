"""Jobs have lanes and turns."""

from alembic import op

revision = "jobs_202611301630"
down_revision = "0033_copilot"
branch_labels = ("jobs",)
depends_on = None

SQL = r"""
-- Of an organization in a lane: what waits or runs, by its turn.
create index job_turn on jobs.procrastinate_jobs ((queue_name like '%.long'), (args->>'organization'), priority)
  where status in ('todo', 'doing');
create index job_next on jobs.procrastinate_jobs ((queue_name like '%.long'), priority desc) where status = 'todo';

-- Each job takes the turn after its organization's last one, and none before the turn that is next now: organizations alternate, however
-- many jobs one of them brings. A turn is a priority below zero. Of an organization two long jobs run at once, held by one of two locks.
create or replace function jobs.defer(batch json) returns void language sql security definer set search_path = jobs, pg_catalog, pg_temp as $$
  select procrastinate_defer_jobs_v1(array(
    select row(b.queue, b.task, -b.turn, case when b.long and b.at is null then b.organization || ':' || b.turn % 2 end, null,
      b.args || jsonb_build_object('organization', b.organization), b.at)::procrastinate_job_to_defer_v1
    from (
      select j.task, j.queue, j.args, j.at, j.long, j.organization, j.n, least(greatest(
        coalesce((select -priority from procrastinate_jobs p where (p.queue_name like '%.long') = j.long and p.status = 'todo'
          and (p.scheduled_at is null or p.scheduled_at <= now()) order by priority desc limit 1), 0),
        coalesce((select 1 - min(priority) from procrastinate_jobs p where (p.queue_name like '%.long') = j.long
          and p.args->>'organization' = j.organization and p.status in ('todo', 'doing')), 0)) + j.n, 2000000000) as turn
      from (
        select x.j->>'task' as task, split_part(x.j->>'task', '.', 1) || case when l.long then '.long' else '' end as queue,
          (x.j->'args')::jsonb as args, (x.j->>'at')::timestamptz as at, l.long, kernel.organization()::text as organization,
          (row_number() over (partition by l.long order by x.n) - 1)::int as n
        from json_array_elements(batch) with ordinality x(j, n), lateral (select coalesce(x.j->>'queue' like '%.long', false) as long) l) j) b
    order by b.n)) $$;
"""
BACK = r"""
drop index jobs.job_turn, jobs.job_next;
create or replace function jobs.defer(batch json) returns void language sql security definer set search_path = jobs, pg_catalog, pg_temp as $$
  select procrastinate_defer_jobs_v1(array(select row(split_part(j->>'task', '.', 1), j->>'task', 0, null, null,
    (j->'args')::jsonb || jsonb_build_object('organization', kernel.organization()), (j->>'at')::timestamptz)
    ::procrastinate_job_to_defer_v1 from json_array_elements(batch) j)) $$;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL.replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(BACK.replace("%", "%%"))
