"""What became of each mail."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(1000), nullable=False),
        sa.Column("subject", sa.String(1000), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("state", sa.String(20), server_default="sent", nullable=False),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name="pk_mails"),
    )
    op.create_index("ix_mails_sent", "mails", [sa.text("sent_at DESC")])


def downgrade() -> None:
    op.drop_table("mails")
