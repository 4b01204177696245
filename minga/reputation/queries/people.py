"""What is said about somebody, their skills and by what they are verified, and whom they are connected with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, union
from sqlalchemy.orm import aliased

from minga.communities.access import not_hidden
from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.access.connections import open_edges
from minga.identity.access.fields import not_blocked
from minga.identity.models import Connection, Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.reputation.access import common_communities, may_read
from minga.reputation.access.evidence import verified
from minga.reputation.access.people import person_to_see
from minga.reputation.models import Endorsement, PersonSkill, SkillProof
from minga.reputation.rules.connecting import DEGREE_MAX, Purpose, degree_between
from minga.reputation.rules.endorsing import SHOWN_MAX, By, Wish

CONNECTIONS_MAX = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One endorsement as one of its two people, or a reader of the person's page, sees it."""

    id: Id
    skill: str
    words: str
    endorser_name: str
    endorser_handle: str
    endorsee_name: str
    endorsee_handle: str
    community: str
    given_at: datetime
    accepted: bool
    mine: bool
    about_me: bool


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill of somebody with how many say so and by what it is verified, in the reader's common communities."""

    key: str
    skill: str
    stated: tuple[Wish, ...]
    endorsed: int
    by: tuple[By, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was seen, for its person."""

    id: Id
    skill: str
    paper: str
    last4: str
    valid_until: date | None
    community: str
    seen_by: str


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """A connection of the reader. The weight is there only for who gave it."""

    id: Id
    other_name: str
    other_handle: str
    purposes: tuple[Purpose, ...]
    weight: int | None
    asked_at: datetime
    agreed: bool
    by_me: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Near:
    """How many steps lie between two people, and the names of go-betweens who let themselves be named."""

    degree: int
    through: tuple[str, ...]


def verified_skills(session: Session, person_id: Id, community_id: Id, *, at: datetime) -> frozenset[str]:
    """A person's verified skills in a community, for rules that ask for one: their keys, and how they were written."""
    keys = frozenset(verified(session, person_id, community_id, at=at))
    if not keys:
        return keys
    named = union(
        select(Endorsement.skill).where(
            Endorsement.endorsee_id == person_id,
            Endorsement.skill_key.in_(keys),
            Endorsement.ended_at.is_(None),
            not_hidden("endorsement", Endorsement.id),
        ),
        select(SkillProof.skill).where(
            SkillProof.person_id == person_id, SkillProof.skill_key.in_(keys), SkillProof.ended_at.is_(None)
        ),
    ).limit(SHOWN_MAX)
    return keys | {name.casefold() for name in session.scalars(named)}


_By, _About = aliased(Person), aliased(Person)


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    """Not hidden by moderators, but to who wrote it."""
    return or_(not_hidden("endorsement", Endorsement.id), Endorsement.endorser_id == actor.person_id)


def _endorsements(actor: Actor) -> Any:
    return (
        select(
            Endorsement,
            _By.name.label("by_name"),
            _By.handle.label("by_handle"),
            _About.name.label("about_name"),
            _About.handle.label("about_handle"),
            Community.name.label("community"),
        )
        .join(_By, _By.id == Endorsement.endorser_id)
        .join(_About, _About.id == Endorsement.endorsee_id)
        .join(Community, Community.id == Endorsement.community_id)
        .where(Endorsement.ended_at.is_(None), _shown_to(actor))
        .order_by(Endorsement.id.desc())
        .limit(SHOWN_MAX)
    )


def _said(row: Any, actor: Actor) -> Said:
    one: Endorsement = row.Endorsement
    return Said(
        id=one.id,
        skill=one.skill,
        words=one.words,
        endorser_name=row.by_name,
        endorser_handle=row.by_handle,
        endorsee_name=row.about_name,
        endorsee_handle=row.about_handle,
        community=row.community,
        given_at=one.given_at,
        accepted=one.accepted_at is not None,
        mine=one.endorser_id == actor.person_id,
        about_me=one.endorsee_id == actor.person_id,
    )


def own_said(session: Session, actor: Actor) -> tuple[Said, ...]:
    """What was said about the reader, also what waits for their yes, and what they said about others."""
    may_read(actor)
    mine = or_(Endorsement.endorser_id == actor.person_id, Endorsement.endorsee_id == actor.person_id)
    if actor.token_community_id is not None:
        mine = and_(mine, Endorsement.community_id == actor.token_community_id)
    return tuple(_said(row, actor) for row in session.execute(_endorsements(actor).where(mine)))


def said_about(session: Session, actor: Actor, handle: str, *, at: datetime) -> tuple[Said, ...]:
    """What members of common communities say about somebody, and they let be shown; and the reader's own words."""
    other = person_to_see(session, actor, handle, at=at)
    common = common_communities(session, actor, other, at=at)
    if not common:
        return ()
    shown = or_(Endorsement.accepted_at.is_not(None), Endorsement.endorser_id == actor.person_id)
    wanted = _endorsements(actor).where(
        Endorsement.endorsee_id == other,
        Endorsement.community_id.in_(common),
        shown,
        not_blocked(actor, Endorsement.endorser_id),
    )
    return tuple(_said(row, actor) for row in session.execute(wanted))


def skills_of(session: Session, actor: Actor, handle: str, *, at: datetime) -> tuple[SkillLine, ...]:
    """Somebody's skills as members of common communities see them: stated, endorsed, verified and by what."""
    other = person_to_see(session, actor, handle, at=at)
    common = common_communities(session, actor, other, at=at)
    if not common:
        return ()
    names: dict[str, str] = {}
    stated: dict[str, list[Wish]] = {}
    for key, skill, wish in session.execute(
        select(PersonSkill.skill_key, PersonSkill.skill, PersonSkill.wish).where(
            PersonSkill.person_id == other
        )
    ):
        names.setdefault(key, skill)
        stated.setdefault(key, []).append(wish)
    endorsers: dict[str, set[Id]] = {}
    for key, skill, endorser in session.execute(
        select(Endorsement.skill_key, Endorsement.skill, Endorsement.endorser_id).where(
            Endorsement.endorsee_id == other,
            Endorsement.community_id.in_(common),
            Endorsement.accepted_at.is_not(None),
            Endorsement.ended_at.is_(None),
            not_hidden("endorsement", Endorsement.id),
        )
    ):
        names.setdefault(key, skill)
        endorsers.setdefault(key, set()).add(endorser)
    by: dict[str, set[By]] = {}
    for community_id in common[:5]:
        for key, how in verified(session, other, community_id, at=at).items():
            by.setdefault(key, set()).update(how)
    for key, skill in _paper_names(session, other, common):
        names.setdefault(key, skill)
    keys = sorted({*names, *by})
    return tuple(
        SkillLine(
            key,
            names.get(key, key),
            tuple(sorted(stated.get(key, ()))),
            len(endorsers.get(key, ())),
            tuple(one for one in By if one in by.get(key, ())),
        )
        for key in keys[:SHOWN_MAX]
        if key in stated or key in endorsers or key in by
    )


def _paper_names(session: Session, person_id: Id, common: Collection[Id]) -> list[tuple[str, str]]:
    rows = session.execute(
        select(SkillProof.skill_key, SkillProof.skill).where(
            SkillProof.person_id == person_id,
            SkillProof.community_id.in_(tuple(common)),
            SkillProof.ended_at.is_(None),
        )
    )
    return [(row[0], row[1]) for row in rows]


def own_skills(session: Session, actor: Actor) -> tuple[tuple[Wish, str], ...]:
    """What the reader says of themselves."""
    may_read(actor)
    rows = session.execute(
        select(PersonSkill.wish, PersonSkill.skill)
        .where(PersonSkill.person_id == actor.person_id)
        .order_by(PersonSkill.wish, PersonSkill.skill_key)
    )
    return tuple((row[0], row[1]) for row in rows)


def own_papers(session: Session, actor: Actor) -> tuple[Paper, ...]:
    """The reader's papers that were seen."""
    may_read(actor)
    rows = session.execute(
        select(SkillProof, Community.name, _By.name)
        .join(Community, Community.id == SkillProof.community_id)
        .join(_By, _By.id == SkillProof.seen_by_id)
        .where(SkillProof.person_id == actor.person_id, SkillProof.ended_at.is_(None))
        .order_by(SkillProof.id.desc())
        .limit(SHOWN_MAX)
    )
    return tuple(
        Paper(one.id, one.skill, one.paper, one.last4, one.valid_until, community, seen_by)
        for one, community, seen_by in rows
    )


def own_connections(session: Session, actor: Actor) -> tuple[ConnectionLine, ...]:
    """Whom the reader is connected with, asked, or is asked by."""
    may_read(actor)
    me = actor.person_id
    rows = session.execute(
        select(Connection, Person.name, Person.handle)
        .join(
            Person, Person.id == case((Connection.from_id == me, Connection.to_id), else_=Connection.from_id)
        )
        .where(
            or_(Connection.from_id == me, Connection.to_id == me),
            Connection.ended_at.is_(None),
            not_blocked(actor, Person.id),
        )
        .order_by(Connection.id.desc())
        .limit(CONNECTIONS_MAX)
    )
    return tuple(_connection(one, name, handle, one.from_id == me) for one, name, handle in rows)


def _connection(one: Connection, name: str, handle: str, by_me: bool) -> ConnectionLine:
    return ConnectionLine(
        id=one.id,
        other_name=name,
        other_handle=handle,
        purposes=tuple(Purpose(purpose) for purpose in one.purposes),
        weight=one.weight if by_me else None,
        asked_at=one.asked_at,
        agreed=one.agreed_at is not None,
        by_me=by_me,
        hidden=one.hidden_by_from if by_me else one.hidden_by_to,
    )


def connected(
    session: Session, actor: Actor, handle: str, *, degree: int = DEGREE_MAX, at: datetime
) -> Near | None:
    """How near the reader is to somebody over agreed connections that nobody hid; None when not within reach.

    The reader's own connection with that person counts for the two of them also when it is hidden from others.
    """
    other = person_to_see(session, actor, handle, at=at)
    me = str(actor.person_id)
    if other == me:
        raise NotFound()
    if _direct(session, me, other):
        return Near(1, ())

    def edges(people: Collection[Id]) -> list[tuple[Id, Id]]:
        some = tuple(people)
        rows = session.execute(
            select(Connection.from_id, Connection.to_id).where(
                open_edges(),
                or_(Connection.from_id.in_(some), Connection.to_id.in_(some)),
                not_blocked(actor, Connection.from_id),
                not_blocked(actor, Connection.to_id),
            )
        )
        return [(row[0], row[1]) for row in rows]

    found = degree_between(me, other, edges, most=min(degree, DEGREE_MAX))
    if found is None:
        return None
    steps, between = found
    return Near(steps, _names(session, other, between) if between else ())


def _direct(session: Session, one: Id, other: Id) -> bool:
    pair = or_(
        and_(Connection.from_id == one, Connection.to_id == other),
        and_(Connection.from_id == other, Connection.to_id == one),
    )
    wanted = select(Connection.id).where(
        pair, Connection.agreed_at.is_not(None), Connection.ended_at.is_(None)
    )
    return session.scalar(wanted.limit(1)) is not None


def _names(session: Session, other: Id, between: Collection[Id]) -> tuple[str, ...]:
    """Of the go-betweens those who let themselves be named on their connection with the other person."""
    some = tuple(between)
    rows = session.scalars(
        select(Person.name)
        .join(
            Connection,
            or_(
                and_(Connection.from_id == Person.id, Connection.to_id == other, Connection.named_by_from),
                and_(Connection.to_id == Person.id, Connection.from_id == other, Connection.named_by_to),
            ),
        )
        .where(Person.id.in_(some), open_edges())
        .order_by(Person.name)
        .distinct()
    )
    return tuple(rows)
