"""Doing a thing once although it was sent twice: the answer to a form or an `Idempotency-Key` is kept for two days."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.schema import Base, Instant, text_column

KEPT = timedelta(hours=48)


class Repeat(Base):
    """What was answered to one key of one sender."""

    __tablename__ = "repeat"

    key: Mapped[str] = text_column(160, primary_key=True)
    body_hash: Mapped[str] = text_column(64)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True)
class Answer:
    """What was said the first time."""

    answer: dict[str, Any]


def earlier(session: Session, key: str, body_hash: str) -> Answer | None:
    """The answer that this key got before; the same key with another body is a conflict (409)."""
    found = session.execute(select(Repeat.body_hash, Repeat.answer).where(Repeat.key == key)).first()
    if found is None:
        return None
    if found.body_hash != body_hash:
        raise Conflict(N_("This was sent before with other content. Open the form again."), code="repeated")
    return Answer(found.answer)


def remember(session: Session, key: str, body_hash: str, answer: dict[str, Any], *, at: datetime) -> None:
    """Keep the answer in the same transaction as the act."""
    session.add(Repeat(key=key, body_hash=body_hash, answer=answer, made_at=at))


def path_mark(path: str) -> str:
    """How an address stands in a key."""
    return hashlib.sha256(path.encode()).hexdigest()[:32]


def forget_path(session: Session, path: str) -> None:
    """Drop what was kept of one address, where even that somebody sent something there should not stay."""
    session.execute(delete(Repeat).where(Repeat.key.endswith(f" {path_mark(path)}")))


def forget_old(session: Session, *, at: datetime) -> None:
    """Drop answers older than two days."""
    session.execute(delete(Repeat).where(Repeat.made_at < at - KEPT))
