"""The record of a counted poll, signed: what anybody needs to count it again, and ballots as a table."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga import __version__
from minga.communities.models import Community
from minga.governance.access.polls import poll_to_see
from minga.governance.models import Charter, Poll, PollResult, RollRow
from minga.governance.queries.cast import lines_of
from minga.governance.rules.kinds import Secrecy
from minga.governance.rules.records import FORMAT, signed_bytes
from minga.identity import Actor
from minga.kit.canonical import canonical_json
from minga.kit.db import Session
from minga.kit.dids import community_key
from minga.kit.errors import Conflict
from minga.kit.events import EventRow
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.seals import Seal
from minga.kit.secrets import Secret

NOT_COUNTED = N_("This vote is not counted yet; its record follows then.")
LIFE = ("PollOpened", "PollExtended", "PollTightened", "PollClosed", "PollTallied", "PollVoided")


def poll_record(
    session: Session, actor: Actor, poll_id: Id, *, secret: Secret, verifier: str, at: datetime
) -> bytes:
    """`minga-poll-record/1` as canonical bytes, signed with the key of the community."""
    poll, result = _counted(session, actor, poll_id, at)
    content: dict[str, Any] = result.content
    record: dict[str, Any] = {
        "format": FORMAT,
        "config": poll.config,
        "config_hash": poll.config_digest,
        "charter": _charter(session, poll),
        "roll": {
            "root": poll.roll_root,
            "weight": poll.roll_weight,
            "rows": _rows(session, poll) if poll.secrecy is Secrecy.OPEN else None,
            "dropped": _dropped(session, poll),
        },
        "ballots": list(lines_of(session, poll)),
        "ballots_root": poll.ballots_root,
        "counted_with": result.counted_with,
        "lots": result.lots,
        "result": content,
        "events": _events(session, poll),
        "software": f"minga {__version__}",
        "verifier_sha256": verifier,
    }
    key = community_key(secret, _root(session, poll))
    value = key.sign(signed_bytes(record)).hex()
    public = key.public_key().public_bytes_raw().hex()
    return canonical_json({**record, "signature": {"key": public, "value": value}})


def roll_rows(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> list[list[Any]]:
    """The roll as it was frozen, for whoever may read the poll; it hashes to the poll's root."""
    return _rows(session, poll_to_see(session, actor, poll_id, at=at))


def ballot_table(
    session: Session, actor: Actor, poll_id: Id, *, at: datetime
) -> tuple[list[str], list[list[str]]]:
    """Published ballots as rows: ballot as JSON, and voter, receipt or weight where a line has them."""
    poll, _ = _counted(session, actor, poll_id, at)
    columns = ["ballot", "voter", "receipt", "weight"]
    rows = [
        [
            canonical_json(line["ballot"]).decode(),
            str(line.get("voter", "")),
            str(line.get("receipt", "")),
            str(line.get("weight", 1)),
        ]
        for line in lines_of(session, poll)
    ]
    return columns, rows


def _counted(session: Session, actor: Actor, poll_id: Id, at: datetime) -> tuple[Poll, PollResult]:
    poll = poll_to_see(session, actor, poll_id, at=at)
    found = session.get(PollResult, poll.id)
    if found is None:
        raise Conflict(NOT_COUNTED, code="not_counted")
    return poll, found


def _root(session: Session, poll: Poll) -> Id:
    root = session.scalar(select(Community.root_id).where(Community.id == poll.community_id))
    return root or poll.community_id


def _rows(session: Session, poll: Poll) -> list[list[Any]]:
    rows = session.execute(
        select(RollRow.voter_id, RollRow.weight, RollRow.group_id, RollRow.stratum)
        .where(RollRow.poll_id == poll.id)
        .order_by(RollRow.voter_id)
    )
    return [list(row) for row in rows]


def _dropped(session: Session, poll: Poll) -> dict[str, int]:
    found = session.execute(
        select(func.count(), func.coalesce(func.sum(RollRow.weight), 0)).where(
            RollRow.poll_id == poll.id, RollRow.dropped.is_(True)
        )
    ).one()
    return {"rows": int(found[0]), "weight": int(found[1])}


def _charter(session: Session, poll: Poll) -> dict[str, Any]:
    """The rule that applied, as the version of the charter has it."""
    charter = session.get(Charter, poll.charter_id) if poll.charter_id else None
    if charter is None:
        return {}
    rule = next((one for one in charter.rules if one.get("class") == poll.rule_class), None)
    return {"n": charter.n, "rule": rule}


def _events(session: Session, poll: Poll) -> list[dict[str, Any]]:
    """The life of the poll with the links of the chain that keeps the log."""
    rows = session.execute(
        select(EventRow.name, EventRow.happened_at, EventRow.id, Seal.hash)
        .outerjoin(Seal, Seal.event_id == EventRow.id)
        .where(EventRow.about_id == poll.id, EventRow.name.in_(LIFE))
        .order_by(EventRow.id)
        .limit(100)
    )
    return [
        {"name": name, "at": happened_at.isoformat(), "event": event_id, "hash": sealed}
        for name, happened_at, event_id, sealed in rows
    ]
