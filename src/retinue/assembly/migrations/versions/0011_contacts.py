"""Tables of contacts."""

revision = "0011_contacts"
down_revision = "0010_configurations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
