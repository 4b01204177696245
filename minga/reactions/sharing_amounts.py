"""What follows when something is given in return: both are told, and who forgets to say *done* is reminded."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities.access import holders_of
from minga.identity import Actor, Via
from minga.kit import jobs
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.reactions.sharing import tell_of_exchange, tell_other_side
from minga.sharing import queries
from minga.sharing.events import (
    AmountChanged,
    AmountProposed,
    CreditPosted,
    CreditReturned,
    SideDone,
    SwapStopped,
)
from minga.sharing.rules.amounts import DISPATCHER_AFTER, REMIND_AFTER
from minga.sharing.rules.exchanges import Side


@on(SwapStopped, name="communication.tell_swap_stopped")
def tell_swap_stopped(session: Session, event: SwapStopped, *, at: datetime) -> None:
    """Both are told, also who pressed the button."""
    sentence = N_(
        "The swap of “{title}” cannot take place now: one of the two is not free. Nothing has moved."
    )
    for person_id in (event.provider_id, event.receiver_id):
        tell_of_exchange(session, event, person_id, event.exchange_id, sentence, at)


@on(AmountProposed, name="communication.tell_amount_proposed")
def tell_amount_proposed(session: Session, event: AmountProposed, *, at: datetime) -> None:
    tell_other_side(session, event, N_("{name} proposes another amount for “{title}”."), at)


@on(AmountChanged, name="communication.tell_amount_changed")
def tell_amount_changed(session: Session, event: AmountChanged, *, at: datetime) -> None:
    tell_other_side(session, event, N_("{name} agreed to the other amount for “{title}”."), at)


@on(CreditPosted, name="communication.tell_credit")
def tell_credit(session: Session, event: CreditPosted, *, at: datetime) -> None:
    sentence = N_("What you get for “{title}” is written down. Thank you.")
    tell_of_exchange(session, event, event.payee_id, event.exchange_id, sentence, at)


@on(CreditReturned, name="communication.tell_credit_returned")
def tell_credit_returned(session: Session, event: CreditReturned, *, at: datetime) -> None:
    sentence = N_("What was given for “{title}” is undone.")
    for person_id in (event.payer_id, event.payee_id):
        tell_of_exchange(session, event, person_id, event.exchange_id, sentence, at)


@on(SideDone, name="sharing.remind_silent_payer")
def remind_silent_payer(session: Session, event: SideDone, *, at: datetime) -> None:
    """Who does it says done; whoever pays is reminded until they say so too."""
    if event.side != Side.PROVIDER:
        return
    said_at = event.happened_at or at
    for number, wait in enumerate(REMIND_AFTER):
        args = {"exchange_id": event.exchange_id, "said_at": said_at.isoformat(), "number": number}
        key = f"sharing.payer:{event.exchange_id}:{said_at:%Y%m%d%H%M%S}:{number}"
        jobs.enqueue(session, "sharing.payer", args, at=at, run_at=said_at + wait, unique_key=key)
    args = {"exchange_id": event.exchange_id, "said_at": said_at.isoformat()}
    key = f"sharing.payer_silent:{event.exchange_id}:{said_at:%Y%m%d%H%M%S}"
    when = said_at + DISPATCHER_AFTER
    jobs.enqueue(session, "sharing.payer_silent", args, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.payer")
def payer(run: Run, args: dict[str, Any]) -> None:
    """Remind whoever pays, while the same *done* still waits for their word."""
    now, exchange_id = run.clock(), args["exchange_id"]
    with run.database.write() as session:
        found = queries.unpaid(session, Actor.machine(), exchange_id)
        if found is None or found.done_at.isoformat() != args["said_at"]:
            return
        try:
            line = queries.exchange(session, Actor(found.payer_id, Via.WORKER), exchange_id, at=now).line
        except NotFound:
            return
        communication.notify(
            session,
            found.payer_id,
            event_id=digest(f"payer {exchange_id} {args['said_at']} {args['number']}")[:32],
            notice_class=NoticeClass.DUTY,
            ref=Ref("exchange", exchange_id),
            sentence=N_("Is “{title}” done? {name} waits for your word."),
            facts={"title": line.title, "name": line.other_name},
            community_id=line.community_id,
            at=now,
        )


@jobs.job("sharing.payer_silent")
def payer_silent(run: Run, args: dict[str, Any]) -> None:
    """Tell the dispatchers of whoever has not said a word for a fortnight; nothing is posted by itself."""
    now, exchange_id = run.clock(), args["exchange_id"]
    with run.database.write() as session:
        found = queries.unpaid(session, Actor.machine(), exchange_id)
        if found is None or found.done_at.isoformat() != args["said_at"]:
            return
        for holder in holders_of(session, "dispatch.see", found.community_id, at=now):
            if holder.person_id == found.payer_id:
                continue
            communication.notify(
                session,
                holder.person_id,
                event_id=digest(f"silent {exchange_id} {args['said_at']}")[:32],
                notice_class=NoticeClass.DUTY,
                ref=Ref("listing", found.listing_id),
                sentence=N_("{name} has not said for a fortnight whether “{title}” is done. Ask them."),
                facts={"name": found.payer_name, "title": found.title},
                community_id=found.community_id,
                at=now,
            )
