"""The desk of a library: lend, take back, renew, lost, out of use. Librarians act for the community. None commits."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, select

from minga.communities.access import require
from minga.communities.models import Community, Membership
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access import listing_to_edit
from minga.sharing.access.desk import LEND, loan_at_desk, thing_at_desk, thing_to_keep
from minga.sharing.access.exchanges import Running
from minga.sharing.access.lending import lending_of
from minga.sharing.commands import borrowing, free, loans, queueing, renewals
from minga.sharing.events.exchanges import ExchangeAgreed
from minga.sharing.models import Listing, ListingLending, OutOfUse
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.models.loans import Loan, Renewal
from minga.sharing.queries import stock, times
from minga.sharing.rules.exchanges import ONE, ExchangeKind, LegWhat, Side
from minga.sharing.rules.life import state
from minga.sharing.rules.loans import check_due
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Direction, Kind, State

NOT_TO_LEND = N_("Only a thing that is offered to borrow can be put into the library.")
NOT_TO_ONESELF = N_("Ask another librarian to lend it to you, so that two have looked.")
NOT_OPEN = N_("This is not offered now. Open its listing again first.")
WHY_OUT = N_("Say in a few words what is wrong with it.")
NO_SUCH_COPY = N_("There are {n} of it. Choose a number from 1 to {n}.")


def put_into_library(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> ListingLending:
    """A thing is the community's from now on: its librarians lend it, by the community's rules. Twice is once."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    require(session, actor, LEND.name, listing.community_id, at=at)
    lent = ExchangeKind.LOAN in stock.terms_of(listing)
    if listing.kind is not Kind.ITEM or listing.direction is not Direction.OFFER or not lent:
        raise Refused(NOT_TO_LEND, code="not_to_lend")
    stated = session.get(ListingLending, listing.id) or ListingLending(listing_id=listing.id, changed_at=at)
    session.add(stated)
    if stated.library_since_at is None:
        stated.library_since_at, stated.library_by_id, stated.changed_at = at, actor.person_id, at
    session.flush()
    return stated


def take_out_of_library(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> None:
    """It is its owner's own again; what is out stays out until it is back."""
    listing = thing_at_desk(session, actor, listing_id, at=at)
    stated = session.get_one(ListingLending, listing.id)
    stated.library_since_at, stated.changed_at = None, at
    session.flush()


def lend_at_desk(
    session: Session,
    actor: Actor,
    listing_id: Id,
    borrower_id: Id,
    *,
    until_on: date | None = None,
    condition: int | None = None,
    skills: frozenset[str] = frozenset(),
    at: datetime,
) -> Loan:
    """Hand a thing of the library over: what was agreed with this person, or a new loan. Twice is one loan."""
    listing = thing_at_desk(session, actor, listing_id, at=at)
    if borrower_id == actor.person_id:
        raise Refused(NOT_TO_ONESELF, code="own_listing")
    borrowing.member(session, listing.community_id, borrower_id)
    if state(listing, at) is not State.OPEN:
        raise Conflict(NOT_OPEN, code="not_open")
    before = _handed_over_now(session, listing.id, borrower_id, at)
    if before is not None:
        return before
    borrowing.check(session, listing, borrower_id, skills=skills, at=at)
    running = _agreed(session, listing, borrower_id) or _agree(
        session, actor, listing, borrower_id, until_on, at
    )
    return loans.hand_over(session, actor, running, listing, condition, at=at)


def _handed_over_now(session: Session, listing_id: Id, borrower_id: Id, at: datetime) -> Loan | None:
    """The loan that the same form has made already, when it is sent twice."""
    return session.scalar(
        select(Loan)
        .join(Exchange, Exchange.id == Loan.exchange_id)
        .where(
            Loan.listing_id == listing_id,
            Loan.borrower_id == borrower_id,
            Loan.returned_on.is_(None),
            Loan.lost_at.is_(None),
            Exchange.started_at > at - timedelta(seconds=10),
        )
    )


def _agreed(session: Session, listing: Listing, borrower_id: Id) -> Running | None:
    """What was agreed with somebody and not fetched yet, the next first."""
    row = session.execute(
        select(Exchange, Leg)
        .join(Leg, Leg.exchange_id == Exchange.id)
        .where(
            Exchange.listing_id == listing.id,
            Exchange.receiver_id == borrower_id,
            Exchange.kind == ExchangeKind.LOAN,
            Exchange.started_at.is_(None),
            Exchange.completed_at.is_(None),
            Exchange.cancelled_at.is_(None),
        )
        .order_by(Exchange.from_at)
        .limit(1)
        .with_for_update(of=Exchange)
    ).first()
    return Running(row[0], row[1], None, Side.PROVIDER) if row else None


def _agree(
    session: Session, actor: Actor, listing: Listing, borrower_id: Id, until_on: date | None, at: datetime
) -> Running:
    """A loan that begins at the desk, without an ask before it."""
    zone = times.zone_of(session, listing.community_id)
    here = today(at, zone)
    most = lending_of(session, listing, at=at).days_max
    due = until_on or here + timedelta(days=most)
    check_due(here, due, most)
    window = Window(at, end_of(due, zone))
    free.check_free(session, listing, window, 1, asker_id=borrower_id, at=at)
    queueing.fulfil(session, actor, listing.id, borrower_id, at=at)
    taker = _community_of(session, listing, borrower_id)
    exchange = Exchange(
        kind=ExchangeKind.LOAN,
        community_id=listing.community_id,
        listing_id=listing.id,
        provider_id=actor.person_id,
        receiver_id=borrower_id,
        from_at=window.from_at,
        until_at=window.until_at,
        agreed_at=at,
    )
    session.add(exchange)
    session.flush()
    leg = Leg(
        exchange_id=exchange.id,
        n=1,
        what=LegWhat.THING,
        listing_id=listing.id,
        quantity_milli=ONE,
        comes_back=True,
        giver_id=actor.person_id,
        taker_id=borrower_id,
        giver_community_id=listing.community_id,
        taker_community_id=taker[0],
        giver_root_id=listing.root_id,
        taker_root_id=taker[1],
    )
    session.add(leg)
    session.flush()
    _tell_agreed(session, actor, exchange, at)
    return Running(exchange, leg, None, Side.PROVIDER)


def _tell_agreed(session: Session, actor: Actor, exchange: Exchange, at: datetime) -> None:
    emit(
        session,
        actor,
        ExchangeAgreed(
            exchange_id=exchange.id,
            listing_id=exchange.listing_id,
            provider_id=exchange.provider_id,
            receiver_id=exchange.receiver_id,
            kind=exchange.kind,
            ask_id=None,
            is_cross=False,
        ),
        community_id=exchange.community_id,
        person_id=exchange.receiver_id,
        at=at,
    )


def _community_of(session: Session, listing: Listing, borrower_id: Id) -> tuple[Id, Id]:
    row = session.execute(
        select(Community.id, Community.root_id)
        .join(Membership, Membership.community_id == Community.id)
        .where(
            Membership.person_id == borrower_id,
            Membership.ended_on.is_(None),
            Community.id == listing.community_id,
        )
    ).one()
    return row[0], row[1]


def back_at_desk(
    session: Session,
    actor: Actor,
    loan_id: Id,
    *,
    condition: int | None = None,
    words: str = "",
    returned_on: date | None = None,
    at: datetime,
) -> Loan:
    """The library has it again. Twice changes nothing; a day before today needs a word why."""
    lent = loan_at_desk(session, actor, loan_id, at=at)
    return loans.take_back_from(
        session, actor, lent, condition=condition, words=words, returned_on=returned_on, at=at
    )


def renew_at_desk(
    session: Session, actor: Actor, loan_id: Id, *, until_on: date | None = None, at: datetime
) -> Renewal:
    """It may stay longer, by the librarian's word, unless somebody else gets it next."""
    lent = loan_at_desk(session, actor, loan_id, at=at)
    return renewals.renew_lent(session, actor, lent, until_on=until_on, as_lender=True, at=at)


def loan_of_desk(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Loan:
    """A loan of the library as it is now."""
    return loan_at_desk(session, actor, loan_id, at=at).loan


def lost_at_desk(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Loan:
    """It does not come back; the loan ends."""
    return loans.lose_lent(session, actor, loan_at_desk(session, actor, loan_id, at=at), at=at)


def put_out_of_use(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    reason: str,
    copy_no: int | None = None,
    until_on: date | None = None,
    at: datetime,
) -> list[OutOfUse]:
    """It is not lent for a while, one copy or all; the thing itself stays to be seen. Twice changes nothing."""
    listing = thing_to_keep(session, actor, listing_id, at=at)
    said = clean_text(reason, 300, field="reason")
    if not said:
        raise Refused(WHY_OUT, code="reason_needed", fields={"reason": WHY_OUT})
    copies = times.copies_of(session, listing)
    if copy_no is not None and not 1 <= copy_no <= copies:
        raise Refused(NO_SUCH_COPY, code="no_such_copy", n=copies, fields={"copy_no": NO_SUCH_COPY})
    live = set(session.scalars(select(OutOfUse.copy_no).where(_live(listing.id))))
    wanted = [copy_no] if copy_no else range(1, copies + 1)
    made = [
        OutOfUse(
            listing_id=listing.id,
            copy_no=number,
            since_at=at,
            until_on=until_on,
            reason=said,
            by_id=actor.person_id,
        )
        for number in wanted
        if number not in live
    ]
    session.add_all(made)
    session.flush()
    return made


def put_into_use(
    session: Session, actor: Actor, listing_id: Id, *, copy_no: int | None = None, at: datetime
) -> int:
    """It can be lent again, and whoever waits for it is served; answers how many copies."""
    listing = thing_to_keep(session, actor, listing_id, at=at)
    wanted = select(OutOfUse).where(_live(listing.id))
    rows = session.scalars(wanted.where(OutOfUse.copy_no == copy_no) if copy_no else wanted).all()
    for one in rows:
        one.ended_at = at
    session.flush()
    queueing.serve(session, actor, listing, at=at)
    return len(rows)


def _live(listing_id: Id) -> ColumnElement[bool]:
    return and_(OutOfUse.listing_id == listing_id, OutOfUse.ended_at.is_(None))
