"""Pools by REST, with the rights and sentences of the pages."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, nothing, ok
from minga.interfaces.api.sharing.pool_shapes import (
    ArrivalIn,
    BandAnswerIn,
    BandQuestionIn,
    ClaimIn,
    EntryIn,
    GiftIn,
    NextShown,
    PoolIn,
    PoolShown,
    PoolsShown,
    RoundIn,
    RoundShown,
    ShareShown,
    StockIn,
    WhyIn,
    card_out,
    pool_out,
    round_out,
    share_out,
)
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.commands import pooling as commands
from minga.sharing.queries import pooling as queries
from minga.sharing.queries.pool_rounds import share_view
from minga.sharing.rules.pools import STOCK_MILLI_MAX, whole

router = frame.router("pools")
NAIVE = N_("Write instants with their zone, like 2026-11-22T18:00Z.")


def _pool(unit: Unit, pool_id: Id, status: int = 200) -> Response:
    return ok(unit, pool_out(queries.pool(unit.session, unit.actor, pool_id, at=unit.now)), status=status)


def _round(unit: Unit, pool_id: Id, n: int, status: int = 200) -> Response:
    found = queries.round_view(unit.session, unit.actor, pool_id, n, at=unit.now)
    return ok(unit, round_out(found), status=status)


@router.get("/communities/{c}/pools", response_model=PoolsShown)
@limit("read")
def list_pools(request: Request, c: str, after: str | None = None, limit: int | None = None) -> Response:
    """The pools of a community, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.pools(unit.session, unit.actor, c, at=unit.now, after=after, limit=limit)
        return ok(unit, {"items": [card_out(one) for one in page.items], "next": page.next})


@router.post("/communities/{c}/pools", status_code=201, response_model=PoolShown)
@limit("write")
def found_pool(request: Request, c: str, body: PoolIn) -> Response:
    """Found a pool with its first rule."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        made = commands.found_pool(unit.session, unit.actor, here.id, body.founding(), at=unit.now)
        return _pool(unit, made.id, 201)


@router.get("/pools/{id}", response_model=PoolShown)
@limit("read")
def show_pool(request: Request, id: str) -> Response:
    """One pool: stock, rule with history, rounds, one's own account."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _pool(unit, parse_id(id))


@router.post("/pools/{id}/gifts", status_code=201, response_model=PoolShown)
@limit("write")
def give(request: Request, id: str, body: GiftIn) -> Response:
    """Say what one brings; a listing of one's own may be what is given."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.say_gift(
            unit.session,
            unit.actor,
            parse_id(id),
            whole(body.milli, STOCK_MILLI_MAX, field="milli"),
            words=body.words,
            listing_id=parse_id(body.listing) if body.listing else None,
            at=unit.now,
        )
        return _pool(unit, parse_id(id), 201)


@router.post("/pool-gifts/{id}/arrival", response_model=PoolShown)
@limit("write")
def answer_gift(request: Request, id: str, body: ArrivalIn | None = None) -> Response:
    """A keeper says whether a gift is there."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = body is None or body.here
        act = commands.take_gift_in if here else commands.decline_gift
        gift = act(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _pool(unit, gift.pool_id)


@router.post("/pools/{id}/stock", status_code=201, response_model=PoolShown)
@limit("write")
def count_stock(request: Request, id: str, body: StockIn) -> Response:
    """A keeper writes down what came, came back, spoiled, or was counted again."""
    with write_unit(request) as unit:
        unit.signed_in()
        milli = whole(body.milli, STOCK_MILLI_MAX, field="milli")
        commands.count_stock(
            unit.session, unit.actor, parse_id(id), milli, body.why, words=body.words, at=unit.now
        )
        return _pool(unit, parse_id(id), 201)


@router.post("/pools/{id}/rounds", status_code=201, response_model=RoundShown)
@limit("write")
def plan_round(request: Request, id: str, body: RoundIn) -> Response:
    """Announce a round; its commitment is published when it opens."""
    for moment in (body.opens_at, body.closes_at):
        if moment is not None and moment.tzinfo is None:
            raise Invalid(NAIVE, fields={"closes_at": NAIVE})
    supply = body.supply_milli
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.plan_round(
            unit.session,
            unit.actor,
            parse_id(id),
            opens_at=body.opens_at,
            closes_at=body.closes_at,
            supply_milli=None if supply is None else whole(supply, STOCK_MILLI_MAX, field="supply_milli"),
            at=unit.now,
        )
        return _round(unit, made.pool_id, made.n, 201)


@router.get("/pools/{id}/rounds/{n}", response_model=RoundShown)
@limit("read")
def show_round(request: Request, id: str, n: int) -> Response:
    """One round, with one's own claim, shares and explanation."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _round(unit, parse_id(id), n)


@router.put("/pools/{id}/rounds/{n}/claim", response_model=RoundShown)
@limit("write")
def put_claim(request: Request, id: str, n: int, body: ClaimIn) -> Response:
    """Ask for a share, or change what was asked for."""
    _check_zones(body)
    with write_unit(request) as unit:
        unit.signed_in()
        commands.claim(unit.session, unit.actor, parse_id(id), n, body.claiming(), at=unit.now)
        return _round(unit, parse_id(id), n)


def _check_zones(body: ClaimIn) -> None:
    if any(moment.tzinfo is None for window in body.windows for moment in window):
        raise Invalid(NAIVE, code="window_invalid", fields={"windows": NAIVE})


@router.delete("/pools/{id}/rounds/{n}/claim", status_code=204)
@limit("write")
def delete_claim(request: Request, id: str, n: int) -> Response:
    """Ask for nothing any more."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.withdraw_claim(unit.session, unit.actor, parse_id(id), n, at=unit.now)
        return nothing(unit)


@router.post("/pools/{id}/rounds/{n}/band-question", response_model=RoundShown)
@limit("write")
def ask_band(request: Request, id: str, n: int, body: BandQuestionIn) -> Response:
    """A keeper asks somebody whether it is still needed today; nothing changes by asking."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.ask_band(unit.session, unit.actor, parse_id(id), n, parse_id(body.person), at=unit.now)
        return _round(unit, parse_id(id), n)


@router.post("/pools/{id}/rounds/{n}/band", response_model=RoundShown)
@limit("write")
def answer_band(request: Request, id: str, n: int, body: BandAnswerIn) -> Response:
    """Whose claim it is keeps it at today, or lets it drop by one."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.answer_band(unit.session, unit.actor, parse_id(id), n, still=body.still, at=unit.now)
        return _round(unit, parse_id(id), n)


@router.post("/pools/{id}/rounds/{n}/entries", status_code=201, response_model=RoundShown)
@limit("write")
def enter_claim(request: Request, id: str, n: int, body: EntryIn) -> Response:
    """A keeper enters a claim for somebody who asked for it."""
    _check_zones(body)
    with write_unit(request) as unit:
        unit.signed_in()
        commands.enter_claim(
            unit.session,
            unit.actor,
            parse_id(id),
            n,
            parse_id(body.person),
            body.claiming(),
            asked=body.asked,
            at=unit.now,
        )
        return _round(unit, parse_id(id), n, 201)


@router.post("/pools/{id}/rounds/{n}/allocation", response_model=RoundShown)
@limit("write")
def allocate(request: Request, id: str, n: int) -> Response:
    """A keeper shares out what the clock has closed, or in a standing queue what has arrived."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.allocate(unit.session, unit.actor, parse_id(id), n, at=unit.now)
        return _round(unit, parse_id(id), n)


@router.post("/pools/{id}/rounds/{n}/cancellation", response_model=RoundShown)
@limit("write")
def cancel_round(request: Request, id: str, n: int, body: WhyIn) -> Response:
    """Call a round off: one keeper asks with a reason, another agrees."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.cancel_round(unit.session, unit.actor, parse_id(id), n, body.why, at=unit.now)
        return _round(unit, parse_id(id), n)


@router.get("/pools/{id}/rounds/{n}/record.json", response_model=dict[str, Any])
@limit("read")
def show_record(request: Request, id: str, n: int, whole: bool = False) -> Response:
    """What anybody needs to draw the round again; `whole` with every row, for keepers."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.record(unit.session, unit.actor, parse_id(id), n, at=unit.now, whole=whole))


@router.get("/pools/{id}/rounds/{n}/report", response_model=dict[str, Any])
@limit("read")
def show_report(request: Request, id: str, n: int) -> Response:
    """How fair the round was, in thousandths; empty below five claims."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.report(unit.session, unit.actor, parse_id(id), n, at=unit.now)
        return ok(unit, found.plain() if found else {})


@router.get("/pools/{id}/next", response_model=NextShown)
@limit("read")
def next_recipient(request: Request, id: str, order: bool = False) -> Response:
    """Who is asked now and why, for keepers; the rest of the order on request."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.next_recipient(unit.session, unit.actor, parse_id(id), at=unit.now, order=order)
        if found is None:
            return ok(unit, {"next": None, "order": []})
        told = {
            "next": found.handle,
            "round": found.n,
            "share": share_out(found.share),
            "explanation": found.explanation,
            "order": list(found.order),
        }
        return ok(unit, told)


@router.post("/shares/{id}/acceptance", response_model=ShareShown)
@limit("write")
def accept_share(request: Request, id: str) -> Response:
    """Yes, I take it."""
    with write_unit(request) as unit:
        unit.signed_in()
        share = commands.accept_share(unit.session, unit.actor, parse_id(id), at=unit.now)
        return ok(unit, share_out(share_view(share)))


@router.post("/shares/{id}/refusal", response_model=ShareShown)
@limit("write")
def refuse_share(request: Request, id: str) -> Response:
    """No, thank you: it goes to the next."""
    with write_unit(request) as unit:
        unit.signed_in()
        share = commands.refuse_share(unit.session, unit.actor, parse_id(id), at=unit.now)
        return ok(unit, share_out(share_view(share)))
