"""What waits for somebody about trust: vouches to say again, cuts and undoings that need a second word.

Arms of the one statement in `needs`, and how their rows are said.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of, places_of
from minga.communities.access.cutting import CUT
from minga.communities.models import BranchCut, BranchCutUndo, Community, Membership, Vouch
from minga.communities.queries.needs_columns import columns
from minga.communities.rules.vouches import ASK_BEFORE
from minga.identity import Actor
from minga.identity.access.fields import not_blocked
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref

_ASKER = aliased(Person)


def vouches(actor: Actor, at: datetime) -> Select[Any]:
    """Own vouches that end within two weeks unless somebody says that they still hold."""
    shown = columns(
        "vouch_renew",
        Vouch.id,
        Vouch.community_id,
        Vouch.given_at,
        Vouch.until_at,
        Person.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Vouch)
        .join(Person, Person.id == Vouch.to_id)
        .join(Community, Community.id == Vouch.community_id)
        .where(
            Vouch.from_id == actor.person_id,
            Vouch.ended_at.is_(None),
            Vouch.until_at > at,
            Vouch.until_at <= at + ASK_BEFORE,
            Vouch.community_id.in_(communities_of(actor)),
            not_blocked(actor, Vouch.to_id),
        )
        .order_by(Vouch.until_at)
    )


def vouch_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="vouch_renew",
        ref=Ref("vouch", row.id),
        title=N_("Do you still vouch for {name}?"),
        why=N_("Without an answer it ends by itself."),
        facts={"name": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.due_at - ASK_BEFORE,
        due_at=row.due_at,
        weight=0,
        acts=(
            Act(N_("Yes"), "communities.renew_vouch", f"/vouches/{row.id}/renewal"),
            Act(N_("End it"), "communities.end_vouch", f"/vouches/{row.id}/end"),
        ),
    )


def cuts(session: Session, actor: Actor, at: datetime) -> tuple[Select[Any], ...]:
    """Plans, and undoings of cuts, that somebody else asked for; only for those who could agree."""
    places = places_of(session, actor, at=at).values()
    own = tuple(one.community_id for one in places if CUT in one.capabilities and not one.closed)
    if not own or actor.token_id is not None:
        return ()
    plans = _waiting("cut_waits", BranchCut, actor, own, at).select_from(BranchCut)
    undos = _waiting("cut_undo_waits", BranchCutUndo, actor, own, at).select_from(BranchCutUndo)
    with_cut = undos.join(BranchCut, BranchCut.id == BranchCutUndo.cut_id)
    return tuple(_named(one, kind, actor) for one, kind in ((plans, BranchCut), (with_cut, BranchCutUndo)))


def _waiting(
    line: str, kind: type[BranchCut] | type[BranchCutUndo], actor: Actor, own: tuple[str, ...], at: datetime
) -> Any:
    """What waits for a second word, asked for by somebody else."""
    shown = columns(
        line, BranchCut.id, BranchCut.community_id, kind.asked_at, kind.until_at, _ASKER.name, Person.name
    )
    return select(*shown).where(
        BranchCut.community_id.in_(own),
        kind.asked_by_id != actor.person_id,
        kind.agreed_at.is_(None),
        kind.closed_at.is_(None),
        kind.until_at > at,
    )


def _named(question: Any, kind: type[BranchCut] | type[BranchCutUndo], actor: Actor) -> Any:
    """With who asked, and with whom the branch begins, who is not asked about themselves."""
    return (
        question.join(_ASKER, _ASKER.id == kind.asked_by_id)
        .join(Membership, Membership.id == BranchCut.top_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.person_id != actor.person_id)
        .order_by(kind.until_at)
    )


def cut_line(row: Any, _at: datetime) -> NeedLine:
    return _cut(row, "cut_waits", N_("{asker} wants to cut the branch of {name}. A second yes is needed."))


def undo_line(row: Any, _at: datetime) -> NeedLine:
    sentence = N_("{asker} wants to undo the cut of {name}'s branch. A second yes is needed.")
    return _cut(row, "cut_undo_waits", sentence)


def _cut(row: Any, kind: str, sentence: str) -> NeedLine:
    return NeedLine(
        kind=kind,
        ref=Ref("branch_cut", row.id),
        title=sentence,
        facts={"asker": row.one, "name": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=row.due_at,
        weight=3,
        acts=(Act(N_("Read"), None, f"/cuts/{row.id}"),),
    )
