"""Setting and ending the means by which a person signs in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from minga.identity import events
from minga.identity.commands.people import end_all_sign_ins
from minga.identity.models import Passkey, Password, Person, RecoveryCode, RecoveryContact, SignIn
from minga.identity.rules.actor import Actor
from minga.identity.rules.names import handle_key
from minga.identity.rules.sign_ins import (
    RECOVERY_CODE_LENGTH,
    RECOVERY_CODES,
    RECOVERY_CONTACTS_MAX,
    Ended,
    require_fresh,
)
from minga.kit.crypto import digest, grouped, random_crockford, read_crockford
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id


def set_password(session: Session, actor: Actor, person_id: Id, phc: str, *, at: datetime) -> None:
    """Keep a password's hash (made outside the unit); all other sign-ins of the person end at once."""
    _own(actor, person_id)
    found = session.get(Password, person_id)
    if found:
        found.phc, found.changed_at = phc, at
    else:
        session.add(Password(person_id=person_id, phc=phc, changed_at=at))
    end_all_sign_ins(session, person_id, why=Ended.MEANS_CHANGED, but=actor.sign_in_id, at=at)
    event = events.MeansChanged(person_id=person_id, what="password")
    emit(session, actor, event, at=at, person_id=person_id)


def rehash(session: Session, person_id: Id, old: str, phc: str) -> None:
    """Replace a hash by a stronger one of the same password, unless it changed meanwhile."""
    session.execute(
        update(Password).where(Password.person_id == person_id, Password.phc == old).values(phc=phc)
    )


def remove_password(session: Session, actor: Actor, *, at: datetime) -> None:
    """Do without a password; other sign-ins end."""
    person_id = _signed_in(actor)
    if session.execute(
        delete(Password).where(Password.person_id == person_id).returning(Password.person_id)
    ).first():
        end_all_sign_ins(session, person_id, why=Ended.MEANS_CHANGED, but=actor.sign_in_id, at=at)
        emit(session, actor, events.MeansChanged(person_id=person_id, what="password_ended"), at=at)


def make_recovery_codes(session: Session, actor: Actor, *, at: datetime) -> list[str]:
    """Eight new codes, answered once; the earlier ones end."""
    person_id = _signed_in(actor)
    session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.ended_at.is_(None))
        .values(ended_at=at)
    )
    codes = [random_crockford(RECOVERY_CODE_LENGTH) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(person_id=person_id, hash=_code_hash(person_id, code), made_at=at) for code in codes
    )
    emit(session, actor, events.MeansChanged(person_id=person_id, what="codes"), at=at)
    return [grouped(code, 5) for code in codes]


def use_recovery_code(session: Session, handle: str, code: str, *, at: datetime) -> Id | None:
    """Whom this code belongs to, marked used in the same statement; None when name and code do not fit."""
    person_id = session.scalar(
        select(Person.id).where(
            Person.handle_key == handle_key(handle),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    )
    hashed = _code_hash(person_id or "", read_crockford(code[:40]))
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.hash == hashed,
            RecoveryCode.person_id == person_id,
            RecoveryCode.used_at.is_(None),
            RecoveryCode.ended_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCode.person_id)
    ).first()
    return used.person_id if used else None


def _code_hash(person_id: Id, code: str) -> str:
    return digest(f"{person_id}|{code}")


def set_recovery_contacts(session: Session, actor: Actor, handles: Sequence[str], *, at: datetime) -> None:
    """Whose word counts when everything is lost: nobody to five people."""
    person_id = _signed_in(actor)
    keys = {handle_key(handle) for handle in handles if handle.strip()}
    if len(keys) > RECOVERY_CONTACTS_MAX:
        sentence = N_("At most five people.")
        raise Invalid(sentence, fields={"contacts": sentence})
    found = session.execute(
        select(Person.id, Person.handle_key).where(Person.handle_key.in_(keys), Person.erased_at.is_(None))
    ).all()
    missing = keys - {row.handle_key for row in found}
    if missing:
        sentence = N_("Nobody here is called @{handle}.")
        raise Invalid(sentence, fields={"contacts": sentence}, handle=min(missing))
    if any(row.id == person_id for row in found):
        sentence = N_("Choose others: your own word cannot help you then.")
        raise Invalid(sentence, fields={"contacts": sentence})
    session.execute(delete(RecoveryContact).where(RecoveryContact.person_id == person_id))
    session.add_all(RecoveryContact(person_id=person_id, contact_id=row.id, made_at=at) for row in found)
    emit(session, actor, events.MeansChanged(person_id=person_id, what="contacts"), at=at)


def switch_word(session: Session, actor: Actor, *, off: bool, at: datetime) -> None:
    """Whether others may be asked to let this person in. Off needs another means, or nothing would be left."""
    person_id = _signed_in(actor)
    person = session.get_one(Person, person_id)
    if off and not has_means(session, person_id):
        raise Conflict(N_("Set a password or a passkey first, or nothing would let you in."))
    if person.word_off != off:
        person.word_off = off
        emit(session, actor, events.MeansChanged(person_id=person_id, what="word"), at=at)


def has_means(session: Session, person_id: Id) -> bool:
    """Whether the person has a password or a passkey."""
    return bool(
        session.scalar(select(func.count()).select_from(Password).where(Password.person_id == person_id))
        or session.scalar(
            select(func.count())
            .select_from(Passkey)
            .where(Passkey.person_id == person_id, Passkey.ended_at.is_(None))
        )
    )


def _signed_in(actor: Actor) -> Id:
    if actor.person_id is None:
        raise NotFound()
    return actor.person_id


def _own(actor: Actor, person_id: Id) -> None:
    """One sets one's own means; the machine may for anybody."""
    if actor.person_id != person_id and not (actor.operator and actor.person_id is None):
        raise NotFound()


def finish_recovery(session: Session, actor: Actor, *, keep_others: bool, at: datetime) -> None:
    """After a recovery: there is a new way in, the sign-in that allowed it ends, and all others unless kept."""
    person_id = _signed_in(actor)
    found = session.get(SignIn, actor.sign_in_id or "")
    if found is None or not found.means_only or found.person_id != person_id:
        raise NotFound()
    if not has_means(session, person_id):
        raise Conflict(N_("Set a password or a passkey first, or nothing would let you in."))
    if keep_others:
        found.ended_at, found.ended_why = at, Ended.REPLACED
    else:
        end_all_sign_ins(session, person_id, why=Ended.MEANS_CHANGED, at=at)
    emit(session, actor, events.RecoveryCompleted(sign_in_id=found.id), at=at)


def require_confirmed(session: Session, actor: Actor, *, at: datetime) -> None:
    """Ask once more for password or passkey before means change; somebody who has neither yet cannot be asked."""
    if has_means(session, _signed_in(actor)):
        require_fresh(actor.confirmed_at, at)
