"""Lending: out, longer, back, lost. Each step is safe to repeat; none commits."""

from datetime import date, datetime

from sqlalchemy import select

from minga.communities.access import policies
from minga.communities.rules.time import end_of, last_day, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.exchanges import (
    Lent,
    Running,
    exchange_to_change,
    for_borrower,
    for_lender,
    loan_to_change,
    with_leg,
)
from minga.sharing.commands import agreeing, borrowing, deposits, exchanges, queueing, reserving
from minga.sharing.commands.lending import GRACE, dates_of, keep_until, open_wish_of, tell
from minga.sharing.events.exchanges import ExchangeBegan, TransferHow
from minga.sharing.events.loans import (
    DepositKeepAsked,
    LoanBegan,
    LoanBroughtBack,
    LoanCompleted,
    LoanNotBack,
)
from minga.sharing.models import Listing, ListingItem
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.loans import Loan
from minga.sharing.rules import loans as rules
from minga.sharing.rules.exchanges import ONE, ExchangeKind, check_begin
from minga.sharing.rules.loans import LoanState
from minga.sharing.rules.windows import Window

JUST_OUT = N_("Somebody has it at home since just now. Join the queue?")
NOT_A_LOAN = N_("This is not lent, so it does not come back.")


def lend(
    session: Session,
    actor: Actor,
    exchange_id: Id,
    *,
    condition: int | None = None,
    skills: frozenset[str] = frozenset(),
    at: datetime,
) -> Loan:
    """Say that the thing is handed over: the loan is out. Twice is one loan.

    `skills`: what the borrower has verified, for a thing that takes a skill.
    """
    running = exchange_to_change(session, actor, exchange_id, at=at)
    if running.exchange.kind is not ExchangeKind.LOAN:
        raise Refused(NOT_A_LOAN, code="not_a_loan")
    if running.loan is not None:
        return running.loan
    check_begin(running.dates, running.side)
    listing = agreeing.locked(session, running.exchange.listing_id)
    borrowing.check(session, listing, running.exchange.receiver_id, skills=skills, at=at)
    return hand_over(session, actor, running, listing, condition, at=at)


def hand_over(
    session: Session,
    actor: Actor,
    running: Running,
    listing: Listing,
    condition: int | None,
    *,
    at: datetime,
) -> Loan:
    """The thing goes out, by whoever may say so; the listing is locked."""
    queueing.serve(session, Actor.machine(), listing, at=at)
    loan = _go_out(session, actor, running, listing, condition, at)
    deposits.set_aside(session, actor, listing, loan, at=at)
    exchange = running.exchange
    exchange.started_at = at
    keep_until(session, exchange, loan, at)
    exchanges.tell(session, actor, exchange, ExchangeBegan, at=at)
    tell(
        session, actor, loan, LoanBegan, at=at, copy_no=loan.copy_no, lent_on=loan.lent_on, due_on=loan.due_on
    )
    exchanges.tell_transfer(session, actor, exchange, TransferHow.LOAN, at=at)
    return loan


def _go_out(
    session: Session, actor: Actor, running: Running, listing: Listing, condition: int | None, at: datetime
) -> Loan:
    """The row of a loan that begins today, of the copy that was reserved or the lowest that is at home."""
    exchange = running.exchange
    zone = agreeing.zone_of(session, listing.community_id)
    lent_on = today(at, zone)
    due_on = _due_on(exchange, lent_on, zone)
    rows = reserving.hand_out(
        session,
        actor,
        listing,
        Window(at, end_of(due_on, zone)),
        max(1, running.leg.quantity_milli // ONE),
        person_id=exchange.receiver_id,
        exchange_id=exchange.id,
        at=at,
    )
    if rows is None:
        raise Conflict(JUST_OUT, code="somebody_has_it")
    loan = Loan(
        leg_id=running.leg.id,
        exchange_id=exchange.id,
        community_id=listing.community_id,
        listing_id=listing.id,
        copy_no=rows[0].copy_no,
        lender_id=exchange.provider_id,
        borrower_id=exchange.receiver_id,
        lent_on=lent_on,
        due_on=due_on,
        condition_out=_condition_out(session, listing, condition),
    )
    session.add(loan)
    session.flush()
    return loan


def _due_on(exchange: Exchange, lent_on: date, zone: str) -> date:
    """The agreed last day; when that has passed before it was fetched, as many days from now as were agreed."""
    if exchange.from_at is None or exchange.until_at is None:
        return rules.due_on(lent_on, rules.DAYS_USUAL)
    agreed = last_day(exchange.until_at, zone)
    if agreed >= lent_on:
        return agreed
    return rules.due_on(lent_on, max(0, (agreed - today(exchange.from_at, zone)).days))


def _condition_out(session: Session, listing: Listing, condition: int | None) -> int | None:
    """As the lender says, else as the listing says."""
    if condition is not None:
        return rules.check_condition(condition)
    return session.scalar(select(ListingItem.condition).where(ListingItem.listing_id == listing.id))


def bring_back(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Loan:
    """The borrower's word that it is back; the owner has three days to look. Twice changes nothing."""
    lent = for_borrower(loan_to_change(session, actor, loan_id, at=at))
    loan = lent.loan
    if dates_of(loan).state in (LoanState.BROUGHT_BACK, LoanState.BACK):
        return loan
    rules.still_out(dates_of(loan).state)
    loan.brought_back_at = at
    tell(session, actor, loan, LoanBroughtBack, at=at)
    return loan


def not_back(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Loan:
    """The owner's word that it is not there yet."""
    lent = for_lender(loan_to_change(session, actor, loan_id, at=at))
    loan = lent.loan
    rules.still_out(dates_of(loan).state)
    if loan.brought_back_at is not None:
        loan.brought_back_at = None
        tell(session, actor, loan, LoanNotBack, at=at)
    return loan


def take_back(
    session: Session,
    actor: Actor,
    loan_id: Id,
    *,
    condition: int | None = None,
    words: str = "",
    returned_on: date | None = None,
    keep_minor: int | None = None,
    at: datetime,
) -> Loan:
    """The owner has it again. Twice changes nothing; a day before today needs a word why.

    With `keep_minor` they would like to keep so much of the deposit, which stays set aside until the borrower answers.
    """
    lent = for_lender(loan_to_change(session, actor, loan_id, at=at))
    return take_back_from(
        session,
        actor,
        lent,
        condition=condition,
        words=words,
        returned_on=returned_on,
        keep_minor=keep_minor,
        at=at,
    )


def take_back_from(
    session: Session,
    actor: Actor,
    lent: Lent,
    *,
    condition: int | None,
    words: str,
    returned_on: date | None,
    keep_minor: int | None = None,
    at: datetime,
) -> Loan:
    """The same for whoever stands at the desk."""
    loan = lent.loan
    if dates_of(loan).state is LoanState.BACK:
        return loan
    rules.still_out(dates_of(loan).state)
    zone = agreeing.zone_of(session, loan.community_id)
    here = today(at, zone)
    said = clean_text(words, rules.CONDITION_WORDS_MAX, field="words")
    if returned_on is not None:
        rules.check_back_dated(returned_on, loan.lent_on, here, reason=said)
    brought = today(loan.brought_back_at, zone) if loan.brought_back_at else here
    loan.condition_back = loan.condition_out if condition is None else rules.check_condition(condition)
    loan.words_back = said
    kept = keep_minor is not None and deposits.would_keep(session, loan, keep_minor, said)
    is_back(session, actor, lent, returned_on or brought, at, free_deposit=not kept)
    if kept:
        tell(
            session,
            actor,
            loan,
            DepositKeepAsked,
            at=at,
            wished_minor=keep_minor,
            unit=deposits.unit_of(session, loan),
        )
    return loan


def count_as_returned(session: Session, loan_id: Id, *, at: datetime) -> None:
    """After three silent days the borrower's word counts; nobody has said in what condition."""
    loan = session.get(Loan, loan_id)
    if loan is None:
        return
    exchange = session.get_one(Exchange, loan.exchange_id, with_for_update=True)
    session.refresh(loan)
    if dates_of(loan).state is not LoanState.BROUGHT_BACK or loan.brought_back_at is None:
        return
    if loan.brought_back_at + rules.OWNER_SILENT > at:
        return
    loan.by_silence = True
    zone = agreeing.zone_of(session, loan.community_id)
    is_back(session, Actor.machine(), Lent(loan, exchange, None), today(loan.brought_back_at, zone), at)


def is_back(
    session: Session,
    actor: Actor,
    lent: Lent,
    returned_on: date,
    at: datetime,
    *,
    free_deposit: bool = True,
) -> None:
    """The loan ends as given back on that day."""
    loan = lent.loan
    loan.returned_on, loan.taken_back_at = max(returned_on, loan.lent_on), at
    if free_deposit:
        deposits.free(session, actor, loan, at=at)
    _end(session, actor, lent, loan.returned_on, at)


def lose(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Loan:
    """Either side says that it is lost; the loan ends. Twice changes nothing."""
    return lose_lent(session, actor, loan_to_change(session, actor, loan_id, at=at), at=at)


def lose_lent(session: Session, actor: Actor, lent: Lent, *, at: datetime) -> Loan:
    """The same for whoever stands at the desk."""
    loan = lent.loan
    if dates_of(loan).state is LoanState.LOST:
        return loan
    rules.still_out(dates_of(loan).state)
    loan.lost_at, loan.lost_by_id = at, actor.person_id
    _end(session, actor, lent, today(at, agreeing.zone_of(session, loan.community_id)), at)
    return loan


def _end(session: Session, actor: Actor, lent: Lent, ended_on: date, at: datetime) -> None:
    """Close the loan and its exchange, and say once how it went."""
    loan = lent.loan
    wish = open_wish_of(session, loan)
    if wish is not None:
        wish.declined_at = at
    session.flush()
    grace = policies.value(session, loan.community_id, GRACE, at=at)
    tell(
        session,
        actor,
        loan,
        LoanCompleted,
        at=at,
        days_out=(ended_on - loan.lent_on).days,
        days_late=rules.days_late(loan.due_on, ended_on, grace),
        condition_out=loan.condition_out,
        condition_back=loan.condition_back,
        lost=loan.lost_at is not None,
    )
    running = with_leg(session, lent.exchange, lent.side)
    exchanges.complete(session, actor, running, by_silence=loan.by_silence, at=at)
