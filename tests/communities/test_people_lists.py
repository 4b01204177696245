"""Lists of kept people, of what was entered for them, of households and letters: same statements for few and many, by an index.

And I19 over every combination: what is done for somebody needs both rights and the yes.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.communication import queries as communication
from minga.communities import access, commands, queries
from minga.communities.commands.keeping import place_person
from minga.communities.commands.membership import live_membership
from minga.communities.rules import CameBy
from minga.communities.rules.imports import alike
from minga.communities.rules.keeping import QUIET, ActScope, Yes, refusal_to_act
from minga.kit.db import Session, count_statements
from minga.kit.errors import Refused
from tests.conftest import MONDAY
from tests.sharing.makers import post
from tests.sharing.test_plans import _plan
from tests.village import Village

LISTS: dict[str, tuple[str, Callable[[Session, Village, str], Any]]] = {
    "keeping": ("kept", lambda s, v, _k: queries.keepings(s, v.hana, v.valley, at=v.clock())),
    "event": ("entered", lambda s, v, k: queries.entered(s, v.hana, k, at=v.clock())),
    "household": ("households", lambda s, v, _k: queries.households(s, v.hana, v.valley, at=v.clock())),
    "notice": ("letters", lambda s, v, _k: communication.letters(s, v.hana, v.valley)),
}


def keep(village: Village, session: Session, many: int) -> str:
    """Some more people whom Hana keeps, with something entered for the last one; answers that keeping."""
    hers = live_membership(session, village.valley, village.people["hana"])
    assert hers is not None
    at = village.clock()
    for n in range(many):
        given_ = commands.Kept(name=f"Edda {n}")
        kept = place_person(session, village.hana, hers, given_, came_by=CameBy.IMPORT, at=at)
    commands.take_consent(session, village.hana, kept.id, how="paper", scopes=["listings"], days=9, at=at)
    acting = access.acting_for(session, village.hana, kept.person_id, [ActScope.LISTINGS], at=at)
    for n in range(many):
        post(session, acting.actor, village.valley, f"Thing {n}", at=at)
    return str(kept.id)


def test_lists_of_people_walk_an_index_and_ask_the_same_for_many(village: Village) -> None:
    asked: list[list[int]] = []
    for many in (1, 4):
        with village.database.write() as session:
            kept = keep(village, session, many)
        counts = []
        for name, (_label, ask) in LISTS.items():
            with count_statements(village.database) as said, village.database.read() as session:
                ask(session, village, kept)
            counts.append(len(said))
            main = next(one for one in said if re.search(rf"FROM {name}\b", one))
            with village.database.read() as session:
                if village.database.dialect == "sqlite":
                    assert not re.search(rf"SCAN {name}\b", _plan(session, main, "EXPLAIN QUERY PLAN "))
        asked.append(counts)
    assert asked[0] == asked[1]


def test_who_acts_has_the_rights_of_both_within_what_was_agreed(village: Village) -> None:
    """I19: a capability that the person lacks, one that needs a confirmation, and a community that did not agree."""
    with village.database.write() as session:
        kept = queries.keeping(session, village.hana, keep(village, session, 1), at=village.clock())
        acting = access.acting_for(session, village.hana, kept.line.person_id, [ActScope.LISTINGS], at=MONDAY)
        for name, allowed in (
            ("listing.publish", True),
            ("application.answer", False),
            ("role.grant", False),
        ):
            decision = access.may(session, acting.actor, name, village.valley, at=village.clock())
            assert bool(decision) is allowed, name
        assert not access.may(session, acting.actor, "listing.publish", village.hill, at=village.clock())
        with pytest.raises(Refused):  # nobody acts through somebody
            access.acting_for(session, acting.actor, "bruno", [ActScope.LISTINGS], at=village.clock())


@settings(max_examples=60)
@given(
    scopes=st.frozensets(st.sampled_from(ActScope)),
    wanted=st.sampled_from(ActScope),
    left=st.integers(-3, 3),
    lately=st.booleans(),
    by_self=st.booleans(),
)
def test_a_yes_reaches_as_far_as_it_says(
    scopes: frozenset[ActScope], wanted: ActScope, left: int, lately: bool, by_self: bool
) -> None:
    yes = Yes(frozenset(scopes), MONDAY + timedelta(days=left), by_self)
    refusal = refusal_to_act("Edda", [wanted], yes, signed_in_lately=lately, at=MONDAY)
    assert (refusal is None) == (wanted in scopes and left > 0 and (by_self or not lately))
    assert timedelta(0) < QUIET


@settings(max_examples=40)
@given(st.text(max_size=20), st.text(max_size=20))
def test_names_are_alike_both_ways(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 1
