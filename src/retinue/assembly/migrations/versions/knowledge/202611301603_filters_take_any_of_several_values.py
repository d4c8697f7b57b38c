"""Filters take any of several values."""

from alembic import op

revision = "knowledge_202611301603"
down_revision = "0033_copilot"
branch_labels = ("knowledge",)
depends_on = None  # a revision of another schema that must come before, if there is one

SQL = r"""
create or replace function knowledge.passes(d knowledge.document, filters jsonb) returns boolean
    language sql stable set search_path to 'pg_catalog', 'pg_temp' as $$
  select d.metadata @> coalesce(filters->'metadata', '{}')
    and (filters->'any' is null or not exists (
      select from jsonb_each(filters->'any') wanted
      where not exists (select from jsonb_array_elements(wanted.value) one where d.metadata->wanted.key @> one)))
    and (filters->'kinds' is null or filters->'kinds' ? d.kind)
    and (filters->>'since' is null or coalesce(d.metadata->>'created_at', d.created_at::text) >= filters->>'since')
    and (filters->>'until' is null or coalesce(d.metadata->>'created_at', d.created_at::text) <= filters->>'until') $$;
"""
BACK = r"""
create or replace function knowledge.passes(d knowledge.document, filters jsonb) returns boolean
    language sql stable set search_path to 'pg_catalog', 'pg_temp' as $$
  select d.metadata @> coalesce(filters->'metadata', '{}')
    and (filters->'kinds' is null or filters->'kinds' ? d.kind)
    and (filters->>'since' is null or coalesce(d.metadata->>'created_at', d.created_at::text) >= filters->>'since')
    and (filters->>'until' is null or coalesce(d.metadata->>'created_at', d.created_at::text) <= filters->>'until') $$;
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute(BACK)
