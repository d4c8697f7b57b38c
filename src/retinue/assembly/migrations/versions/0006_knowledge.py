"""Tables of knowledge."""

revision = "0006_knowledge"
down_revision = "0005_research"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
