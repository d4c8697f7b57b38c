"""Tables of llm."""

revision = "0017_llm"
down_revision = "0016_governance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
