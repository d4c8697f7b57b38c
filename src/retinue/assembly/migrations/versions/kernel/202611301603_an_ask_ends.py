"""An ask ends."""

from alembic import op

from retinue.kernel.schema import sql

revision = "kernel_202611301603"
down_revision = "0033_copilot"
branch_labels = ("kernel",)
depends_on = None

SQL = r"""
-- running, again (somebody wants a failed one asked once more), done, failed
alter table kernel.ask add constraint ask_status_check check (status in ('running', 'again', 'done', 'failed'));
drop index kernel.ask_open;
create index ask_open on kernel.ask (lease_until) where status in ('running', 'again');
create index ask_failed on kernel.ask (organization_id, id) where status = 'failed';
grant update (lease_until) on kernel.ask to {carrier};
"""
BACK = r"""
alter table kernel.ask drop constraint ask_status_check;
drop index kernel.ask_open;
drop index kernel.ask_failed;
create index ask_open on kernel.ask (lease_until) where output is null;
revoke update (lease_until) on kernel.ask from {carrier};
"""


def upgrade() -> None:
    op.execute(sql(SQL))


def downgrade() -> None:
    op.execute(sql(BACK))
