"""People kept, households, lists of members."""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant
from minga.kit.widening import widen

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "act_consent",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "in_person",
                "phone",
                "paper",
                "self",
                name="consenthow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("taken_by_id", IdText(length=32), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(how = 'self') = (taken_by_id = person_id)", name=op.f("ck_act_consent_own_switch")
        ),
        sa.CheckConstraint("until_at > given_at", name=op.f("ck_act_consent_lasts")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_act_consent_community_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_act_consent_person_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_act_consent_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_consent")),
        sqlite_strict=True,
    )
    op.create_index("ix_act_consent_community", "act_consent", ["community_id"], unique=False)
    op.create_index(
        "uq_act_consent_live",
        "act_consent",
        ["person_id", "community_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "household",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_household_name_length")),
        sa.CheckConstraint("length(name_key) <= 160", name=op.f("ck_household_name_key_length")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_household_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sqlite_strict=True,
    )
    op.create_index("ix_household_community", "household", ["community_id", "name_key", "id"], unique=False)
    op.create_table(
        "member_import",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("discarded_at", Instant(), nullable=True),
        sa.CheckConstraint("length(digest) <= 64", name=op.f("ck_member_import_digest_length")),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_member_import_name_length")),
        sa.CheckConstraint(
            "undone_at IS NULL OR applied_at IS NOT NULL",
            name=op.f("ck_member_import_only_applied_is_undone"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_member_import_community_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
        sqlite_strict=True,
    )
    op.create_index("ix_member_import_community", "member_import", ["community_id", "digest"], unique=False)
    op.create_index(
        "uq_member_import_open",
        "member_import",
        ["community_id", "digest"],
        unique=True,
        sqlite_where=sa.text("applied_at IS NULL AND discarded_at IS NULL"),
        postgresql_where=sa.text("applied_at IS NULL AND discarded_at IS NULL"),
    )
    op.create_table(
        "dependant",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("household_id", IdText(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("birth_year", sa.BigInteger(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "birth_year IS NULL OR birth_year BETWEEN 1900 AND 2200", name=op.f("ck_dependant_birth_year")
        ),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_dependant_name_length")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_dependant_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dependant")),
        sqlite_strict=True,
    )
    op.create_index("ix_dependant_household", "dependant", ["household_id"], unique=False)
    op.create_table(
        "household_seat",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("household_id", IdText(length=32), nullable=False),
        sa.Column("membership_id", IdText(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "adult",
                "young",
                "child",
                "guest",
                name="seatkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("contact", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", IdText(length=32), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR since_on IS NULL OR since_on <= until_on",
            name=op.f("ck_household_seat_order"),
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_household_seat_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_household_seat_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_household_seat_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_seat")),
        sqlite_strict=True,
    )
    op.create_index("ix_household_seat_household", "household_seat", ["household_id", "id"], unique=False)
    op.create_index("ix_household_seat_membership", "household_seat", ["membership_id"], unique=False)
    op.create_index(
        "uq_household_seat_asked",
        "household_seat",
        ["membership_id", "household_id"],
        unique=True,
        sqlite_where=sa.text("since_on IS NULL AND until_on IS NULL"),
        postgresql_where=sa.text("since_on IS NULL AND until_on IS NULL"),
    )
    op.create_index(
        "uq_household_seat_lives",
        "household_seat",
        ["membership_id"],
        unique=True,
        sqlite_where=sa.text("since_on IS NOT NULL AND until_on IS NULL"),
        postgresql_where=sa.text("since_on IS NOT NULL AND until_on IS NULL"),
    )
    op.create_table(
        "keeping",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column("keeper_id", IdText(length=32), nullable=False),
        sa.Column("since_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=True),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("claim_id", IdText(length=32), nullable=True),
        sa.Column("next_id", IdText(length=32), nullable=True),
        sa.Column("next_asked_at", Instant(), nullable=True),
        sa.CheckConstraint("(next_id IS NULL) = (next_asked_at IS NULL)", name=op.f("ck_keeping_asked")),
        sa.CheckConstraint(
            "claimed_at IS NULL OR until_at IS NOT NULL", name=op.f("ck_keeping_claimed_ends")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["invite.id"], name=op.f("fk_keeping_claim_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_keeping_community_id")),
        sa.ForeignKeyConstraint(["keeper_id"], ["membership.id"], name=op.f("fk_keeping_keeper_id")),
        sa.ForeignKeyConstraint(["next_id"], ["membership.id"], name=op.f("fk_keeping_next_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_keeping_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keeping")),
        sqlite_strict=True,
    )
    op.create_index("ix_keeping_claim", "keeping", ["claim_id"], unique=False)
    op.create_index("ix_keeping_community", "keeping", ["community_id", "id"], unique=False)
    op.create_index("ix_keeping_keeper", "keeping", ["keeper_id"], unique=False)
    op.create_index("ix_keeping_next", "keeping", ["next_id"], unique=False)
    op.create_index("ix_keeping_person", "keeping", ["person_id", "community_id"], unique=False)
    op.create_index(
        "uq_keeping_live",
        "keeping",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "member_import_row",
        sa.Column("import_id", IdText(length=32), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "new",
                "same",
                "maybe",
                "fault",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fault", sa.String(length=400), nullable=False),
        sa.Column("fault_facts", sa.JSON(), nullable=False),
        sa.Column("same_id", IdText(length=32), nullable=True),
        sa.Column("choice", sa.String(length=4), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.CheckConstraint("choice IN ('', 'new', 'same')", name=op.f("ck_member_import_row_choice")),
        sa.CheckConstraint(
            "verdict <> 'maybe' OR same_id IS NOT NULL", name=op.f("ck_member_import_row_maybe_whom")
        ),
        sa.CheckConstraint("length(choice) <= 4", name=op.f("ck_member_import_row_choice_length")),
        sa.CheckConstraint("length(fault) <= 400", name=op.f("ck_member_import_row_fault_length")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["member_import.id"], name=op.f("fk_member_import_row_import_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_import_row_person_id")),
        sa.ForeignKeyConstraint(["same_id"], ["person.id"], name=op.f("fk_member_import_row_same_id")),
        sa.PrimaryKeyConstraint("import_id", "n", name=op.f("pk_member_import_row")),
        sqlite_strict=True,
    )
    op.create_index("ix_member_import_row_person", "member_import_row", ["person_id"], unique=False)
    op.create_index("ix_member_import_row_same", "member_import_row", ["same_id"], unique=False)
    op.create_table(
        "member_export",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("length(purpose) <= 200", name=op.f("ck_member_export_purpose_length")),
        sa.CheckConstraint("members >= 0", name=op.f("ck_member_export_members")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_member_export_community_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_export_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_export")),
        sqlite_strict=True,
    )
    op.create_index("ix_member_export_community", "member_export", ["community_id", "id"], unique=False)
    op.create_index(
        "ix_event_entered",
        "event",
        ["actor_id", "id"],
        unique=False,
        sqlite_where=sa.text("for_id IS NOT NULL"),
        postgresql_where=sa.text("for_id IS NOT NULL"),
    )
    ways = ("founded", "invite", "application", "open", "kept", "import")
    widen(op.get_bind(), "membership", "ck_membership_cameby", "came_by", ways)
