"""Disputes"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("exchange_id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("opened_by_id", IdText(length=32), nullable=False),
        sa.Column(
            "about",
            sa.Enum(
                "damage",
                "not_done",
                "amount",
                "conduct",
                "other",
                name="about",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("mediation_at", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("appealed_at", Instant(), nullable=True),
        sa.Column("appealed_by_id", IdText(length=32), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column(
            "closed_how",
            sa.Enum(
                "agreement",
                "decision",
                "appeal",
                name="closedhow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_how IS NULL)", name=op.f("ck_dispute_closed_somehow")
        ),
        sa.CheckConstraint(
            "appealed_at IS NULL OR decided_at IS NOT NULL", name=op.f("ck_dispute_decided_before_appeal")
        ),
        sa.CheckConstraint("length(words) <= 2000", name=op.f("ck_dispute_words_length")),
        sa.ForeignKeyConstraint(["appealed_by_id"], ["person.id"], name=op.f("fk_dispute_appealed_by_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_dispute_community_id")),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_dispute_exchange_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_dispute_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_exchange", "dispute", ["exchange_id", "id"], unique=False)
    op.create_index(
        "uq_dispute_open",
        "dispute",
        ["exchange_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "dispute_end",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("dispute_id", IdText(length=32), nullable=False),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column("decision", sa.Boolean(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("end", sa.JSON(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.Column("agreed_by_id", IdText(length=32), nullable=True),
        sa.Column("agreed_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "agreed_by_id IS NULL OR agreed_by_id <> by_id", name=op.f("ck_dispute_end_agreed_by_another")
        ),
        sa.CheckConstraint("length(words) <= 2000", name=op.f("ck_dispute_end_words_length")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name=op.f("fk_dispute_end_agreed_by_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_dispute_end_by_id")),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_end_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_end")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_end", "dispute_end", ["dispute_id", "id"], unique=False)
    op.create_table(
        "dispute_mediator",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("dispute_id", IdText(length=32), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by_id", IdText(length=32), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("other_yes_at", Instant(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("refused_by_id", IdText(length=32), nullable=True),
        sa.Column("refused_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "refused_at IS NULL OR refused_by_id IS NOT NULL",
            name=op.f("ck_dispute_mediator_refused_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_mediator_dispute_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispute_mediator_person_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_dispute_mediator_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["refused_by_id"], ["person.id"], name=op.f("fk_dispute_mediator_refused_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_mediator")),
        sa.UniqueConstraint("dispute_id", "person_id", name=op.f("uq_dispute_mediator_dispute_id_person_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_mediator_person", "dispute_mediator", ["person_id", "id"], unique=False)
