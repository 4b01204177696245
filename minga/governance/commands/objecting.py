"""Vetoes, and objections in polls by consent: made, taken up, withdrawn, judged by the others. None commits."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from minga.communities.access import reach, require
from minga.communities.models import Membership, Role
from minga.governance.access import OPEN, objection_to_see, poll_to_change, voter_of
from minga.governance.commands.telling import tell_poll
from minga.governance.events import ObjectionEnded, ObjectionMade, VetoMade, VetoWithdrawn
from minga.governance.models import Objection, ObjectionView, Poll, Veto
from minga.governance.queries.states import state_of_poll
from minga.governance.rules.kinds import ARGUMENT_MAX, REASON_MAX, ObjectionEnd
from minga.governance.rules.life import PollState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

YEAR = timedelta(days=365)
WHY = N_("Say why.")
NO_VETO = N_("The charter knows no veto for this.")
NOT_HELD = N_("You hold no veto for this.")
USED_UP = N_("You have used the {most} vetoes that one has in a year.")
NOT_CONSENT = N_("Objections belong to polls by consent.")
NOT_ON_ROLL = N_("You are not on the roll of this poll.")
NOT_YOURS = N_("Only who objected says that; others judge whether it is paramount.")
ENDED = N_("This objection has ended; say what else is wrong in the discussion.")
NOT_JUDGED = N_("Nobody has asked yet that the others judge this objection.")
OWN = N_("Others judge your objection.")


def make_veto(session: Session, actor: Actor, poll_id: Id, reason: str, *, at: datetime) -> Veto:
    """Stop it, with one's name and a reason that everybody reads, also where ballots are secret. Twice is once."""
    poll = _running(session, actor, poll_id, at)
    rule = poll.config.get("veto")
    if not rule:
        raise Conflict(NO_VETO, code="no_veto")
    if not _holds(session, actor, poll, str(rule["holders"]), at):
        raise Forbidden(NOT_HELD, code="veto_not_held")
    said = clean_text(reason, REASON_MAX, field="reason")
    if not said:
        raise Invalid(WHY, code="reason_missing", fields={"reason": WHY})
    row = session.get(Veto, (poll.id, actor.person_id), populate_existing=True)
    if row is not None and row.withdrawn_at is None:
        return row
    _has_left(session, actor, rule.get("per_year"), at)
    if row is None:
        row = Veto(poll_id=poll.id, person_id=actor.person_id, reason=said, made_at=at)
        session.add(row)
    else:
        row.reason, row.made_at, row.withdrawn_at = said, at, None
    session.flush()
    tell_poll(session, actor, poll, VetoMade(poll_id=poll.id, proposal_id=poll.proposal_id), at=at)
    return row


def withdraw_veto(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Veto:
    """Take it back before the close. Twice is once."""
    poll = _running(session, actor, poll_id, at)
    row = session.get(Veto, (poll.id, actor.person_id), populate_existing=True)
    if row is None:
        raise Forbidden(NOT_HELD, code="veto_not_held")
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        session.flush()
        tell_poll(session, actor, poll, VetoWithdrawn(poll_id=poll.id, proposal_id=poll.proposal_id), at=at)
    return row


def _holds(session: Session, actor: Actor, poll: Poll, holders: str, at: datetime) -> bool:
    """`roll`: everybody on it; else the key of a role that the actor holds in the community now."""
    if holders == "roll":
        return voter_of(session, actor, poll) is not None
    wanted = (
        select(Membership.id)
        .join(Role, (Role.community_id == Membership.community_id) & Role.ended_at.is_(None))
        .where(
            Membership.community_id == poll.community_id,
            reach.is_theirs(actor),
            Role.key == holders,
            reach.holds_by_grant(at),
        )
    )
    return session.scalar(wanted.limit(1)) is not None


def _has_left(session: Session, actor: Actor, most: int | None, at: datetime) -> None:
    if most is None:
        return
    used = session.scalar(
        select(func.count())
        .select_from(Veto)
        .where(Veto.person_id == actor.person_id, Veto.made_at > at - YEAR, Veto.withdrawn_at.is_(None))
    )
    if (used or 0) >= most:
        raise Conflict(USED_UP, code="veto_used_up", most=most)


def object_to(session: Session, actor: Actor, poll_id: Id, argument: str, *, at: datetime) -> Objection:
    """Object in a poll by consent, with an argument; until it ended one may put it better."""
    poll = _running(session, actor, poll_id, at)
    if poll.method != "consent":
        raise Conflict(NOT_CONSENT, code="not_consent")
    if voter_of(session, actor, poll) is None:
        raise Forbidden(NOT_ON_ROLL, code="not_on_roll")
    said = clean_text(argument, ARGUMENT_MAX, field="argument")
    if not said:
        raise Invalid(WHY, code="reason_missing", fields={"argument": WHY})
    wanted = select(Objection).where(Objection.poll_id == poll.id, Objection.person_id == actor.person_id)
    row = session.scalars(wanted).first()
    if row is not None and row.ended is ObjectionEnd.NOT_PARAMOUNT:
        raise Conflict(ENDED, code="objection_ended")
    if row is None:
        row = Objection(poll_id=poll.id, person_id=actor.person_id, argument=said, made_at=at)
        session.add(row)
    else:
        row.argument, row.ended, row.ended_at, row.judging_since_at = said, None, None, None
    session.flush()
    told = ObjectionMade(poll_id=poll.id, proposal_id=poll.proposal_id, objection_id=row.id)
    tell_poll(session, actor, poll, told, at=at)
    return row


def end_objection(session: Session, actor: Actor, objection_id: Id, how: str, *, at: datetime) -> Objection:
    """Who objected says that it was taken up or that they withdraw it; who opens polls asks the others to judge it."""
    poll, row = _objection(session, actor, objection_id, at)
    own = row.person_id == actor.person_id
    if how == ObjectionEnd.NOT_PARAMOUNT and not own:
        require(session, actor, OPEN, poll.community_id, at=at)
        if row.ended is None and row.judging_since_at is None:
            row.judging_since_at = at
            session.flush()
        return row
    if not own or how not in (ObjectionEnd.INTEGRATED, ObjectionEnd.WITHDRAWN):
        raise Forbidden(NOT_YOURS, code="not_yours")
    if row.ended is ObjectionEnd(how):
        return row
    if row.ended is not None:
        raise Conflict(ENDED, code="objection_ended")
    _end(session, actor, poll, row, ObjectionEnd(how), at)
    return row


def judge_objection(
    session: Session, actor: Actor, objection_id: Id, *, paramount: bool, at: datetime
) -> Objection:
    """Say whether somebody else's objection is paramount; it is not when more than half of the others on the roll say so."""
    poll, row = _objection(session, actor, objection_id, at)
    if row.person_id == actor.person_id:
        raise Forbidden(OWN, code="own_objection")
    if voter_of(session, actor, poll) is None:
        raise Forbidden(NOT_ON_ROLL, code="not_on_roll")
    if row.ended is not None:
        return row
    if row.judging_since_at is None:
        raise Conflict(NOT_JUDGED, code="not_judged")
    view = session.get(ObjectionView, (row.id, actor.person_id), populate_existing=True)
    if view is None:
        view = ObjectionView(objection_id=row.id, person_id=actor.person_id)
        session.add(view)
    view.paramount = paramount
    session.flush()
    against = session.scalar(
        select(func.count())
        .select_from(ObjectionView)
        .where(ObjectionView.objection_id == row.id, ObjectionView.paramount.is_(False))
    )
    if 2 * (against or 0) > poll.roll_size - 1:
        _end(session, actor, poll, row, ObjectionEnd.NOT_PARAMOUNT, at)
    return row


def _end(session: Session, actor: Actor, poll: Poll, row: Objection, how: ObjectionEnd, at: datetime) -> None:
    row.ended, row.ended_at = how, at
    session.flush()
    told = ObjectionEnded(poll_id=poll.id, proposal_id=poll.proposal_id, objection_id=row.id, ended=how)
    tell_poll(session, actor, poll, told, row.person_id, at=at)


def _objection(session: Session, actor: Actor, objection_id: Id, at: datetime) -> tuple[Poll, Objection]:
    seen = objection_to_see(session, actor, objection_id, at=at)
    poll = _running(session, actor, seen.poll_id, at)
    return poll, session.get_one(Objection, seen.id, populate_existing=True)


def _running(session: Session, actor: Actor, poll_id: Id, at: datetime) -> Poll:
    """The poll while it is open; a token never does what only a person on the roll does."""
    poll = poll_to_change(session, actor, poll_id, at=at)
    if actor.token_scopes is not None:
        raise Forbidden(N_("Only a person does this, signed in on the pages."), code="not_for_tokens")
    state = state_of_poll(poll, at)
    if state is not PollState.OPEN:
        raise not_now(state)
    return poll
