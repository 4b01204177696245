"""Who may borrow what: the rules of the library and of single things, and who is let off one of them."""

from datetime import date, datetime

from sqlalchemy import Select, func, or_, select

from minga.communities.access import holders_of, policies, standing_of
from minga.communities.models import Membership
from minga.communities.rules import Standing
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.desk import LEND, desk_of
from minga.sharing.access.lending import BLOCK, ITEMS, WHO, lending_of
from minga.sharing.commands.lending import GRACE
from minga.sharing.models import Exemption, Listing, ListingLending
from minga.sharing.models.loans import Loan
from minga.sharing.queries import times
from minga.sharing.rules.lending import Lending, Who
from minga.sharing.rules.loans import days_late

SKILL = "loan.needs_skill"
RULES = (ITEMS, BLOCK, WHO, SKILL)
EXEMPTION_WORDS = {
    ITEMS: N_("How many things at a time"),
    BLOCK: N_("Nothing more while something is late"),
    WHO: N_("Full members only"),
    SKILL: N_("A verified skill"),
}
OVERDUE = N_(
    "“{title}” (due {day}) has to come back before you borrow from the library. {names} can lift this."
)
TOO_MANY = N_("{n} things of the library are out already; at most {most} at a time. Bring one back first.")
FULL_ONLY = N_("The library lends to full members. {names} can lift this.")
NEEDS_SKILL = N_(
    "For “{title}” you need “{skill}” as a verified skill. Show your paper to {names}, or ask for a lesson."
)
REASON_NEEDED = N_("Say in a few words why.")
UNKNOWN_RULE = N_("Choose one of the rules of lending.")


def check(
    session: Session, listing: Listing, borrower_id: Id, *, skills: frozenset[str], at: datetime
) -> None:
    """Raise when this person may not have this thing now; each sentence says what to do about it."""
    lending = lending_of(session, listing, at=at)
    if lending.needs_skill:
        _check_skill(session, listing, lending, borrower_id, skills, at)
    if not lending.in_library:
        return
    _check_who(session, listing, lending, borrower_id, at)
    _check_overdue(session, listing, lending, borrower_id, at)
    _check_many(session, listing, lending, borrower_id, at)


def _check_skill(
    session: Session,
    listing: Listing,
    lending: Lending,
    borrower_id: Id,
    skills: frozenset[str],
    at: datetime,
) -> None:
    known = {one.casefold() for one in skills}
    if lending.needs_skill.casefold() in known or is_exempt(
        session, listing.community_id, borrower_id, SKILL, at=at
    ):
        return
    names, roles = _who_can_lift(session, listing.community_id, at)
    raise Refused(
        NEEDS_SKILL,
        code="needs_skill",
        title=listing.title,
        skill=lending.needs_skill,
        names=names,
        lifted_by=roles,
    )


def _check_who(session: Session, listing: Listing, lending: Lending, borrower_id: Id, at: datetime) -> None:
    standing = standing_of(session, Actor(borrower_id), listing.community_id, at=at)
    if lending.who is Who.TRIAL or standing is Standing.FULL:
        return
    if not is_exempt(session, listing.community_id, borrower_id, WHO, at=at):
        names, roles = _who_can_lift(session, listing.community_id, at)
        raise Refused(FULL_ONLY, code="full_members_only", names=names, lifted_by=roles)


def _check_overdue(
    session: Session, listing: Listing, lending: Lending, borrower_id: Id, at: datetime
) -> None:
    here = today(at, times.zone_of(session, listing.community_id))
    grace = policies.value(session, listing.community_id, GRACE, at=at)
    for title, due_on in session.execute(_out(listing.community_id, borrower_id).limit(1)):
        if days_late(due_on, here, grace) < lending.block_after_days or days_late(due_on, here, grace) == 0:
            return
        if not is_exempt(session, listing.community_id, borrower_id, BLOCK, at=at):
            names, roles = _who_can_lift(session, listing.community_id, at)
            raise Refused(
                OVERDUE, code="overdue_block", title=title, day=due_on, names=names, lifted_by=roles
            )


def _check_many(session: Session, listing: Listing, lending: Lending, borrower_id: Id, at: datetime) -> None:
    out = _out(listing.community_id, borrower_id).order_by(None).subquery()
    n = session.scalar(select(func.count()).select_from(out)) or 0
    if n >= lending.items_max and not is_exempt(session, listing.community_id, borrower_id, ITEMS, at=at):
        _, roles = _who_can_lift(session, listing.community_id, at)
        raise Refused(TOO_MANY, code="too_many_out", n=n, most=lending.items_max, lifted_by=roles)


def _out(community_id: Id, borrower_id: Id) -> Select[str, date]:
    """What somebody has from the library, the longest due first."""
    return (
        select(Listing.title, Loan.due_on)
        .join(Listing, Listing.id == Loan.listing_id)
        .join(ListingLending, ListingLending.listing_id == Listing.id)
        .where(
            Loan.borrower_id == borrower_id,
            Loan.returned_on.is_(None),
            Loan.lost_at.is_(None),
            Loan.brought_back_at.is_(None),
            Listing.community_id == community_id,
            ListingLending.library_since_at.is_not(None),
        )
        .order_by(Loan.due_on)
    )


def _who_can_lift(session: Session, community_id: Id, at: datetime) -> tuple[str, tuple[str, ...]]:
    names = [one.name for one in holders_of(session, LEND.name, community_id, at=at, limit=3)]
    return ", ".join(names), ("librarian",)


def is_exempt(session: Session, community_id: Id, person_id: Id, rule: str, *, at: datetime) -> bool:
    """Whether somebody is let off a rule now."""
    here = today(at, times.zone_of(session, community_id))
    found = select(Exemption.id).where(
        Exemption.community_id == community_id,
        Exemption.person_id == person_id,
        Exemption.rule == rule,
        Exemption.ended_at.is_(None),
        or_(Exemption.until_on.is_(None), Exemption.until_on >= here),
    )
    return session.scalar(found.limit(1)) is not None


def exempt(
    session: Session,
    actor: Actor,
    community_id: Id,
    person_id: Id,
    rule: str,
    *,
    reason: str,
    until_on: date | None = None,
    at: datetime,
) -> Exemption:
    """Let somebody off a rule of lending until a day, and say why; they read it on their own page."""
    desk_of(session, actor, community_id, at=at)
    if rule not in RULES:
        raise Invalid(UNKNOWN_RULE, fields={"rule": UNKNOWN_RULE})
    said = clean_text(reason, 300, field="reason")
    if not said:
        raise Refused(REASON_NEEDED, code="reason_needed", fields={"reason": REASON_NEEDED})
    member(session, community_id, person_id)
    made = Exemption(
        community_id=community_id,
        person_id=person_id,
        rule=rule,
        until_on=until_on,
        reason=said,
        by_id=actor.person_id,
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made


def member(session: Session, community_id: Id, person_id: Id) -> str:
    """The name of somebody who lives in a community; anybody else is not there."""
    name = session.scalar(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.community_id == community_id, Membership.ended_on.is_(None))
    )
    if name is None:
        raise NotFound()
    return str(name)
