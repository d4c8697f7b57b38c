"""Tables of governance."""

revision = "0016_governance"
down_revision = "0015_copilot"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
