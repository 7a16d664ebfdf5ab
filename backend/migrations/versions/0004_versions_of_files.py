"""Files remember the version of their bytes in S3, when they were deleted, and since when a new version is awaited."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AWAITED = sa.text("uploaded_at IS NULL OR awaited_at IS NOT NULL")


def upgrade() -> None:
    for name, kind in (
        ("version", sa.Text()),
        ("deleted_at", sa.DateTime(timezone=True)),
        ("awaited_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("files", sa.Column(name, kind, nullable=True))
    op.create_index("ix_files_awaited", "files", [sa.text("id DESC")], postgresql_where=AWAITED)
    op.create_index(
        "ix_files_deleted",
        "files",
        [sa.text("deleted_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index("ix_files_pending", table_name="files")


def downgrade() -> None:
    op.create_index("ix_files_pending", "files", [sa.text("id DESC")], postgresql_where=sa.text("uploaded_at IS NULL"))
    op.drop_index("ix_files_deleted", table_name="files")
    op.drop_index("ix_files_awaited", table_name="files")
    for name in ("awaited_at", "deleted_at", "version"):
        op.drop_column("files", name)
