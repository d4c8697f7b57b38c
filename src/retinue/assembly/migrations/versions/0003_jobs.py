"""Procrastinate's tables, and the one way a room puts a job into its transaction."""

from alembic import op
from procrastinate.schema import SchemaManager

from retinue.kernel.schema import sql

revision = "0003_jobs"
down_revision = "0002_events"
branch_labels = None
depends_on = None

# Its insert trigger would NOTIFY inside our transactions: a lock over the whole database, held through the fsync.
SQL = r"""
drop trigger procrastinate_jobs_notify_queue_job_inserted_v1 on jobs.procrastinate_jobs;
create function jobs.defer(batch json) returns void language sql security definer set search_path = jobs, pg_catalog, pg_temp as $$
  select procrastinate_defer_jobs_v1(array(select row(split_part(j->>'task', '.', 1), j->>'task', 0, null, null,
    (j->'args')::jsonb || jsonb_build_object('organization', kernel.organization()), (j->>'at')::timestamptz)
    ::procrastinate_job_to_defer_v1 from json_array_elements(batch) j)) $$;
alter function jobs.defer(json) owner to {carrier};
revoke execute on function jobs.defer(json) from public;
grant usage on schema jobs to {carrier}, {app};
grant insert, select, update on jobs.procrastinate_jobs, jobs.procrastinate_events to {carrier};
grant usage on all sequences in schema jobs to {carrier}, {app};
grant select, insert, update, delete on all tables in schema jobs to {app};
"""


def upgrade() -> None:
    op.execute("create schema jobs; set local search_path = jobs, pg_catalog")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path = public, pg_catalog")
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
