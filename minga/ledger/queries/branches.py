"""Balances of people of a branch that may be cut, and those that are open once it was."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from minga.communities.access import may, places_of, require
from minga.communities.models import BranchCutPerson, Community, Membership
from minga.communities.rules.cutting import Fate
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Act, NeedLine, Ref
from minga.kit.several import Asking
from minga.ledger.access.rows import SEE
from minga.ledger.models import Account, AccountOwner, Balance, Book, Unit
from minga.ledger.rules import said_amount
from minga.ledger.rules.kinds import OwnerKind

SEE_ALL, CUT = "tree.see_all", "branch.cut"
LINES_MAX = 20


def balances_of(
    session: Session, actor: Actor, community_id: Id, people: Collection[Id], *, at: datetime
) -> dict[Id, tuple[str, ...]]:
    """What stands in the accounts of these people where it is not nothing, for stewards who may read the books."""
    require(session, actor, SEE_ALL, community_id, at=at)
    root = session.get_one(Community, community_id).root_id
    if not may(session, actor, SEE, root, at=at):
        return {}
    found: dict[Id, tuple[str, ...]] = {}
    rows = session.execute(
        _open_balances().where(Book.community_id == root, AccountOwner.owner_id.in_(tuple(people)))
    )
    for row in rows:
        said = said_amount(row.sign * row.posted, row.unit, row.exponent)
        found[row.owner_id] = (*found.get(row.owner_id, ()), said)
    return found


def after_cuts(session: Session, actor: Actor, *, at: datetime) -> tuple[Asking[NeedLine], ...]:
    """A line for each balance of somebody whose membership rests or ended by a cut, for who may read the books."""
    places = places_of(session, actor, at=at).values()
    own = tuple(one.community_id for one in places if {CUT, SEE} <= one.capabilities)
    return (_after_cuts(own),) if own and actor.token_id is None else ()


def _after_cuts(own: tuple[Id, ...]) -> Asking[NeedLine]:
    rows = yield (
        _open_balances()
        .add_columns(
            Account.id.label("account_id"),
            Person.name.label("name"),
            BranchCutPerson.done_at.label("done_at"),
            Community.id.label("community_id"),
            Community.name.label("community"),
        )
        .join(Person, Person.id == AccountOwner.owner_id)
        .join(Membership, Membership.person_id == Person.id)
        .join(BranchCutPerson, BranchCutPerson.membership_id == Membership.id)
        .join(
            Community,
            and_(Community.id == Membership.community_id, Community.root_id == Book.community_id),
        )
        .where(
            Membership.community_id.in_(own),
            BranchCutPerson.fate != Fate.KEEP,
            BranchCutPerson.done_at.is_not(None),
            BranchCutPerson.undone_at.is_(None),
        )
        .order_by(BranchCutPerson.done_at, Account.id)
        .limit(LINES_MAX)
    )
    return [
        NeedLine(
            kind="cut_balance",
            ref=Ref("account", row.account_id),
            title=N_("{name}, whose branch was cut, stands at {amount} in {community}."),
            why=N_("Talk with them about what happens to it."),
            facts={
                "name": row.name,
                "amount": said_amount(row.sign * row.posted, row.unit, row.exponent),
                "community": row.community,
            },
            community_id=row.community_id,
            since_at=row.done_at,
            weight=0,
            acts=(Act(N_("Look"), None, f"/accounts/{row.account_id}"),),
        )
        for row in rows
    ]


def _open_balances() -> Any:
    return (
        select(AccountOwner.owner_id, Account.sign, Balance.posted, Account.unit, Unit.exponent)
        .select_from(Account)
        .join(AccountOwner, AccountOwner.account_id == Account.id)
        .join(Balance, Balance.account_id == Account.id)
        .join(Book, Book.id == Account.book_id)
        .join(
            Unit,
            and_(
                Unit.code == Account.unit,
                Unit.community_id.is_(None) | (Unit.community_id == Book.community_id),
            ),
        )
        .where(AccountOwner.owner_kind == OwnerKind.PERSON, Balance.posted != 0)
    )
