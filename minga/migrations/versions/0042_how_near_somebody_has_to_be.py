"""how near somebody has to be"""

from math import cos, radians

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant
from minga.kit.widening import add_text

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_nearness",
        sa.Column("listing_id", IdText(length=32), nullable=False),
        sa.Column("vouched_only", sa.Boolean(), nullable=False),
        sa.Column("within_km", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("steps BETWEEN 1 AND 3", name=op.f("ck_listing_nearness_steps")),
        sa.CheckConstraint(
            "vouched_only OR within_km IS NOT NULL OR steps IS NOT NULL",
            name=op.f("ck_listing_nearness_says_something"),
        ),
        sa.CheckConstraint("within_km IN (1, 3, 10, 30, 100)", name=op.f("ck_listing_nearness_band")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_nearness_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_nearness")),
        sqlite_strict=True,
    )
    op.add_column(
        "person_cell",
        sa.Column("lon_metres", sa.BigInteger(), server_default=sa.text("111195"), nullable=False),
    )
    cells = sa.table("person_cell", sa.column("person_id"), sa.column("lat"), sa.column("lon_metres"))
    bind = op.get_bind()
    for lat in bind.execute(sa.select(cells.c.lat).distinct()).scalars().all():
        metres = max(round(111_195 * max(round(cos(radians(lat / 1_000_000)) * 1_000_000), 1) / 1_000_000), 1)
        bind.execute(sa.update(cells).where(cells.c.lat == lat).values(lon_metres=metres))
    op.add_column("loan_deposit", sa.Column("wished_minor", sa.BigInteger(), nullable=True))
    add_text(op.get_bind(), "loan_deposit", "wished_words", 1_000, empty=False)
    op.add_column("loan_deposit", sa.Column("declined_at", Instant(), nullable=True))
    op.add_column("loan_deposit", sa.Column("kept_minor", sa.BigInteger(), nullable=True))
    op.add_column("pool_claim", sa.Column("band_asked_at", Instant(), nullable=True))
    op.add_column("pool_claim", sa.Column("band_kept_at", Instant(), nullable=True))
