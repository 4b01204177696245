"""Amounts, swaps"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant
from minga.kit.widening import widen

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KINDS = ("loan", "gift", "swap", "payment", "time_credit")


def upgrade() -> None:
    op.create_table(
        "ask_counter",
        sa.Column("ask_id", IdText(length=32), nullable=False),
        sa.Column("listing_id", IdText(length=32), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(listing_id IS NULL) <> (amount IS NULL)", name=op.f("ck_ask_counter_thing_or_amount")
        ),
        sa.CheckConstraint("(unit IS NULL) = (amount IS NULL)", name=op.f("ck_ask_counter_amount_has_unit")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_ask_counter_amount")),
        sa.CheckConstraint("length(unit) <= 12", name=op.f("ck_ask_counter_unit_length")),
        sa.ForeignKeyConstraint(["ask_id"], ["ask.id"], name=op.f("fk_ask_counter_ask_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_ask_counter_listing_id")),
        sa.PrimaryKeyConstraint("ask_id", name=op.f("pk_ask_counter")),
        sqlite_strict=True,
    )
    op.create_table(
        "exchange_amount",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("exchange_id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("payer_id", IdText(length=32), nullable=False),
        sa.Column("payee_id", IdText(length=32), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", Instant(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("proposed", sa.BigInteger(), nullable=True),
        sa.Column("proposed_by_id", IdText(length=32), nullable=True),
        sa.Column("posted_at", Instant(), nullable=True),
        sa.Column("entry_id", IdText(length=32), nullable=True),
        sa.Column("reversal_id", IdText(length=32), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(proposed IS NULL) = (proposed_by_id IS NULL)",
            name=op.f("ck_exchange_amount_proposed_by_somebody"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_exchange_amount_amount")),
        sa.CheckConstraint("length(unit) <= 12", name=op.f("ck_exchange_amount_unit_length")),
        sa.CheckConstraint("payer_id <> payee_id", name=op.f("ck_exchange_amount_two_people")),
        sa.CheckConstraint("proposed > 0", name=op.f("ck_exchange_amount_proposed")),
        sa.CheckConstraint(
            "reversal_id IS NULL OR posted_at IS NOT NULL",
            name=op.f("ck_exchange_amount_posted_before_reversed"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_exchange_amount_community_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_exchange_amount_entry_id")),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchange.id"], name=op.f("fk_exchange_amount_exchange_id")
        ),
        sa.ForeignKeyConstraint(["payee_id"], ["person.id"], name=op.f("fk_exchange_amount_payee_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["person.id"], name=op.f("fk_exchange_amount_payer_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_exchange_amount_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(["reversal_id"], ["entry.id"], name=op.f("fk_exchange_amount_reversal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_amount")),
        sqlite_strict=True,
    )
    op.create_index("ix_exchange_amount_exchange", "exchange_amount", ["exchange_id", "id"], unique=False)
    op.create_index(
        "uq_exchange_amount_live",
        "exchange_amount",
        ["exchange_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    _let_a_swap_pass_two_things_on()
    for table, column in (("exchange", "kind"), ("ask", "term")):
        widen(op.get_bind(), table, f"ck_{table}_exchangekind", column, KINDS)


def _let_a_swap_pass_two_things_on() -> None:
    """No other table points at `passed_on`, so SQLite gets it anew with the rows it has."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("uq_passed_on_exchange_id", "passed_on", type_="unique")
        op.create_unique_constraint(
            "uq_passed_on_exchange_id_listing_id", "passed_on", ["exchange_id", "listing_id"]
        )
        return
    op.drop_index("ix_passed_on_listing_id", "passed_on")
    op.rename_table("passed_on", "passed_on_before")
    op.create_table(
        "passed_on",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("listing_id", IdText(length=32), nullable=False),
        sa.Column("from_id", IdText(length=32), nullable=False),
        sa.Column("to_id", IdText(length=32), nullable=False),
        sa.Column("exchange_id", IdText(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchange.id"], name=op.f("fk_passed_on_exchange_id")),
        sa.ForeignKeyConstraint(["from_id"], ["person.id"], name=op.f("fk_passed_on_from_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_passed_on_listing_id")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_passed_on_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_on")),
        sa.UniqueConstraint("exchange_id", "listing_id", name=op.f("uq_passed_on_exchange_id_listing_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_passed_on_listing_id", "passed_on", ["listing_id"], unique=False)
    columns = "id, listing_id, from_id, to_id, exchange_id, at"
    op.execute(f"INSERT INTO passed_on ({columns}) SELECT {columns} FROM passed_on_before")  # nosec B608 # constants of this step
    op.drop_table("passed_on_before")
