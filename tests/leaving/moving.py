"""What tests of communities as files share: writing one, bringing it in, comparing."""

import io
import zipfile
from datetime import datetime

from minga.communities import commands as communities
from minga.communities.commands.taking_in import TakenIn
from minga.identity import Actor
from minga.identity.commands import invite_key
from minga.interfaces.http import Node


def taken_out(node: Node, slug: str, at: datetime) -> bytes:
    out = io.BytesIO()
    with node.database.snapshot() as session:
        communities.take_out(session, Actor.machine(), slug, out, node.blobs, node.settings.secret, at=at)
    return out.getvalue()


def taken_in(node: Node, data: bytes, at: datetime, slug: str = "") -> TakenIn:
    with node.database.write() as session:
        packed, arriving = communities.look_into(session, io.BytesIO(data))
        key = invite_key(session, node.settings.secret)
        return communities.take_in(
            session, Actor.machine(), packed, arriving, node.blobs, key, slug=slug, at=at
        )


def text_of(data: bytes) -> list[str]:
    """The lines of the bundle."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return packed.read("bundle.sync.txt").decode().splitlines()


def records(data: bytes) -> list[str]:
    """The lines that are neither headers nor signatures."""
    return [line for line in text_of(data) if line.startswith("+ ")]
