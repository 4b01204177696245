"""One case with its history, the sheet to call from, and the question as whoever was asked reads it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from minga.communities.access import Holder, holders_of, may
from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.sharing.access.dispatch import ASSIGN, case_to_see, desk_to_see, question_to_see
from minga.sharing.access.exchanges import exchanges_of
from minga.sharing.access.narrowing import open_to
from minga.sharing.models import (
    DispatchCase,
    DispatchContact,
    DispatchQuestion,
    DispatchRound,
    Exchange,
    Listing,
    ListingHelp,
    NotAsked,
)
from minga.sharing.queries.dispatch import CaseRow, case_row, opened
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules.dispatch import ContactKind, RoundAnswer, RoundEnd
from minga.sharing.rules.kinds import Urgency

CONTACTS_MAX, QUESTIONS_MAX, SHEET_MAX = 100, 100, 100


@dataclass(frozen=True, slots=True)
class ContactSeen:
    """One try to reach somebody, with its private note as long as it is kept."""

    at: datetime
    by: str
    kind: ContactKind
    note: str


@dataclass(frozen=True, slots=True)
class QuestionSeen:
    """One person of a round and what they said."""

    name: str
    asked_at: datetime
    answer: RoundAnswer | None
    ended: bool


@dataclass(frozen=True, slots=True)
class HelperSeen:
    """Somebody who does it, and the exchange that keeps what was agreed."""

    name: str
    exchange_id: Id
    started: bool
    completed: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """All that the page of a case shows. A number is not among it: it stands on the call sheet only."""

    row: CaseRow
    community_id: Id
    description: str
    closed: bool
    has_reach: bool
    contacts: tuple[ContactSeen, ...]
    questions: tuple[QuestionSeen, ...]
    round_open: bool
    round_ended: RoundEnd | None
    helpers: tuple[HelperSeen, ...]
    merged_into: Id | None
    merged_from: tuple[tuple[Id, str], ...]
    parts: tuple[tuple[Id, str], ...]
    split_from: Id | None
    dispatchers: tuple[Holder, ...]
    may_assign: bool


def case(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> CaseView:
    """A case for its dispatchers; of what was merged into it the history is here, too."""
    listing = case_to_see(session, actor, listing_id, at=at)
    kept = session.get(DispatchCase, listing.id)
    linked = session.execute(
        select(DispatchCase.listing_id, Listing.title, DispatchCase.merged_into_id, DispatchCase.reach)
        .join(Listing, Listing.id == DispatchCase.listing_id)
        .where(
            or_(
                DispatchCase.merged_into_id == listing.id,
                DispatchCase.split_from_id == listing.id,
            )
        )
        .order_by(DispatchCase.listing_id)
        .limit(50)
    ).all()
    merged = tuple((row.listing_id, row.title) for row in linked if row.merged_into_id == listing.id)
    parts = tuple((row.listing_id, row.title) for row in linked if row.merged_into_id != listing.id)
    ids = [listing.id, *(one for one, _ in merged)]
    last_round = session.scalar(
        select(DispatchRound)
        .where(DispatchRound.listing_id == listing.id)
        .order_by(DispatchRound.id.desc())
        .limit(1)
    )
    return CaseView(
        row=case_row(session, listing, at=at),
        community_id=listing.community_id,
        description=listing.description,
        closed=listing.closed_at is not None,
        has_reach=bool(kept and kept.reach),
        contacts=_contacts(session, ids),
        questions=_questions(session, listing.id),
        round_open=last_round is not None and last_round.ended_at is None,
        round_ended=last_round.ended_why if last_round else None,
        helpers=_helpers(session, listing.id),
        merged_into=kept.merged_into_id if kept else None,
        merged_from=merged,
        parts=parts,
        split_from=kept.split_from_id if kept else None,
        dispatchers=tuple(holders_of(session, ASSIGN, listing.community_id, at=at, limit=50)),
        may_assign=bool(may(session, actor, ASSIGN, listing.community_id, at=at)),
    )


def _contacts(session: Session, listing_ids: list[Id]) -> tuple[ContactSeen, ...]:
    key = field_key(session)
    found = session.execute(
        select(DispatchContact, Person.name)
        .join(Person, Person.id == DispatchContact.by_id)
        .where(DispatchContact.listing_id.in_(listing_ids))
        .order_by(DispatchContact.id.desc())
        .limit(CONTACTS_MAX)
    )
    return tuple(
        ContactSeen(one.at, name, one.kind, opened(key, one.note, f"contact {one.id}")) for one, name in found
    )


def _questions(session: Session, listing_id: Id) -> tuple[QuestionSeen, ...]:
    found = session.execute(
        select(Person.name, DispatchQuestion.asked_at, DispatchQuestion.answer, DispatchQuestion.ended_at)
        .join(Person, Person.id == DispatchQuestion.person_id)
        .where(DispatchQuestion.listing_id == listing_id)
        .order_by(DispatchQuestion.id.desc())
        .limit(QUESTIONS_MAX)
    )
    return tuple(QuestionSeen(row.name, row.asked_at, row.answer, row.ended_at is not None) for row in found)


def _helpers(session: Session, listing_id: Id) -> tuple[HelperSeen, ...]:
    found = session.execute(
        select(Person.name, Exchange.id, Exchange.started_at, Exchange.completed_at)
        .join(Person, Person.id == Exchange.provider_id)
        .where(Exchange.listing_id == listing_id, Exchange.cancelled_at.is_(None))
        .order_by(Exchange.id)
        .limit(50)
    )
    return tuple(
        HelperSeen(row.name, row.id, row.started_at is not None, row.completed_at is not None)
        for row in found
    )


def case_numbered(session: Session, actor: Actor, listing_id: Id, typed: str, *, at: datetime) -> Id | None:
    """The open need with that number beside a case that the actor works on."""
    listing = case_to_see(session, actor, listing_id, at=at)
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 9:
        return None
    return session.scalar(
        select(Listing.id).where(
            Listing.root_id == listing.root_id,
            Listing.community_id == listing.community_id,
            Listing.number == int(typed),
            Listing.direction == listing.direction,
            Listing.published_at.is_not(None),
        )
    )


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One case to call about, with the number; only ever on a sheet whose reading was written down."""

    number: int
    title: str
    place: str
    who: str
    reach: str
    needed_by_at: datetime | None
    urgency: Urgency


def call_sheet(
    session: Session, actor: Actor, community_id: Id, *, at: datetime, mine: bool
) -> list[SheetLine]:
    """The open cases with how to reach each; the interface writes down that it was read."""
    desk = desk_to_see(session, actor, community_id, at=at, name=ASSIGN)
    key = field_key(session)
    wanted = (
        select(Listing, DispatchCase, ListingHelp, Person.name)
        .join(Person, Person.id == Listing.owner_id)
        .join(ListingHelp, ListingHelp.listing_id == Listing.id)
        .outerjoin(DispatchCase, DispatchCase.listing_id == Listing.id)
        .where(
            Listing.community_id == getattr(desk, "community_id", desk.id),
            Listing.published_at.is_not(None),
            Listing.paused_at.is_(None),
            Listing.closed_at.is_(None),
            Listing.direction == "need",
            open_to(str(actor.person_id)),
        )
    )
    if mine:
        wanted = wanted.where(DispatchCase.dispatcher_id == actor.person_id)
    lines = []
    for listing, kept, help_, owner in session.execute(wanted.order_by(Listing.number).limit(SHEET_MAX)):
        caller = opened(key, kept.caller, f"caller {listing.id}") if kept else ""
        sealed = opened(key, kept.reach, f"reach {listing.id}") if kept else ""
        lines.append(
            SheetLine(
                listing.number,
                listing.title,
                listing.place,
                caller or owner,
                sealed or help_.reach,
                help_.needed_by_at,
                help_.urgency,
            )
        )
    return sorted(lines, key=lambda line: (-rules.URGENCY_RANK[line.urgency], line.number))


def dispatchers(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Holder]:
    """Who else takes needs in there; for handing over at the end of one's duty."""
    desk = desk_to_see(session, actor, community_id, at=at)
    found = holders_of(session, ASSIGN, getattr(desk, "community_id", desk.id), at=at, limit=50)
    return [one for one in found if one.person_id != actor.person_id]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as whoever was asked reads it: what, where, by when. Never whose, and never a number.

    Once it does not concern them any more, only what it was called is left.
    """

    id: Id
    listing_id: Id
    title: str
    description: str
    place: str
    urgency: Urgency | None
    needed_by_at: datetime | None
    minutes_estimated: int | None
    community_id: Id
    community: str
    asked_at: datetime
    answer: RoundAnswer | None
    ended: bool
    exchange_id: Id | None
    asked_there: bool
    """Whether they want to be asked in this community at all."""


def question(session: Session, actor: Actor, question_id: Id, *, at: datetime) -> QuestionView:
    """One's own question."""
    found = question_to_see(session, actor, question_id, at=at)
    listing = session.get_one(Listing, found.listing_id)
    help_ = session.get(ListingHelp, listing.id)
    exchange = session.scalar(
        select(Exchange.id)
        .where(Exchange.listing_id == listing.id, Exchange.provider_id == found.person_id)
        .order_by(Exchange.id.desc())
        .limit(1)
    )
    over = found.ended_at is not None or listing.closed_at is not None
    concerns = exchange is not None or (found.answer is None and not over)
    return QuestionView(
        id=found.id,
        listing_id=listing.id,
        title=listing.title,
        description=listing.description if concerns else "",
        place=listing.place if concerns else "",
        urgency=help_.urgency if help_ else None,
        needed_by_at=help_.needed_by_at if help_ else None,
        minutes_estimated=help_.minutes_estimated if help_ else None,
        community_id=found.community_id,
        community=session.scalars(select(Community.name).where(Community.id == found.community_id)).one(),
        asked_at=found.asked_at,
        answer=found.answer,
        ended=over,
        exchange_id=exchange if found.answer is RoundAnswer.YES else None,
        asked_there=session.get(NotAsked, (found.person_id, found.community_id)) is None,
    )


def caller_of(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> str:
    """The name of whom a dispatcher keeps this for, for the two sides of its exchange."""
    row = session.execute(
        select(DispatchCase.listing_id, DispatchCase.caller)
        .join(Exchange, Exchange.listing_id == DispatchCase.listing_id)
        .where(Exchange.id == exchange_id, exchanges_of(actor), DispatchCase.since_at <= at)
    ).first()
    return opened(field_key(session), row.caller, f"caller {row.listing_id}") if row else ""
