"""Reports, agreements, questions, preferences of notices"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant
from minga.kit.widening import widen

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("length(key) <= 60", name=op.f("ck_agreement_key_length")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_agreement_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("community_id", "key", name=op.f("uq_agreement_community_id_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "notice_choice",
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column(
            "notice_class",
            sa.Enum(
                "answer",
                "duty",
                "talk",
                "security",
                "emergency",
                "decision",
                "community",
                "match",
                "admin",
                "money",
                name="choice_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "at_once", "digest", "off", name="mode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id")),
        sa.PrimaryKeyConstraint("person_id", "notice_class", name=op.f("pk_notice_choice")),
        sqlite_strict=True,
    )
    op.create_table(
        "notice_times",
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column("quiet_from", sa.BigInteger(), nullable=False),
        sa.Column("quiet_until", sa.BigInteger(), nullable=False),
        sa.Column(
            "every",
            sa.Enum("daily", "weekly", name="every", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("weekday", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", Instant(), nullable=True),
        sa.Column("next_digest_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6", name=op.f("ck_notice_times_digest")
        ),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439",
            name=op.f("ck_notice_times_quiet"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_times_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_times")),
        sqlite_strict=True,
    )
    op.create_index("ix_notice_times_next", "notice_times", ["next_digest_at"], unique=False)
    op.create_table(
        "question_version",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("question_id", IdText(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "choice",
                "several",
                "yes_no",
                "number",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("since_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=True),
        sa.Column("by_id", IdText(length=32), nullable=True),
        sa.CheckConstraint("position BETWEEN 1 AND 12", name=op.f("ck_question_version_position")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_question_version_by_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_question_version_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_question_version_community", "question_version", ["community_id", "position"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("ref_kind", sa.String(length=30), nullable=False),
        sa.Column("ref_id", IdText(length=32), nullable=False),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column("concerned_id", IdText(length=32), nullable=True),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("concerns_me", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("taken_by_id", IdText(length=32), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by_id", IdText(length=32), nullable=True),
        sa.Column(
            "measure",
            sa.Enum(
                "nothing",
                "ask_to_edit",
                "hide",
                "warn",
                "pause",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("appealed_at", Instant(), nullable=True),
        sa.Column("appealed_by_id", IdText(length=32), nullable=True),
        sa.Column("again_at", Instant(), nullable=True),
        sa.Column("again_by_id", IdText(length=32), nullable=True),
        sa.Column(
            "again_measure",
            sa.Enum(
                "nothing",
                "ask_to_edit",
                "hide",
                "warn",
                "pause",
                name="again_measure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (measure IS NULL)", name=op.f("ck_report_answered")),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by_id IS NULL)", name=op.f("ck_report_taken")),
        sa.CheckConstraint(
            "again_by_id IS NULL OR again_by_id <> answered_by_id", name=op.f("ck_report_another_answers")
        ),
        sa.CheckConstraint("appealed_at IS NULL OR answered_at IS NOT NULL", name=op.f("ck_report_appealed")),
        sa.CheckConstraint("length(clause) <= 200", name=op.f("ck_report_clause_length")),
        sa.CheckConstraint("length(ref_kind) <= 30", name=op.f("ck_report_ref_kind_length")),
        sa.ForeignKeyConstraint(["again_by_id"], ["person.id"], name=op.f("fk_report_again_by_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_report_answered_by_id")),
        sa.ForeignKeyConstraint(["appealed_by_id"], ["person.id"], name=op.f("fk_report_appealed_by_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_report_by_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_report_community_id")),
        sa.ForeignKeyConstraint(["concerned_id"], ["person.id"], name=op.f("fk_report_concerned_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_report_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sqlite_strict=True,
    )
    op.create_index("ix_report_by", "report", ["by_id", "made_at"], unique=False)
    op.create_index("ix_report_community", "report", ["community_id", "id"], unique=False)
    op.create_index("ix_report_concerned", "report", ["concerned_id"], unique=False)
    op.create_index(
        "uq_report_open",
        "report",
        ["ref_id", "ref_kind", "by_id"],
        unique=True,
        sqlite_where=sa.text("again_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("again_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "agreement_version",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("agreement_id", IdText(length=32), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("valid_from_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=True),
        sa.Column("must_accept", sa.Boolean(), nullable=False),
        sa.Column("grace_ends_at", Instant(), nullable=False),
        sa.Column("change", sa.String(length=500), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("published_by_id", IdText(length=32), nullable=True),
        sa.Column("published_at", Instant(), nullable=False),
        sa.CheckConstraint("grace_ends_at >= valid_from_at", name=op.f("ck_agreement_version_grace")),
        sa.CheckConstraint("length(change) <= 500", name=op.f("ck_agreement_version_change_length")),
        sa.CheckConstraint("length(decision) <= 200", name=op.f("ck_agreement_version_decision_length")),
        sa.CheckConstraint("n >= 1", name=op.f("ck_agreement_version_counted")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_version_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_agreement_version_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_version")),
        sa.UniqueConstraint("agreement_id", "n", name=op.f("uq_agreement_version_agreement_id_n")),
        sqlite_strict=True,
    )
    op.create_table(
        "hidden",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about_id", IdText(length=32), nullable=False),
        sa.Column("community_id", IdText(length=32), nullable=False),
        sa.Column("report_id", IdText(length=32), nullable=True),
        sa.Column("hidden_at", Instant(), nullable=False),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("shown_again_at", Instant(), nullable=True),
        sa.Column("shown_by_id", IdText(length=32), nullable=True),
        sa.CheckConstraint(
            "(shown_again_at IS NULL) = (shown_by_id IS NULL)", name=op.f("ck_hidden_shown_by_somebody")
        ),
        sa.CheckConstraint("length(clause) <= 200", name=op.f("ck_hidden_clause_length")),
        sa.CheckConstraint("length(kind) <= 30", name=op.f("ck_hidden_kind_length")),
        sa.CheckConstraint("length(words) <= 2000", name=op.f("ck_hidden_words_length")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_hidden_by_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_hidden_community_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_hidden_report_id")),
        sa.ForeignKeyConstraint(["shown_by_id"], ["person.id"], name=op.f("fk_hidden_shown_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hidden")),
        sqlite_strict=True,
    )
    op.create_index("ix_hidden_community", "hidden", ["community_id", "id"], unique=False)
    op.create_index("ix_hidden_report", "hidden", ["report_id"], unique=False)
    op.create_index(
        "uq_hidden_now",
        "hidden",
        ["about_id", "kind"],
        unique=True,
        sqlite_where=sa.text("shown_again_at IS NULL"),
        postgresql_where=sa.text("shown_again_at IS NULL"),
    )
    op.create_table(
        "report_step",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("report_id", IdText(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reported",
                "added",
                "taken",
                "given_back",
                "answered",
                "appealed",
                "withdrawn",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "nothing",
                "ask_to_edit",
                "hide",
                "warn",
                "pause",
                name="step_measure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("length(words) <= 2000", name=op.f("ck_report_step_words_length")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_report_step_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_step_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_step")),
        sqlite_strict=True,
    )
    op.create_index("ix_report_step_report", "report_step", ["report_id", "id"], unique=False)
    op.create_table(
        "agreement_acceptance",
        sa.Column("version_id", IdText(length=32), nullable=False),
        sa.Column("person_id", IdText(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "via",
            sa.Enum(
                "web",
                "api",
                "cli",
                "mcp",
                "worker",
                "peer",
                "machine",
                "desk",
                name="via",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("length(language) <= 16", name=op.f("ck_agreement_acceptance_language_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agreement_acceptance_person_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name=op.f("fk_agreement_acceptance_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "person_id", name=op.f("pk_agreement_acceptance")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_agreement_acceptance_person", "agreement_acceptance", ["person_id", "version_id"], unique=False
    )
    op.create_table(
        "agreement_text",
        sa.Column("version_id", IdText(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=40000), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(language) <= 16", name=op.f("ck_agreement_text_language_length")),
        sa.CheckConstraint("length(digest) <= 64", name=op.f("ck_agreement_text_digest_length")),
        sa.CheckConstraint("length(title) <= 120", name=op.f("ck_agreement_text_title_length")),
        sa.CheckConstraint("length(words) <= 40000", name=op.f("ck_agreement_text_words_length")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name=op.f("fk_agreement_text_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "language", name=op.f("pk_agreement_text")),
        sqlite_strict=True,
    )
    op.create_table(
        "application_answer",
        sa.Column("application_id", IdText(length=32), nullable=False),
        sa.Column("version_id", IdText(length=32), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("length(answer) <= 2000", name=op.f("ck_application_answer_answer_length")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_answer_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["question_version.id"], name=op.f("fk_application_answer_version_id")
        ),
        sa.PrimaryKeyConstraint("application_id", "version_id", name=op.f("pk_application_answer")),
        sqlite_strict=True,
    )
    op.create_table(
        "application_note",
        sa.Column("id", IdText(length=32), nullable=False),
        sa.Column("application_id", IdText(length=32), nullable=False),
        sa.Column("by_id", IdText(length=32), nullable=False),
        sa.Column("to_applicant", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("length(words) <= 2000", name=op.f("ck_application_note_words_length")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_note_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_application_note_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_note")),
        sqlite_strict=True,
    )
    op.create_index("ix_application_note", "application_note", ["application_id", "id"], unique=False)
    op.add_column(
        "application", sa.Column("reminded_days", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("post", sa.Column("alike", IdText(length=32), server_default="", nullable=False))
    op.create_index(
        "ix_post_removed",
        "post",
        ["removed_at"],
        unique=False,
        sqlite_where=sa.text("removed_at IS NOT NULL"),
        postgresql_where=sa.text("removed_at IS NOT NULL"),
    )
    words = (
        "answer",
        "duty",
        "talk",
        "security",
        "emergency",
        "decision",
        "community",
        "match",
        "admin",
        "money",
    )
    widen(op.get_bind(), "notice", "ck_notice_noticeclass", "notice_class", words)
