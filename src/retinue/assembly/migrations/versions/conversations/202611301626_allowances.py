"""What strangers did in a day: conversations of a public key, bytes of files of a client's visitors."""

from alembic import op

revision = "conversations_202611301626"
down_revision = "0033_copilot"
branch_labels = ("conversations",)
depends_on = None

SQL = r"""
create table conversations.allowance (organization_id uuid, day date, subject text, used bigint not null, primary key (organization_id, day, subject));
select kernel.tenant_table('conversations.allowance');
"""


def upgrade() -> None:
    op.execute(SQL)


def downgrade() -> None:
    op.execute("drop table conversations.allowance")
