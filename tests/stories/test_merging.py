"""Edda is kept, and joined later with an account of her own: both say yes, everything becomes hers, and it can be taken back."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from minga.communities.commands.membership import live_membership
from minga.communities.commands.merging import forget_merged
from minga.communities.models import Keeping, Membership, PersonMerge
from minga.identity.models import Person
from minga.interfaces.http import Node
from minga.kit.db import Base
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Run
from minga.ledger import commands as ledger
from minga.ledger.models import AccountOwner, Balance
from minga.sharing.models import Ask, Listing
from tests.sharing.makers import post
from tests.stories.test_keeping import NEED, agree, kept
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def furnished(village: Village, hana: Visitor) -> tuple[Id, Id]:
    """Edda is kept, has a need, asked for a drill, and got thirty minutes; Bruno has an account in the books as well."""
    sheet, edda = kept(hana)
    agree(hana, sheet, "listings", "exchanges")
    hana.post("/c/valley/listings/new", {**NEED, "title": "Groceries", "_for": edda})
    with village.database.write() as session:
        drill = post(session, village.ana, village.valley, "Drill", at=village.clock())
        for who, minutes in ((edda, 30), (village.people["bruno"], 5)):
            thanks = {"entry_id": new_id(), "words": "Thanks", "thanks": True}
            ledger.give(session, village.ana, village.valley, who, minutes, **thanks, at=village.clock())  # type: ignore[arg-type]
    hana.post(f"/listings/{drill.id}/asks", {"_for": edda, "words": "For Edda"})
    return sheet, edda


def stands(village: Village, who: Id) -> int:
    with village.database.read() as session:
        found = session.scalars(
            select(Balance.posted)
            .join(AccountOwner, AccountOwner.account_id == Balance.account_id)
            .where(AccountOwner.owner_id == who)
        ).all()
        return abs(sum(found))


def theirs(village: Village, who: Id) -> tuple[list[str], int]:
    with village.database.read() as session:
        titles = session.scalars(select(Listing.title).where(Listing.owner_id == who)).all()
        return sorted(titles), len(session.scalars(select(Ask).where(Ask.person_id == who)).all())


def rows_of(node: Node, *tables: str) -> dict[str, list[Any]]:
    with node.database.read() as session:
        return {
            name: sorted(map(repr, session.execute(select(Base.metadata.tables[name])).all()))
            for name in tables
        }


def test_a_kept_person_and_their_own_account_become_one_and_are_parted_again(
    node: Node, village: Village, visit: Visit
) -> None:
    hana, bruno, zoe = visit("hana"), visit("bruno"), visit("zoe")
    sheet, edda = furnished(village, hana)
    me = village.people["bruno"]
    wish = {"merge_to": "bruno", "merge_how": "in_person"}
    for who, status in ((visit(None), 401), (zoe, 404), (bruno, 404)):
        who.post(f"/keepings/{sheet}/merge", wish, status)
    for wrong in ("nobody", "zoe", "edda", "hana"):
        hana.post(f"/keepings/{sheet}/merge", {**wish, "merge_to": wrong}, 422)
    hana.post(f"/keepings/{sheet}/merge", {"merge_to": "bruno"}, 422)
    asked = hana.post(f"/keepings/{sheet}/merge", wish).headers["location"]
    hana.post(f"/keepings/{sheet}/merge", wish, 409)
    assert "Are you Edda, who is looked after in Valley?" in bruno.get("/needs").text
    for who, status in ((visit(None), 401), (zoe, 404), (visit("dara"), 404)):
        who.get(asked, status)
        who.post(f"{asked}/answer", {"answer": "yes"}, status)
    hana.post(f"{asked}/answer", {"answer": "yes"}, 403)
    bruno.post(f"{asked}/parting", {}, 409)
    before = rows_of(node, "listing", "ask", "membership", "account_owner", "role_grant")
    had = theirs(village, me)

    bruno.post(f"{asked}/answer", {"answer": "yes"})
    assert theirs(village, edda) == ([], 0)
    assert theirs(village, me) == (sorted([*had[0], "Groceries"]), had[1] + 1)
    assert (stands(village, edda), stands(village, me)) == (0, 35)
    with village.database.read() as session:
        assert live_membership(session, village.valley, edda) is None
        found = session.scalars(select(PersonMerge)).one()
        assert {one["table"] for one in found.moved} >= {"listing", "ask"}
        assert session.scalars(select(Keeping).where(Keeping.until_at.is_(None))).all() == []
    hana.get(f"/keepings/{sheet}", 404)
    hana.post("/c/valley/listings/new", {**NEED, "title": "More", "_for": edda}, 404)
    assert "listing" in bruno.get(asked).text
    bruno.post(f"{asked}/answer", {"answer": "yes"})

    zoe.post(f"{asked}/parting", {}, 404)
    hana.post(f"{asked}/parting")
    hana.post(f"{asked}/parting")
    assert theirs(village, me) == had
    assert theirs(village, edda) == (["Groceries"], 1)
    assert (stands(village, edda), stands(village, me)) == (30, 5)
    after = rows_of(node, "listing", "ask", "account_owner", "role_grant")
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert "Edda" in hana.get(f"/keepings/{sheet}").text


def test_after_thirty_days_the_empty_account_is_erased(node: Node, village: Village, visit: Visit) -> None:
    hana, dara = visit("hana"), visit("dara")
    sheet, edda = furnished(village, hana)
    asked = hana.post(f"/keepings/{sheet}/merge", {"merge_to": "dara", "merge_how": "phone"}).headers[
        "location"
    ]
    dara.post(f"{asked}/answer", {"answer": "no"})
    dara.post(f"{asked}/answer", {"answer": "yes"}, 409)
    again = hana.post(f"/keepings/{sheet}/merge", {"merge_to": "dara", "merge_how": "phone"}).headers[
        "location"
    ]
    hana.post(f"{again}/withdrawal")
    dara.post(f"{again}/answer", {"answer": "yes"}, 409)
    last = hana.post(f"/keepings/{sheet}/merge", {"merge_to": "dara", "merge_how": "phone"}).headers[
        "location"
    ]
    dara.post(f"{last}/answer", {"answer": "yes"})
    assert stands(village, village.people["dara"]) == 30
    job = Run(node.database, node.clock, node.settings, job_id=new_id(), tries=1)
    forget_merged(job, {})
    village.clock.forward(days=31)
    forget_merged(job, {})
    forget_merged(job, {})
    with node.database.read() as session:
        assert session.get_one(Person, edda).erased_at is not None
        assert session.scalars(select(Membership.person_id).where(Membership.person_id == edda)).all()
    visit("dara").post(f"{last}/parting", {}, 409)
    assert theirs(village, village.people["dara"])[0] == ["Groceries"]


def test_who_has_left_meanwhile_gets_nothing(village: Village, visit: Visit) -> None:
    hana, bruno = visit("hana"), visit("bruno")
    sheet, edda = furnished(village, hana)
    wish = {"merge_to": "bruno", "merge_how": "phone"}
    asked = hana.post(f"/keepings/{sheet}/merge", wish).headers["location"]
    bruno.post("/c/valley/leave", {"sure": "1", "confirm": "1"})
    bruno.post(f"{asked}/answer", {"answer": "yes"}, 409)
    assert theirs(village, edda) == (["Groceries"], 1)
    assert stands(village, edda) == 30
