"""Being erased: asked for, taken back within two weeks, then done, in one transaction.

What is left is a person without a name, so that the other side of an exchange, a balance and the chain of the log
stay whole. What each table does is said in `holdings`; what domains do beside that, in `kit.leaving`.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from minga.identity.commands.means import require_confirmed
from minga.identity.commands.people import end_all_sign_ins
from minga.identity.events import DataAsked, ErasureCancelled, PersonErased
from minga.identity.models import Contact, DataRequest, Detail, HandlePast, OperatorGrant, Person
from minga.identity.rules.actor import Actor, Via
from minga.identity.rules.data import FORMER, GRACE, NOT_YET_ERASED, RequestKind, handle_of_former
from minga.identity.rules.names import HANDLE_RESERVED
from minga.identity.rules.sign_ins import Ended
from minga.kit import holdings, jobs, leaving
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotSignedIn
from minga.kit.events import emit
from minga.kit.i18n import N_, translator
from minga.kit.ids import Id
from minga.kit.leaving import Farewell, InTheWay, stands_in_the_way
from minga.kit.repeat import Repeat
from minga.kit.schedule import every

LAST_OPERATOR = N_("You are the last one who runs this node. Make somebody else operator first.")
KNOWN_MIN = 4
SCRUBBED = "…"


def ask_for_erasure(session: Session, actor: Actor, *, keep_words: bool, at: datetime) -> DataRequest:
    """Begin the two weeks. Refused with everything that is still open; asked twice, it is asked once."""
    if actor.person_id is None or not actor.signed_in:
        raise NotSignedIn()
    require_confirmed(session, actor, at=at)
    return begin_erasure(session, actor, actor.person_id, keep_words=keep_words, at=at)


def begin_erasure(
    session: Session,
    actor: Actor,
    person_id: Id,
    *,
    keep_words: bool,
    at: datetime,
    grace: timedelta = GRACE,
) -> DataRequest:
    """The same for somebody else by whoever was allowed to; internal, whoever calls this has checked who may."""
    waiting = erasure_of(session, person_id)
    if waiting is not None:
        return waiting
    require_nothing_open(session, person_id, at=at)
    request = DataRequest(
        person_id=person_id,
        kind=RequestKind.ERASURE,
        keep_words=keep_words,
        asked_at=at,
        due_at=at + grace,
    )
    session.add(request)
    session.flush()
    told = DataAsked(person_id=person_id, kind=RequestKind.ERASURE)
    emit(session, actor, told, at=at, person_id=person_id)
    return request


def require_nothing_open(session: Session, person_id: Id, *, at: datetime) -> None:
    """Refuse while something stands in the way of being erased."""
    if leaving.in_the_way(session, person_id, at=at):
        raise Conflict(NOT_YET_ERASED, code="has_open_ends")


def cancel_erasure(session: Session, actor: Actor, *, at: datetime) -> None:
    """Stay. Where nothing was asked, nothing happens."""
    if actor.person_id is None or not actor.signed_in:
        raise NotSignedIn()
    stop_erasure(session, actor, actor.person_id, at=at)


def stop_erasure(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """That person stays; internal, whoever calls this has checked who may."""
    waiting = erasure_of(session, person_id)
    if waiting is None:
        return
    waiting.cancelled_at = at
    session.flush()
    emit(session, actor, ErasureCancelled(person_id=person_id), at=at, person_id=person_id)


def erasure_of(session: Session, person_id: Id) -> DataRequest | None:
    """The erasure of that person that is on its way."""
    return session.scalar(
        select(DataRequest).where(
            DataRequest.person_id == person_id,
            DataRequest.kind == RequestKind.ERASURE,
            DataRequest.done_at.is_(None),
            DataRequest.cancelled_at.is_(None),
        )
    )


@every("identity.erase", hours=1, lane="heavy")
def erase_due(run: jobs.Run, _args: dict[str, Any]) -> None:
    """Erase everybody whose two weeks are over, each in a transaction of their own."""
    now = run.clock()
    with run.database.read() as session:
        due = session.scalars(
            select(DataRequest.id).where(
                DataRequest.kind == RequestKind.ERASURE,
                DataRequest.due_at <= now,
                DataRequest.done_at.is_(None),
                DataRequest.cancelled_at.is_(None),
            )
        ).all()
    for request_id in due:
        with run.database.write() as session:
            erase(session, request_id, at=now)


def erase(session: Session, request_id: Id, *, at: datetime) -> bool:
    """Do it. What has come in the way since lets it wait until that is settled; answers whether it was done."""
    request = session.get_one(DataRequest, request_id, with_for_update=True)
    if request.done_at or request.cancelled_at or leaving.in_the_way(session, request.person_id, at=at):
        return False
    person = session.get_one(Person, request.person_id)
    farewell = Farewell(person.id, request.keep_words, _known(session, person))
    leaving.say_farewell(session, farewell, at=at)
    end_all_sign_ins(session, person.id, why=Ended.ERASED, at=at)
    session.flush()
    session.expire_all()
    _let_rows_go(session, farewell)
    session.execute(delete(Repeat).where(Repeat.key.startswith(f"{person.id} ")))
    _make_nobody(session, person, at)
    request.done_at = at
    session.flush()
    emit(session, Actor(None, Via.WORKER), PersonErased(person_id=person.id), at=at, person_id=person.id)
    return True


def _known(session: Session, person: Person) -> tuple[str, ...]:
    """By what somebody could be recognised; longest first, so that no part of a longer one is left."""
    found = {person.name, person.handle}
    found |= set(session.scalars(select(Contact.value).where(Contact.person_id == person.id)))
    found |= set(session.scalars(select(Contact.value_key).where(Contact.person_id == person.id)))
    address = select(Detail.value).where(Detail.person_id == person.id, Detail.key.in_(("address", "area")))
    found |= set(session.scalars(address))
    return tuple(sorted((one for one in found if len(one) >= KNOWN_MIN), key=lambda one: (-len(one), one)))


def _let_rows_go(session: Session, farewell: Farewell) -> None:
    """What goes is deleted, from the tables that point at others down; what stays loses its own words."""
    connection = session.connection()
    for one in reversed(holdings.holdings()):
        if not one.own:
            continue
        table = holdings.table_of(one)
        mine = holdings.either(table, one.own, [farewell.person_id])
        if one.goes:
            connection.execute(delete(table).where(mine))
            continue
        if one.blank:
            emptied = {name: None if table.c[name].nullable else "" for name in one.blank}
            connection.execute(update(table).where(mine).values(emptied))
        for name in one.scrub:
            column = table.c[name]
            for known in farewell.known:
                spoken = mine & func.lower(column).contains(known.lower(), autoescape=True)
                connection.execute(update(table).where(spoken).values({name: SCRUBBED}))


def _make_nobody(session: Session, person: Person, at: datetime) -> None:
    former = str(translator(person.language).gettext(FORMER))
    session.merge(
        HandlePast(
            handle_key=person.handle_key,
            person_id=person.id,
            redirects_until=at,
            reserved_until=at + HANDLE_RESERVED,
        )
    )
    session.execute(
        update(OperatorGrant)
        .where(OperatorGrant.person_id == person.id, OperatorGrant.ended_at.is_(None))
        .values(ended_at=at)
    )
    nobody = handle_of_former(person.id)
    person.handle, person.handle_key = nobody, nobody
    person.name, person.name_key = former, former.casefold()
    person.photo, person.look, person.word_off = None, {}, True
    person.language, person.zone = "en", "UTC"
    person.erased_at, person.version = at, person.version + 1
    session.flush()


@stands_in_the_way
def runs_the_node(session: Session, person_id: Id) -> list[InTheWay]:
    """The last one who runs the machine hands it on first."""
    live = session.scalars(select(OperatorGrant.person_id).where(OperatorGrant.ended_at.is_(None))).all()
    return [InTheWay(LAST_OPERATOR, "/node/people")] if list(live) == [person_id] else []
