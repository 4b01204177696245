"""Partnerships over REST: read, propose, answer, change what one's side gives, end."""

from fastapi import Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.rules.terms import NOTICE_DAYS_MAX, TEXT_MAX
from minga.communities.rules.ties import Gives
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id
from minga.sharing.rules import KIND_WORDS, Kind

router = frame.router("communities")
KINDS = frozenset(kind.value for kind in KIND_WORDS)


class GivesIn(In):
    """What one side gives; no kinds means every kind."""

    offers: bool = True
    needs: bool = True
    kinds: list[Kind] = Field(default_factory=list, max_length=20)
    members: bool = False

    def gives(self) -> Gives:
        kinds = tuple(sorted({kind.value for kind in self.kinds}))
        return Gives(self.offers, self.needs, kinds, self.members)


class ProposalIn(GivesIn):
    with_community: str
    words: str = ""


class ChangeIn(GivesIn):
    side: str


class TermsIn(In):
    side: str
    text: str = Field(max_length=TEXT_MAX)
    notice_days: int = Field(default=0, ge=0, le=NOTICE_DAYS_MAX)


class EndIn(In):
    side: str
    words: str = ""


@router.get("/communities/{c}/partnerships")
@limit("read")
def ties(request: Request, c: str) -> Response:
    """Partnerships of a community; those that wait only for who answers for it."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        found = queries.ties(unit.session, unit.actor, here.id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.post("/communities/{c}/partnerships", status_code=201)
@limit("write")
def propose(request: Request, c: str, body: ProposalIn) -> Response:
    """Propose a partnership; this counts as the yes of one's own side."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        made = commands.propose_tie(
            unit.session,
            unit.actor,
            here.id,
            body.with_community,
            body.gives(),
            known_kinds=KINDS,
            words=body.words,
            at=unit.now,
        )
        return _shown(unit, made.id, status=201)


@router.get("/partnerships/{id}")
@limit("read")
def tie(request: Request, id: str, side: str = "") -> Response:
    """One partnership from the side of one's own community."""
    with read_unit(request) as unit:
        return ok(unit, queries.tie(unit.session, unit.actor, id, at=unit.now, side=side))


@router.post("/partnerships/{id}/approval")
@limit("write")
def approve(request: Request, id: str, body: GivesIn) -> Response:
    """The other side's yes, by another person than who proposed it."""
    with write_unit(request) as unit:
        commands.agree_to_tie(unit.session, unit.actor, id, body.gives(), known_kinds=KINDS, at=unit.now)
        return _shown(unit, id)


@router.post("/partnerships/{id}/refusal")
@limit("write")
def refuse(request: Request, id: str) -> Response:
    """The other side's no."""
    with write_unit(request) as unit:
        commands.decline_tie(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.post("/partnerships/{id}/withdrawal")
@limit("write")
def withdraw(request: Request, id: str) -> Response:
    """Take a proposal back."""
    with write_unit(request) as unit:
        commands.withdraw_tie(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.put("/partnerships/{id}/gives")
@limit("write")
def change(request: Request, id: str, body: ChangeIn) -> Response:
    """Give less at once, or ask a second person of one's side to give more (`second` is its id then)."""
    with write_unit(request) as unit:
        asked = commands.change_gives(
            unit.session, unit.actor, id, body.side, body.gives(), known_kinds=KINDS, at=unit.now
        )
        shown = queries.tie(unit.session, unit.actor, id, at=unit.now, side=body.side)
        return ok(unit, {"partnership": shown, "second": asked.id if asked and not asked.agreed else None})


@router.get("/partnerships/{id}/terms")
@limit("read")
def terms(request: Request, id: str) -> Response:
    """The terms of a partnership, newest version first."""
    with read_unit(request) as unit:
        return _terms(unit, id)


@router.post("/partnerships/{id}/terms", status_code=201)
@limit("write")
def propose_terms(request: Request, id: str, body: TermsIn) -> Response:
    """Propose terms for one's side; somebody else, of the other side, agrees."""
    with write_unit(request) as unit:
        commands.propose_terms(
            unit.session, unit.actor, id, body.side, body.text, notice_days=body.notice_days, at=unit.now
        )
        return _terms(unit, id, 201)


@router.post("/tie-terms/{id}/approval")
@limit("write")
def agree_to_terms(request: Request, id: str) -> Response:
    """The other side's yes, by another person than who proposed them."""
    with write_unit(request) as unit:
        made = commands.agree_to_terms(unit.session, unit.actor, id, at=unit.now)
        return _terms(unit, made.partnership_id)


@router.post("/tie-terms/{id}/closing")
@limit("write")
def close_terms(request: Request, id: str) -> Response:
    """The other side's no, or one's own side takes them back."""
    with write_unit(request) as unit:
        made = commands.close_terms(unit.session, unit.actor, id, at=unit.now)
        return _terms(unit, made.partnership_id)


def _terms(unit: Unit, id: Id, status: int = 200) -> Response:
    found = queries.tie_terms(unit.session, unit.actor, id, at=unit.now)
    return ok(unit, {"items": found, "next": None}, status=status)


@router.post("/partnerships/{id}/end")
@limit("write")
def end(request: Request, id: str, body: EndIn) -> Response:
    """End it for one's side; nothing is shared from this moment on."""
    with write_unit(request) as unit:
        commands.end_tie(unit.session, unit.actor, id, body.side, words=body.words, at=unit.now)
        return _shown(unit, id)


def _shown(unit: Unit, id: Id, status: int = 200) -> Response:
    return ok(unit, queries.tie(unit.session, unit.actor, id, at=unit.now), status=status)
