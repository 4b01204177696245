"""People, what they tell of themselves and to whom, whom they block, to what they consented."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.identity.rules.fields import Audience
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText

_LIVE = text("ended_at IS NULL")
_VERIFIED = text("kind = 'mail' AND verified_at IS NOT NULL AND ended_at IS NULL")
_CONSENTED = text("revoked_at IS NULL")


class Person(Base):
    """A human with an account on this node."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("handle_key = lower(handle)", name="handle_key"),
        Index("ix_person_photo", "photo"),
    )

    id: Mapped[str] = id_column()
    handle: Mapped[str] = text_column(30)
    handle_key: Mapped[str] = text_column(30, unique=True)
    handle_changed_at: Mapped[datetime | None] = mapped_column(Instant)
    name: Mapped[str] = text_column(80)
    name_key: Mapped[str] = text_column(160)
    language: Mapped[str] = text_column(12, default="en")
    zone: Mapped[str] = text_column(40, default="UTC")
    scope: Mapped[Audience] = enum_column(Audience, name="scope", default=Audience.COMMUNITY)
    look: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    photo: Mapped[str | None] = text_column(64)
    word_off: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class HandlePast(Base):
    """A handle that somebody had: it leads to them for a while, and is kept from others for longer."""

    __tablename__ = "handle_past"

    handle_key: Mapped[str] = text_column(30, primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", index=True)
    redirects_until: Mapped[datetime] = mapped_column(Instant)
    reserved_until: Mapped[datetime] = mapped_column(Instant)


class OperatorGrant(Base):
    """Whoever runs the machine, from when to when. Gives pages of the node and no row of any community."""

    __tablename__ = "operator_grant"
    __table_args__ = (
        Index("uq_operator_grant_live", "person_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by_id: Mapped[str | None] = foreign_id("person.id")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by_id: Mapped[str | None] = foreign_id("person.id")


class Contact(Base):
    """A way to reach a person. A verified mail belongs to one person only."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("kind IN ('mail', 'phone', 'address', 'messenger')", name="kind"),
        Index(
            "uq_contact_mail",
            "kind",
            "value_key",
            unique=True,
            sqlite_where=_VERIFIED,
            postgresql_where=_VERIFIED,
        ),
        Index(
            "uq_contact_live", "person_id", "kind", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    kind: Mapped[str] = text_column(12)
    value: Mapped[str] = text_column(300)
    value_key: Mapped[str] = text_column(300)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Detail(Base):
    """One other thing that a person tells of themselves."""

    __tablename__ = "detail"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    key: Mapped[str] = text_column(40, primary_key=True)
    value: Mapped[str] = text_column(2000)
    folded: Mapped[str] = text_column(4000, default="")


class Picture(Base):
    """One size of a photo: `key` is what the owner's row carries, `file` the hash of the bytes."""

    __tablename__ = "picture"
    __table_args__ = (CheckConstraint("edge IN (40, 96, 320)", name="edge"),)

    key: Mapped[str] = text_column(64, primary_key=True)
    edge: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = text_column(64)


class FieldAudience(Base):
    """Who reads a field: everywhere (`community_id` empty), or differently in one community.

    Communities lie above this domain, so `community_id` is a plain identifier here.
    """

    __tablename__ = "field_audience"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    key: Mapped[str] = text_column(40, primary_key=True)
    community_id: Mapped[str] = mapped_column(IdText(32), primary_key=True, default="")
    audience: Mapped[Audience] = enum_column(Audience)


class FieldRead(Base):
    """That somebody opened a folded field on a day: the event of it is told once."""

    __tablename__ = "field_read"

    reader_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    key: Mapped[str] = text_column(40, primary_key=True)
    on: Mapped[date] = mapped_column("read_on", primary_key=True)


class Consent(Base):
    """A dated, revocable yes to one use of personal data."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_live",
            "person_id",
            "purpose",
            "community_id",
            unique=True,
            sqlite_where=_CONSENTED,
            postgresql_where=_CONSENTED,
        ),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    purpose: Mapped[str] = text_column(40)
    community_id: Mapped[str] = mapped_column(IdText(32), default="")
    words_hash: Mapped[str] = text_column(64)
    given_at: Mapped[datetime] = mapped_column(Instant)
    via: Mapped[str] = text_column(10)
    by_for_id: Mapped[str | None] = foreign_id("person.id")
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Block(Base):
    """Two people vanish for each other; the blocked one is not told."""

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
        Index(
            "uq_block_live",
            "blocker_id",
            "blocked_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_block_blocked", "blocked_id", "blocker_id"),
    )

    id: Mapped[str] = id_column()
    blocker_id: Mapped[str] = foreign_id("person.id")
    blocked_id: Mapped[str] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
