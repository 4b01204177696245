"""What speaks for somebody's skills in one community; the evidence itself, from which *verified* is computed."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import or_, select

from minga.communities.access import not_hidden, policies, register_policy
from minga.communities.models import Membership
from minga.communities.rules import PolicyKind, Whole
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.reputation.access.people import invite_branch
from minga.reputation.models import Endorsement, Fact, SkillProof
from minga.reputation.rules.endorsing import By, Evidence, skill_key, verified_by
from minga.reputation.rules.facts import ONE, Dimension
from minga.sharing.models import Exchange, ListingSkill

NEEDED = register_policy(
    PolicyKind(
        key="skill.endorsements_needed",
        sentence=N_("How many members have to say it before a skill counts as verified."),
        bounds=Whole(1, 20, "higher"),
        default=3,
        theme="sharing",
    )
).key


def verified(session: Session, person_id: Id, community_id: Id, *, at: datetime) -> dict[str, tuple[By, ...]]:
    """The person's verified skills in a community, by what they are; five statements."""
    endorsed = _endorsed(session, person_id, community_id)
    papers = _papers(session, person_id, community_id, at)
    good = _good(session, person_id, community_id)
    if not (endorsed or papers or good):
        return {}
    needed = int(policies.value(session, community_id, NEEDED, at=at))
    branch = invite_branch(session, person_id, community_id) if endorsed else set()
    found = {}
    for key in {*endorsed, *papers, *good}:
        evidence = Evidence(endorsed.get(key, ()), good.get(key, ()), key in papers)
        by = verified_by(evidence, needed=needed, branch=branch)
        if by:
            found[key] = by
    return found


def _endorsed(session: Session, person_id: Id, community_id: Id) -> dict[str, set[Id]]:
    """Accepted words of those who are still members there."""
    rows = session.execute(
        select(Endorsement.skill_key, Endorsement.endorser_id)
        .join(Membership, Membership.person_id == Endorsement.endorser_id)
        .where(
            Endorsement.endorsee_id == person_id,
            Endorsement.community_id == community_id,
            Endorsement.accepted_at.is_not(None),
            Endorsement.ended_at.is_(None),
            not_hidden("endorsement", Endorsement.id),
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
        )
    )
    found: dict[str, set[Id]] = defaultdict(set)
    for key, endorser in rows:
        found[key].add(endorser)
    return found


def _papers(session: Session, person_id: Id, community_id: Id, at: datetime) -> set[str]:
    """A paper counts to the end of its last day."""
    rows = session.scalars(
        select(SkillProof.skill_key).where(
            SkillProof.person_id == person_id,
            SkillProof.community_id == community_id,
            SkillProof.ended_at.is_(None),
            or_(SkillProof.valid_until.is_(None), SkillProof.valid_until >= at.date()),
        )
    )
    return set(rows)


def _good(session: Session, person_id: Id, community_id: Id) -> dict[str, set[tuple[Id, Id]]]:
    """Exchanges of a named skill that those for whom it was done called good."""
    rows = session.execute(
        select(ListingSkill.skill, Fact.about_id, Fact.other_id)
        .join(Exchange, Exchange.listing_id == ListingSkill.listing_id)
        .join(Fact, Fact.about_id == Exchange.id)
        .where(
            Fact.person_id == person_id,
            Fact.community_id == community_id,
            Fact.about_kind == "exchange",
            Fact.dimension == Dimension.WORK,
            Fact.positive == ONE,
            Fact.struck_at.is_(None),
        )
    )
    found: dict[str, set[tuple[Id, Id]]] = defaultdict(set)
    for skill, exchange, who in rows:
        if who is not None:
            found[skill_key(skill)].add((exchange, who))
    return found
