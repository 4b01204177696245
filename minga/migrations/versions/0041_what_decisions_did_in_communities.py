"""what decisions did in communities"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import Instant

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement_version", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("agreement_version", sa.Column("reviewed_at", Instant(), nullable=True))
    unasked = sa.text("until_at IS NULL AND reviewed_at IS NULL")
    op.create_index(
        "ix_agreement_version_review",
        "agreement_version",
        ["review_on"],
        unique=False,
        sqlite_where=unasked,
        postgresql_where=unasked,
    )
    for table in ("application", "policy", "role_grant"):
        _add_decision(table)


def _add_decision(table: str) -> None:
    """The number of the decision behind a row; SQLite takes a column's check only where the column is written."""
    check = f"CONSTRAINT ck_{table}_decision_length CHECK (length(decision) <= 20)"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN decision TEXT DEFAULT '' NOT NULL {check}")
        return
    op.add_column(table, sa.Column("decision", sa.String(length=20), server_default="", nullable=False))
    op.execute(f"ALTER TABLE {table} ADD {check}")
