"""What waits for somebody in the ledger: asks to answer, a limit that is near, books that do not add up."""

from datetime import datetime

from sqlalchemy import String, cast, func, select

from minga.communities.access import communities_where, policies
from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref, needs
from minga.kit.several import Asking, answers
from minga.ledger.access.rows import SEE
from minga.ledger.models import (
    Account,
    AccountOwner,
    Balance,
    Book,
    Entry,
    EntryLine,
    LedgerCheck,
    PaymentAsk,
)
from minga.ledger.queries.branches import after_cuts
from minga.ledger.queries.payments import ask_view, asks_question, open_asks
from minga.ledger.rules import TIME, said_amount
from minga.ledger.rules.kinds import OwnerKind


@needs.register
def waits_in_the_ledger(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """Payment asks to answer, a limit that is near, and books that do not add up for who keeps them."""
    return tuple(
        answers(
            session,
            _asks_to_answer(actor, at),
            _limits_near(session, actor, at),
            _breaches(actor, at),
            *after_cuts(session, actor, at=at),
        )
    )


def _asks_to_answer(actor: Actor, at: datetime) -> Asking[NeedLine]:
    question = asks_question().where(
        PaymentAsk.payer_id == actor.person_id,
        PaymentAsk.community_id.in_(communities_where(actor, "community.see", at=at)),
        *open_asks(at),
    )
    rows = yield question.order_by(PaymentAsk.id).limit(20)
    found = [ask_view(row, actor, at) for row in rows]
    return [
        NeedLine(
            kind="payment_ask",
            ref=Ref("payment_ask", one.id),
            title=N_("{name} asks you for {amount}."),
            why="“{words}”" if one.words else "",
            facts={
                "name": one.asker,
                "amount": said_amount(one.amount, one.unit, one.exponent),
                "words": one.words[:120],
            },
            community_id=one.community_id,
            since_at=one.asked_at,
            due_at=one.expires_at,
            weight=2,
            acts=(
                Act(N_("Yes"), "answer_payment_ask", f"/payment-asks/{one.id}/answer", {"answer": "yes"}),
                Act(N_("Look"), None, f"/payment-asks/{one.id}"),
                Act(N_("No"), "answer_payment_ask", f"/payment-asks/{one.id}/answer", {"answer": "no"}),
            ),
        )
        for one in found
    ]


def _limits_near(session: Session, actor: Actor, at: datetime) -> Asking[NeedLine]:
    stands = -Balance.posted - Balance.held_out
    rows = yield (
        select(Account.id, Account.min_balance, stands.label("stands"), Community, Entry.posted_at)
        .join(AccountOwner, AccountOwner.account_id == Account.id)
        .join(Balance, Balance.account_id == Account.id)
        .join(Book, Book.id == Account.book_id)
        .join(Community, Community.id == Book.community_id)
        .outerjoin(
            Entry,
            Entry.id
            == select(func.max(EntryLine.entry_id))
            .where(EntryLine.account_id == Account.id)
            .correlate(Account)
            .scalar_subquery(),
        )
        .where(
            AccountOwner.owner_kind == OwnerKind.PERSON,
            AccountOwner.owner_id == actor.person_id,
            Account.unit == TIME,
            Account.closed_on.is_(None),
            Account.min_balance < 0,
            stands * 100 <= Account.min_balance,
            Community.id.in_(communities_where(actor, "community.see", at=at)),
        )
    )
    found = []
    for account_id, floor, amount, community, posted_at in rows:
        if floor is None:
            continue
        percent = policies.value(session, community.id, "ledger.warn_percent", at=at)
        if amount * 100 > floor * percent:
            continue
        found.append(
            NeedLine(
                kind="limit_near",
                ref=Ref("account", account_id),
                title=N_("You are at {amount} of {limit} in {community}."),
                facts={
                    "amount": said_amount(amount, TIME),
                    "limit": said_amount(floor, TIME),
                    "community": community.name,
                },
                community_id=community.id,
                since_at=posted_at or at,
                weight=0,
                acts=(Act(N_("My account"), None, f"/c/{community.slug}/money"),),
            )
        )
    return found


def _breaches(actor: Actor, at: datetime) -> Asking[NeedLine]:
    rows = yield (
        select(LedgerCheck, Community.slug, Community.name, Community.id)
        .join(Book, Book.id == LedgerCheck.book_id)
        .join(Community, Community.id == Book.community_id)
        .where(
            Community.id.in_(communities_where(actor, SEE, at=at)), cast(LedgerCheck.breaches, String) != "[]"
        )
        .limit(20)
    )
    return [
        NeedLine(
            kind="ledger_breach",
            ref=Ref("community", community_id),
            title=N_("The books of {community} do not add up."),
            facts={"community": name},
            community_id=community_id,
            since_at=check.checked_at,
            weight=3,
            acts=(Act(N_("Look"), None, f"/c/{slug}/money/desk"),),
        )
        for check, slug, name, community_id in rows
        if check.breaches
    ]
