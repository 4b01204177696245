"""Draws"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant
from minga.kit.widening import widen

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_draw",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("listing_id", IdText(length=32), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=True),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("claims_root", sa.String(length=64), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (secret IS NULL)", name=op.f("ck_listing_draw_told_when_drawn")
        ),
        sa.CheckConstraint("length(claims_root) <= 64", name=op.f("ck_listing_draw_claims_root_length")),
        sa.CheckConstraint("length(commitment) <= 64", name=op.f("ck_listing_draw_commitment_length")),
        sa.CheckConstraint("length(secret) <= 64", name=op.f("ck_listing_draw_secret_length")),
        sa.CheckConstraint("length(seed) <= 64", name=op.f("ck_listing_draw_seed_length")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_draw_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_draw")),
        sa.UniqueConstraint("listing_id", name=op.f("uq_listing_draw_listing_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "listing_draw_secret",
        sa.Column("draw_id", IdText(length=32), nullable=False),
        sa.Column("sealed", sa.String(length=400), nullable=False),
        sa.CheckConstraint("length(sealed) <= 400", name=op.f("ck_listing_draw_secret_sealed_length")),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["listing_draw.id"], name=op.f("fk_listing_draw_secret_draw_id")
        ),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_listing_draw_secret")),
        sqlite_strict=True,
    )
    words = ("owner", "at_once", "dispatcher", "collect", "lot")
    widen(op.get_bind(), "listing", "ck_listing_answers", "answers", words)
