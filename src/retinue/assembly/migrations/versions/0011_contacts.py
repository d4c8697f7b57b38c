"""Tables of contacts."""

from alembic import op

revision = "0011_contacts"
down_revision = "0010_configurations"
branch_labels = None
depends_on = None

SQL = r"""
create schema contacts;

create table contacts.contact (organization_id uuid, id uuid, persons uuid[] not null, name text, source text not null,
                               created_at timestamptz not null, updated_at timestamptz not null, primary key (organization_id, id));
comment on column contacts.contact.persons is 'every person of the log that turned out to be this contact; erasure destroys the key of each';
create index contact_persons on contacts.contact using gin (persons);
create table contacts.identity (organization_id uuid, id uuid, contact_id uuid not null, kind text not null check (kind in ('email', 'phone', 'visitor')),
                                value text not null, shown text not null, created_at timestamptz not null, primary key (organization_id, id),
                                unique (organization_id, kind, value),
                                foreign key (organization_id, contact_id) references contacts.contact on delete cascade);
comment on column contacts.identity.value is 'normalized: what two spellings of one address share';
create index identity_contact on contacts.identity (organization_id, contact_id);
select kernel.tenant_table('contacts.contact'), kernel.tenant_table('contacts.identity');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop schema contacts cascade")
