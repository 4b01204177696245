"""Tables of access needs: the sealed words of one person, and the pools in which they may count. For that person alone."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, text_column


class AccessNeed(Base):
    """What somebody entered and confirmed, sealed under the node's key. Taken back, the row is gone."""

    __tablename__ = "access_need"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    sealed: Mapped[str] = text_column(1_800)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)


class AccessConsent(Base):
    """A pool in which the access need of its person may count. Withdrawn, the row is gone."""

    __tablename__ = "access_consent"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    pool_id: Mapped[str] = foreign_id("pool.id", primary_key=True, index=True)
    since_at: Mapped[datetime] = mapped_column(Instant)
