"""The community's own page: words, address, language, zone, notice; and the emergency brake of whoever runs the node."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from sqlalchemy import select

from minga.communities.access import community_to_see, require
from minga.communities.commands.founding import free_slug
from minga.communities.events import CommunityChanged, CommunityPaused, CommunityResumed
from minga.communities.models import Community, Lineage, SlugPast
from minga.communities.rules.names import (
    CONTACT_MAX,
    DESCRIPTION_MAX,
    NAME_MAX,
    NOTICE_MAX,
    PURPOSE_MAX,
    SLUG_KEPT_DAYS,
)
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, Invalid, Stale
from minga.kit.events import emit
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text


@dataclass(frozen=True, kw_only=True)
class CommunityWords:
    """What can be changed on a community's page; None leaves a field as it is."""

    name: str | None = None
    slug: str | None = None
    purpose: str | None = None
    description: str | None = None
    contact: str | None = None
    notice: str | None = None
    language: str | None = None
    zone: str | None = None


def edit_community(
    session: Session,
    actor: Actor,
    community_id: Id,
    words: CommunityWords,
    *,
    at: datetime,
    version: int | None = None,
) -> Community:
    """Change the community's words and address; an address given up leads to the new one for a year."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.edit", community.id, at=at)
    if version is not None and version != community.version:
        raise Stale()
    before = {field: getattr(community, field) for field in words.__dataclass_fields__}
    _write_words(community, words)
    if words.slug is not None and words.slug.strip().lower() != community.slug:
        _move(session, community, words.slug, at)
    changed = tuple(field for field, value in before.items() if getattr(community, field) != value)
    if not changed:
        return community
    community.version += 1
    session.flush()
    told = CommunityChanged(subject_id=community.id, changed=changed)
    emit(session, actor, told, at=at, community_id=community.id)
    return community


def _write_words(community: Community, words: CommunityWords) -> None:
    limits = {"purpose": PURPOSE_MAX, "description": DESCRIPTION_MAX, "contact": CONTACT_MAX}
    if words.name is not None:
        community.name = clean_line(words.name, NAME_MAX, field="name", required=True)
    if words.notice is not None:
        community.notice = clean_line(words.notice, NOTICE_MAX, field="notice")
    for field, most in limits.items():
        text = getattr(words, field)
        if text is not None:
            setattr(community, field, clean_text(text, most, field=field))
    if words.language is not None:
        if words.language not in LANGUAGES:
            raise Invalid(N_("Choose one of the languages."), fields={"language": N_("Choose one.")})
        community.language = words.language
    if words.zone is not None:
        check_zone(words.zone)
        community.zone = words.zone


def check_zone(zone: str) -> None:
    """Refuse what is no time zone."""
    if zone not in available_timezones():
        raise Invalid(
            N_("Choose a time zone such as Europe/Madrid."), fields={"zone": N_("Choose a time zone.")}
        )


def _move(session: Session, community: Community, typed: str, at: datetime) -> None:
    again = session.get(SlugPast, typed.strip().lower())
    if again is not None and again.community_id == community.id:
        session.delete(again)
        session.flush()
    slug = free_slug(session, typed, community.name, at=at)
    left = session.get(SlugPast, community.slug)
    if left is not None:
        session.delete(left)
        session.flush()
    until_at = at + timedelta(days=SLUG_KEPT_DAYS)
    session.add(SlugPast(slug=community.slug, community_id=community.id, until_at=until_at))
    community.slug = slug
    session.flush()


def pause_community(session: Session, actor: Actor, community_id: Id, *, paused: bool, at: datetime) -> None:
    """Make a community and all groups in it read-only, or end that: whoever runs the node, in an emergency."""
    if not actor.operator:
        raise Forbidden(N_("Only whoever runs this node can do that."))
    for one in _line_below(session, community_id):
        if (one.paused_at is not None) == paused:
            continue
        one.paused_at = at if paused else None
        session.flush()
        kind = CommunityPaused if paused else CommunityResumed
        emit(session, actor, kind(subject_id=one.id), at=at, community_id=one.id)


def _line_below(session: Session, community_id: Id) -> list[Community]:
    return list(
        session.scalars(
            select(Community)
            .join(Lineage, Lineage.community_id == Community.id)
            .where(Lineage.above_id == community_id)
            .order_by(Lineage.steps, Community.id)
        )
    )
