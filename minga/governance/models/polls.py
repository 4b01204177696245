"""Polls as they were fixed at opening, who is on their rolls, and what is said against them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.governance.rules.kinds import (
    ANSWER_MAX,
    ARGUMENT_MAX,
    CLASS_MAX,
    METHOD_MAX,
    OPTION_MAX,
    QUESTION_MAX,
    REASON_MAX,
    WEIGHT_MAX,
    ChallengeKind,
    ObjectionEnd,
    Results,
    RollUnit,
    Secrecy,
    Tick,
)
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText

_PLANNED = text("opened_at IS NULL AND voided_at IS NULL")
_RUNNING = text("opened_at IS NOT NULL AND closed_at IS NULL AND voided_at IS NULL")
_UNCOUNTED = text("closed_at IS NOT NULL AND tallied_at IS NULL AND voided_at IS NULL")
_PROVISIONAL = text("tallied_at IS NOT NULL AND final_at IS NULL AND voided_at IS NULL")


def _due(name: str, column: str, where: Any) -> Index:
    return Index(name, column, sqlite_where=where, postgresql_where=where)


class Poll(Base):
    """The vote on a proposal, or on a question of its own. `settings` is what was wished before it opened.

    From `opened_at` on `config` says all that was fixed, and never changes: what counts is read from there.
    `reruns_id` names the poll that this one repeats or decides, `ballots_root` is what all ballots hash to at the close.
    `closing` is what was found then: ballots by way, reasons, paper that was not finished. `returns`: it was counted and nothing is decided yet, so that the discussion goes on.
    """

    __tablename__ = "poll"
    __table_args__ = (
        UniqueConstraint("proposal_id", "round"),
        CheckConstraint("closes_at > opens_at", name="ends_after_start"),
        CheckConstraint("round >= 1", name="counted"),
        CheckConstraint("(opened_at IS NULL) = (config_digest = '')", name="fixed_at_opening"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="closed_after_open"),
        CheckConstraint("tallied_at IS NULL OR closed_at IS NOT NULL", name="counted_after_close"),
        CheckConstraint("final_at IS NULL OR tallied_at IS NOT NULL", name="final_after_count"),
        CheckConstraint(
            "voided_at IS NULL OR void_confirmed_by_id <> void_asked_by_id", name="voided_by_two"
        ),
        Index("ix_poll_community", "community_id", "id"),
        _due("ix_poll_opens", "opens_at", _PLANNED),
        _due("ix_poll_closes", "closes_at", _RUNNING),
        _due("ix_poll_closed", "closed_at", _UNCOUNTED),
        _due("ix_poll_tallied", "tallied_at", _PROVISIONAL),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    proposal_id: Mapped[str | None] = foreign_id("proposal.id")
    proposal_n: Mapped[int | None]
    round: Mapped[int] = mapped_column(default=1)
    question: Mapped[str] = text_column(QUESTION_MAX)
    method: Mapped[str] = text_column(METHOD_MAX)
    rule_class: Mapped[str] = text_column(CLASS_MAX, default="")
    secrecy: Mapped[Secrecy] = enum_column(Secrecy)
    results: Mapped[Results] = enum_column(Results)
    roll_unit: Mapped[RollUnit] = enum_column(RollUnit)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    config: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    config_digest: Mapped[str] = text_column(64, default="")
    charter_id: Mapped[str | None] = foreign_id("charter.id")
    reruns_id: Mapped[str | None] = foreign_id("poll.id")
    roll_root: Mapped[str] = text_column(64, default="")
    roll_size: Mapped[int] = mapped_column(default=0)
    roll_weight: Mapped[int] = mapped_column(default=0)
    r_node_commitment: Mapped[str] = text_column(64, default="")
    ballots_root: Mapped[str] = text_column(64, default="")
    closing: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    beacon_name: Mapped[str] = text_column(200, default="")
    beacon: Mapped[str] = text_column(500, default="")
    made_by_id: Mapped[str | None] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    extended_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    tallied_at: Mapped[datetime | None] = mapped_column(Instant)
    final_at: Mapped[datetime | None] = mapped_column(Instant)
    void_asked_by_id: Mapped[str | None] = foreign_id("person.id")
    void_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str] = text_column(REASON_MAX, default="")
    void_confirmed_by_id: Mapped[str | None] = foreign_id("person.id")
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    returns: Mapped[bool] = mapped_column(default=False)
    reminders: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class PollOption(Base):
    """What can be chosen; the number is what ballots and results say."""

    __tablename__ = "poll_option"
    __table_args__ = (
        CheckConstraint("number >= 1", name="counted"),
        CheckConstraint("cost >= 0", name="cost"),
    )

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = text_column(OPTION_MAX)
    person_id: Mapped[str | None] = foreign_id("person.id")
    cost: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class RollRow(Base):
    """Somebody who may vote in a poll: a person, or a household where the roll is of households. No order, no time."""

    __tablename__ = "roll_row"
    __table_args__ = (
        CheckConstraint(f"weight BETWEEN 1 AND {WEIGHT_MAX}", name="weight"),
        Index("ix_roll_row_voter", "voter_id", "poll_id"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    voter_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    weight: Mapped[int] = mapped_column(default=1)
    group_id: Mapped[str | None] = mapped_column(IdText(32))
    stratum: Mapped[str | None] = text_column(60)
    ticked: Mapped[Tick | None] = enum_column(Tick)
    ticked_by_id: Mapped[str | None] = foreign_id("person.id")
    ticked_at: Mapped[datetime | None] = mapped_column(Instant)
    batch_number: Mapped[int | None]
    dropped: Mapped[bool] = mapped_column(default=False)


class Presence(Base):
    """Somebody on the roll is at the assembly."""

    __tablename__ = "presence"

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    entered_by_id: Mapped[str | None] = foreign_id("person.id")


class PollSecret(Base):
    """The node's secret for lots, committed to at opening and told with the count."""

    __tablename__ = "poll_secret"

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    r_node: Mapped[bytes] = mapped_column(LargeBinary(32))


class Scrutiny(Base):
    """A scrutineer's secret: its hash before the close, itself within a day after."""

    __tablename__ = "scrutiny"

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    commitment: Mapped[str] = text_column(64, default="")
    reveal: Mapped[str] = text_column(64, default="")
    revealed_at: Mapped[datetime | None] = mapped_column(Instant)


class Veto(Base):
    """A named, reasoned veto, public even where ballots are secret."""

    __tablename__ = "veto"
    __table_args__ = (Index("ix_veto_person", "person_id", "made_at"),)

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    reason: Mapped[str] = text_column(REASON_MAX)
    made_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Objection(Base):
    """An objection in a consent poll; without an end it stands."""

    __tablename__ = "objection"
    __table_args__ = (
        UniqueConstraint("poll_id", "person_id"),
        CheckConstraint("(ended_at IS NULL) = (ended IS NULL)", name="ended"),
    )

    id: Mapped[str] = id_column()
    poll_id: Mapped[str] = foreign_id("poll.id")
    person_id: Mapped[str] = foreign_id("person.id")
    argument: Mapped[str] = text_column(ARGUMENT_MAX)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended: Mapped[ObjectionEnd | None] = enum_column(ObjectionEnd)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    judging_since_at: Mapped[datetime | None] = mapped_column(Instant)


class ObjectionView(Base):
    """Whether somebody else on the roll finds an objection paramount."""

    __tablename__ = "objection_view"

    objection_id: Mapped[str] = foreign_id("objection.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    paramount: Mapped[bool]


class Challenge(Base):
    """Somebody on the roll says that something went wrong; two others answer. `proposed_*` is the first one's answer."""

    __tablename__ = "challenge"
    __table_args__ = (
        CheckConstraint("answered_at IS NULL OR second_id <> answered_by_id", name="answered_by_two"),
        CheckConstraint("(answered_by_id IS NULL) = (upheld IS NULL)", name="answered"),
        Index("ix_challenge_poll", "poll_id", "id"),
    )

    id: Mapped[str] = id_column()
    poll_id: Mapped[str] = foreign_id("poll.id")
    person_id: Mapped[str | None] = foreign_id("person.id")
    kind: Mapped[ChallengeKind] = enum_column(ChallengeKind)
    reason: Mapped[str] = text_column(REASON_MAX)
    made_at: Mapped[datetime] = mapped_column(Instant)
    upheld: Mapped[bool | None]
    answer: Mapped[str] = text_column(ANSWER_MAX, default="")
    answered_by_id: Mapped[str | None] = foreign_id("person.id")
    second_id: Mapped[str | None] = foreign_id("person.id")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
