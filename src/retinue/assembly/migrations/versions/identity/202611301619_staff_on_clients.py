"""Who of the operator's staff is on which client: put on for good or for a time, by whom, and what the client's own log was told."""

from alembic import op

revision = "identity_202611301619"
down_revision = "0033_copilot"
branch_labels = ("identity",)
depends_on = None  # a revision of another schema that must come before, if there is one

SQL = r"""
alter table identity.assignment add column until timestamptz, add column stands_in_for uuid, add column assigned_by uuid;
comment on column identity.assignment.assigned_by is 'who put them on; null for those that came with the registration';
alter table identity.organization add column lead uuid;
comment on column identity.organization.lead is 'of a client: who of the operator looks after it, as its own log was told last';
create table identity.attendant (organization_id uuid, id uuid, user_id uuid not null, role text not null, ended boolean not null default false,
                                 primary key (organization_id, id));
comment on table identity.attendant is 'of a client: the operator''s assignments that its own log was told of; id is the assignment''s';
select kernel.tenant_table('identity.attendant');
"""
BACK = r"""
drop table identity.attendant; alter table identity.organization drop column lead;
alter table identity.assignment drop column until, drop column stands_in_for, drop column assigned_by;
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute(BACK)
