"""Federations over REST: read, found, invite and ask, answer, change what a seat gives, leave, stay, speak."""

from typing import Any

from fastapi import Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.access import require_scope
from minga.communities.rules.federations import DecidedBy, Scope
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.communities.ties import KINDS, GivesIn
from minga.interfaces.api.frame import In, limit, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id

router = frame.router("communities")


class FederationIn(GivesIn):
    """A federation to found; `invited` are addresses of other communities."""

    name: str
    slug: str = ""
    purpose: str = ""
    invited: list[str] = Field(min_length=1, max_length=20)
    decided_by: DecidedBy = DecidedBy.CONSENSUS
    scope: Scope = Scope.GEOGRAPHIC
    scope_words: str = ""
    onward: bool = False


class AskIn(GivesIn):
    """A seat to ask for, as a community."""

    federation: str
    words: str = ""
    onward: bool = False


class InviteIn(In):
    """A community to invite, as a federation."""

    community: str
    words: str = ""


class AcceptIn(GivesIn):
    onward: bool = False


class WordsIn(In):
    words: str = ""


class MandateIn(In):
    membership: str
    words: str = ""


@router.get("/communities/{c}/federation")
@limit("read")
def federation(request: Request, c: str) -> Response:
    """One federation with its seats, its tree, and how many communities and people it has."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        return ok(unit, queries.federation(unit.session, unit.actor, c, at=unit.now))


@router.get("/communities/{c}/seats")
@limit("read")
def seats(request: Request, c: str) -> Response:
    """The seats of a community in federations; those that wait only for who answers for it."""
    with read_unit(request) as unit:
        found = queries.seats(unit.session, unit.actor, inside(unit, c).id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.post("/communities/{c}/federations", status_code=202)
@limit("write")
def found(request: Request, c: str, body: FederationIn) -> Response:
    """Found a federation; a second steward agrees (`second` is what waits, or null where nobody else has to)."""
    with write_unit(request) as unit:
        asked = commands.found_federation(
            unit.session,
            unit.actor,
            inside(unit, c).id,
            name=body.name,
            slug=body.slug,
            purpose=body.purpose,
            invited=tuple(body.invited),
            gives=body.gives(),
            onward=body.onward,
            known_kinds=KINDS,
            decided_by=body.decided_by,
            scope=body.scope,
            scope_words=body.scope_words,
            at=unit.now,
        )
        return _asked(unit, asked)


@router.post("/communities/{c}/seats", status_code=202)
@limit("write")
def ask(request: Request, c: str, body: AskIn) -> Response:
    """Ask a federation for a seat; a second steward agrees."""
    with write_unit(request) as unit:
        asked = commands.ask_for_seat(
            unit.session,
            unit.actor,
            inside(unit, c).id,
            body.federation,
            body.gives(),
            onward=body.onward,
            known_kinds=KINDS,
            words=body.words,
            at=unit.now,
        )
        return _asked(unit, asked)


@router.post("/communities/{c}/seat-invitations", status_code=201)
@limit("write")
def invite(request: Request, c: str, body: InviteIn) -> Response:
    """Invite a community into the federation of the path."""
    with write_unit(request) as unit:
        made = commands.invite_to_federation(
            unit.session, unit.actor, inside(unit, c).id, body.community, words=body.words, at=unit.now
        )
        return _shown(unit, made.id, status=201)


@router.get("/seats/{id}")
@limit("read")
def seat(request: Request, id: str) -> Response:
    """One seat."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        return _shown(unit, id)


@router.post("/seats/{id}/acceptance")
@limit("write")
def accept(request: Request, id: str, body: AcceptIn) -> Response:
    """The other side's yes; for a community it counts when a second steward has agreed too."""
    with write_unit(request) as unit:
        commands.accept_seat(
            unit.session, unit.actor, id, body.gives(), onward=body.onward, known_kinds=KINDS, at=unit.now
        )
        return _shown(unit, id)


@router.post("/seats/{id}/refusal")
@limit("write")
def decline(request: Request, id: str) -> Response:
    """The other side's no."""
    with write_unit(request) as unit:
        commands.decline_seat(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.post("/seats/{id}/withdrawal")
@limit("write")
def withdraw(request: Request, id: str) -> Response:
    """Take back what was asked."""
    with write_unit(request) as unit:
        commands.withdraw_seat(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.put("/seats/{id}/gives")
@limit("write")
def change(request: Request, id: str, body: AcceptIn) -> Response:
    """Give less at once, or ask a second steward to give more."""
    with write_unit(request) as unit:
        asked = commands.change_seat_gives(
            unit.session, unit.actor, id, body.gives(), onward=body.onward, known_kinds=KINDS, at=unit.now
        )
        return _asked(unit, asked)


@router.post("/seats/{id}/notice")
@limit("write")
def leave(request: Request, id: str, body: WordsIn) -> Response:
    """Give notice; when a second steward has agreed, sharing stops at once."""
    with write_unit(request) as unit:
        return _asked(
            unit, commands.leave_federation(unit.session, unit.actor, id, words=body.words, at=unit.now)
        )


@router.post("/seats/{id}/notice/withdrawal")
@limit("write")
def stay(request: Request, id: str) -> Response:
    """Take notice back before its day; a second steward agrees."""
    with write_unit(request) as unit:
        return _asked(unit, commands.stay_in_federation(unit.session, unit.actor, id, at=unit.now))


@router.post("/seats/{id}/exclusion")
@limit("write")
def exclude(request: Request, id: str, body: WordsIn) -> Response:
    """End a seat against the will of its community; somebody who speaks for another one agrees."""
    with write_unit(request) as unit:
        return _asked(
            unit,
            commands.exclude_from_federation(unit.session, unit.actor, id, words=body.words, at=unit.now),
        )


@router.post("/seats/{id}/mandates")
@limit("write")
def speak(request: Request, id: str, body: MandateIn) -> Response:
    """Let a member speak for the community; a second steward agrees."""
    with write_unit(request) as unit:
        return _asked(
            unit,
            commands.give_mandate(
                unit.session, unit.actor, id, body.membership, words=body.words, at=unit.now
            ),
        )


@router.post("/mandates/{id}/recall")
@limit("write")
def recall(request: Request, id: str) -> Response:
    """Recall a mandate at once."""
    with write_unit(request) as unit:
        seat_id = commands.recall_mandate(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, seat_id)


def _asked(unit: Unit, asked: Any) -> Response:
    """What waits for a second person; null where it has happened."""
    waits = asked is not None and not asked.agreed
    return ok(unit, {"second": asked.id if waits else None}, status=202 if waits else 200)


def _shown(unit: Unit, id: Id, status: int = 200) -> Response:
    return ok(unit, queries.seat(unit.session, unit.actor, id, at=unit.now), status=status)
