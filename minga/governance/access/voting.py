"""Who casts a ballot: somebody on the roll, by their own sign-in or a ballot token, while the poll runs.

The checks come in one order: is the poll there for the actor, may this kind of key vote, does the poll run now, is the
actor on the roll, is the way open. Nothing here depends on whether the closing job has run: the clock decides.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.models import Membership
from minga.governance.access.polls import locked_poll, poll_to_see, voter_of
from minga.governance.models import Ballot, Poll, PollOption, RollRow
from minga.governance.rules.kinds import Channel, Secrecy
from minga.identity import Actor, Via
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id

BALLOT_SCOPES = frozenset({"ballot"})
_DOORS = (Via.WEB, Via.API, Via.DESK)

NOT_FOR_TOKENS = N_(
    "Only a person votes: on the pages, or with a ballot token that lasts 15 minutes. Other keys and programs cannot."
)
NOT_OPEN = N_("This vote has not begun yet. Come back once it is open.")
CLOSED = N_("This vote is closed; nothing can be cast or changed any more.")
VOID = N_(
    "This vote does not count any more. If it is repeated, you find the new one on the proposal's page."
)
NOT_ON_ROLL = N_("You are not on the roll of this vote, so that you read along without a ballot.")
JOINED_LATER = N_("You joined on {joined}; this vote was opened on {opened}. The next one is yours too.")
CHANNEL_SHUT = N_("Ballots do not come this way in this vote. Ways that are open: {ways}.")
VOTED_SELF = N_("There is a ballot of their own already; it stays as it is.")
ENTERED = N_("There is a ballot already, entered by {name}.")
ENTERED_ON = N_("There is a ballot already, entered by {name} on {day}.")
IS_OPTION = N_("You stand in this vote yourself, so that somebody else has to enter ballots.")


def person_behind(actor: Actor) -> Actor:
    """The person who holds a ballot token, or whose sign-in it is; other keys, programs and machines never vote."""
    if not actor.signed_in:
        raise NotFound()
    through_token = actor.token_id is not None or actor.token_scopes is not None
    if actor.via not in _DOORS or (actor.via is Via.API) != through_token:
        raise Forbidden(NOT_FOR_TOKENS, code="not_for_tokens")
    if through_token and actor.token_scopes != BALLOT_SCOPES:
        raise Forbidden(NOT_FOR_TOKENS, code="not_for_tokens")
    return replace(actor, token_scopes=None) if through_token else actor


def poll_to_vote(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> tuple[Poll, RollRow]:
    """The running poll and the actor's row of its roll, kept until the unit ends: from the close, and from themselves."""
    voter = _person(actor)
    poll = _running(session, voter, poll_id, at)
    person_behind(actor)
    row = voter_of(session, voter, poll)
    if row is None:
        raise _not_on_roll(session, voter, poll)
    return poll, _held(session, poll, row.voter_id)


def poll_to_enter(
    session: Session, actor: Actor, poll_id: Id, voter_id: Id, *, at: datetime
) -> tuple[Poll, RollRow]:
    """The same for a ballot that the actor enters for somebody on the roll."""
    poll = poll_to_enter_in(session, actor, poll_id, at=at)
    return poll, row_of(session, poll, voter_id)


def poll_to_enter_in(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Poll:
    """The running poll for whoever enters ballots there; nobody who can be elected in it does."""
    poll = _running(session, _person(actor), poll_id, at)
    if actor.token_id is not None or actor.via is not Via.WEB:
        raise Forbidden(NOT_FOR_TOKENS, code="not_for_tokens")
    is_no_option(session, poll, actor.person_id)
    return poll


def row_of(session: Session, poll: Poll, voter_id: Id) -> RollRow:
    """Somebody's row, kept from others until the unit ends; whoever is not on the roll is not there."""
    found = session.get(RollRow, (poll.id, parse_id(voter_id)))
    if found is None or found.dropped:
        raise NotFound()
    return _held(session, poll, found.voter_id)


def is_no_option(session: Session, poll: Poll, person_id: Id | None) -> None:
    """Refuse somebody who can be elected here."""
    stands = select(PollOption.number).where(
        PollOption.poll_id == poll.id, PollOption.person_id == (person_id or "")
    )
    if session.scalar(stands.limit(1)) is not None:
        raise Forbidden(IS_OPTION, code="is_option")


def require_channel(poll: Poll, channel: Channel) -> None:
    """Refuse a way that was not fixed for this poll. A ballot token is a way of the web."""
    ways: Collection[str] = poll.config.get("channels") or (Channel.WEB.value,)
    wanted = {channel.value} | ({Channel.WEB.value} if channel is Channel.API else set())
    if wanted.isdisjoint(ways):
        raise Forbidden(CHANNEL_SHUT, code="channel_shut", ways=", ".join(ways))


def is_secret(poll: Poll) -> bool:
    return poll.secrecy is not Secrecy.OPEN


def require_running(poll: Poll, at: datetime) -> None:
    """Refuse before the opening, from the close on, and when the poll is void."""
    if poll.voided_at is not None:
        raise Conflict(VOID, code="poll_void")
    if poll.opened_at is None or at < poll.opens_at:
        raise Conflict(NOT_OPEN, code="poll_not_open")
    if poll.closed_at is not None or at >= poll.closes_at:
        raise Conflict(CLOSED, code="poll_closed")


def already_voted(session: Session, row: RollRow, found: Ballot | None) -> Conflict:
    """What a second ballot of the same voter is answered: who entered the first one, and on which day if that is kept."""
    entered_by = found.entered_by_id if found is not None else row.ticked_by_id
    when = found.cast_at if found is not None else row.ticked_at
    name = session.scalar(select(Person.name).where(Person.id == (entered_by or "")))
    if name is None:
        return Conflict(VOTED_SELF, code="voted_already")
    if when is None:
        return Conflict(ENTERED, code="voted_on_paper", name=name)
    return Conflict(ENTERED_ON, code="voted_on_paper", name=name, day=when.date())


def _person(actor: Actor) -> Actor:
    """As whom the poll is looked for: with a ballot token as the person who holds it."""
    if actor.token_scopes == BALLOT_SCOPES:
        return replace(actor, token_scopes=None)
    return actor


def _running(session: Session, actor: Actor, poll_id: Id, at: datetime) -> Poll:
    poll = locked_poll(session, parse_id(poll_id), for_casting=True)
    if poll is None:
        raise NotFound()
    poll_to_see(session, actor, poll.id, at=at)
    if actor.token_community_id not in (None, poll.community_id):
        raise NotFound()
    require_running(poll, at)
    return poll


def _held(session: Session, poll: Poll, voter_id: Id) -> RollRow:
    wanted = select(RollRow).where(RollRow.poll_id == poll.id, RollRow.voter_id == voter_id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def _not_on_roll(session: Session, actor: Actor, poll: Poll) -> Forbidden:
    joined: Any = session.scalar(
        select(Membership.joined_on).where(
            Membership.community_id == poll.community_id,
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
        )
    )
    opened = poll.opened_at
    if joined is None or opened is None or joined <= opened.date():
        return Forbidden(NOT_ON_ROLL, code="not_on_roll")
    return Forbidden(JOINED_LATER, code="not_on_roll", joined=joined, opened=opened.date())
