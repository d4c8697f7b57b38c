"""What was drafted is kept beside what people made of it."""

from alembic import op

revision = "0020_requirements_drafted"
down_revision = "0019_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table requirements.document add column drafted jsonb")


def downgrade() -> None:
    op.execute("alter table requirements.document drop column drafted")
