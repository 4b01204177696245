"""By what a person signs in. Secrets lie here alone, never on rows that templates receive."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.identity.rules.sign_ins import TokenKind
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText

_LIVE = text("ended_at IS NULL")


class Password(Base):
    """Argon2id in its own notation (PHC)."""

    __tablename__ = "password"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    phc: Mapped[str] = text_column(255)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Passkey(Base):
    """A public key that a device of the person keeps the secret half of."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_person", "person_id"),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    credential: Mapped[str] = text_column(1400, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    counter: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = text_column(60)
    backed_up: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class UsedChallenge(Base):
    """A passkey's challenge that was answered: it is not answered again."""

    __tablename__ = "used_challenge"

    hash: Mapped[str] = text_column(64, primary_key=True)
    until: Mapped[datetime] = mapped_column(Instant, index=True)


class RecoveryCode(Base):
    """One of eight codes on paper, of 50 bits, used once."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_person", "person_id"),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    hash: Mapped[str] = text_column(64, unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryContact(Base):
    """Somebody whose word counts when a person has lost everything."""

    __tablename__ = "recovery_contact"
    __table_args__ = (CheckConstraint("person_id <> contact_id", name="not_oneself"),)

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    contact_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Token(Base):
    """A key for the API: shown once, kept as a digest, limited in rights, place and time."""

    __tablename__ = "token"
    __table_args__ = (Index("ix_token_person", "person_id"),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    name: Mapped[str] = text_column(60)
    kind: Mapped[TokenKind] = enum_column(TokenKind)
    hash: Mapped[str] = text_column(64, unique=True)
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    community_id: Mapped[str | None] = mapped_column(IdText(32))
    sign_in_id: Mapped[str | None] = foreign_id("sign_in.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OwnerLink(Base):
    """The link by which somebody becomes the node's owner; one is alive at most."""

    __tablename__ = "owner_link"
    __table_args__ = (
        Index("uq_owner_link_live", "live", unique=True),
        CheckConstraint("live = 1 OR live IS NULL", name="live"),
    )

    id: Mapped[str] = id_column()
    hash: Mapped[str] = text_column(64, unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    live: Mapped[int | None] = mapped_column(default=1)
