"""What somebody's own page of data shows: files made and waiting, what stands in the way of being erased."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.identity.access.data import own_request as _own
from minga.identity.models import DataRequest
from minga.identity.rules.actor import Actor
from minga.identity.rules.data import RequestKind
from minga.kit import leaving
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id
from minga.kit.leaving import InTheWay
from minga.kit.refs import register

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRequest:
    """A file: asked for, ready until a day, or over."""

    id: Id
    state: str
    asked_at: datetime
    until_at: datetime
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """The page: newest files, whether one is being erased and when, and what is still open."""

    files: tuple[OwnRequest, ...]
    erased_at: datetime | None
    keep_words: bool
    in_the_way: tuple[InTheWay, ...]


def own_data(session: Session, actor: Actor, *, at: datetime) -> OwnData:
    """Everything for the page `/me/data`."""
    if not actor.signed_in:
        raise NotSignedIn()
    mine = select(DataRequest).where(DataRequest.person_id == actor.person_id)
    files = session.scalars(
        mine.where(DataRequest.kind == RequestKind.EXPORT).order_by(DataRequest.id.desc()).limit(SHOWN)
    ).all()
    going = session.scalar(
        mine.where(
            DataRequest.kind == RequestKind.ERASURE,
            DataRequest.done_at.is_(None),
            DataRequest.cancelled_at.is_(None),
        )
    )
    return OwnData(
        files=tuple(_shown(one, at) for one in files),
        erased_at=going.due_at if going else None,
        keep_words=going.keep_words if going else True,
        in_the_way=tuple(leaving.in_the_way(session, str(actor.person_id), at=at)),
    )


def own_request(session: Session, actor: Actor, request_id: Id, *, at: datetime) -> OwnRequest:
    """One file, for its person."""
    return _shown(_own(session, actor, request_id), at)


def _shown(one: DataRequest, at: datetime) -> OwnRequest:
    ready = "ready" if one.due_at > at else "over"
    return OwnRequest(
        id=one.id,
        state=ready if one.done_at else "waiting",
        asked_at=one.asked_at,
        until_at=one.due_at,
        size=one.size,
    )


def _see(session: Session, actor: Actor, id: Id, /, *, at: datetime) -> object:
    found = session.get(DataRequest, id)
    if found is None or found.person_id != actor.person_id:
        raise NotFound()
    return found


register("data_request", see=_see, address=lambda _id: "/me/data")
