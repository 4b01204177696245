"""Keeping something longer: at once when nobody waits, else with its owner's word."""

from datetime import date, datetime

from sqlalchemy import exists, func, or_, select

from minga.communities.access import policies
from minga.communities.rules.time import end_of, last_day, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.exchanges import Lent, for_borrower, for_lender, loan_to_change
from minga.sharing.commands import agreeing, reserving
from minga.sharing.commands.lending import GRACE, RENEWALS, dates_of, keep_until, open_wish_of, tell
from minga.sharing.events.loans import LoanRenewed, RenewalAsked, RenewalDeclined
from minga.sharing.models import Listing
from minga.sharing.models.asks import Ask
from minga.sharing.models.holds import Hold
from minga.sharing.models.loans import Loan, Renewal
from minga.sharing.rules import loans as rules
from minga.sharing.rules.loans import RenewalWay
from minga.sharing.rules.windows import Window

NEXT_WAITS = N_("Somebody else gets it next. It can stay until {day}.")


def renew(
    session: Session, actor: Actor, loan_id: Id, *, until_on: date | None = None, at: datetime
) -> Renewal:
    """Keep it longer: at once when nobody waits and it is in time, else its owner is asked."""
    lent = loan_to_change(session, actor, loan_id, at=at)
    as_lender = lent.side is not None and lent.loan.lender_id == actor.person_id
    if not as_lender:
        for_borrower(lent)
    return renew_lent(session, actor, lent, until_on=until_on, as_lender=as_lender, at=at)


def renew_lent(
    session: Session, actor: Actor, lent: Lent, *, until_on: date | None, as_lender: bool, at: datetime
) -> Renewal:
    """The same for whoever stands at the desk, whose word is the owner's."""
    loan = lent.loan
    listing = agreeing.locked(session, loan.listing_id)
    zone = agreeing.zone_of(session, loan.community_id)
    here = today(at, zone)
    most = agreeing.days_max(session, listing)
    to_due = until_on or rules.renewed_due(loan.due_on, here, min(most, rules.DAYS_USUAL))
    way = rules.renewal_way(
        dates_of(loan),
        today=here,
        renewed=_renewed(session, loan),
        renewals_max=policies.value(session, loan.community_id, RENEWALS, at=at),
        grace_days=policies.value(session, loan.community_id, GRACE, at=at),
        others_wait=_others_wait(session, loan),
    )
    _check_longer(session, loan, to_due, most, here)
    _check_next(session, lent, listing, to_due, zone, at)
    waiting = open_wish_of(session, loan)
    if waiting is not None and actor.person_id == loan.borrower_id:
        waiting.to_due_on = to_due
        return waiting
    wish = waiting or Renewal(
        loan_id=loan.leg_id, by_id=actor.person_id, asked_at=at, from_due_on=loan.due_on, to_due_on=to_due
    )
    wish.to_due_on = to_due
    session.add(wish)
    if way is RenewalWay.AT_ONCE or as_lender:
        _grant(session, actor, lent, wish, at)
    else:
        session.flush()
        tell(
            session, actor, loan, RenewalAsked, at=at, from_due_on=wish.from_due_on, to_due_on=wish.to_due_on
        )
    return wish


def _check_longer(session: Session, loan: Loan, to_due: date, most: int, here: date) -> None:
    if to_due <= loan.due_on:
        said = N_("Choose a day after {day}.")
        raise Refused(said, code="bad_window", day=loan.due_on, fields={"until": N_("Choose a later day.")})
    rules.check_due(max(here, loan.due_on), to_due, most)


def _check_next(
    session: Session, lent: Lent, listing: Listing, to_due: date, zone: str, at: datetime
) -> None:
    """Raise when the copy is promised to somebody else before the new due day."""
    wish = Window(end_of(lent.loan.due_on, zone), end_of(to_due, zone))
    first = reserving.make_room(session, listing, lent.exchange.id, wish, at=at)
    if first is not None:
        rest = reserving.buffer_of(session, listing, at=at)
        until = max(lent.loan.due_on, last_day(first - rest, zone))
        raise Conflict(NEXT_WAITS, code="next_waits", day=until)


def answer_renewal(session: Session, actor: Actor, loan_id: Id, *, yes: bool, at: datetime) -> Renewal:
    """The owner says whether it may stay longer."""
    lent = for_lender(loan_to_change(session, actor, loan_id, at=at))
    wish = open_wish_of(session, lent.loan)
    if wish is None:
        raise Conflict(N_("Nobody waits for an answer about this."), code="nothing_asked")
    rules.still_out(dates_of(lent.loan).state)
    if yes:
        _grant(session, actor, lent, wish, at)
    else:
        wish.declined_at = at
        tell(session, actor, lent.loan, RenewalDeclined, at=at, due_on=lent.loan.due_on)
    return wish


def _grant(session: Session, actor: Actor, lent: Lent, wish: Renewal, at: datetime) -> None:
    loan = lent.loan
    wish.agreed_at = at
    before, loan.due_on = loan.due_on, wish.to_due_on
    loan.brought_back_at = None
    keep_until(session, lent.exchange, loan, at)
    session.flush()
    tell(session, actor, loan, LoanRenewed, at=at, from_due_on=before, to_due_on=loan.due_on)


def _renewed(session: Session, loan: Loan) -> int:
    granted = select(func.count()).select_from(Renewal)
    return session.scalar(granted.where(Renewal.loan_id == loan.leg_id, Renewal.agreed_at.is_not(None))) or 0


def _others_wait(session: Session, loan: Loan) -> bool:
    waiting = exists().where(
        Ask.listing_id == loan.listing_id,
        Ask.person_id != loan.borrower_id,
        Ask.answered_at.is_(None),
        Ask.withdrawn_at.is_(None),
        Ask.lapsed_at.is_(None),
    )
    in_queue = exists().where(Hold.listing_id == loan.listing_id, Hold.ended_at.is_(None))
    return bool(session.scalar(select(or_(waiting, in_queue))))
