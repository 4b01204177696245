"""S10: a community that asks about new devices stays locked for Bruno's laptop until one of its own members confirms it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities.commands import agree, begin, set_policy
from minga.communities.commands.membership import live_membership
from minga.communities.models import DeviceAdmission, Policy
from minga.communities.rules import CameBy
from minga.identity import commands as identity
from minga.identity.commands import Browser
from minga.identity.models import Device, SignIn
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit import delivery
from minga.kit.clock import FixedClock
from minga.kit.events import EventRow
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
LOCKED = "Valley asks a member to confirm new devices."
DEVICE = "minga-device"


@pytest.fixture
def signed_in(node: Node, village: Village) -> Callable[[str, str], Visitor]:
    """Somebody's browser, recognised by a cookie, signed in as by a password."""
    app: Any = build(node, working=False)

    def one(name: str, cookie: str) -> Visitor:
        visitor = Visitor(app, node)
        known = Browser(
            cookie=f"{name} {cookie}".ljust(24, "."), family="Firefox, Linux", prefix="84.112.7.0/24"
        )
        with node.database.write() as session:
            value = identity.start_sign_in(session, village.people[name], browser=known, at=node.clock())
        visitor.client.cookies.set(node.cookie, value, domain=node.host)
        visitor.client.cookies.set(DEVICE, known.cookie, domain=node.host)
        return visitor

    return one


def asks_for_new_devices(village: Village, community_id: str) -> None:
    """The rule as two stewards set it, from now on."""
    with village.database.write() as session:
        session.add(
            Policy(
                community_id=community_id,
                key="sign_in.approval",
                value="new_device",
                since_at=village.clock(),
                made_at=village.clock(),
            )
        )


@pytest.fixture
def worried(village: Village, signed_in: Callable[[str, str], Visitor]) -> Callable[[str, str], Visitor]:
    """Bruno lives in Valley and in Harbour; Valley asks about new devices since a moment ago."""
    with village.database.write() as session:
        begin(
            session,
            village.farid,
            village.harbour,
            village.people["bruno"],
            came_by=CameBy.INVITE,
            at=village.clock(),
        )
    for name in ("ana", "bruno", "dara", "hana"):
        signed_in(name, "phone")
    village.clock.forward(minutes=1)
    asks_for_new_devices(village, village.valley)
    village.clock.forward(minutes=1)
    return signed_in


def ask_of(village: Village, name: str) -> str:
    with village.database.read() as session:
        wanted = select(SignIn.id).where(
            SignIn.person_id == village.people[name], SignIn.how == "device", SignIn.ended_at.is_(None)
        )
        return session.scalars(wanted).one()


def number_from(approver: Visitor, sign_in_id: str) -> str:
    approver.post(f"/sign-ins/{sign_in_id}/number", {"how_known": "voice"})
    return str(re.findall(r"\b\d{4} \d{4}\b", approver.get(f"/sign-ins/{sign_in_id}").text)[0])


def test_brunos_new_laptop_opens_harbour_and_not_valley_until_a_member_of_valley_confirms(
    worried: Callable[[str, str], Visitor], village: Village, node: Node, clock: FixedClock
) -> None:
    laptop = worried("bruno", "laptop")
    home = laptop.get("/").text
    assert LOCKED in home
    assert "Harbour" in home
    laptop.get("/c/harbour")
    for page in ("", "/members", "/listings", "/log", "/rules", "/more", "/sign-ins", "/roles"):
        assert LOCKED in laptop.get(f"/c/valley{page}", 403).text
    assert "/me/device" in laptop.get("/c/valley", 403).text
    laptop.post("/c/valley/invites/new", {"joining": "asked"}, 403)
    laptop.get("/c/hill", 404)

    laptop.post("/me/device", {"line": "new laptop, it is me"})
    waiting = laptop.get("/me/device").text
    assert not re.search(r"\d{4} \d{4}|Ana|Chidi|Hana", waiting), "neither digits nor who is trusted"
    ask = ask_of(village, "bruno")

    for stranger in ("zoe", "farid", "gita", "dara"):
        outsider = worried(stranger, "phone")
        assert "has a new device" not in outsider.get("/").text
        outsider.get(f"/sign-ins/{ask}", 404)
        outsider.post(f"/sign-ins/{ask}/number", {"how_known": "voice"}, 404)
    phone = worried("bruno", "phone")
    phone.get(f"/sign-ins/{ask}", 403)
    assert LOCKED not in phone.get("/").text, "known before the rule began"
    phone.get("/c/valley")

    ana = worried("ana", "phone")
    assert "Bruno has a new device." in ana.get("/").text
    assert "new laptop, it is me" in ana.get(f"/sign-ins/{ask}").text
    number = number_from(ana, ask)
    assert "3 tries left" in "".join(
        laptop.post("/me/device/number", {"number": "0000 0000"}, 422).text for _ in range(2)
    )
    assert laptop.post("/me/device/number", {"number": number}).headers["location"] == "/"
    laptop.get("/c/valley")
    assert LOCKED not in laptop.get("/").text
    with village.database.read() as session:
        admitted = session.scalars(select(DeviceAdmission)).one()
        assert (admitted.community_id, admitted.approver_id) == (village.valley, village.people["ana"])
        told = session.scalars(select(EventRow).where(EventRow.name == "DeviceAdmitted")).one()
        assert (told.community_id, told.actor_id) == (village.valley, village.people["ana"])
    delivery.deliver(village.database, clock)
    assert "confirmed a new device of yours" in phone.get("/me/notices").text
    assert "A new device was confirmed by a member" in ana.get("/c/valley/log").text
    laptop.post("/me/device/number", {"number": number}, 422)
    worried("bruno", "tablet").get("/c/valley", 403)


def test_a_device_that_is_locked_itself_confirms_no_other(
    worried: Callable[[str, str], Visitor], village: Village
) -> None:
    worried("bruno", "laptop").post("/me/device")
    ask = ask_of(village, "bruno")
    hana = worried("hana", "new phone")
    assert "has a new device" not in hana.get("/").text
    hana.get(f"/sign-ins/{ask}", 404)
    worried("hana", "phone").get(f"/sign-ins/{ask}")


def test_the_sponsor_confirms_in_their_community_and_nowhere_else(
    worried: Callable[[str, str], Visitor], village: Village
) -> None:
    asks_for_new_devices(village, village.harbour)
    village.clock.forward(minutes=1)
    with village.database.write() as session:
        bruno = live_membership(session, village.valley, village.people["bruno"])
        dara = live_membership(session, village.valley, village.people["dara"])
        assert bruno is not None
        assert dara is not None
        dara.sponsor_id = bruno.id
        begin(
            session,
            village.farid,
            village.harbour,
            village.people["dara"],
            came_by=CameBy.INVITE,
            at=village.clock(),
        )
    village.clock.forward(minutes=1)
    laptop = worried("dara", "laptop")
    for place in ("valley", "harbour"):
        laptop.get(f"/c/{place}", 403)
    laptop.post("/me/device")
    number = number_from(worried("bruno", "phone"), ask_of(village, "dara"))
    laptop.post("/me/device/number", {"number": number})
    laptop.get("/c/valley")
    laptop.get("/c/harbour", 403)


def test_not_them_ends_the_ask_and_the_device_stays_locked(
    worried: Callable[[str, str], Visitor], village: Village
) -> None:
    laptop = worried("bruno", "laptop")
    laptop.post("/me/device")
    ask = ask_of(village, "bruno")
    ana = worried("ana", "phone")
    number = number_from(ana, ask)
    ana.post(f"/sign-ins/{ask}/refusal", {"reason": "He did not know about it."})
    laptop.post("/me/device/number", {"number": number}, 422)
    laptop.get("/c/valley", 403)
    laptop.post("/me/device", {"line": "really"})
    laptop.post("/me/device/end")
    laptop.post("/me/device/number", {"number": number}, 422)


def test_an_ask_is_no_sign_in(worried: Callable[[str, str], Visitor], village: Village, visit: Visit) -> None:
    worried("bruno", "laptop").post("/me/device")
    ask = ask_of(village, "bruno")
    with village.database.read() as session:
        hashed = session.get_one(SignIn, ask).token_hash
    thief = visit(None)
    thief.client.cookies.set(thief.node.cookie, hashed, domain=thief.node.host)
    assert thief.get("/", 303).headers["location"] == "/sign-in"


def test_whoever_was_let_in_by_a_members_word_is_known_there(
    worried: Callable[[str, str], Visitor], village: Village, visit: Visit
) -> None:
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "dara"})
    with village.database.read() as session:
        ask = session.scalars(select(SignIn.id).where(SignIn.asked_handle == "dara")).one()
    number = number_from(worried("ana", "phone"), ask)
    asker.post("/sign-in/waiting/number", {"number": number})
    asker.get("/c/valley")


def test_whoever_joins_is_known_with_the_device_they_joined_with(
    worried: Callable[[str, str], Visitor], village: Village, visit: Visit, node: Node
) -> None:
    from minga.communities import commands

    with node.database.write() as session:
        terms = commands.InviteTerms(at_once=True)
        made = commands.invite(session, village.ana, village.valley, terms, at=node.clock())
        token = identity.invite_token(identity.invite_key(session, node.settings.secret), made)
    newcomer = visit(None)
    newcomer.post(f"/join/{token}", {"name": "Karla", "means": "neither"})
    newcomer.get("/c/valley")
    with node.database.read() as session:
        assert session.scalars(select(Device).where(Device.first_at == node.clock())).first() is not None
        assert session.scalars(select(DeviceAdmission)).all() == []


def test_tokens_are_no_devices(
    worried: Callable[[str, str], Visitor], village: Village, node: Node, visit: Visit
) -> None:
    with node.database.write() as session:
        token = identity.make_token(
            session, village.bruno, name="Program", scopes=["read"], days=30, at=node.clock()
        )
    program = visit(None).client
    headers = {"Authorization": f"Bearer {token}"}
    assert program.get("/api/v1/communities/valley", headers=headers).status_code == 200


def test_saying_the_rule_again_opens_no_device(
    worried: Callable[[str, str], Visitor], village: Village
) -> None:
    laptop = worried("bruno", "laptop")
    village.clock.forward(minutes=1)
    with village.database.write() as session:
        asked = set_policy(
            session,
            village.ana,
            village.valley,
            "sign_in.approval",
            "new_device",
            urgent=True,
            at=village.clock(),
        )
        agree(session, village.chidi, asked.id, at=village.clock())
    village.clock.forward(minutes=1)
    laptop.get("/c/valley", 403)


def test_what_is_shared_there_waits_too_even_ones_own(
    worried: Callable[[str, str], Visitor], village: Village
) -> None:
    drill = neighbours.drill(village)
    for name in ("ana", "bruno"):
        known, new = worried(name, "phone"), worried(name, "laptop")
        assert "Drill" in known.get("/listings").text
        known.get(f"/listings/{drill}")
        assert "Drill" not in new.get("/listings").text
        assert "Drill" not in new.get("/").text
        new.get(f"/listings/{drill}", 404)
