"""What was cast in a poll, as counting takes it: packed ballots in groups of equal ones, and how many there are.

Rows are read as columns; a hundred thousand ballots are a matter of hundredths of a second.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, cast

from sqlalchemy import bindparam, exists, func, or_, select

from minga.communities.models import HouseholdSeat, Membership
from minga.governance.models import Ballot, LooseBallot, Objection, Poll, Presence, RollRow, Veto
from minga.governance.rules.counts import Cast
from minga.governance.rules.forms import form_of
from minga.governance.rules.kinds import RollUnit, Secrecy
from minga.governance.rules.secrecy import packed_line
from minga.kit.db import Session
from minga.kit.questions import Question

STANDING = "standing"


_POLL: Any = bindparam("poll_id")
_LINKED = Question(lambda: select(Ballot.packed).where(Ballot.poll_id == _POLL))
_LINKED_WEIGHTED = Question(
    lambda: (
        select(Ballot.packed, RollRow.weight)
        .join(RollRow, (RollRow.poll_id == Ballot.poll_id) & (RollRow.voter_id == Ballot.voter_id))
        .where(Ballot.poll_id == _POLL, RollRow.dropped.is_(False))
    )
)
_LOOSE = Question(
    lambda: select(LooseBallot.packed).where(LooseBallot.poll_id == _POLL, LooseBallot.sealed.is_(None))
)
_LOOSE_WEIGHTED = Question(
    lambda: select(LooseBallot.packed, LooseBallot.weight).where(
        LooseBallot.poll_id == _POLL, LooseBallot.sealed.is_(None)
    )
)


def cast_of(session: Session, poll: Poll) -> Cast:
    """What counts of a poll: after the close of any, and of an open one also while it runs."""
    whole = Counter[bytes | None]()
    secret = poll.secrecy is not Secrecy.OPEN
    if poll.roll_size == poll.roll_weight and (secret or not poll.dropped):
        question = _LOOSE if secret else _LINKED
        rows = question.plain(session, poll_id=poll.id)
        whole.update(chain.from_iterable(rows))
    else:
        question = _LOOSE_WEIGHTED if secret else _LINKED_WEIGHTED
        rows = question.plain(session, poll_id=poll.id)
        for packed, weight in rows:
            whole[packed] += weight
    blank = whole.pop(None, 0)
    return Cast(
        cast("dict[bytes, int]", whole),
        blank,
        len(rows),
        poll.roll_weight - dropped_weight(session, poll),
        present_weight(session, poll),
        vetoes_of(session, poll),
        objections_of(session, poll),
    )


def lines_of(session: Session, poll: Poll) -> Iterator[dict[str, Any]]:
    """Every ballot as it is published, in the order of voters or of hashes."""
    form = form_of(poll.config)
    if poll.secrecy is Secrecy.OPEN:
        rows = (
            select(Ballot.packed, Ballot.voter_id, RollRow.weight)
            .join(RollRow, (RollRow.poll_id == Ballot.poll_id) & (RollRow.voter_id == Ballot.voter_id))
            .where(Ballot.poll_id == poll.id, RollRow.dropped.is_(False))
            .order_by(Ballot.voter_id)
        )
        for packed, voter, weight in session.execute(rows):
            yield packed_line(packed, form, voter=voter, weight=weight)
        return
    loose = (
        select(LooseBallot.packed, LooseBallot.receipt, LooseBallot.weight)
        .where(LooseBallot.poll_id == poll.id, LooseBallot.sealed.is_(None))
        .order_by(LooseBallot.key)
    )
    for packed, receipt, weight in session.execute(loose):
        yield packed_line(packed, form, receipt=receipt or "", weight=weight)


def dropped_weight(session: Session, poll: Poll) -> int:
    """The weight of those who left and whose row went with them."""
    if not poll.dropped:
        return 0
    found = select(func.coalesce(func.sum(RollRow.weight), 0))
    # A sum of whole numbers is a decimal on PostgreSQL.
    return int(session.scalar(found.where(RollRow.poll_id == poll.id, RollRow.dropped.is_(True))) or 0)


def present_weight(session: Session, poll: Poll) -> int:
    """The weight of those who are there: checked in, or having cast. Asked only where the rule counts them."""
    if (poll.config.get("threshold") or {}).get("base") != "present":
        return 0
    here = exists().where(Presence.poll_id == poll.id, Presence.person_id == RollRow.voter_id)
    if poll.roll_unit is RollUnit.HOUSEHOLD:
        here = exists().where(
            Presence.poll_id == poll.id,
            Presence.person_id == Membership.person_id,
            Membership.id == HouseholdSeat.membership_id,
            HouseholdSeat.household_id == RollRow.voter_id,
            HouseholdSeat.until_on.is_(None),
        )
    voted = exists().where(Ballot.poll_id == poll.id, Ballot.voter_id == RollRow.voter_id)
    wanted = select(func.coalesce(func.sum(RollRow.weight), 0)).where(
        RollRow.poll_id == poll.id,
        RollRow.dropped.is_(False),
        or_(RollRow.ticked.is_not(None), voted, here),
    )
    return int(session.scalar(wanted) or 0)


def vetoes_of(session: Session, poll: Poll) -> int:
    wanted = select(func.count()).where(Veto.poll_id == poll.id, Veto.withdrawn_at.is_(None))
    return session.scalar(wanted.select_from(Veto)) or 0


def objections_of(session: Session, poll: Poll) -> dict[str, int]:
    """How the objections of a consent poll ended; without an end they stand."""
    rows = session.execute(
        select(Objection.ended, func.count()).where(Objection.poll_id == poll.id).group_by(Objection.ended)
    )
    return {STANDING if ended is None else ended.value: many for ended, many in rows}
