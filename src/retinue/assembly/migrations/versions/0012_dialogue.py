"""Tables of dialogue."""

from alembic import op

revision = "0012_dialogue"
down_revision = "0011_contacts"
branch_labels = None
depends_on = None

SQL = r"""
create schema dialogue;

create table dialogue.checkpoint (organization_id uuid, id uuid, thread_id uuid not null, namespace text not null, checkpoint_id text not null, parent_id text,
                                  kind text not null, body bytea not null, metadata_kind text not null, metadata bytea not null,
                                  writes jsonb not null default '[]', created_at timestamptz not null, primary key (organization_id, id),
                                  unique (organization_id, thread_id, namespace, checkpoint_id));
comment on column dialogue.checkpoint.checkpoint_id is 'sorts by time, as LangGraph makes them';
comment on column dialogue.checkpoint.writes is 'pending writes: [task_id, task_path, index, channel, kind, base64]';
select kernel.tenant_table('dialogue.checkpoint');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema dialogue cascade")
