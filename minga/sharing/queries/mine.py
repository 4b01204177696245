"""What somebody posted, what waits for them about it, and what waits for those who look after a community's listings."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import String, and_, bindparam, case, cast, literal, null, or_, select, union_all

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.kept import Kept
from minga.kit.paging import Cursor, Page, beyond, page_of
from minga.kit.questions import Question
from minga.kit.refs import LINES_MAX, Act, NeedLine, Ref, needs
from minga.sharing import rules
from minga.sharing.access import circle_of, is_open
from minga.sharing.models import Category, Hold, Listing
from minga.sharing.queries.duties import INTAKE, QUESTION, UNANSWERED, duty_line, duty_rows
from minga.sharing.queries.lesson_needs import TO_NOTE, lesson_line, lesson_rows
from minga.sharing.rules import CategoryName, Direction, Kind, State
from minga.sharing.rules.life import DAY, STILL_TRUE_DAYS

UNSEEN = timedelta(hours=48)
STILL_TRUE = Act(N_("Still true"), "keep", "/listings/{id}/still-true")
TAKEN = Act(N_("Taken"), "close", "/listings/{id}/closure", {"reason": "fulfilled"})
WITHDRAW = Act(N_("Withdraw"), "close", "/listings/{id}/closure", {"reason": "withdrawn"})


class Own(msgspec.Struct, frozen=True):
    """One of somebody's own listings, in whatever state."""

    id: Id
    number: int
    community_id: Id
    direction: Direction
    kind: Kind
    title: str
    state: State
    expires_at: datetime | None
    made_at: datetime
    version: int


def mine(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    closed: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page[Own]:
    """The actor's own listings, newest first: drafts and open ones, or the closed ones."""
    if actor.person_id is None:
        return Page(())
    columns = (
        Listing.sent_at,
        Listing.published_at,
        Listing.paused_at,
        Listing.closed_at,
        Listing.close_reason,
    )
    wanted = (
        select(
            Listing.id,
            Listing.number,
            Listing.community_id,
            Listing.direction,
            Listing.kind,
            Listing.title,
            Listing.expires_at,
            Listing.made_at,
            Listing.version,
            Listing.archived_at,
            *columns,
        )
        .where(Listing.owner_id == actor.person_id)
        .where(Listing.closed_at.is_not(None) if closed else Listing.closed_at.is_(None))
        .order_by(Listing.made_at.desc(), Listing.id.desc())
        .limit(limit + 1)
    )
    if after:
        here = Cursor.decode(after, datetime, str)
        wanted = wanted.where(beyond((Listing.made_at, Listing.id), here, descending=True))
    found = [
        Own(
            row.id,
            row.number,
            row.community_id,
            row.direction,
            row.kind,
            row.title,
            rules.state(row, at),
            row.expires_at,
            row.made_at,
            row.version,
        )
        for row in session.execute(wanted)
    ]
    return page_of(found, limit, lambda one: (one.made_at, one.id))


def categories(
    session: Session, actor: Actor, community_id: Id | None = None, *, retired: bool = False
) -> list[CategoryName]:
    """The headings a community uses: the shipped ones, each replaced by its own of the same key. For anybody.

    With `retired` also those that nothing new is filed under.
    """
    found = tuple(_CATEGORIES.plain(session, community=community_id or ""))
    key = (found, community_id, retired)
    return _headings.get(key) or _headings.put(key, _nearest(found, community_id, retired))


def _category_rows() -> Any:
    wanted: Any = bindparam("community")
    root = select(Community.root_id).where(Community.id == wanted)
    own = or_(Category.community_id == wanted, Category.community_id.in_(root))
    labels = cast(Category.labels, String)
    return (
        select(
            Category.id,
            Category.key,
            labels,
            Category.rank,
            Category.community_id,
            Category.parent_id,
            case((Category.retired_at.is_(None), 1), else_=0).label("live"),
        )
        .where(or_(and_(Category.community_id.is_(None), Category.retired_at.is_(None)), own))
        .order_by(Category.rank, Category.key)
    )


_CATEGORIES = Question(_category_rows)
_headings: Kept[Any, list[CategoryName]] = Kept("headings", 100)


def _nearest(found: Iterable[Any], community_id: Id | None, retired: bool) -> list[CategoryName]:
    """By key the community's own before the one above's before the shipped, what is in use before what is not."""
    nearest: dict[str, Any] = {}
    for row in sorted(found, key=lambda row: (row[4] is not None, row[4] == community_id, row[6])):
        nearest[row[1]] = row
    ordered = sorted(nearest.values(), key=lambda row: (row[3], row[1]))
    return [
        CategoryName(row[0], row[1], json.loads(row[2]), row[5], row[4] is not None)
        for row in ordered
        if row[6] or retired
    ]


@needs.register
def needs_of(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """Own listings that end soon or may no longer be true, listings that wait for a look, what is ready to be fetched."""
    if actor.person_id is None:
        return ()
    circle = circle_of(session, actor, at=at)
    mine_open = and_(Listing.owner_id == actor.person_id, Listing.batch_id.is_(None), is_open(at))
    ends = and_(mine_open, Listing.expires_at <= at + 7 * DAY)
    doubtful = and_(
        mine_open, Listing.expires_at.is_(None), Listing.confirmed_at <= at - STILL_TRUE_DAYS * DAY
    )
    pending = and_(Listing.sent_at.is_not(None), Listing.published_at.is_(None), Listing.closed_at.is_(None))
    groups = [("listing_ends", ends), ("still_true", doubtful)]
    if circle.edited:
        groups.append(("listing_pending", and_(pending, Listing.community_id.in_(sorted(circle.edited)))))
    columns = (
        Listing.id,
        Listing.title,
        Listing.community_id,
        Listing.published_at,
        Listing.confirmed_at,
        Listing.expires_at,
        Listing.sent_at,
        Listing.owner_id,
    )
    own = [
        select(literal(kind).label("line"), *columns, null().label("beside")).where(where)
        for kind, where in groups
    ]
    wanted: Any = union_all(
        *own, *duty_rows(circle, columns), _ready_for(actor, at), lesson_rows(actor, at=at)
    ).limit(4 * LINES_MAX)
    lines = [line for row in session.execute(wanted) if (line := _line(row, actor, at)) is not None]
    return tuple(lines[:LINES_MAX])


def _ready_for(actor: Actor, at: datetime) -> Any:
    """What waits for somebody who stood in a queue, in the columns of the other lines."""
    return (
        select(
            literal("hold_ready"),
            Listing.id,
            Listing.title,
            Listing.community_id,
            Hold.ready_at,
            Hold.placed_at,
            Hold.ready_until,
            Hold.ready_at,
            Hold.id,
            null(),
        )
        .join(Listing, Listing.id == Hold.listing_id)
        .where(Hold.person_id == actor.person_id, Hold.ended_at.is_(None), Hold.ready_until > at)
    )


def _hold_line(row: Any, common: dict[str, Any]) -> NeedLine:
    return NeedLine(
        **common,
        title=N_("“{title}” is ready for you."),
        since_at=row.sent_at,
        due_at=row.expires_at,
        weight=2,
        acts=(
            Act(N_("Ask for it"), None, f"/listings/{row.id}#ask"),
            Act(N_("Let the next go first"), "let_next", f"/holds/{row.owner_id}/letting-next"),
        ),
    )


def _line(row: Any, actor: Actor, at: datetime) -> NeedLine | None:
    if row.line in (UNANSWERED, QUESTION, INTAKE):
        return duty_line(row, at)
    if row.line == TO_NOTE:
        return lesson_line(row)
    common: dict[str, Any] = {
        "kind": row.line,
        "ref": Ref("listing", row.id),
        "facts": {"title": row.title},
        "community_id": row.community_id,
    }
    if row.line == "hold_ready":
        return _hold_line(row, common)
    if row.line == "listing_pending":
        if row.owner_id == actor.person_id:
            return None
        return NeedLine(
            **common,
            title=N_("“{title}” waits for a look."),
            why=N_("It is one of the first of somebody new, and holds a link or a number."),
            since_at=row.sent_at,
            due_at=row.sent_at + UNSEEN,
            weight=2,
            acts=(Act(N_("Look"), None, f"/listings/{row.id}"),),
        )
    acts = tuple(
        Act(one.label, one.command, one.address.format(id=row.id), one.fields)
        for one in (STILL_TRUE, TAKEN, WITHDRAW)
    )
    if row.line == "still_true":
        since = row.confirmed_at + STILL_TRUE_DAYS * DAY
        return NeedLine(**common, title=N_("Is “{title}” still true?"), since_at=since, weight=0, acts=acts)
    begins = rules.nudge_from(row.confirmed_at or row.published_at, row.expires_at)
    if begins > at:
        return None
    return NeedLine(
        **common,
        title=N_("“{title}” ends soon."),
        since_at=begins,
        due_at=row.expires_at,
        weight=1,
        acts=acts,
    )
