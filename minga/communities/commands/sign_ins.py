"""Giving a word for somebody's sign-in, or refusing it, by those whose word counts."""

from datetime import datetime

from minga.communities.access import sign_ins as rights
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.rules import Known
from minga.kit.db import Session
from minga.kit.errors import Forbidden, Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.secrets import Secret


def confirm_person(
    session: Session, actor: Actor, sign_in_id: Id, *, how_known: str, secret: Secret, at: datetime
) -> str:
    """The number to tell by voice, for an approver who says how they recognised the person."""
    sign_in = rights.sign_in_to_answer(session, actor, sign_in_id, at=at)
    if how_known not in {one.value for one in Known}:
        sentence = N_("Say first how you recognised them.")
        raise Invalid(sentence, fields={"how_known": sentence})
    if sign_in.person_id is None:
        raise NotFound()
    given = rights.authority(session, actor, sign_in.person_id, at=at)
    return identity.give_number(
        session,
        actor,
        sign_in,
        how_known=Known(how_known),
        community_id=given.community_id,
        steward=given.steward,
        secret=secret,
        at=at,
    )


def refuse_person(session: Session, actor: Actor, sign_in_id: Id, *, reason: str, at: datetime) -> None:
    """ "Not them": the sign-in ends at once."""
    sign_in = rights.sign_in_to_answer(session, actor, sign_in_id, at=at)
    if sign_in.person_id is None:
        raise NotFound()
    given = rights.authority(session, actor, sign_in.person_id, at=at)
    identity.deny(session, actor, sign_in, reason=reason, community_id=given.community_id, at=at)


def let_in_person(
    session: Session, actor: Actor, sign_in_id: Id, *, how_known: str, span: identity.Span, at: datetime
) -> None:
    """Let somebody in who stands beside a steward, without a number, where the community's rule says so."""
    sign_in = rights.sign_in_to_answer(session, actor, sign_in_id, at=at)
    community_id = rights.without_number(session, actor, sign_in.person_id, at=at)
    if community_id is None:
        raise Forbidden(N_("Here nobody is let in without a number. Show it, and tell it by voice."))
    if how_known != Known.IN_PERSON:
        sentence = N_("Without a number only somebody who stands beside you.")
        raise Invalid(sentence, fields={"how_known": sentence})
    identity.let_in(session, actor, sign_in, community_id=community_id, span=span, at=at)
