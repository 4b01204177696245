"""Requests for data: each is its person's alone, and nobody else learns that there is one."""

from minga.identity.models import DataRequest
from minga.identity.rules.actor import Actor
from minga.identity.rules.data import RequestKind
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id, parse_id


def own_request(session: Session, actor: Actor, request_id: Id) -> DataRequest:
    """One's own request for a file; 404 for everybody else."""
    if not actor.signed_in:
        raise NotSignedIn()
    found = session.get(DataRequest, parse_id(request_id))
    if found is None or found.person_id != actor.person_id or found.kind is not RequestKind.EXPORT:
        raise NotFound()
    return found
