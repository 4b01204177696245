"""The count of a running poll that shows it, by the one way that counts; a tie that only a lot would decide stays one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from minga.governance.access import poll_to_see
from minga.governance.models import Poll
from minga.governance.queries.cast import cast_of
from minga.governance.rules.counts import count_poll
from minga.governance.rules.kinds import Results, Secrecy
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id


def is_live(poll: Poll, at: datetime) -> bool:
    """Whether the count may be shown now: an open poll, with open ballots, that said so at its opening."""
    running = poll.opened_at is not None and poll.closed_at is None and poll.voided_at is None
    shows = poll.results is Results.LIVE and poll.secrecy is Secrecy.OPEN
    return running and shows and poll.opens_at <= at < poll.closes_at


def live_result(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> dict[str, Any] | None:
    """The Result as it would be now; nothing where no figure may be shown before the close."""
    poll = poll_to_see(session, actor, poll_id, at=at)
    if not is_live(poll, at):
        return None
    counted = count_poll(poll.config, cast_of(session, poll), _by_number)
    if any(tie.resolved_by == "lot" for tie in counted.ties):
        # The lot is drawn after the close; who would win it now is nobody's to say.
        counted = replace(counted, outcome="undecided", elected=(), ties=())
    return counted.as_json()


def _by_number(_: str, options: Iterable[int]) -> list[int]:
    return sorted(options)
