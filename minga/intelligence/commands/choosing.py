"""*Not useful*, and switching suggestions off for oneself."""

from datetime import datetime

from sqlalchemy import delete, select

from minga.identity import Actor
from minga.identity.commands import give_consent, revoke_consent
from minga.identity.rules.consents import SUGGESTIONS, purpose
from minga.intelligence.access import may_look, suggestion_of
from minga.intelligence.events import SuggestionRefused, SuggestionsSwitched
from minga.intelligence.models import NotUseful, Suggestion, SwitchedOff
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.sharing.models import Listing


def not_useful(session: Session, actor: Actor, suggestion_id: Id, *, at: datetime) -> Suggestion:
    """Never show this pair to the actor again. Twice changes nothing; nobody else is told."""
    found = suggestion_of(session, actor, suggestion_id, at=at)
    key = (actor.person_id, found.need_id, found.offer_id)
    if session.get(NotUseful, key) is None:
        session.add(NotUseful(person_id=key[0], need_id=key[1], offer_id=key[2], at=at))
        listing = session.get_one(Listing, found.need_id)
        event = SuggestionRefused(suggestion_id=found.id, need_id=found.need_id, offer_id=found.offer_id)
        emit(session, actor, event, community_id=listing.community_id, at=at)
    return found


def switch(session: Session, actor: Actor, *, on: bool, at: datetime) -> None:
    """Suggestions on or off for oneself: off, one neither gets any nor is in any. Twice changes nothing."""
    may_look(actor, writing=True)
    there = session.get(SwitchedOff, actor.person_id)
    if on == (there is None):
        return
    if there is not None:
        session.delete(there)
    else:
        session.add(SwitchedOff(person_id=actor.person_id, off_at=at))
        mine = select(Listing.id).where(Listing.owner_id == actor.person_id)
        for side in (Suggestion.need_id, Suggestion.offer_id):
            session.execute(delete(Suggestion).where(side.in_(mine)))
    session.flush()
    if on:
        give_consent(session, actor, SUGGESTIONS, words=purpose(SUGGESTIONS).sentence, at=at)
    else:
        revoke_consent(session, actor, SUGGESTIONS, at=at)
    emit(session, actor, SuggestionsSwitched(person_id=str(actor.person_id), on=on), at=at)
