"""Proposals: members of their community read them, drafts only those who write them; nobody else learns of any."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from minga.communities.access import About, communities_where, may, reportable, require
from minga.governance.access.capabilities import MAKE, SEE
from minga.governance.models import Amendment, CoProposer, Decision, Effect, Proposal, ProposalVersion
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register

NOT_YOURS = N_("Only those who make this proposal can do that.")


def visible_to(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """The proposals an actor may read, as the condition that every list of them starts from."""
    return and_(
        Proposal.community_id.in_(communities_where(actor, SEE, at=at)),
        or_(Proposal.submitted_at.is_not(None), _is_theirs(actor)),
    )


def _is_theirs(actor: Actor) -> ColumnElement[bool]:
    asked = exists().where(CoProposer.proposal_id == Proposal.id, CoProposer.person_id == actor.person_id)
    return or_(Proposal.proposer_id == (actor.person_id or ""), asked.correlate(Proposal))


def proposal_to_see(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> Proposal:
    """A proposal of a community the actor lives in; somebody else's draft is not there."""
    found = session.get(Proposal, parse_id(proposal_id))
    return _seen(session, actor, found, at)


def _seen(session: Session, actor: Actor, found: Proposal | None, at: datetime) -> Proposal:
    if found is None or not actor.signed_in:
        raise NotFound()
    if found.community_id in actor.locked:
        require(session, actor, SEE, found.community_id, at=at)
    if not may(session, actor, SEE, found.community_id, at=at):
        raise NotFound()
    if found.submitted_at is None and not _was_asked(session, actor, found):
        raise NotFound()
    return found


def _was_asked(session: Session, actor: Actor, proposal: Proposal) -> bool:
    return (
        proposal.proposer_id == actor.person_id
        or session.get(CoProposer, (proposal.id, actor.person_id)) is not None
    )


def is_proposer(session: Session, actor: Actor, proposal: Proposal) -> bool:
    """Whether the actor makes this proposal, alone or with others."""
    if not actor.signed_in:
        return False
    if proposal.proposer_id == actor.person_id:
        return True
    row = session.get(CoProposer, (proposal.id, actor.person_id))
    return row is not None and row.agreed_at is not None


def proposal_to_change(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> Proposal:
    """A proposal one may read, as it stands now and kept from others until the unit ends."""
    found = session.scalars(
        select(Proposal)
        .where(Proposal.id == parse_id(proposal_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    return _seen(session, actor, found, at)


def proposal_to_edit(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> Proposal:
    """The same for those who make the proposal; others are told that it is not theirs."""
    found = proposal_to_change(session, actor, proposal_id, at=at)
    if not is_proposer(session, actor, found):
        raise Forbidden(NOT_YOURS, code="not_yours")
    require(session, actor, MAKE, found.community_id, at=at)
    return found


def amendment_to_see(session: Session, actor: Actor, amendment_id: Id, *, at: datetime) -> Amendment:
    """What somebody would have said otherwise, for whoever reads the proposal."""
    found = session.get(Amendment, parse_id(amendment_id))
    if found is None:
        raise NotFound()
    proposal_to_see(session, actor, found.proposal_id, at=at)
    return found


def decision_to_see(session: Session, actor: Actor, decision_id: Id, *, at: datetime) -> Decision:
    """A decision of a community whose proposals the actor reads."""
    found = session.get(Decision, parse_id(decision_id))
    if found is None or not actor.signed_in:
        raise NotFound()
    if found.community_id in actor.locked:
        require(session, actor, SEE, found.community_id, at=at)
    if not may(session, actor, SEE, found.community_id, at=at):
        raise NotFound()
    return found


def effect_to_see(session: Session, actor: Actor, effect_id: Id, *, at: datetime) -> Effect:
    """What follows from a decision that the actor reads."""
    found = session.get(Effect, parse_id(effect_id))
    if found is None:
        raise NotFound()
    decision_to_see(session, actor, found.decision_id, at=at)
    return found


def _about(session: Session, proposal_id: Id) -> About | None:
    found = session.get(Proposal, proposal_id)
    if found is None:
        return None
    words = session.get_one(ProposalVersion, (found.id, found.version_n))
    return About(found.community_id, found.proposer_id, words.title, words.description[:2_000])


reportable("proposal", word=N_("A proposal"), about=_about)
register("proposal", see=proposal_to_see, address=lambda proposal_id: f"/proposals/{proposal_id}")
register("decision", see=decision_to_see, address=lambda decision_id: f"/decisions/{decision_id}")
