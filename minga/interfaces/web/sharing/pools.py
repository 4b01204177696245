"""Pages of pools: what is held in common, one pool with its stock and rule, founding one, giving, claiming."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read, place_of, require
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.pool_forms import (
    WINDOW_ROWS,
    read_claim,
    read_founding,
    read_milli,
    read_moment,
    read_parameters,
)
from minga.interfaces.web.sharing.pool_words import ROUND_WORDS, WHAT_WORDS, PoolWords, unit_options, words_of
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import queries as sharing
from minga.sharing.commands import pooling as commands
from minga.sharing.queries import pooling as queries
from minga.sharing.queries.pools import PoolView
from minga.sharing.rules.allocation.names import UNIT_RULES, Rule, What
from minga.sharing.rules.pools import RULE_SENTENCES, RULE_WORDS, RoundState, StockWhy

router = PageRouter()
NO_ROUND = N_("No round takes claims now.")
OFFERED_RULES = [one for one in Rule if one in UNIT_RULES]


def number_of(n: str) -> int:
    """The number of a round in an address."""
    if not (n.isascii() and n.isdecimal() and len(n) < 10):
        raise NotFound()
    return int(n)


def community_of(unit: Unit, pool: PoolView) -> Any:
    """The frame's community."""
    return community_to_read(unit.session, unit.actor, pool.community_id, at=unit.now)


@router.get("/c/{c}/pools", limit="read")
def show_pools(request: Request, c: str) -> Response:
    """What there is, the next round of each, and what one claimed."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _list(request, unit, c)


def _list(request: Request, unit: Unit, c: str) -> Response:
    here = community_to_read(unit.session, unit.actor, c, at=unit.now)
    page = queries.pools(unit.session, unit.actor, c, at=unit.now, after=request.query_params.get("after"))
    place = place_of(unit.session, unit.actor, here.id, at=unit.now)
    return render(
        request,
        unit,
        "sharing/pools.html",
        community=here,
        cards=page.items,
        next=f"/c/{here.slug}/pools?after={page.next}" if page.next else None,
        may_found=place is not None and "pool.found" in place.capabilities,
        saying=Saying.of(request, unit),
        rule_words=RULE_WORDS,
        round_words=ROUND_WORDS,
        what_words=WHAT_WORDS,
        counted=(What.UNITS, What.ITEM),
    )


@router.get("/c/{c}/pools/new", limit="read")
def ask_for_pool(request: Request, c: str) -> Response:
    """The form of a new pool, for those who may found one."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _form(request, unit, c, None)


def _form(request: Request, unit: Unit, c: str, refusal: Refused | None) -> Response:
    here = community_to_read(unit.session, unit.actor, c, at=unit.now)
    require(unit.session, unit.actor, "pool.found", here.id, at=unit.now)
    saying = Saying.of(request, unit)
    return render(
        request,
        unit,
        "sharing/pool_new.html",
        refusal.status if refusal else 200,
        community=here,
        refusal=refusal,
        what_options=[(one.value, saying.say(word)) for one, word in WHAT_WORDS.items()],
        rule_options=rule_options(saying),
        unit_options=unit_options(saying),
        categories=[
            (one.id, one.label(saying.voice.language.tag))
            for one in sharing.categories(unit.session, unit.actor, here.id)
        ],
    )


def rule_options(saying: Saying) -> list[tuple[str, str, str]]:
    """The rules with a sentence each."""
    return [
        (one.value, saying.say(RULE_WORDS[one]), saying.say(RULE_SENTENCES[one])) for one in OFFERED_RULES
    ]


@router.post("/c/{c}/pools", limit="write")
def found_pool(request: Request, c: str) -> Response:
    """Found a pool; what was typed comes back with what does not fit."""
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_to_read(unit.session, unit.actor, c, at=unit.now)
            given = read_founding(read_form(request))
            made = commands.found_pool(unit.session, unit.actor, here.id, given, at=unit.now)
            return unit.go_to(f"/pools/{made.id}", said=N_("The pool is there. Say what is in it."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, c, refusal)


@router.get("/pools/{id}", limit="read")
def show_pool(request: Request, id: str) -> Response:
    """One pool: stock, rule in words, rounds, one's own account; for keepers what there is to do."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, id, None)


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    pool = queries.pool(unit.session, unit.actor, parse_id(id), at=unit.now)
    words = PoolWords.of(request, unit, pool)
    return render(
        request,
        unit,
        "sharing/pool.html",
        refusal.status if refusal else 200,
        community=community_of(unit, pool),
        refusal=refusal,
        **words_of(words),
        what_word=words.say(WHAT_WORDS[pool.what]),
        rule_options=rule_options(words.saying),
        stock_options=[
            (StockWhy.GIVEN.value, words.say(N_("It came in"))),
            (StockWhy.RETURNED.value, words.say(N_("It came back"))),
            (StockWhy.SPOILED.value, words.say(N_("It spoiled"))),
            (StockWhy.CORRECTED.value, words.say(N_("Counted again: so much more, or less with a minus"))),
        ],
    )


def _act(request: Request, id: str, act: Callable[[Unit], str], said: str) -> Response:
    """One form of the pool's page: what does not fit is said there."""
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            return unit.go_to(act(unit), said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, id, refusal)


@router.post("/pools/{id}/gifts", limit="write")
def give_to_pool(request: Request, id: str) -> Response:
    """Say what one brings; a keeper says when it is there."""
    form = read_form(request)

    def act(unit: Unit) -> str:
        milli = read_milli(form, "gift", required=True) or 0
        commands.say_gift(
            unit.session, unit.actor, parse_id(id), milli, words=form.get("gift_words"), at=unit.now
        )
        return f"/pools/{parse_id(id)}"

    return _act(request, id, act, N_("Thank you. It counts as soon as a keeper says that it is there."))


@router.post("/pool-gifts/{id}/arrival", limit="write")
def answer_gift(request: Request, id: str) -> Response:
    """A keeper says whether a gift is there."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = read_form(request).get("answer") != "no"
        act = commands.take_gift_in if here else commands.decline_gift
        gift = act(unit.session, unit.actor, parse_id(id), at=unit.now)
        said = N_("It is in the pool now.") if here else N_("Noted. Nothing was added.")
        return unit.go_to(f"/pools/{gift.pool_id}", said=said)


@router.post("/pools/{id}/stock", limit="write")
def count_stock(request: Request, id: str) -> Response:
    """A keeper writes down what came, spoiled, or was counted again."""
    form = read_form(request)

    def act(unit: Unit) -> str:
        milli = read_milli(form, "stock", required=True) or 0
        why = form.get("why")
        commands.count_stock(
            unit.session,
            unit.actor,
            parse_id(id),
            milli,
            StockWhy(why) if why in {one.value for one in StockWhy} else StockWhy.GIVEN,
            words=form.get("stock_words"),
            at=unit.now,
        )
        return f"/pools/{parse_id(id)}"

    return _act(request, id, act, N_("Written down."))


@router.post("/pools/{id}/rule", limit="write")
def change_rule(request: Request, id: str) -> Response:
    """Another rule from the next round on."""
    form = read_form(request)

    def act(unit: Unit) -> str:
        rule = form.get("rule")
        parameters = read_parameters(rule, form)
        commands.set_pool_rule(unit.session, unit.actor, parse_id(id), rule, parameters, at=unit.now)
        return f"/pools/{parse_id(id)}"

    return _act(request, id, act, N_("It holds from the next round on."))


@router.post("/pools/{id}/end", limit="write")
def end_pool(request: Request, id: str) -> Response:
    """Share it out no more."""
    return _act(request, id, lambda unit: _end(unit, id), N_("The pool has ended. Its records stay."))


def _end(unit: Unit, id: str) -> str:
    commands.end_pool(unit.session, unit.actor, parse_id(id), at=unit.now)
    return f"/pools/{parse_id(id)}"


@router.post("/pools/{id}/rounds", limit="write")
def plan_round(request: Request, id: str) -> Response:
    """Announce a round, now or from a moment on."""
    form = read_form(request)

    def act(unit: Unit) -> str:
        made = commands.plan_round(
            unit.session,
            unit.actor,
            parse_id(id),
            opens_at=read_moment(unit, form, "opens", "opens_time"),
            closes_at=read_moment(unit, form, "closes", "closes_time"),
            supply_milli=read_milli(form, "supply"),
            at=unit.now,
        )
        return f"/pools/{parse_id(id)}/rounds/{made.n}"

    return _act(request, id, act, N_("The round is announced."))


@router.get("/pools/{id}/claims", limit="read")
def ask_for_claim(request: Request, id: str) -> Response:
    """The form of a claim; it says before what is used and what is not."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _claim_form(request, unit, id, None)


def _claim_form(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    pool = queries.pool(unit.session, unit.actor, parse_id(id), at=unit.now)
    found = _running(unit, pool)
    words = PoolWords.of(request, unit, pool)
    return render(
        request,
        unit,
        "sharing/pool_claim.html",
        refusal.status if refusal else 200,
        community=community_of(unit, pool),
        refusal=refusal,
        found=found,
        own=found.own if found.own and not found.own.withdrawn else None,
        window_rows=range(1, WINDOW_ROWS + 1),
        rank_rows=range(1, min(12, len(pool.things)) + 1),
        given_times=_given_times(unit, pool),
        **words_of(words),
    )


def _given_times(unit: Unit, pool: PoolView) -> list[tuple[datetime, datetime]]:
    """The times to come that were given already, for whoever chooses theirs."""
    if pool.what is not What.SLOTS:
        return []
    found = queries.times_to_come(unit.session, unit.actor, pool.id, at=unit.now)
    return [
        (datetime.fromtimestamp(start * 60, UTC), datetime.fromtimestamp(until * 60, UTC))
        for start, until in found
    ]


def _running(unit: Unit, pool: PoolView) -> queries.RoundView:
    if pool.running is None or pool.running.state is not RoundState.OPEN:
        raise Conflict(NO_ROUND, code="round_closed")
    return queries.round_view(unit.session, unit.actor, pool.id, pool.running.n, at=unit.now)


@router.post("/pools/{id}/claims", limit="write")
def make_claim(request: Request, id: str) -> Response:
    """Ask for a share, or change what was asked for."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            pool = queries.pool(unit.session, unit.actor, parse_id(id), at=unit.now)
            found = _running(unit, pool)
            given = read_claim(unit, form, pool)
            commands.claim(unit.session, unit.actor, pool.id, found.n, given, at=unit.now)
            said = N_("Written down. You can change it until the round closes.")
            return unit.go_to(f"/pools/{pool.id}/rounds/{found.n}", said=said)
    except Refused as refusal:
        if not refusal.fields and refusal.name not in ("band_used_up", "claim_exists"):
            raise
        with read_unit(request) as unit:
            return _claim_form(request, unit, id, refusal)
