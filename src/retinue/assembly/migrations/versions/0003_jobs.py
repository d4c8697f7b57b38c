"""Tables of jobs."""

revision = "0003_jobs"
down_revision = "0002_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
