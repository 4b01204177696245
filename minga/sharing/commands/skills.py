"""Skills by name: a new one that somebody types is there at once for them, and is accepted or merged later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.text import clean_line, fold
from minga.sharing.events import SkillAccepted, SkillMerged
from minga.sharing.models import Category, ListingSkillNamed, Skill
from minga.sharing.rules import Content
from minga.sharing.rules import Job as JobFields
from minga.sharing.rules import Service as ServiceFields
from minga.sharing.rules import Skill as SkillFields
from minga.sharing.rules.content import MISSING

NAME_MAX = 60
MERGES_MAX = 5
SAME = N_("Choose another skill to merge it into.")
THERE = N_("A skill of this name is there already. Make them one instead.")


def names_in(content: Content) -> tuple[str, ...]:
    """The skills that a listing speaks of."""
    own = content.own
    if isinstance(own, SkillFields):
        return (own.skill,)
    if isinstance(own, ServiceFields):
        return own.skills_required
    return own.skills_needed if isinstance(own, JobFields) else ()


def name_skills(
    session: Session, actor: Actor, root_id: Id, said: Mapping[Id, Sequence[str]], *, at: datetime
) -> None:
    """Note which listings speak of which skills; names that nobody used before become proposals."""
    names = {
        fold(name)[:120]: name[:NAME_MAX] for all_of_one in said.values() for name in all_of_one if fold(name)
    }
    if not names:
        return
    known = _by_key(session, root_id, names)
    missing: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "community_id": root_id,
            "name": name,
            "name_key": key,
            "labels": {},
            "proposed_by_id": actor.person_id,
            "made_at": at,
        }
        for key, name in names.items()
        if key not in known
    ]
    if missing:
        session.execute(_insert(session, Skill).on_conflict_do_nothing(), missing)
        known = _by_key(session, root_id, names)
    rows = {
        (listing_id, known[fold(name)[:120]])
        for listing_id, all_of_one in said.items()
        for name in all_of_one
        if fold(name)
    }
    uses = [{"listing_id": listing_id, "skill_id": skill_id} for listing_id, skill_id in sorted(rows)]
    session.execute(_insert(session, ListingSkillNamed).on_conflict_do_nothing(), uses)


def rename_skills(
    session: Session, actor: Actor, root_id: Id, listing_id: Id, content: Content, *, at: datetime
) -> None:
    """The same for a listing that was changed."""
    session.execute(delete(ListingSkillNamed).where(ListingSkillNamed.listing_id == listing_id))
    name_skills(session, actor, root_id, {listing_id: names_in(content)}, at=at)


def accept_skill(
    session: Session,
    actor: Actor,
    skill_id: Id,
    *,
    name: str,
    labels: Mapping[str, str] | None = None,
    category: str = "",
    at: datetime,
) -> Skill:
    """Accept a skill, perhaps under a better name, in other languages and in a category."""
    skill = _to_edit(session, actor, skill_id, at)
    called = clean_line(name, NAME_MAX, field="name")
    if not called:
        raise Invalid(MISSING, fields={"name": MISSING})
    key = fold(called)[:120]
    if key != skill.name_key:
        if _by_key(session, skill.community_id, {key: called}):
            raise Conflict(THERE, code="name_taken", fields={"name": THERE})
        skill.name_key = key
    said = {one: clean_line(label, NAME_MAX) for one, label in (labels or {}).items()}
    skill.name, skill.labels = called, {one: label for one, label in said.items() if label}
    skill.category_id = _category(session, skill, category)
    if skill.accepted_at is None:
        skill.accepted_at = at
        _tell(session, actor, skill, SkillAccepted(skill_id=skill.id), at)
    return skill


def merge_skill(session: Session, actor: Actor, skill_id: Id, into_id: Id, *, at: datetime) -> Skill:
    """Make two skills one: all listings speak of the second, and so does everybody who types the first."""
    skill, goal = _to_edit(session, actor, skill_id, at), _to_edit(session, actor, into_id, at)
    if skill.id == goal.id or skill.community_id != goal.community_id:
        raise Invalid(SAME, fields={"into": SAME})
    both = select(ListingSkillNamed.listing_id).where(ListingSkillNamed.skill_id == goal.id)
    there = ListingSkillNamed.skill_id == skill.id
    fetch: dict[str, Any] = {"synchronize_session": False}
    session.execute(
        delete(ListingSkillNamed).where(there, ListingSkillNamed.listing_id.in_(both)),
        execution_options=fetch,
    )
    session.execute(update(ListingSkillNamed).where(there).values(skill_id=goal.id), execution_options=fetch)
    session.execute(
        update(Skill).where(Skill.merged_into_id == skill.id).values(merged_into_id=goal.id),
        execution_options=fetch,
    )
    skill.merged_into_id = goal.id
    _tell(session, actor, skill, SkillMerged(skill_id=skill.id, into_id=goal.id), at)
    return goal


def _to_edit(session: Session, actor: Actor, skill_id: Id, at: datetime) -> Skill:
    found = session.scalar(
        select(Skill).where(Skill.id == skill_id, Skill.merged_into_id.is_(None)).with_for_update()
    )
    if found is None:
        raise NotFound()
    require(session, actor, "category.edit", found.community_id, at=at)
    return found


def _category(session: Session, skill: Skill, wanted: str) -> Id | None:
    if not wanted:
        return None
    found = session.get(Category, wanted)
    if found is None or found.community_id not in (None, skill.community_id):
        raise NotFound()
    return found.id


def _by_key(session: Session, root_id: Id, keys: Iterable[str]) -> dict[str, Id]:
    """Known names, each with the skill it leads to."""
    found = session.execute(
        select(Skill.name_key, Skill.id, Skill.merged_into_id).where(
            Skill.community_id == root_id, Skill.name_key.in_(list(keys))
        )
    )
    return {row.name_key: row.merged_into_id or row.id for row in found}


def _insert(session: Session, model: Any) -> Any:
    """Both databases pass over what is there already, each in its own words."""
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(model)


def _tell(session: Session, actor: Actor, skill: Skill, event: Any, at: datetime) -> None:
    emit(session, actor, event, at=at, community_id=skill.community_id)
