"""Tables of dialogue."""

revision = "0012_dialogue"
down_revision = "0011_contacts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
