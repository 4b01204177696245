"""What follows when communities speak: owners hear in time who will see their older listings, stewards of what waits,
members that their community is about to close."""

from datetime import datetime

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities import access
from minga.communities import queries as communities
from minga.communities.events import (
    ClosingAnnounced,
    ClosingStopped,
    SeatAsked,
    SeatEvent,
    SeatLeaving,
    SeatTaken,
    TieAgreed,
    TieEnded,
    TieEvent,
    TieProposed,
    TieTermsProposed,
)
from minga.communities.models import Community, Seat
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.sharing import queries as sharing

OLDER = N_("{n} of your listings will be shown to {other} from {day} on. You can keep them inside.")


@on(TieProposed, name="communication.tell_tie_proposed")
def tell_tie_proposed(session: Session, event: TieProposed, *, at: datetime) -> None:
    if event.by_us or event.community_id is None:
        return
    sentence = N_("{other} proposes a partnership.")
    for holder in access.holders_of(session, "tie.answer", event.community_id, at=at):
        _tell(session, event, holder.person_id, sentence, {}, at)


@on(TieAgreed, name="communication.tell_owners_of_older")
def tell_owners_of_older(session: Session, event: TieAgreed, *, at: datetime) -> None:
    if event.community_id is None:
        return
    day = str(event.older_at)[:10]  # facts of an event come back as text
    owners = sharing.owners_of_older(session, event.community_id, event.other_id, at=at)
    for owner_id, count in owners:
        _tell(session, event, owner_id, OLDER, {"n": count, "day": day}, at)


@on(TieEnded, name="communication.tell_tie_ended")
def tell_tie_ended(session: Session, event: TieEnded, *, at: datetime) -> None:
    if event.by_us or event.community_id is None:
        return
    sentence = N_("{other} has ended the partnership. Nothing is shared any more.")
    for holder in access.holders_of(session, "tie.answer", event.community_id, at=at):
        _tell(session, event, holder.person_id, sentence, {}, at)


@on(TieTermsProposed, name="communication.tell_terms_proposed")
def tell_terms_proposed(session: Session, event: TieTermsProposed, *, at: datetime) -> None:
    if event.by_us or event.community_id is None:
        return
    for holder in access.holders_of(session, "tie.answer", event.community_id, at=at):
        _tell(session, event, holder.person_id, N_("{other} proposes terms for the partnership."), {}, at)


@on(SeatAsked, name="communication.tell_seat_asked")
def tell_seat_asked(session: Session, event: SeatAsked, *, at: datetime) -> None:
    answering = event.member_id if event.by_federation else event.federation_id
    if event.community_id != answering:
        return
    name = "federation.join" if event.by_federation else "federation.seat"
    other = event.federation_id if event.by_federation else event.member_id
    sentence = N_("A seat in a federation waits for your answer: {other}.")
    for holder in access.holders_of(session, name, answering, at=at):
        if holder.person_id != event.actor_id:
            _tell_seat(session, event, holder.person_id, other, sentence, {}, at)


@on(SeatTaken, name="communication.tell_owners_of_older_in_federation")
def tell_owners_in_federation(session: Session, event: SeatTaken, *, at: datetime) -> None:
    """Once for each owner: those of the newcomer, and those of the others for whom the newcomer is new."""
    if event.community_id != event.member_id:
        return
    found: dict[Id, int] = {}
    for other in sharing.sitting_with(session, session.get_one(Seat, event.seat_id)):
        for giver, taker in ((event.member_id, other), (other, event.member_id)):
            for owner_id, count in sharing.owners_of_older(session, giver, taker, at=at):
                found[owner_id] = max(count, found.get(owner_id, 0))
    day = str(event.older_at)[:10]
    for owner_id, count in found.items():
        facts: dict[str, object] = {"n": count, "day": day}
        _tell_seat(session, event, owner_id, event.federation_id, OLDER, facts, at)


@on(SeatLeaving, name="communication.tell_seat_leaving")
def tell_seat_leaving(session: Session, event: SeatLeaving, *, at: datetime) -> None:
    """Those who speak in the federation hear of it; who is excluded hears it at home."""
    sentence = N_("{other} leaves the federation on {day}. Nothing is shared with it any more.")
    if event.excluded:
        sentence = N_(
            "The seat of {other} ends on {day}. Nothing is shared any more; until then it is heard."
        )
    told = event.member_id if event.excluded else event.federation_id
    if event.community_id != told:
        return
    facts: dict[str, object] = {"day": str(event.leaves_at)[:10]}
    for holder in access.holders_of(session, "federation.seat", told, at=at):
        _tell_seat(session, event, holder.person_id, event.member_id, sentence, facts, at)


def _tell_seat(
    session: Session,
    event: SeatEvent,
    person_id: Id,
    other_id: Id,
    sentence: str,
    facts: dict[str, object],
    at: datetime,
) -> None:
    communication.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.DUTY,
        ref=Ref("seat", event.seat_id),
        sentence=sentence,
        facts={"other": session.get_one(Community, other_id).name, **facts},
        community_id=event.community_id,
        at=at,
    )


def _tell(
    session: Session,
    event: TieEvent,
    person_id: Id,
    sentence: str,
    facts: dict[str, object],
    at: datetime,
) -> None:
    other = session.get_one(Community, event.other_id).name
    communication.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.DUTY,
        ref=Ref("partnership", event.partnership_id),
        sentence=sentence,
        facts={"other": other, **facts},
        community_id=event.community_id,
        at=at,
    )


@on(ClosingAnnounced, name="communication.tell_closing")
def tell_closing(session: Session, event: ClosingAnnounced, *, at: datetime) -> None:
    _tell_members(session, event, N_("{community} is about to close for good. You can object."), at)


@on(ClosingStopped, name="communication.tell_closing_stopped")
def tell_closing_stopped(session: Session, event: ClosingStopped, *, at: datetime) -> None:
    _tell_members(session, event, N_("{community} stays open."), at)


def _tell_members(
    session: Session, event: ClosingAnnounced | ClosingStopped, sentence: str, at: datetime
) -> None:
    if event.community_id is None:
        return
    name = session.get_one(Community, event.community_id).name
    for person_id in communities.people_to_tell(session, event.community_id):
        communication.notify(
            session,
            person_id,
            event_id=event.event_id,
            notice_class=NoticeClass.DUTY,
            ref=Ref("closing", event.closing_id),
            sentence=sentence,
            facts={"community": name},
            community_id=event.community_id,
            at=at,
        )
