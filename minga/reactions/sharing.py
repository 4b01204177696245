"""What follows when sharing speaks: people are told, and silence gets its clock. Read from top to bottom."""

from datetime import datetime

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import NotFound
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.reactions import sharing_clock as clock
from minga.sharing import commands, queries
from minga.sharing.events import (
    AskAnswered,
    AskLapsed,
    AskProposed,
    AskSent,
    AskWithdrawn,
    CancelWished,
    DepositAnswered,
    DepositKeepAsked,
    ExchangeCancelled,
    ExchangeCompleted,
    ExchangeSentBack,
    ListingClosed,
    LoanBegan,
    LoanBroughtBack,
    LoanCompleted,
    LoanNotBack,
    LoanRenewed,
    RenewalAsked,
    RenewalDeclined,
    SideDone,
)
from minga.sharing.events.exchanges import ExchangeEvent
from minga.sharing.events.loans import LoanEvent
from minga.sharing.rules import Direction
from minga.sharing.rules.asks import Answer
from minga.sharing.rules.exchanges import CancelCause, Side

ASKED, OFFERED = N_("{name} asks for “{title}”."), N_("{name} can help with “{title}”.")
ANSWERS = {
    Answer.ACCEPT: N_("Yes to “{title}”. Arrange it now."),
    Answer.DECLINE: N_("“{title}”: not this time."),
    Answer.GIVEN_ELSEWHERE: N_("“{title}” went to somebody else. Thank you for asking."),
    Answer.LISTING_CLOSED: N_("“{title}” is not offered any more."),
}


@on(AskSent, name="communication.tell_owner")
def tell_owner(session: Session, event: AskSent, *, at: datetime) -> None:
    _tell_of_ask(session, event, event.owner_id, event.ask_id, ASKED, at)


@on(AskSent, name="sharing.lapse_when_silent")
def lapse_when_silent(session: Session, event: AskSent, *, at: datetime) -> None:
    clock.lapse_later(session, event.ask_id, event.lapses_at, at=at)


@on(AskProposed, name="communication.tell_asker_of_another_day")
def tell_asker_of_another_day(session: Session, event: AskProposed, *, at: datetime) -> None:
    sentence = N_("Another day is proposed for “{title}”.")
    _tell_of_ask(session, event, event.asker_id, event.ask_id, sentence, at)


@on(AskProposed, name="sharing.lapse_when_silent_again")
def lapse_when_silent_again(session: Session, event: AskProposed, *, at: datetime) -> None:
    clock.lapse_later(session, event.ask_id, event.lapses_at, at=at)


@on(AskAnswered, name="communication.name_both")
def name_both(session: Session, event: AskAnswered, *, at: datetime) -> None:
    if event.answer == Answer.ACCEPT:
        communication.name_all(session, Ref("ask", event.ask_id))


@on(AskAnswered, name="communication.tell_asker")
def tell_asker(session: Session, event: AskAnswered, *, at: datetime) -> None:
    if event.actor_id != event.asker_id and event.answer != Answer.PASSED_ON:
        _tell_of_ask(session, event, event.asker_id, event.ask_id, ANSWERS[Answer(event.answer)], at)


@on(AskAnswered, name="communication.tell_owner_of_agreement")
def tell_owner_of_agreement(session: Session, event: AskAnswered, *, at: datetime) -> None:
    """With *at once*, or when the other day suits, the asker's act agrees it, and the owner is told."""
    if event.answer == Answer.ACCEPT and event.actor_id == event.asker_id:
        _tell_of_ask(session, event, event.owner_id, event.ask_id, N_("“{title}” is agreed with {name}."), at)


@on(AskWithdrawn, name="communication.tell_owner_of_withdrawal")
def tell_owner_of_withdrawal(session: Session, event: AskWithdrawn, *, at: datetime) -> None:
    sentence = N_("{name} does not need “{title}” any more.")
    _tell_of_ask(session, event, event.owner_id, event.ask_id, sentence, at)


@on(AskLapsed, name="communication.tell_asker_of_lapse")
def tell_asker_of_lapse(session: Session, event: AskLapsed, *, at: datetime) -> None:
    sentence = N_("Nobody answered about “{title}”. You can ask again.")
    _tell_of_ask(session, event, event.asker_id, event.ask_id, sentence, at)


@on(ListingClosed, name="sharing.close_asks")
def close_asks(session: Session, event: ListingClosed, *, at: datetime) -> None:
    commands.close_asks(session, event.listing_id, at=at)


@on(SideDone, name="communication.ask_other_side")
def ask_other_side(session: Session, event: SideDone, *, at: datetime) -> None:
    other = event.receiver_id if event.side == Side.PROVIDER else event.provider_id
    sentence = N_("{name} says that “{title}” is done. Is it?")
    tell_of_exchange(session, event, other, event.exchange_id, sentence, at)


@on(SideDone, name="sharing.confirm_when_silent")
def confirm_when_silent(session: Session, event: SideDone, *, at: datetime) -> None:
    clock.confirm_later(session, event.exchange_id, event.happened_at or at, at=at)


@on(ExchangeSentBack, name="communication.tell_not_yet")
def tell_not_yet(session: Session, event: ExchangeSentBack, *, at: datetime) -> None:
    sentence = N_("{name} says “not yet” about “{title}”.")
    tell_of_exchange(session, event, event.provider_id, event.exchange_id, sentence, at)


@on(ExchangeCompleted, name="communication.tell_complete")
def tell_complete(session: Session, event: ExchangeCompleted, *, at: datetime) -> None:
    if event.kind != "loan":
        tell_other_side(session, event, N_("“{title}” is complete. Thank you."), at)


@on(CancelWished, name="communication.tell_cancel_wish")
def tell_cancel_wish(session: Session, event: CancelWished, *, at: datetime) -> None:
    tell_other_side(session, event, N_("{name} would like to call off “{title}”."), at)


@on(ExchangeCancelled, name="communication.tell_cancelled")
def tell_cancelled(session: Session, event: ExchangeCancelled, *, at: datetime) -> None:
    if event.cause == CancelCause.SAID:
        tell_other_side(session, event, N_("“{title}” is called off."), at)


@on(LoanBegan, name="sharing.remind_of_due_day")
def remind_of_due_day(session: Session, event: LoanBegan, *, at: datetime) -> None:
    clock.remind_later(session, event.loan_id, at=at)


@on(LoanRenewed, name="sharing.remind_of_new_due_day")
def remind_of_new_due_day(session: Session, event: LoanRenewed, *, at: datetime) -> None:
    clock.remind_later(session, event.loan_id, at=at)


@on(LoanRenewed, name="communication.tell_renewed")
def tell_renewed(session: Session, event: LoanRenewed, *, at: datetime) -> None:
    _tell_of_loan(session, event, N_("“{title}” may stay until {day}."), at, day=event.to_due_on)


@on(RenewalAsked, name="communication.tell_renewal_wish")
def tell_renewal_wish(session: Session, event: RenewalAsked, *, at: datetime) -> None:
    sentence = N_("{name} would like to keep “{title}” until {day}.")
    _tell_of_loan(session, event, sentence, at, day=event.to_due_on)


@on(RenewalDeclined, name="communication.tell_not_longer")
def tell_not_longer(session: Session, event: RenewalDeclined, *, at: datetime) -> None:
    _tell_of_loan(session, event, N_("“{title}” is needed back on {day}."), at, day=event.due_on)


@on(LoanBroughtBack, name="communication.tell_lender")
def tell_lender(session: Session, event: LoanBroughtBack, *, at: datetime) -> None:
    _tell_of_loan(session, event, N_("{name} says that “{title}” is back."), at)


@on(LoanBroughtBack, name="sharing.count_when_silent")
def count_when_silent(session: Session, event: LoanBroughtBack, *, at: datetime) -> None:
    clock.count_later(session, event.loan_id, event.happened_at or at, at=at)


@on(LoanNotBack, name="communication.tell_not_back")
def tell_not_back(session: Session, event: LoanNotBack, *, at: datetime) -> None:
    _tell_of_loan(session, event, N_("{name} does not have “{title}” yet."), at)


@on(DepositKeepAsked, name="communication.tell_deposit_wish")
def tell_deposit_wish(session: Session, event: DepositKeepAsked, *, at: datetime) -> None:
    _tell_of_loan(session, event, N_("{name} would like to keep part of the deposit of “{title}”."), at)


@on(DepositAnswered, name="communication.tell_deposit")
def tell_deposit(session: Session, event: DepositAnswered, *, at: datetime) -> None:
    kept = N_("{name} agrees: part of the deposit of “{title}” is kept.")
    other = N_("{name} answered about the deposit of “{title}”.")
    _tell_of_loan(session, event, kept if event.kept_minor else other, at)


@on(LoanCompleted, name="communication.thank")
def thank(session: Session, event: LoanCompleted, *, at: datetime) -> None:
    sentence = N_("“{title}” is said to be lost.") if event.lost else N_("“{title}” is back. Thank you.")
    for person_id in (event.lender_id, event.borrower_id):
        if person_id != event.actor_id:
            tell_of_exchange(session, event, person_id, event.exchange_id, sentence, at)


def _tell_of_ask(session: Session, event: Event, reader: Id, ask_id: Id, sentence: str, at: datetime) -> None:
    """Tell somebody about an ask, in words that they may read; nothing when they may not see it any more."""
    try:
        ask = queries.ask(session, Actor(reader, Via.WORKER), ask_id, at=at)
    except NotFound:
        return
    name = ask.owner_name if ask.mine else ask.asker_name
    if sentence == ASKED and ask.direction is Direction.NEED:
        sentence = OFFERED
    communication.notify(
        session,
        reader,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=Ref("ask", ask_id),
        sentence=sentence,
        facts={"name": name, "title": ask.title},
        community_id=event.community_id,
        at=at,
    )


def tell_other_side(session: Session, event: ExchangeEvent, sentence: str, at: datetime) -> None:
    """Tell the side that did not act."""
    for person_id in (event.provider_id, event.receiver_id):
        if person_id != event.actor_id:
            tell_of_exchange(session, event, person_id, event.exchange_id, sentence, at)


def _tell_of_loan(
    session: Session, event: LoanEvent, sentence: str, at: datetime, day: object = None
) -> None:
    """Tell the side that did not act; facts of stored events are plain, so a day is ISO text already."""
    for person_id in (event.lender_id, event.borrower_id):
        if person_id != event.actor_id:
            tell_of_exchange(session, event, person_id, event.exchange_id, sentence, at, day=day)


def tell_of_exchange(
    session: Session,
    event: Event,
    reader: Id,
    exchange_id: Id,
    sentence: str,
    at: datetime,
    day: object = None,
) -> None:
    """Tell one side about an exchange, in words that they may read."""
    try:
        line = queries.exchange(session, Actor(reader, Via.WORKER), exchange_id, at=at).line
    except NotFound:
        return
    communication.notify(
        session,
        reader,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=Ref("exchange", exchange_id),
        sentence=sentence,
        facts={"name": line.other_name, "title": line.title, **({"day": str(day)} if day else {})},
        community_id=event.community_id,
        at=at,
    )
