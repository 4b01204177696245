"""Endorsing, accepting, taking back; papers that were seen; and telling when a skill is verified or no longer."""

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.schedule import every
from minga.kit.text import clean_line, clean_text
from minga.reputation.access import common_communities, endorsement_of, may_write, person_to_see, proof_of
from minga.reputation.access.evidence import verified
from minga.reputation.access.people import ENDORSE, VERIFY, invited_each_other, know_each_other
from minga.reputation.events import (
    EndorsementAccepted,
    EndorsementEnded,
    EndorsementEvent,
    EndorsementGiven,
    PaperEnded,
    PaperSeen,
    SkillLapsed,
    SkillVerified,
)
from minga.reputation.models import Endorsement, SkillMark, SkillProof
from minga.reputation.rules import endorsing as rules

ANSWERED = N_("You have answered this already.")
NAME_PAPER = N_("Say what paper it is.")
LAPSE_BATCH = 200


def endorse(
    session: Session, actor: Actor, handle: str, skill: str, words: str = "", *, at: datetime
) -> Endorsement:
    """Say that a member can do something; it shows once they accept. Never about oneself, nor twice."""
    may_write(actor)
    other = person_to_see(session, actor, handle, at=at)
    if other == actor.person_id:
        raise Refused(rules.SELF, code="self_endorse")
    said, key = rules.read_skill(skill), rules.skill_key(skill)
    together = common_communities(session, actor, other, at=at)
    if not together:
        raise NotFound()
    known = [one for one in together if know_each_other(session, actor, other, one, at=at)]
    community_id = (known or together)[0]
    require(session, actor, ENDORSE.name, community_id, at=at)
    again = _live(session, actor, other, key)
    rules.check_endorsing(
        oneself=False,
        again=again,
        near=invited_each_other(session, str(actor.person_id), other),
        known=bool(known),
        in_month=_in_month(session, actor, at),
    )
    made = Endorsement(
        endorser_id=actor.person_id,
        endorsee_id=other,
        community_id=community_id,
        skill=said,
        skill_key=key,
        words=clean_text(words, rules.WORDS_MAX, field="words"),
        given_at=at,
    )
    session.add(made)
    session.flush()
    _tell(session, actor, made, EndorsementGiven, other, at)
    return made


def _live(session: Session, actor: Actor, other: Id, key: str) -> bool:
    found = select(Endorsement.id).where(
        Endorsement.endorser_id == actor.person_id,
        Endorsement.endorsee_id == other,
        Endorsement.skill_key == key,
        Endorsement.ended_at.is_(None),
    )
    return session.scalar(found) is not None


def _in_month(session: Session, actor: Actor, at: datetime) -> int:
    found = select(func.count()).where(
        Endorsement.endorser_id == actor.person_id, Endorsement.given_at > at - rules.MONTH
    )
    return session.scalar(found) or 0


def accept_endorsement(
    session: Session, actor: Actor, endorsement_id: Id, *, accept: bool = True, at: datetime
) -> Endorsement:
    """The endorsed person lets it be shown, or not. Twice changes nothing."""
    found = endorsement_of(session, actor, endorsement_id, lock=True)
    if found.endorsee_id != actor.person_id:
        raise Forbidden(N_("Only whom it is about can accept it."), code="not_your_side")
    if found.ended_at is not None:
        if not accept and found.declined_at is not None:
            return found
        raise Conflict(ANSWERED, code="ended")
    if not accept:
        found.declined_at, found.accepted_at = at, None
        return _end(session, actor, found, at)
    if found.accepted_at is None:
        found.accepted_at = at
        _tell(session, actor, found, EndorsementAccepted, found.endorser_id, at)
        tell_skill(session, actor, found.endorsee_id, found.community_id, found.skill_key, at=at)
    return found


def end_endorsement(session: Session, actor: Actor, endorsement_id: Id, *, at: datetime) -> Endorsement:
    """Either of the two takes it back. Twice changes nothing."""
    found = endorsement_of(session, actor, endorsement_id, lock=True)
    return found if found.ended_at is not None else _end(session, actor, found, at)


def _end(session: Session, actor: Actor, found: Endorsement, at: datetime) -> Endorsement:
    found.ended_at, found.ended_by_id = at, actor.person_id
    other = found.endorsee_id if actor.person_id == found.endorser_id else found.endorser_id
    _tell(session, actor, found, EndorsementEnded, other, at)
    tell_skill(session, actor, found.endorsee_id, found.community_id, found.skill_key, at=at)
    return found


def _tell(
    session: Session, actor: Actor, one: Endorsement, kind: type[EndorsementEvent], to: Id, at: datetime
) -> None:
    event = kind(endorsement_id=one.id, endorser_id=one.endorser_id, endorsee_id=one.endorsee_id)
    emit(session, actor, event, community_id=one.community_id, person_id=to, at=at)


def note_paper(
    session: Session,
    actor: Actor,
    community_id: Id,
    handle: str,
    *,
    skill: str,
    paper: str,
    last4: str = "",
    valid_until: date | None = None,
    at: datetime,
) -> SkillProof:
    """Note that a member's paper was seen: kind, end of its number, last day. Nobody notes their own."""
    may_write(actor)
    other = person_to_see(session, actor, handle, at=at)
    require(session, actor, VERIFY.name, community_id, at=at, concerning=other)
    if other == actor.person_id or community_id not in common_communities(session, actor, other, at=at):
        raise NotFound()
    made = SkillProof(
        person_id=other,
        community_id=community_id,
        skill=rules.read_skill(skill),
        skill_key=rules.skill_key(skill),
        paper=clean_line(paper, rules.PAPER_MAX, field="paper", required=True),
        last4=rules.read_paper(last4, valid_until, at.date()),
        valid_until=valid_until,
        seen_by_id=actor.person_id,
        seen_at=at,
    )
    session.add(made)
    session.flush()
    told = PaperSeen(person_id=other, skill_ref=skill_ref(made.skill_key), proof_id=made.id)
    emit(session, actor, told, community_id=community_id, person_id=other, at=at)
    tell_skill(session, actor, other, community_id, made.skill_key, at=at)
    return made


def end_paper(session: Session, actor: Actor, proof_id: Id, *, at: datetime) -> SkillProof:
    """A paper counts no more: its person's wish, or of who notes papers there. Twice changes nothing."""
    found = proof_of(session, actor, proof_id, at=at)
    may_write(actor)
    if found.ended_at is None:
        found.ended_at = at
        told = PaperEnded(person_id=found.person_id, skill_ref=skill_ref(found.skill_key), proof_id=found.id)
        emit(session, actor, told, community_id=found.community_id, person_id=found.person_id, at=at)
        tell_skill(session, actor, found.person_id, found.community_id, found.skill_key, at=at)
    return found


def skill_ref(key: str) -> str:
    """A skill in the log: not its name, which somebody typed, but what tells two skills apart."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def tell_skill(
    session: Session, actor: Actor, person_id: Id, community_id: Id, key: str, *, at: datetime
) -> None:
    """Say when a skill became verified, or is no longer, by comparing the evidence with what was told last."""
    session.flush()
    holds = key in verified(session, person_id, community_id, at=at)
    told = session.get(SkillMark, (person_id, community_id, key))
    if holds == (told is not None):
        return
    if told is None:
        session.add(SkillMark(person_id=person_id, community_id=community_id, skill_key=key, since_at=at))
    else:
        session.delete(told)
    kind = SkillVerified if holds else SkillLapsed
    event = kind(person_id=person_id, skill_ref=skill_ref(key))
    emit(session, actor, event, community_id=community_id, person_id=person_id, at=at)


@every("reputation.lapse_skills", days=1, lane="heavy")
def lapse_skills(run: Any, _args: dict[str, Any]) -> None:
    """Tell of skills that papers or words no longer verify, in small transactions, one pass over all marks."""
    now, after = run.clock(), ("", "", "")
    while True:
        with run.database.write() as session:
            marks = session.execute(
                select(SkillMark.person_id, SkillMark.community_id, SkillMark.skill_key)
                .where(
                    (SkillMark.person_id > after[0])
                    | ((SkillMark.person_id == after[0]) & (SkillMark.community_id > after[1]))
                    | (
                        (SkillMark.person_id == after[0])
                        & (SkillMark.community_id == after[1])
                        & (SkillMark.skill_key > after[2])
                    )
                )
                .order_by(SkillMark.person_id, SkillMark.community_id, SkillMark.skill_key)
                .limit(LAPSE_BATCH)
            ).all()
            for person, community, key in marks:
                tell_skill(session, Actor.machine(), person, community, key, at=now)
        if len(marks) < LAPSE_BATCH:
            return
        after = (marks[-1][0], marks[-1][1], marks[-1][2])
