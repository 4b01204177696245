"""What waits for a person in sharing: asks to answer, things due or back, work to accept. Two statements."""

from datetime import datetime, timedelta
from typing import Any

from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref, needs
from minga.sharing.queries.asks import AskView, open_asks_of
from minga.sharing.queries.exchanges import running_exchanges
from minga.sharing.queries.steps import ExchangeLine
from minga.sharing.rules import Direction
from minga.sharing.rules.asks import AskState
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus, LegWhat, Side
from minga.sharing.rules.loans import LoanState

DUE_SOON = timedelta(days=2)
MOST = 20


@needs.register
def waits_in_exchanges(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """The lines of one person, the most urgent kinds first where there are too many."""
    asks = [line for one in open_asks_of(session, actor) if (line := _of_ask(one)) is not None]
    running = [
        line
        for one in running_exchanges(session, actor, at=at)
        if (line := _of_exchange(one, at)) is not None
    ]
    return tuple(sorted((*running, *asks), key=lambda line: (-line.weight, line.since_at))[:MOST])


def _of_ask(ask: AskView) -> NeedLine | None:
    facts = {"name": ask.asker_name, "title": ask.title}
    ref = Ref("ask", ask.id)
    page = f"/asks/{ask.id}"
    if ask.mine and ask.state is AskState.OTHER_WINDOW:
        return NeedLine(
            kind="ask_answered",
            ref=ref,
            title=N_("Another day is proposed for “{title}”."),
            facts={"title": ask.title},
            since_at=ask.sent_at,
            due_at=ask.lapses_at,
            weight=2,
            acts=(
                Act(N_("Look"), None, page),
                Act(N_("Yes"), "agree_to_proposal", f"{page}/answer", {"answer": "accept"}),
                Act(N_("No"), "withdraw", f"{page}/withdrawal"),
            ),
        )
    if ask.mine or ask.state is not AskState.SENT:
        return None
    need = ask.direction is Direction.NEED
    return NeedLine(
        kind="ask_received",
        ref=ref,
        title=N_("{name} can help with “{title}”.") if need else N_("{name} asks for “{title}”."),
        why="“{words}”" if ask.words else "",
        facts={**facts, "words": _short(ask.words)},
        since_at=ask.sent_at,
        due_at=ask.lapses_at,
        weight=2,
        acts=(
            Act(N_("Yes"), "accept", f"{page}/answer", {"answer": "accept"}),
            Act(N_("Another day"), None, page),
            Act(N_("No"), "decline", f"{page}/answer", {"answer": "decline"}),
        ),
    )


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= 120 else f"{flat[:119]}…"


def _of_exchange(line: ExchangeLine, at: datetime) -> NeedLine | None:
    if line.status is ExchangeStatus.DISPUTED:
        return _line(
            line,
            "dispute_step",
            N_("“{title}” is being talked over with {name}."),
            (Act(N_("Look"), None, f"/exchanges/{line.id}"),),
        )
    if line.dates.cancel_wished_by is line.side.other:
        return _line(
            line,
            "cancel_wished",
            N_("{name} would like to call off “{title}”."),
            (
                Act(N_("Agree"), "cancel", f"/exchanges/{line.id}/cancellation"),
                Act(N_("Look"), None, f"/exchanges/{line.id}"),
            ),
        )
    if line.kind is ExchangeKind.LOAN:
        return _of_loan(line, at)
    return _of_gift(line, at)


def _of_gift(line: ExchangeLine, at: datetime) -> NeedLine | None:
    dates, page = line.dates, f"/exchanges/{line.id}"
    if dates.done_at(line.side) is not None:
        return None
    done = Act(N_("Yes"), "done", f"{page}/done")
    if dates.done_at(line.side.other) is not None:
        other = (
            Act(N_("Not yet"), None, page) if dates.what is LegWhat.EFFORT else Act(N_("Look"), None, page)
        )
        title = (
            N_("Was “{title}” done?") if dates.what is LegWhat.EFFORT else N_("Has “{title}” changed hands?")
        )
        return _line(line, "confirm_done", title, (done, other), weight=2)
    if line.side is Side.PROVIDER and (line.from_at is None or line.from_at <= at):
        effort = dates.what is LegWhat.EFFORT
        return _line(
            line,
            "promised",
            N_("You said yes to “{title}” for {name}.") if effort else N_("“{title}” is for {name}."),
            (Act(N_("Done") if effort else N_("Given"), "done", f"{page}/done"), Act(N_("Look"), None, page)),
            due_at=line.until_at,
        )
    return None


def _of_loan(line: ExchangeLine, at: datetime) -> NeedLine | None:
    giver = line.side is Side.PROVIDER
    if line.loan is None:
        if giver and (line.from_at is None or line.from_at <= at):
            hand_over = Act(N_("Handed over"), "lend", f"/exchanges/{line.id}/start")
            look = Act(N_("Look"), None, f"/exchanges/{line.id}")
            return _line(
                line, "hand_over", N_("“{title}” is lent to {name}. Hand it over."), (hand_over, look)
            )
        return None
    return _for_lender(line) if giver else _for_borrower(line, at)


def _for_lender(line: ExchangeLine) -> NeedLine | None:
    loan = line.loan
    if loan is None:
        return None
    page = f"/loans/{loan.id}"
    if loan.wished_due_on is not None:
        return _line(
            line,
            "renewal_asked",
            N_("{name} would like to keep “{title}” until {day}."),
            (
                Act(N_("Yes"), "answer_renewal", f"{page}/renewal", {"answer": "yes"}),
                Act(N_("No"), "answer_renewal", f"{page}/renewal", {"answer": "no"}),
            ),
            day=loan.wished_due_on,
            weight=2,
        )
    if loan.state is LoanState.BROUGHT_BACK:
        return _line(
            line,
            "back_to_confirm",
            N_("{name} says that “{title}” is back."),
            (
                Act(N_("It is here"), "take_back", f"{page}/return"),
                Act(N_("Not yet"), "not_back", f"{page}/return", {"answer": "not_yet"}),
                Act(N_("Look"), None, f"/exchanges/{line.id}"),
            ),
            weight=2,
        )
    if loan.overdue:
        return _line(
            line,
            "overdue",
            N_("“{title}” was due back from {name} on {day}."),
            (
                Act(N_("It is here"), "take_back", f"{page}/return"),
                Act(N_("Write"), None, f"/exchanges/{line.id}"),
            ),
            day=loan.due_on,
            due_at=end_of(loan.due_on, line.zone),
        )
    return None


def _for_borrower(line: ExchangeLine, at: datetime) -> NeedLine | None:
    loan = line.loan
    if loan is None or loan.state is not LoanState.OUT:
        return None
    if loan.due_on > today(at + DUE_SOON, line.zone):
        return None
    page = f"/loans/{loan.id}"
    renew = Act(N_("Renew"), "renew", f"{page}/renewal")
    late = loan.overdue
    return _line(
        line,
        "overdue" if late else "due_soon",
        N_("“{title}” was due on {day}.") if late else N_("“{title}” is due on {day}."),
        (
            Act(N_("I brought it back"), "bring_back", f"{page}/brought-back"),
            *(() if loan.wished_due_on else (renew,)),
            Act(N_("Look"), None, f"/exchanges/{line.id}"),
        ),
        day=loan.due_on,
        due_at=end_of(loan.due_on, line.zone),
        weight=2,
    )


def _line(
    line: ExchangeLine,
    kind: str,
    title: str,
    acts: tuple[Act, ...],
    *,
    due_at: datetime | None = None,
    weight: int = 1,
    **facts: Any,
) -> NeedLine:
    return NeedLine(
        kind=kind,
        ref=Ref("exchange", line.id),
        title=title,
        facts={"name": line.other_name, "title": line.title, **facts},
        community_id=line.community_id,
        since_at=line.agreed_at,
        due_at=due_at,
        weight=weight,
        acts=acts,
    )
