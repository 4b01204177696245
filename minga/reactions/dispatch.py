"""What follows when dispatchers act: whoever is asked, thanked or helped is told. Never a number, never whose need it is."""

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
from minga.sharing import commands, queries
from minga.sharing.events import (
    CasesMerged,
    ExchangeAgreed,
    HelperAssigned,
    ListingClosed,
    PeopleAsked,
    RoundEnded,
    StillNeededAsked,
)
from minga.sharing.rules.dispatch import RoundEnd

CAN_YOU = N_("Can you help with “{title}”?")
THANKED = N_("“{title}”: somebody is doing it. Thank you all the same.")
NOBODY = N_("Nobody who was asked can help with “{title}”. Ask others, or call.")
FOUND = N_("{name} helps you with “{title}”.")
STILL = N_("Is “{title}” still needed?")
MERGED = N_("“{title}” goes on together with another need of yours.")


@on(PeopleAsked, name="communication.ask_people")
def ask_people(session: Session, event: PeopleAsked, *, at: datetime) -> None:
    for question_id in event.question_ids:
        _tell_asked(session, event, question_id, CAN_YOU, at)


@on(RoundEnded, name="communication.thank_asked")
def thank_asked(session: Session, event: RoundEnded, *, at: datetime) -> None:
    for question_id in event.thanked:
        _tell_asked(session, event, question_id, THANKED, at)


@on(RoundEnded, name="communication.tell_dispatcher_of_nobody")
def tell_dispatcher_of_nobody(session: Session, event: RoundEnded, *, at: datetime) -> None:
    if event.why == RoundEnd.NOBODY:
        found = queries.round_of(session, event.round_id)
        if found is not None:
            _tell(session, event, found[0], Ref("case", event.listing_id), NOBODY, {"title": found[1]}, at)


@on(HelperAssigned, name="communication.tell_who_is_helped")
def tell_who_is_helped(session: Session, event: HelperAssigned, *, at: datetime) -> None:
    """The owner reads who comes, unless it is the dispatcher who keeps it for somebody without account."""
    owner_id = queries.helped_by(session, event.exchange_id)
    if owner_id is None:
        return
    try:
        reader = Actor(owner_id, Via.WORKER)
        line = queries.exchange(session, reader, event.exchange_id, at=at).line
    except NotFound:
        return
    facts = {"name": line.other_name, "title": line.title}
    _tell(session, event, owner_id, Ref("exchange", event.exchange_id), FOUND, facts, at)


@on(StillNeededAsked, name="communication.ask_whether_still_needed")
def ask_whether_still_needed(session: Session, event: StillNeededAsked, *, at: datetime) -> None:
    try:
        reader = Actor(event.owner_id, Via.WORKER)
        title = queries.listing(session, reader, event.listing_id, at=at).card.title
    except NotFound:
        return
    ref = Ref("own_listing", event.listing_id)
    _tell(session, event, event.owner_id, ref, STILL, {"title": title}, at, NoticeClass.DUTY)


@on(CasesMerged, name="communication.tell_of_merging")
def tell_of_merging(session: Session, event: CasesMerged, *, at: datetime) -> None:
    found = queries.owner_and_title(session, event.listing_id)
    if found is not None and found[0] != event.actor_id:
        _tell(session, event, found[0], Ref("listing", event.listing_id), MERGED, {"title": found[1]}, at)


@on(ListingClosed, name="sharing.end_round_of_closed")
def end_round_of_closed(session: Session, event: ListingClosed, *, at: datetime) -> None:
    commands.end_round_of(session, event.listing_id, at=at)


@on(ExchangeAgreed, name="sharing.end_round_of_agreed")
def end_round_of_agreed(session: Session, event: ExchangeAgreed, *, at: datetime) -> None:
    commands.end_round_of(session, event.listing_id, at=at)


def _tell_asked(session: Session, event: Event, question_id: Id, sentence: str, at: datetime) -> None:
    found = queries.asked_of(session, question_id)
    if found is not None:
        person_id, title = found
        _tell(session, event, person_id, Ref("question", question_id), sentence, {"title": title}, at)


def _tell(
    session: Session,
    event: Event,
    person_id: Id,
    ref: Ref,
    sentence: str,
    facts: dict[str, str],
    at: datetime,
    notice_class: NoticeClass = NoticeClass.ANSWER,
) -> None:
    communication.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=notice_class,
        ref=ref,
        sentence=sentence,
        facts=facts,
        community_id=event.community_id,
        at=at,
    )
