"""How far a listing may reach, and whether it may cost money: what community and membership allow."""

from datetime import datetime

from minga.communities.access import Place, may, policies, require, standing_of
from minga.communities.models import Community
from minga.communities.rules import Standing
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing import rules
from minga.sharing.rules import Content, Level

TRIAL_STAYS = N_("Trial members' offers stay inside {community} and its partners.")
NOT_LISTED = N_(
    "{community} is not listed, so nothing of it shows beyond its partners. Stewards can change that under Rules."
)
NOT_PUBLIC = N_("{community} shows nothing to everybody on the web. Stewards can change that under Rules.")
STAYS_INSIDE = N_(
    "A listing of {community} stays inside it. To show it wider, publish it in the community above."
)
NO_MONEY = N_("{community} shares without money. Stewards can change that under Rules.")


def usual_level(session: Session, community: Community | Place, *, at: datetime) -> Level:
    """The level of a listing whose owner chose none: the community's rule, and inside it for a subgroup."""
    level = Level(policies.value(session, community.id, "ties.default_listing_level", at=at))
    return min(level, Level.COMMUNITY, key=lambda one: one.rank) if community.parent_id else level


def levels_allowed(
    session: Session, actor: Actor, community: Community | Place, *, at: datetime
) -> tuple[Level, ...]:
    """The levels that this actor may choose in this community."""
    found = []
    for level in Level:
        try:
            require_level(session, actor, community, level, at=at)
        except Refused:
            continue
        found.append(level)
    return tuple(found)


def require_level(
    session: Session, actor: Actor, community: Community | Place, level: Level, *, at: datetime
) -> None:
    """Refuse a level that this actor may not choose here."""
    if level.rank <= Level.COMMUNITY.rank:
        return
    if community.parent_id is not None:
        raise Refused(STAYS_INSIDE, code="level_not_allowed", community=community.name)
    if not level.wide:
        return
    if not may(session, actor, "listing.publish_wide", community.id, at=at):
        if standing_of(session, actor, community.id, at=at) is Standing.TRIAL:
            raise Forbidden(TRIAL_STAYS, code="level_not_allowed", community=community.name)
        require(session, actor, "listing.publish_wide", community.id, at=at)
    on_web = policies.value(session, community.id, "listing.public_on", at=at)
    if level is Level.PUBLIC and not on_web:
        raise Refused(NOT_PUBLIC, code="level_not_allowed", community=community.name, lifted_by=("steward",))
    if (
        level is Level.NETWORK
        and policies.value(session, community.id, "community.listed", at=at) == "nobody"
    ):
        raise Refused(NOT_LISTED, code="level_not_allowed", community=community.name, lifted_by=("steward",))


def require_no_contact(content: Content) -> None:
    """Ask once more before a number, a mail address or a street goes into a text that other communities see."""
    wide = content.level is not None and content.level.wide
    said = (content.title, content.description, content.place)
    if wide and not content.contact_kept and any(map(rules.reaches_somebody, said)):
        field = next(
            name
            for name in ("title", "description", "place")
            if rules.reaches_somebody(getattr(content, name))
        )
        raise Invalid(rules.IN_TEXT, code="phone_in_text", fields={field: rules.IN_TEXT})


def require_money(session: Session, community: Community | Place, content: Content, *, at: datetime) -> None:
    """Refuse money where the community shares without it."""
    costs = any(term.kind in rules.FOR_MONEY for term in content.terms) or (
        isinstance(content.own, rules.Job) and content.own.compensation == "money"
    )
    if costs and not money_is_on(session, community.id, at=at):
        raise Refused(NO_MONEY, code="money_off", community=community.name, lifted_by=("steward",))


def money_is_on(session: Session, community_id: Id, *, at: datetime) -> bool:
    """Whether the community shares for money, too."""
    return bool(policies.value(session, community_id, "money.on", at=at))
