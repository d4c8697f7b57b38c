"""Conversations are counted by the version that they took."""

from alembic import op

revision = "0021_conversations_versions"
down_revision = "0020_requirements_drafted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index conversation_version on conversations.conversation (organization_id, config_id, config_version, channel, status)"
    )


def downgrade() -> None:
    op.execute("drop index conversations.conversation_version")
