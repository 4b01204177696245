"""What dispatch tells the others: what was taken in, whom was asked, who looks after it. Never a name or a number."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id
from minga.sharing.rules.dispatch import ContactKind, RoundAnswer, RoundEnd


@dataclass(frozen=True, kw_only=True)
class _CaseEvent(Event):
    about: ClassVar[str] = "listing"
    audience: ClassVar[Audience] = "stewards"

    listing_id: Id


@dataclass(frozen=True, kw_only=True)
class NeedTakenIn(_CaseEvent):
    """A dispatcher wrote a need down for somebody; `for_id` when that one is a member."""

    for_member_id: Id | None = None
    intake_id: Id | None = None


@dataclass(frozen=True, kw_only=True)
class CaseHandedOver(_CaseEvent):
    """Another dispatcher looks after it, or nobody when `to_id` is None."""

    from_id: Id | None
    to_id: Id | None


@dataclass(frozen=True, kw_only=True)
class ContactLogged(_CaseEvent):
    kind: ContactKind


@dataclass(frozen=True, kw_only=True)
class PeopleAsked(_CaseEvent):
    """A round of questions went out."""

    round_id: Id
    question_ids: tuple[Id, ...]


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(_CaseEvent):
    audience: ClassVar[Audience] = "person"

    question_id: Id
    answer: RoundAnswer


@dataclass(frozen=True, kw_only=True)
class RoundEnded(_CaseEvent):
    """`thanked` are the questions that were still open, or answered in vain."""

    round_id: Id
    why: RoundEnd
    thanked: tuple[Id, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HelperAssigned(_CaseEvent):
    """Somebody who said yes by telephone, entered by a dispatcher."""

    helper_id: Id
    exchange_id: Id


@dataclass(frozen=True, kw_only=True)
class CasesMerged(_CaseEvent):
    """This one was the same as another and goes on there."""

    into_id: Id


@dataclass(frozen=True, kw_only=True)
class CaseSplit(_CaseEvent):
    """A part of this one stands on its own now."""

    part_id: Id


@dataclass(frozen=True, kw_only=True)
class StillNeededAsked(_CaseEvent):
    audience: ClassVar[Audience] = "person"

    owner_id: Id
    times: int


@dataclass(frozen=True, kw_only=True)
class CallSheetRead(Event):
    """Somebody looked at the numbers of that many cases."""

    about: ClassVar[str] = "community"
    sensitive: ClassVar[bool] = True

    n: int


@dataclass(frozen=True, kw_only=True)
class IntakeSent(Event):
    """Somebody without an account wrote what they need."""

    about: ClassVar[str] = "intake"

    intake_id: Id


@dataclass(frozen=True, kw_only=True)
class IntakeRefused(Event):
    """A dispatcher could not take it in, or the one who wrote it took it back."""

    about: ClassVar[str] = "intake"

    intake_id: Id
    by_visitor: bool = False
