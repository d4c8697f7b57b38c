"""What the inbox reads: the path of an answer, handovers in their place, and lists across clients."""

from alembic import op

revision = "0030_conversations_inbox"
down_revision = "0029_events"
branch_labels = None
depends_on = None

SQL = r"""
alter table conversations.message add column path jsonb;
comment on column conversations.message.path is 'what was done for this answer, in order, with milliseconds; null for what no agent said';
alter table conversations.conversation add column last_role text, add column last_line text;
comment on column conversations.conversation.last_line is 'how the last message begins, for lists; null for conversations that ended before there were such lists';
create table conversations.handover (organization_id uuid, id uuid, conversation_id uuid not null, what text not null check (what in ('requested', 'taken', 'returned')),
                                     actor uuid, reason text, after_position int not null, created_at timestamptz not null, primary key (organization_id, id),
                                     foreign key (organization_id, conversation_id) references conversations.conversation);
comment on column conversations.handover.after_position is 'of the last message before it';
create index handover_conversation on conversations.handover (organization_id, conversation_id, after_position);
select kernel.tenant_table('conversations.handover');
create index conversation_waiting_everywhere on conversations.conversation (waiting_since, id) where status = 'waiting';
create index conversation_taken_everywhere on conversations.conversation (taken_by, last_message_at desc, id desc) where status = 'taken';
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute(
        "drop index conversations.conversation_taken_everywhere; drop index conversations.conversation_waiting_everywhere;"
        " drop table conversations.handover; alter table conversations.message drop column path;"
        " alter table conversations.conversation drop column last_role, drop column last_line"
    )
