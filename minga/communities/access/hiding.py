"""What is hidden: the one condition of every list, the stub in its place, and what can be reported and hidden at all.

Domains above register their kinds here, so that a report can hang on any of them without an import upwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select

from minga.communities.models import Hidden
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.questions import Question


@dataclass(frozen=True)
class About:
    """Whose a thing is, in which community, and what handlers of a report read of it."""

    community_id: Id
    concerned_id: Id | None
    title: str
    words: str = ""


@dataclass(frozen=True)
class Reportable:
    """What a domain tells of one kind that can be reported. `hides`: its lists ask `not_hidden`."""

    word: str
    about: Callable[[Session, Id], About | None]
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Stub:
    """What stands in the place of something hidden."""

    clause: str
    words: str
    hidden_at: datetime


_known: dict[str, Reportable] = {}


def reportable(
    kind: str,
    *,
    word: str,
    about: Callable[[Session, Id], About | None],
    hides: bool = False,
) -> None:
    """Let things of this kind be reported; `word` names the kind in the moderation log, as in “a message”."""
    _known[kind] = Reportable(word, about, hides)


def reportable_kinds() -> dict[str, Reportable]:
    """Every kind that can be reported, by name."""
    return dict(_known)


def about_of(session: Session, kind: str, id: Id) -> About | None:
    """What a report about this thing has to know; None when there is no such thing. Asks nobody's rights."""
    return _known[kind].about(session, id) if kind in _known else None


def not_hidden(kind: str, about_id: Any) -> ColumnElement[bool]:
    """The condition that every list of every domain contains: no moderator has hidden this thing."""
    return ~(
        exists()
        .where(Hidden.about_id == about_id, Hidden.kind == kind, Hidden.shown_again_at.is_(None))
        .correlate_except(Hidden)
    )


def hidden_of(session: Session, kind: str, about_id: Id) -> Stub | None:
    """Why a thing is hidden now, for whoever would see it otherwise; the caller knows that they would."""
    row = _HIDDEN.first(session, kind=kind, about=about_id)
    return Stub(row[0], row[1], row[2]) if row else None


_HIDDEN = Question(
    lambda: select(Hidden.clause, Hidden.words, Hidden.hidden_at).where(
        Hidden.about_id == bindparam("about"),
        Hidden.kind == bindparam("kind"),
        Hidden.shown_again_at.is_(None),
    )
)
