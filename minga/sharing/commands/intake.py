"""Needs of people without an account: written, taken in or refused by dispatchers, taken back by whoever wrote them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.sealed import field_key
from minga.kit.text import clean_line
from minga.sharing.access.dispatch import intake_to_work
from minga.sharing.access.intake import intake_of_token, open_desk
from minga.sharing.commands.dispatch import TakenIn, keep_case, listed
from minga.sharing.events.dispatch import IntakeRefused, IntakeSent
from minga.sharing.models import Intake, Listing
from minga.sharing.queries.dispatch import opened
from minga.sharing.queries.doubles import tail_mark
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules import intake as intake_rules
from minga.sharing.rules.intake import Written

LIMITS = {
    "caller": rules.NAME_MAX,
    "what": rules.WHAT_MAX,
    "reach": rules.REACH_MAX,
    "place": rules.PLACE_MAX,
}


def write_need(
    session: Session, actor: Actor, slug: str, given: Written, *, token: str, at: datetime
) -> Intake:
    """Keep what somebody without an account needs; of the token of their link only the digest. Twice is once."""
    community = open_desk(session, slug, at=at)
    before = session.scalar(select(Intake).where(Intake.token == digest(token)))
    if before is not None:
        return before
    texts = _checked(given, at)
    key, intake_id = field_key(session), new_id()
    made = Intake(
        id=intake_id,
        community_id=community.id,
        token=digest(token),
        what=texts["what"],
        place=texts["place"],
        urgency=given.urgency,
        needed_by_at=given.needed_by_at,
        caller=key.seal(texts["caller"], f"caller {intake_id}"),
        reach=key.seal(texts["reach"], f"reach {intake_id}"),
        phone_tail=tail_mark(session, texts["reach"]),
        consent_at=at,
        sent_at=at,
    )
    session.add(made)
    emit(session, actor, IntakeSent(intake_id=intake_id), at=at, community_id=community.id)
    return made


def _checked(given: Written, at: datetime) -> dict[str, str]:
    faults: dict[str, str | Refused] = {}
    texts: dict[str, str] = {}
    for name, most in LIMITS.items():
        try:
            texts[name] = clean_line(getattr(given, name), most, field=name, required=name != "place")
        except Invalid as fault:
            faults[name] = fault
    if not given.consent:
        faults["consent"] = intake_rules.SELF_CONSENT_MISSING
    if given.needed_by_at is not None and not rules.is_near(given.needed_by_at, at):
        faults["by_day"] = rules.NOT_NEAR
    if faults:
        raise Invalid(N_("Some answers need another look."), fields=faults)
    return texts


def take_intake(session: Session, actor: Actor, intake_id: Id, *, at: datetime) -> Listing:
    """Take in what somebody wrote: it becomes a private need that this dispatcher looks after. Twice is once."""
    intake = intake_to_work(session, actor, intake_id, at=at)
    if intake.listing_id is not None:
        return session.get_one(Listing, intake.listing_id)
    _still_waits(intake)
    key = field_key(session)
    given = TakenIn(
        caller=opened(key, intake.caller, f"caller {intake.id}"),
        reach=opened(key, intake.reach, f"reach {intake.id}"),
        what=intake.what,
        place=intake.place,
        needed_by_at=intake.needed_by_at,
        urgency=intake.urgency,
        consent=True,
    )
    listing = listed(session, actor, intake.community_id, given, None, at)
    keep_case(session, actor, listing, given, None, tail=intake.phone_tail, intake=intake, at=at)
    intake.taken_at, intake.listing_id = at, listing.id
    return listing


def refuse_intake(session: Session, actor: Actor, intake_id: Id, *, at: datetime) -> Intake:
    """Say that it cannot be done; whoever wrote it reads so at their link. Twice changes nothing."""
    intake = intake_to_work(session, actor, intake_id, at=at)
    if intake.refused_at is None:
        _still_waits(intake)
        _refuse(session, actor, intake, by_visitor=False, at=at)
    return intake


def take_back_intake(session: Session, actor: Actor, token: str, *, at: datetime) -> Intake:
    """Who wrote it does not need it any more: what they wrote is emptied at once. Twice changes nothing."""
    intake = intake_of_token(session, token, lock=True)
    if intake.withdrawn:
        return intake
    _still_waits(intake)
    intake.what, intake.place, intake.caller, intake.reach, intake.phone_tail = "", "", "", "", ""
    intake.withdrawn = True
    _refuse(session, actor, intake, by_visitor=True, at=at)
    return intake


def _refuse(session: Session, actor: Actor, intake: Intake, *, by_visitor: bool, at: datetime) -> None:
    intake.refused_at = at
    event: Any = IntakeRefused(intake_id=intake.id, by_visitor=by_visitor)
    emit(session, actor, event, at=at, community_id=intake.community_id)


def _still_waits(intake: Intake) -> None:
    if intake.taken_at is not None or intake.refused_at is not None:
        raise Conflict(intake_rules.CLOSED_NOW, code="answered")
