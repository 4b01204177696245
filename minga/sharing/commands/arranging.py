"""A dispatcher arranges who helps: somebody who said yes by telephone, or the first of some people who were asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select

from minga.communities.models import Membership
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.sharing.access.dispatch import case_to_work, question_to_answer
from minga.sharing.commands import agreeing
from minga.sharing.commands.agreeing import Deal
from minga.sharing.commands.asks import NOT_BY_LEDGER
from minga.sharing.commands.dispatch import case_of, for_owner, member_of, require_open, tell
from minga.sharing.events.dispatch import HelperAssigned, PeopleAsked, QuestionAnswered, RoundEnded
from minga.sharing.models import (
    Ask,
    DispatchQuestion,
    DispatchRound,
    Exchange,
    Listing,
    ListingHelp,
    NotAsked,
)
from minga.sharing.queries import stock
from minga.sharing.queries.candidates import may_be_asked
from minga.sharing.rules import asks as ask_rules
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules.dispatch import RoundAnswer, RoundEnd
from minga.sharing.rules.exchanges import ONE, ExchangeKind

THE_ONE_IN_NEED = N_("This is their own need. Choose somebody else.")
YOURS = N_("You took this in, so it is kept under your name. Hand the case to another dispatcher first.")
NOBODY_CHOSEN = N_("Choose at least one person to ask.")
TOO_MANY = N_("Ask at most {most} people at a time.")
NOT_THEM = N_("Somebody you chose cannot be asked now. Choose again from the list.")
TAKEN = N_("Thank you. Somebody else is doing it already.")


def assign(session: Session, actor: Actor, listing_id: Id, handle: str, *, at: datetime) -> Exchange:
    """Arrange a need with a member who said yes by telephone; the owner is told who comes."""
    listing = case_to_work(session, actor, listing_id, at=at)
    require_open(listing, at)
    helper_id = member_of(session, listing.community_id, handle, at=at)
    return arrange(session, actor, listing, helper_id, at=at)


def arrange(session: Session, actor: Actor, listing: Listing, helper_id: Id, *, at: datetime) -> Exchange:
    """The exchange between who needs and who helps, in one breath with the ask that stands for the helper's yes."""
    listing = agreeing.locked(session, listing.id)
    require_open(listing, at)
    if helper_id == listing.owner_id:
        sentence = YOURS if helper_id == actor.person_id else THE_ONE_IN_NEED
        raise Refused(sentence, code="own_listing", fields={"member": sentence})
    _require_at_peace(session, listing.owner_id, helper_id)
    running = session.scalar(
        select(Exchange).where(
            Exchange.listing_id == listing.id,
            Exchange.provider_id == helper_id,
            Exchange.completed_at.is_(None),
            Exchange.cancelled_at.is_(None),
        )
    )
    if running is not None:
        return running
    term = _term(listing)
    window = agreeing.loan_window(session, listing, None, None, at) if term is ExchangeKind.LOAN else None
    ask = _ask_of(session, actor, listing, helper_id, term, at)
    made = agreeing.agree(session, for_owner(actor, listing), listing, ask, Deal(window, ONE), at=at)
    case_of(session, listing, at)
    event = HelperAssigned(listing_id=listing.id, helper_id=helper_id, exchange_id=made.id)
    tell(session, for_owner(actor, listing), listing, event, at=at)
    return made


def _term(listing: Listing) -> ExchangeKind:
    offered = stock.terms_of(listing)
    if not offered:
        raise Refused(NOT_BY_LEDGER, code="not_settled_here")
    return ExchangeKind.GIFT if ExchangeKind.GIFT in offered else offered[0]


def _ask_of(
    session: Session, actor: Actor, listing: Listing, helper_id: Id, term: ExchangeKind, at: datetime
) -> Ask:
    """The helper's open offer, or one that stands for what they said, entered by the dispatcher."""
    for ask in agreeing.open_asks(session, listing.id):
        if ask.person_id == helper_id:
            return ask
    ask = Ask(
        listing_id=listing.id,
        community_id=listing.community_id,
        person_id=helper_id,
        owner_id=listing.owner_id,
        entered_by_id=actor.person_id,
        form_id=f"dispatch:{new_id()}",
        quantity_milli=ONE,
        term=term,
        sent_at=at,
        lapses_at=ask_rules.lapses_at(at, urgent=True),
    )
    session.add(ask)
    session.flush()
    return ask


def _require_at_peace(session: Session, one: Id, other: Id) -> None:
    pair = (one, other)
    blocked = exists().where(Block.blocker_id.in_(pair), Block.blocked_id.in_(pair), Block.ended_at.is_(None))
    if session.scalar(select(blocked)):
        raise Invalid(NOT_THEM, fields={"member": NOT_THEM})


def ask_people(
    session: Session, actor: Actor, listing_id: Id, people: tuple[Id, ...], *, at: datetime
) -> DispatchRound:
    """Ask some people at the same time. Who was asked in this round already is not asked again."""
    listing = case_to_work(session, actor, listing_id, at=at)
    require_open(listing, at)
    chosen = tuple(dict.fromkeys(people))
    if not chosen:
        raise Invalid(NOBODY_CHOSEN, fields={"people": NOBODY_CHOSEN})
    if len(chosen) > rules.ASKED_MAX:
        raise Invalid(TOO_MANY, fields={"people": TOO_MANY}, most=rules.ASKED_MAX)
    found = open_round(session, listing.id)
    if found is None:
        found = DispatchRound(listing_id=listing.id, by_id=actor.person_id, at=at)
        session.add(found)
        session.flush()
    before = set(
        session.scalars(select(DispatchQuestion.person_id).where(DispatchQuestion.round_id == found.id))
    )
    new = [person_id for person_id in chosen if person_id not in before]
    if set(new) - may_be_asked(session, listing, new, at=at):
        raise Invalid(NOT_THEM, fields={"people": NOT_THEM})
    questions = [
        DispatchQuestion(
            round_id=found.id,
            listing_id=listing.id,
            community_id=listing.community_id,
            person_id=person_id,
            asked_at=at,
        )
        for person_id in new
    ]
    session.add_all(questions)
    session.flush()
    case = case_of(session, listing, at)
    if case.dispatcher_id is None:
        case.dispatcher_id, case.since_at = actor.person_id, at
    if questions:
        event = PeopleAsked(
            listing_id=listing.id, round_id=found.id, question_ids=tuple(one.id for one in questions)
        )
        tell(session, actor, listing, event, at=at)
    return found


@dataclass(frozen=True)
class Answered:
    """What became of an answer: the exchange, when it was the yes that counted."""

    question: DispatchQuestion
    exchange: Exchange | None


def answer_question(
    session: Session, actor: Actor, question_id: Id, answer: RoundAnswer, *, at: datetime
) -> Answered:
    """Say yes, no or not now to a question. The first yes that is enough ends the round; the others are thanked."""
    question = question_to_answer(session, actor, question_id, at=at)
    listing = agreeing.locked(session, question.listing_id)
    session.refresh(question, with_for_update=True)
    if question.answer is not None:
        if question.answer is not answer:
            raise Conflict(N_("You have answered this already."), code="answered")
        return Answered(question, _exchange_of(session, question))
    if question.ended_at is not None:
        raise Conflict(TAKEN, code="just_gone")
    question.answer, question.answered_at = answer, at
    session.flush()
    tell(
        session,
        actor,
        listing,
        QuestionAnswered(listing_id=listing.id, question_id=question.id, answer=answer),
        at=at,
    )
    this_round = session.get_one(DispatchRound, question.round_id)
    if answer is not RoundAnswer.YES:
        if this_round.ended_at is None and not _open_questions(session, this_round.id):
            _end(session, actor, listing, this_round, RoundEnd.NOBODY, at)
        return Answered(question, None)
    made = arrange(session, Actor(this_round.by_id, actor.via), listing, question.person_id, at=at)
    if _is_enough(session, listing):
        _end(session, actor, listing, this_round, RoundEnd.ENOUGH, at)
    return Answered(question, made)


def stop_round(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> None:
    """Ask nobody further; who has not answered is thanked. Twice changes nothing."""
    listing = case_to_work(session, actor, listing_id, at=at)
    found = open_round(session, listing.id)
    if found is not None:
        _end(session, actor, listing, found, RoundEnd.STOPPED, at)


def end_round_of(session: Session, listing_id: Id, *, at: datetime) -> None:
    """Thank those who were asked about a need that is closed or found its helpers another way."""
    listing = session.get_one(Listing, listing_id)
    found = open_round(session, listing_id)
    if found is not None and (listing.closed_at is not None or _is_enough(session, listing)):
        _end(session, Actor.machine(), listing, found, RoundEnd.ENOUGH, at)


def open_round(session: Session, listing_id: Id) -> DispatchRound | None:
    return session.scalar(
        select(DispatchRound)
        .where(DispatchRound.listing_id == listing_id, DispatchRound.ended_at.is_(None))
        .with_for_update()
    )


def be_asked(session: Session, actor: Actor, community_id: Id, *, asked: bool, at: datetime) -> None:
    """Whether one wants to be asked in rounds of a community that one lives in. Twice changes nothing."""
    lives = select(Membership.id).where(
        Membership.community_id == community_id,
        Membership.person_id == actor.person_id,
        Membership.ended_on.is_(None),
    )
    if not actor.signed_in or session.scalar(lives) is None:
        raise NotFound()
    found = session.get(NotAsked, (actor.person_id, community_id))
    if asked and found is not None:
        session.delete(found)
    elif not asked and found is None:
        session.add(NotAsked(person_id=actor.person_id, community_id=community_id, since_at=at))
    session.flush()


def _open_questions(session: Session, round_id: Id) -> list[DispatchQuestion]:
    return list(
        session.scalars(
            select(DispatchQuestion)
            .where(
                DispatchQuestion.round_id == round_id,
                DispatchQuestion.answer.is_(None),
                DispatchQuestion.ended_at.is_(None),
            )
            .order_by(DispatchQuestion.id)
        )
    )


def _is_enough(session: Session, listing: Listing) -> bool:
    """Whether as many have agreed as it takes."""
    wanted = session.scalar(select(ListingHelp.people_needed).where(ListingHelp.listing_id == listing.id))
    agreed = session.scalar(
        select(func.count())
        .select_from(Exchange)
        .where(Exchange.listing_id == listing.id, Exchange.cancelled_at.is_(None))
    )
    return (agreed or 0) >= (wanted or 1)


def _end(
    session: Session, actor: Actor, listing: Listing, found: DispatchRound, why: RoundEnd, at: datetime
) -> None:
    waiting = _open_questions(session, found.id)
    for question in waiting:
        question.ended_at = at
    found.ended_at, found.ended_why = at, why
    thanked = tuple(question.id for question in waiting)
    event = RoundEnded(listing_id=listing.id, round_id=found.id, why=why, thanked=thanked)
    tell(session, actor, listing, event, at=at)


def _exchange_of(session: Session, question: DispatchQuestion) -> Exchange | None:
    if question.answer is not RoundAnswer.YES:
        return None
    return session.scalar(
        select(Exchange)
        .where(Exchange.listing_id == question.listing_id, Exchange.provider_id == question.person_id)
        .order_by(Exchange.id.desc())
        .limit(1)
    )
