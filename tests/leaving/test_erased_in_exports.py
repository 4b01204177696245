"""Somebody who was erased is named in nobody else's file: not in messages, exchanges, notices or the log."""

import io
import zipfile
from datetime import timedelta

import pytest

from minga.communication import commands as communication
from minga.identity import commands as identity
from minga.identity.commands.erasing import erase_due
from minga.interfaces.http import Node
from minga.kit.delivery import deliver
from minga.kit.ids import new_id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.sharing import commands as sharing
from tests.sharing import neighbours
from tests.sharing.test_amounts import haircut
from tests.village import Village

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
KNOWN = ("Bruno Quirarte", "quirarte", "+34600998877")


def taken(node: Node, village: Village) -> str:
    """All texts of Ana's own file."""
    out = io.BytesIO()
    with node.database.write() as session:
        identity.own_data(
            session, village.ana, out, node.blobs, site=node.settings.site_url, at=village.clock()
        )
    with zipfile.ZipFile(out) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def test_nobody_takes_the_name_of_an_erased_person_along(node: Node, village: Village) -> None:
    with village.database.write() as session:
        at = village.clock()
        values = {"name": KNOWN[0], "handle": KNOWN[1], "phone": KNOWN[2]}
        identity.change_profile(
            session, village.bruno, values=values, audiences={"phone": "community"}, at=at
        )
    agreed = neighbours.agreed(village, village.bruno, haircut(village))
    with village.database.write() as session:
        about = str(Ref("exchange", agreed.id))
        words = f"It is {KNOWN[0]}, call {KNOWN[2]}"
        communication.post(session, village.bruno, about, words, form_id=new_id(), at=village.clock())
        communication.post(session, village.ana, about, "Thanks", form_id=new_id(), at=village.clock())
        sharing.cancel(session, village.bruno, agreed.id, at=village.clock())
    while deliver(village.database, village.clock):
        pass
    before = taken(node, village)
    assert KNOWN[0] in before
    with village.database.write() as session:
        identity.ask_for_erasure(session, village.bruno, keep_words=False, at=village.clock())
    village.clock.forward(days=timedelta(days=15).days)
    erase_due(Run(node.database, node.clock, node.settings, job_id=new_id(), tries=1), {})
    after = taken(node, village)
    assert [word for word in KNOWN if word.lower() in after.lower()] == []
    assert agreed.id in after
