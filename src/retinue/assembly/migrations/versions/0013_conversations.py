"""Tables of conversations."""

from alembic import op

revision = "0013_conversations"
down_revision = "0012_dialogue"
branch_labels = None
depends_on = None

SQL = r"""
create schema conversations;

create table conversations.conversation (
  organization_id uuid, id uuid, channel text not null, status text not null check (status in ('open', 'waiting', 'taken', 'ended')),
  config_id uuid not null, config_version int not null, lineage uuid not null, person uuid not null, contact_id uuid,
  visitor_name text, taken_by uuid, callback boolean not null default false, subject text,
  positions int not null default 0, visitor_messages int not null default 0,
  hour_began timestamptz, hour_messages int not null default 0,
  turn_message uuid, turn_until timestamptz, waiting_since timestamptz,
  started_at timestamptz not null, last_message_at timestamptz not null, ended_at timestamptz,
  primary key (organization_id, id));
comment on column conversations.conversation.positions is 'position of the last message';
comment on column conversations.conversation.turn_message is 'the visitor''s message that is being answered, until turn_until';
create index conversation_recent on conversations.conversation (organization_id, last_message_at desc, id desc);
create index conversation_recent_everywhere on conversations.conversation (last_message_at desc, id desc);
create index conversation_waiting on conversations.conversation (organization_id, waiting_since) where status = 'waiting';
create index conversation_person on conversations.conversation (organization_id, person);
create index conversation_contact on conversations.conversation (organization_id, contact_id) where contact_id is not null;

create table conversations.message (
  organization_id uuid, id uuid, conversation_id uuid not null, position int not null, role text not null check (role in ('visitor', 'assistant', 'person', 'system')),
  content text not null, citations jsonb not null default '[]', rich_content jsonb, actions jsonb not null default '[]',
  grounded boolean, answered_by text, confidence double precision, config_version int, ms int, provider_ms int, cost_usd double precision,
  in_answer_to uuid, author uuid, client_message_id text, answered boolean not null default true, remembered boolean not null default true,
  created_at timestamptz not null,
  primary key (organization_id, id), unique (organization_id, conversation_id, position),
  foreign key (organization_id, conversation_id) references conversations.conversation);
comment on column conversations.message.answered is 'false while a visitor''s message waits for its turn';
create unique index message_client on conversations.message (organization_id, conversation_id, client_message_id) where client_message_id is not null;
create unique index message_answer on conversations.message (organization_id, in_answer_to) where role = 'assistant';
comment on column conversations.message.remembered is 'false until a turn of the dialogue has taken it into its state';
create index message_new on conversations.message (organization_id, conversation_id, position) where not remembered;

create table conversations.note (organization_id uuid, id uuid, conversation_id uuid not null, author uuid not null, content text not null,
                                 created_at timestamptz not null, primary key (organization_id, id),
                                 foreign key (organization_id, conversation_id) references conversations.conversation);
create index note_conversation on conversations.note (organization_id, conversation_id, created_at);
create table conversations.presence (organization_id uuid, id uuid, until timestamptz not null, primary key (organization_id, id));
comment on table conversations.presence is 'staff who say that they are here; id is the actor';
select kernel.tenant_table('conversations.conversation'), kernel.tenant_table('conversations.message'), kernel.tenant_table('conversations.note'),
       kernel.tenant_table('conversations.presence');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema conversations cascade")
