"""Tables of conversations."""

revision = "0013_conversations"
down_revision = "0012_dialogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
