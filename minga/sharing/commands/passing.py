"""Passing an ask on: whom it was sent to knows of something else that fits, and the ask stands there instead."""

from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing import access
from minga.sharing.commands import agreeing, booking, reserving
from minga.sharing.commands.asking import dates_of, may_ask
from minga.sharing.commands.asks import Wish, deal_of, is_urgent, send, to_answer
from minga.sharing.events.asks import AskPassedOn
from minga.sharing.models.asks import Ask
from minga.sharing.queries import stock, times
from minga.sharing.rules import asks as rules
from minga.sharing.rules.asks import Answer, AskState

SAME = N_("Choose another listing than this one.")
UNFIT = N_("That one is not offered in the way that was asked for.")


def pass_ask_on(session: Session, actor: Actor, ask_id: Id, to_listing_id: Id, *, at: datetime) -> Ask:
    """Pass an ask on to another listing that the asker may see and ask for; there it waits like any other.

    Its owner answers it even where asks are agreed at once: nobody promises in the asker's name.
    """
    found, listing = to_answer(session, actor, ask_id, at)
    if dates_of(found).state is AskState.PASSED_ON:
        raise Conflict(rules.ENDED[AskState.PASSED_ON], code="ask_ended")
    rules.still_open(dates_of(found).state)
    asker = Actor(found.person_id, via=actor.via, request_id=actor.request_id)
    access.listing_to_see(session, actor, to_listing_id, at=at)
    other = access.listing_to_see(session, asker, to_listing_id, at=at)
    if other.id == listing.id or other.direction is not listing.direction:
        raise Refused(SAME, code="not_like_this", fields={"to": SAME})
    if found.term not in stock.terms_of(other):
        raise Refused(UNFIT, code="term_not_offered", fields={"to": UNFIT})
    other = agreeing.locked(session, other.id)
    community = may_ask(session, asker, other, at)
    wish = Wish(quantity_milli=found.quantity_milli, from_at=found.from_at, until_at=found.until_at)
    deal = deal_of(session, other, found.term, wish, at)
    said_when = deal.window if found.from_at and found.until_at else None
    booking.check(session, other, said_when, found.person_id, at=at)
    agreeing.check_left(session, other, found.term, deal, at=at)
    new = Ask(
        listing_id=other.id,
        community_id=community,
        person_id=found.person_id,
        owner_id=other.owner_id,
        entered_by_id=actor.person_id,
        form_id=f"passed:{found.id}",
        words=found.words,
        quantity_milli=deal.quantity_milli,
        from_at=found.from_at,
        until_at=found.until_at,
        term=found.term,
        sent_at=at,
        lapses_at=rules.lapses_at(at, urgent=is_urgent(session, other)),
    )
    send(session, actor, new, at=at)
    if deal.window is not None and deal.window.from_at > at and times.is_reserved(other, found.term):
        reserving.hold_for(session, actor, other, new, deal.window, at=at)
    agreeing.end_ask(session, actor, found, Answer.PASSED_ON, by_id=actor.person_id, at=at)
    emit(
        session,
        actor,
        AskPassedOn(
            ask_id=found.id,
            listing_id=found.listing_id,
            asker_id=found.person_id,
            owner_id=found.owner_id,
            to_listing_id=other.id,
            to_ask_id=new.id,
        ),
        community_id=found.community_id,
        person_id=found.person_id,
        at=at,
    )
    return new
