"""Applications as their pages show them, and what whoever opens a door reads before they come in."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import (
    application_to_see,
    community_to_apply,
    community_to_see,
    may,
    open_door,
    place_of,
    policies,
    require,
)
from minga.communities.access.vouches import is_enough
from minga.communities.models import Application, Community, Membership
from minga.communities.queries.agreements import AgreementLine, agreements_of
from minga.communities.queries.questions import Question, questions_of
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Person
from minga.identity.rules.invites import Words
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


class ApplicationLine(msgspec.Struct, frozen=True, kw_only=True):
    """An application in the list of those who answer."""

    id: Id
    name: str
    sent_at: datetime
    state: str
    first_yes_by: str | None


class ApplicationPage(msgspec.Struct, frozen=True, kw_only=True):
    """One application. The applicant does not see who has said a first yes."""

    id: Id
    community_id: Id
    community_slug: str
    community_name: str
    person_id: Id
    name: str
    handle: str
    words: str
    sent_at: datetime
    reminded: bool
    state: str
    sponsor: str | None
    reason: str
    answered_at: datetime | None
    answered_by: str | None
    first_yes_by: str | None
    needs_two: bool
    needs_vouches: bool
    vouched: bool
    is_mine: bool
    lives_somewhere: bool
    may_answer: bool


def application_state(found: Application) -> str:
    """sent, accepted, declined, withdrawn or lapsed."""
    if found.withdrawn_at is not None:
        return "withdrawn"
    if found.lapsed_at is not None:
        return "lapsed"
    return str(found.answer) if found.answer else "sent"


def applications(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    ended: bool = False,
    after: str | None = None,
    limit: int | None = None,
) -> Page[ApplicationLine]:
    """Applications that wait, the oldest first; or those that are over, by the same order."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "application.see", community.id, at=at)
    most = limit_of(limit)
    first = aliased(Person)
    over = or_(
        Application.answered_at.is_not(None),
        Application.withdrawn_at.is_not(None),
        Application.lapsed_at.is_not(None),
    )
    question = (
        select(Application, Person.name, first.name.label("first_name"))
        .join(Person, Person.id == Application.person_id)
        .outerjoin(first, first.id == Application.first_yes_by_id)
        .where(Application.community_id == community.id, over if ended else ~over)
    )
    if after:
        question = question.where(
            beyond((Application.sent_at, Application.id), Cursor.decode(after, datetime, str))
        )
    rows = session.execute(question.order_by(Application.sent_at, Application.id).limit(most + 1)).all()
    page = page_of(rows, most, lambda row: (row.Application.sent_at, row.Application.id))
    lines = tuple(
        ApplicationLine(
            id=row.Application.id,
            name=row.name,
            sent_at=row.Application.sent_at,
            state=application_state(row.Application),
            first_yes_by=row.first_name,
        )
        for row in page.items
    )
    return Page(lines, page.next)


def application(session: Session, actor: Actor, application_id: Id, *, at: datetime) -> ApplicationPage:
    """One application, for the applicant and those who read applications."""
    found = application_to_see(session, actor, application_id, at=at)
    where = session.get_one(Community, found.community_id)
    person = session.get_one(Person, found.person_id)
    mine = found.person_id == actor.person_id
    names = _names(session, [found.by_id, found.first_yes_by_id])
    sponsor = session.scalar(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.id == (found.sponsor_id or ""))
    )
    state = application_state(found)
    allowed = may(session, actor, "application.answer", where.id, at=at, concerning=found.person_id)
    approval = policies.value(session, where.id, "joining.approval", at=at)
    by_vouches = approval == "vouches" and state == "sent"
    return ApplicationPage(
        id=found.id,
        community_id=where.id,
        community_slug=where.slug,
        community_name=where.name,
        person_id=person.id,
        name=person.name,
        handle=person.handle,
        words=found.words,
        sent_at=found.sent_at,
        reminded=found.reminded_days > 0,
        state=state,
        sponsor=sponsor,
        reason=found.reason,
        answered_at=found.answered_at,
        answered_by=None if mine else names.get(found.by_id or ""),
        first_yes_by=None if mine else names.get(found.first_yes_by_id or ""),
        needs_two=approval == "two",
        needs_vouches=by_vouches,
        vouched=by_vouches and is_enough(session, person.id, where.id, at=at),
        is_mine=mine,
        lives_somewhere=bool(session.scalar(select(exists().where(Membership.person_id == person.id)))),
        may_answer=state == "sent" and bool(allowed),
    )


def my_applications(session: Session, actor: Actor) -> list[tuple[Id, str, datetime]]:
    """The actor's own applications that wait: id, name of the community, since when."""
    rows = session.execute(
        select(Application.id, Community.name, Application.sent_at)
        .join(Community, Community.id == Application.community_id)
        .where(
            Application.person_id == (actor.person_id or ""),
            Application.answered_at.is_(None),
            Application.withdrawn_at.is_(None),
            Application.lapsed_at.is_(None),
        )
        .order_by(Application.sent_at)
        .limit(50)
    )
    return [(row.id, row.name, row.sent_at) for row in rows]


class ToJoin(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of somebody who wants to come in asks of them: questions, and what is agreed here."""

    questions: list[Question]
    agreements: list[AgreementLine]


def to_join(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    languages: Sequence[str] = (),
    asked: bool = True,
) -> ToJoin:
    """For whoever may ask to join there. `asked`: somebody answers, so the questions are shown."""
    where = community_to_apply(session, actor, community_id, at=at)
    return _to_join(session, actor, where.id, at, languages, asked)


def _to_join(
    session: Session, actor: Actor, community_id: Id, at: datetime, languages: Sequence[str], asked: bool
) -> ToJoin:
    held = agreements_of(session, actor.person_id, community_id, at=at, languages=languages)
    return ToJoin(
        questions=questions_of(session, community_id, languages=languages) if asked else [],
        agreements=[one for one in held if one.must_accept and one.accepted_at is None],
    )


def usual_days(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> int | None:
    """How many days an answer has usually taken: the middle of the last twenty; None before the first."""
    where = community_to_apply(session, actor, community_id, at=at)
    rows = session.execute(
        select(Application.sent_at, Application.answered_at)
        .where(Application.community_id == where.id, Application.answered_at.is_not(None))
        .order_by(Application.answered_at.desc())
        .limit(20)
    ).all()
    spans = sorted((answered - sent).days + 1 for sent, answered in rows if answered)
    return spans[len(spans) // 2] if spans else None


def _names(session: Session, ids: list[Id | None]) -> dict[Id, str]:
    wanted = [one for one in ids if one]
    if not wanted:
        return {}
    return {
        row.id: row.name
        for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    }


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever opens a door reads before they come in."""

    community_id: Id
    community_slug: str
    community_name: str
    community_language: str
    purpose: str
    photo: str | None
    inviter: str
    words: Words
    at_once: bool
    members: int | None
    trial_days: int
    guest_days: int | None
    from_above: str | None
    is_member: bool
    to_join: ToJoin


def invitation(
    session: Session, actor: Actor, key: bytes, token: str, *, at: datetime, languages: Sequence[str] = ()
) -> Invitation:
    """The invitation behind a token; every token that opens nothing is refused alike."""
    made, grant, where = open_door(session, key, token, at=at)
    inviter = session.get_one(Person, made.maker_id)
    place = place_of(session, actor, where.id, at=at)
    shows = policies.value(session, where.id, "community.show_member_count", at=at)
    members = session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.community_id == where.id, Membership.ended_on.is_(None))
    )
    above = session.get_one(Community, where.root_id).name if where.parent_id else None
    days = policies.value(session, where.id, "joining.trial_days", at=at)
    return Invitation(
        community_id=where.id,
        community_slug=where.slug,
        community_name=where.name,
        community_language=where.language,
        purpose=where.purpose,
        photo=where.photo,
        inviter=inviter.name,
        words=identity.words_of(session, made.id),
        at_once=grant.at_once,
        members=members if shows else None,
        trial_days=days if grant.trial_days is None else grant.trial_days,
        guest_days=grant.guest_days,
        from_above=above,
        is_member=place is not None and place.membership_id is not None,
        to_join=_to_join(session, actor, where.id, at, languages, not grant.at_once),
    )
