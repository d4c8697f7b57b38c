"""Files that visitors send, and whether the client's site says who a visitor is."""

from alembic import op

revision = "0027_conversations_files"
down_revision = "0026_contacts_accounts"
branch_labels = None
depends_on = None

SQL = r"""
alter table conversations.conversation add column identified boolean not null default false;
comment on column conversations.conversation.identified is 'the client''s own site has signed who the visitor is';
alter table conversations.message add column attachments jsonb not null default '[]';
create table conversations.attachment (organization_id uuid, id uuid, conversation_id uuid not null, name text not null, kind text not null,
                                       bytes int not null, file text not null, created_at timestamptz not null, primary key (organization_id, id),
                                       foreign key (organization_id, conversation_id) references conversations.conversation);
comment on column conversations.attachment.file is 'hash of the content, under which it is kept';
create index attachment_conversation on conversations.attachment (organization_id, conversation_id, created_at);
select kernel.tenant_table('conversations.attachment');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute(
        "drop table conversations.attachment; alter table conversations.message drop column attachments;"
        " alter table conversations.conversation drop column identified"
    )
