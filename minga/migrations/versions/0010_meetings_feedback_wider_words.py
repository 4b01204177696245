"""Meetings, feedback, wider words"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant
from minga.kit.widening import widen

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("exchange_id", IdText(length=32), nullable=False),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column("about_id", IdText(length=32), nullable=False),
        sa.Column(
            "as_agreed",
            sa.Enum(
                "good",
                "all_right",
                "not_good",
                name="as_agreed",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "care",
            sa.Enum(
                "good",
                "all_right",
                "not_good",
                name="care",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "talking",
            sa.Enum(
                "good",
                "all_right",
                "not_good",
                name="talking",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("thanks", sa.String(length=280), nullable=False),
        sa.Column("thanks_public", sa.Boolean(), nullable=False),
        sa.Column("thanks_shown_at", Instant(), nullable=True),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("taken_back_at", Instant(), nullable=True),
        sa.CheckConstraint("by_id <> about_id", name=op.f("ck_feedback_two_people")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_feedback_note_length")),
        sa.CheckConstraint("length(thanks) <= 280", name=op.f("ck_feedback_thanks_length")),
        sa.ForeignKeyConstraint(["about_id"], ["person.id"], name=op.f("fk_feedback_about_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_feedback_by_id")),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_feedback_exchange_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("exchange_id", "by_id", name=op.f("uq_feedback_exchange_id_by_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_feedback_about", "feedback", ["about_id", "released_at"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("exchange_id", IdText(length=32), nullable=False),
        sa.Column(
            "way",
            sa.Enum("out", "back", name="way", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("meets_at", Instant(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("proposed_by_id", IdText(length=32), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("agreed_by_id", IdText(length=32), nullable=True),
        sa.Column("agreed_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "agreed_at IS NULL OR agreed_by_id IS NOT NULL", name=op.f("ck_handover_agreed_by_somebody")
        ),
        sa.CheckConstraint(
            "agreed_by_id IS NULL OR agreed_by_id <> proposed_by_id",
            name=op.f("ck_handover_agreed_by_the_other"),
        ),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_handover_note_length")),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_handover_place_length")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name=op.f("fk_handover_agreed_by_id")),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_handover_exchange_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_handover_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sqlite_strict=True,
    )
    op.create_index("ix_handover_exchange", "handover", ["exchange_id", "id"], unique=False)
    op.create_index(
        "uq_handover_live",
        "handover",
        ["exchange_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "no_show",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("exchange_id", IdText(length=32), nullable=False),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column("about_id", IdText(length=32), nullable=False),
        sa.Column("met_at", Instant(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column(
            "reply",
            sa.Enum("sorry", "not_so", name="reply", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("reply_words", sa.String(length=500), nullable=False),
        sa.Column("replied_at", Instant(), nullable=True),
        sa.Column("stands_since", Instant(), nullable=True),
        sa.CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name=op.f("ck_no_show_replied")),
        sa.CheckConstraint("by_id <> about_id", name=op.f("ck_no_show_two_people")),
        sa.CheckConstraint("length(reply_words) <= 500", name=op.f("ck_no_show_reply_words_length")),
        sa.CheckConstraint("length(words) <= 500", name=op.f("ck_no_show_words_length")),
        sa.ForeignKeyConstraint(["about_id"], ["person.id"], name=op.f("fk_no_show_about_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_no_show_by_id")),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_no_show_exchange_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_show")),
        sa.UniqueConstraint(
            "exchange_id", "by_id", "met_at", name=op.f("uq_no_show_exchange_id_by_id_met_at")
        ),
        sqlite_strict=True,
    )
    op.add_column("exchange", sa.Column("short_notice_at", Instant(), nullable=True))
    op.add_column("exchange", sa.Column("no_harm_at", Instant(), nullable=True))
    op.add_column("exchange", sa.Column("frozen_at", Instant(), nullable=True))
    widen(
        op.get_bind(),
        "ask",
        "ck_ask_answer",
        "answer",
        ("accept", "decline", "given_elsewhere", "listing_closed", "passed_on"),
    )
