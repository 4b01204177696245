"""What follows when proposals and polls speak: whoever it concerns is told; a whole roll by a job, some at a time."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.governance.events import (
    AdviceAnswered,
    AdviceAsked,
    AdviceGiven,
    AmendmentAnswered,
    AmendmentMade,
    ChallengeAnswered,
    CoProposerAsked,
    PollEvent,
    PollExtended,
    PollNotOpened,
    PollReminded,
    PollTallied,
    PollVoided,
    ProposalWithdrawn,
)
from minga.governance.events.proposals import ProposalEvent
from minga.governance.models import Amendment, Challenge, CoProposer, Poll, Proposal, ProposalVersion
from minga.governance.queries import due
from minga.governance.queries import needs as needs
from minga.governance.queries.candidates import people_behind
from minga.kit import jobs
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref

AT_ONCE = 200
TO_THE_ROLL = {
    "opened": N_("“{title}” is put to the vote. You may vote until {day}."),
    "reminded": N_("You have not voted on “{title}” yet. The poll closes on {day}."),
    "extended": N_("The poll on “{title}” is open longer, until {day}."),
    "counted": N_("“{title}” was counted. Look at what came out."),
    "void": N_("The poll on “{title}” does not count. Read why."),
    "withdrawn": N_("“{title}” was taken back after people had voted. Read why."),
}
SILENT_ONLY = ("opened", "reminded")


@on(PollReminded, name="governance.remind_silent")
def remind_silent(session: Session, event: PollReminded, *, at: datetime) -> None:
    _tell_roll(session, event, event.poll_id, "reminded" if event.hours else "opened", at)


@on(PollExtended, name="governance.tell_of_more_time")
def tell_of_more_time(session: Session, event: PollExtended, *, at: datetime) -> None:
    _tell_roll(session, event, event.poll_id, "extended", at)


@on(PollTallied, name="governance.tell_outcome")
def tell_outcome(session: Session, event: PollTallied, *, at: datetime) -> None:
    _tell_roll(session, event, event.poll_id, "counted", at)


@on(PollVoided, name="governance.tell_void")
def tell_void(session: Session, event: PollVoided, *, at: datetime) -> None:
    if event.after_ballots:
        _tell_roll(session, event, event.poll_id, "void", at)


@on(ProposalWithdrawn, name="governance.tell_withdrawn")
def tell_withdrawn(session: Session, event: ProposalWithdrawn, *, at: datetime) -> None:
    if event.after_ballots and event.poll_id:
        _tell_roll(session, event, event.poll_id, "withdrawn", at)


def _tell_roll(session: Session, event: Event, poll_id: Id, what: str, at: datetime) -> None:
    args = {"event_id": event.event_id, "poll_id": poll_id, "what": what}
    jobs.enqueue(session, "governance.tell_roll", args, at=at, unique_key=f"governance.tell {event.event_id}")


@jobs.job("governance.tell_roll", seconds_max=1_800)
def tell_roll(run: Run, args: dict[str, Any]) -> None:
    """Tell everybody on a roll, or those who have not voted, two hundred in a unit; nobody is told twice."""
    after: Id = ""
    while True:
        now = run.clock()
        with run.database.write() as session:
            poll = session.get(Poll, args["poll_id"])
            if poll is None:
                return
            some = _voters(session, poll, args["what"], after, now)
            for person_id in people_behind(session, poll, some):
                _notify(
                    session,
                    person_id,
                    args["event_id"],
                    Ref("poll", poll.id),
                    TO_THE_ROLL[args["what"]],
                    {"title": poll.question, "day": poll.closes_at.date().isoformat()},
                    poll.community_id,
                    now,
                )
        if len(some) < AT_ONCE:
            return
        after = some[-1]


def _voters(session: Session, poll: Poll, what: str, after: Id, at: datetime) -> list[Id]:
    """A reminder that comes after the close reminds nobody."""
    if what not in SILENT_ONLY:
        return list(due.voters(session, poll.id, after=after, limit=AT_ONCE))
    if poll.closed_at is not None or poll.voided_at is not None or poll.closes_at <= at:
        return []
    return list(due.silent_voters(session, poll, after=after, at=at, limit=AT_ONCE))


@on(CoProposerAsked, name="governance.tell_co_proposers")
def tell_co_proposers(session: Session, event: CoProposerAsked, *, at: datetime) -> None:
    asked = select(CoProposer.person_id).where(
        CoProposer.proposal_id == event.proposal_id, CoProposer.agreed_at.is_(None)
    )
    sentence = N_("You are asked to make “{title}” together with others.")
    for person_id in session.scalars(asked):
        _tell(session, event, person_id, sentence, at)


@on(AdviceAsked, name="governance.tell_adviser")
def tell_adviser(session: Session, event: AdviceAsked, *, at: datetime) -> None:
    _tell(session, event, event.adviser_id, N_("You are asked for advice on “{title}”."), at)


@on(AdviceGiven, name="governance.tell_of_advice")
def tell_of_advice(session: Session, event: AdviceGiven, *, at: datetime) -> None:
    _tell(session, event, _proposer(session, event), N_("There is advice on “{title}”."), at)


@on(AdviceAnswered, name="governance.tell_adviser_of_answer")
def tell_adviser_of_answer(session: Session, event: AdviceAnswered, *, at: datetime) -> None:
    _tell(session, event, event.adviser_id, N_("Your advice on “{title}” was answered."), at)


@on(AmendmentMade, name="governance.tell_of_amendment")
def tell_of_amendment(session: Session, event: AmendmentMade, *, at: datetime) -> None:
    _tell(session, event, _proposer(session, event), N_("Somebody would write “{title}” otherwise."), at)


@on(AmendmentAnswered, name="governance.tell_of_amendment_answered")
def tell_of_amendment_answered(session: Session, event: AmendmentAnswered, *, at: datetime) -> None:
    made = session.get(Amendment, event.amendment_id)
    sentence = N_("What you would have written otherwise in “{title}” was answered.")
    _tell(session, event, made.by_id if made else None, sentence, at)


@on(ChallengeAnswered, name="governance.tell_challenger")
def tell_challenger(session: Session, event: ChallengeAnswered, *, at: datetime) -> None:
    made = session.get(Challenge, event.challenge_id)
    _tell_of_poll(
        session, event, made.person_id if made else None, N_("Your challenge of “{title}” was answered."), at
    )


@on(PollNotOpened, name="governance.tell_not_opened")
def tell_not_opened(session: Session, event: PollNotOpened, *, at: datetime) -> None:
    poll = session.get(Poll, event.poll_id)
    sentence = N_("The poll on “{title}” could not be opened. Set it up anew.")
    _tell_of_poll(session, event, poll.made_by_id if poll else None, sentence, at)


def _proposer(session: Session, event: ProposalEvent) -> Id | None:
    found = session.get(Proposal, event.proposal_id)
    return found.proposer_id if found else None


def _tell(session: Session, event: ProposalEvent, person_id: Id | None, sentence: str, at: datetime) -> None:
    proposal = session.get(Proposal, event.proposal_id)
    if proposal is None or person_id is None or person_id == event.actor_id:
        return
    words = session.get_one(ProposalVersion, (proposal.id, proposal.version_n))
    about, facts = Ref("proposal", proposal.id), {"title": words.title}
    _notify(session, person_id, event.event_id, about, sentence, facts, proposal.community_id, at)


def _tell_of_poll(
    session: Session, event: PollEvent, person_id: Id | None, sentence: str, at: datetime
) -> None:
    poll = session.get(Poll, event.poll_id)
    if poll is None or person_id is None or person_id == event.actor_id:
        return
    about, facts = Ref("poll", poll.id), {"title": poll.question}
    _notify(session, person_id, event.event_id, about, sentence, facts, poll.community_id, at)


def _notify(
    session: Session,
    person_id: Id,
    event_id: Id,
    about: Ref,
    sentence: str,
    facts: dict[str, Any],
    community_id: Id,
    at: datetime,
) -> None:
    communication.notify(
        session,
        person_id,
        event_id=event_id,
        notice_class=NoticeClass.DECISION,
        ref=about,
        sentence=sentence,
        facts=facts,
        community_id=community_id,
        at=at,
    )
