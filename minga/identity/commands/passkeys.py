"""Passkeys (WebAuthn level 2): adding, naming and ending them, and signing in with one.

A challenge is derived, not stored: a nonce, its time, and a code over both, over the purpose and over the cookie of
the browser that asks. A page that shows one writes nothing; the answer marks it used.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, update

from minga.identity import events
from minga.identity.commands.means import has_means
from minga.identity.commands.people import end_all_sign_ins
from minga.identity.models import Passkey, Person, UsedChallenge
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import CHALLENGE, PASSKEYS_MAX, Ended
from minga.kit.crypto import derive, digest, mac, same
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.later import Later
from minga.kit.secrets import Secret
from minga.kit.text import clean_line

if TYPE_CHECKING:
    import webauthn
    from webauthn import helpers
    from webauthn.helpers import cose, exceptions, structs
else:
    webauthn, helpers = Later("webauthn"), Later("webauthn.helpers")
    cose, exceptions, structs = (
        Later(f"webauthn.helpers.{name}") for name in ("cose", "exceptions", "structs")
    )

ANSWER_BYTES_MAX = 32 * 1024


@dataclass(frozen=True)
class Party:
    """The node as browsers know it: its address and the secret that its challenges come from."""

    site_url: str
    secret: Secret

    @property
    def rp_id(self) -> str:
        return urlsplit(self.site_url).hostname or "localhost"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.site_url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Answered:
    """Whose passkey answered; `doubtful` when its counter went back, which two copies of one key do."""

    person_id: Id
    passkey_id: Id
    doubtful: bool = False


def challenge(party: Party, browser_cookie: str, purpose: str, *, at: datetime) -> bytes:
    """32 bytes that only this browser may answer, for five minutes."""
    head = secrets.token_bytes(12) + int(at.timestamp()).to_bytes(4, "big")
    return head + _code(party, browser_cookie, purpose, head)


def _code(party: Party, browser_cookie: str, purpose: str, head: bytes) -> bytes:
    return mac(derive(party.secret.reveal(), "passkey"), purpose, browser_cookie, head.hex())[:16]


def _take_challenge(
    session: Session, party: Party, browser_cookie: str, purpose: str, given: bytes, at: datetime
) -> None:
    """Check that the challenge is ours, fresh, for this browser, and was not answered before."""
    head, code = given[:16], given[16:]
    made_at = datetime.fromtimestamp(int.from_bytes(head[12:16], "big"), UTC) if len(given) == 32 else None
    fits = bool(browser_cookie) and same(code, _code(party, browser_cookie, purpose, head))
    used = session.get(UsedChallenge, digest(given.hex()))
    if made_at is None or not fits or used or at - made_at > CHALLENGE:
        raise Invalid(N_("That took too long. Try the passkey again."), code="challenge")
    session.add(UsedChallenge(hash=digest(given.hex()), until=at + CHALLENGE))
    session.flush()


def registration_options(
    session: Session, actor: Actor, party: Party, browser_cookie: str, *, at: datetime
) -> str:
    """What a browser needs to make a passkey for the signed-in person, as JSON."""
    person = _person(session, actor)
    own = session.scalars(
        select(Passkey.credential).where(Passkey.person_id == person.id, Passkey.ended_at.is_(None))
    )
    options = webauthn.generate_registration_options(
        rp_id=party.rp_id,
        rp_name="minga",
        user_id=person.id.encode(),
        user_name=person.handle,
        user_display_name=person.name,
        challenge=challenge(party, browser_cookie, "add", at=at),
        timeout=int(CHALLENGE.total_seconds() * 1000),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in own
        ],
        supported_pub_key_algs=_algorithms(),
    )
    return webauthn.options_to_json(options)


def add_passkey(
    session: Session, actor: Actor, party: Party, browser_cookie: str, answer: str, *, name: str, at: datetime
) -> Id:
    """Keep the passkey that a browser made; at most ten, each with a name."""
    person = _person(session, actor)
    called = clean_line(name, 60, field="name") or N_("Passkey")
    count = session.scalar(
        select(func.count())
        .select_from(Passkey)
        .where(Passkey.person_id == person.id, Passkey.ended_at.is_(None))
    )
    if (count or 0) >= PASSKEYS_MAX:
        raise Conflict(N_("You have ten passkeys. End one you no longer use first."))
    try:
        read = helpers.parse_registration_credential_json(_bounded(answer))
        given = _challenge_in(read.response.client_data_json)
        _take_challenge(session, party, browser_cookie, "add", given, at)
        checked = webauthn.verify_registration_response(
            credential=read,
            expected_challenge=given,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            supported_pub_key_algs=_algorithms(),
        )
    except exceptions.WebAuthnException as fault:
        raise _refusal(fault) from fault
    credential = helpers.bytes_to_base64url(checked.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential == credential)):
        raise Conflict(N_("This passkey is known here already."))
    passkey = Passkey(
        id=new_id(),
        person_id=person.id,
        credential=credential,
        public_key=checked.credential_public_key,
        counter=checked.sign_count,
        name=called,
        backed_up=checked.credential_backed_up,
        made_at=at,
    )
    session.add(passkey)
    emit(session, actor, events.MeansChanged(person_id=person.id, what="passkey_added"), at=at)
    return passkey.id


def end_passkey(session: Session, actor: Actor, passkey_id: Id, *, at: datetime) -> None:
    """Forget a passkey of one's own; sign-ins elsewhere end. The last means stays while nobody may vouch."""
    person = _person(session, actor)
    found = session.get(Passkey, passkey_id)
    if found is None or found.person_id != person.id:
        raise NotFound()
    if found.ended_at:
        return
    found.ended_at = at
    session.flush()
    if person.word_off and not has_means(session, person.id):
        raise Conflict(N_("This is your only way in. Add another, or let members let you in, first."))
    end_all_sign_ins(session, person.id, why=Ended.MEANS_CHANGED, but=actor.sign_in_id, at=at)
    emit(session, actor, events.MeansChanged(person_id=person.id, what="passkey_ended"), at=at)


def sign_in_options(party: Party, browser_cookie: str, *, at: datetime) -> str:
    """What a browser needs to answer with any passkey it has for this node, as JSON; names nobody."""
    options = webauthn.generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge(party, browser_cookie, "use", at=at),
        timeout=int(CHALLENGE.total_seconds() * 1000),
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def check_passkey(
    session: Session, party: Party, browser_cookie: str, answer: str, *, at: datetime
) -> Answered:
    """Whose passkey answered this browser's challenge. Unknown keys, and those of suspended people, are refused alike."""
    try:
        read = helpers.parse_authentication_credential_json(_bounded(answer))
        given = _challenge_in(read.response.client_data_json)
        _take_challenge(session, party, browser_cookie, "use", given, at)
        found = session.scalar(
            select(Passkey)
            .join(Person, Person.id == Passkey.person_id)
            .where(
                Passkey.credential == helpers.bytes_to_base64url(read.raw_id),
                Passkey.ended_at.is_(None),
                Person.suspended_at.is_(None),
                Person.erased_at.is_(None),
            )
        )
        if found is None:
            raise unknown_passkey()
        checked = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=given,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=0,
        )
    except exceptions.WebAuthnException as fault:
        raise _refusal(fault) from fault
    if (found.counter or checked.new_sign_count) and checked.new_sign_count <= found.counter:
        event = events.MeansChanged(person_id=found.person_id, what="passkey_doubtful")
        emit(session, Actor.nobody(), event, at=at, person_id=found.person_id)
        return Answered(found.person_id, found.id, doubtful=True)
    found.counter = checked.new_sign_count
    found.backed_up = checked.credential_backed_up
    found.used_on = at.date()
    return Answered(found.person_id, found.id)


def unknown_passkey() -> Invalid:
    return Invalid(N_("This node does not know that passkey. Use another way in."), code="unknown_passkey")


def doubtful_passkey() -> Invalid:
    return Invalid(
        N_(
            "This passkey seems to exist twice, so it lets nobody in. Sign in another way and look at your means."
        ),
        code="passkey_doubtful",
    )


def forget_old_challenges(session: Session, *, at: datetime) -> int:
    """Delete marks of challenges that ran out; answers how many."""
    gone = session.execute(
        delete(UsedChallenge).where(UsedChallenge.until < at).returning(UsedChallenge.hash)
    ).all()
    return len(gone)


def rename_passkey(session: Session, actor: Actor, passkey_id: Id, name: str) -> None:
    """Call a passkey of one's own something else."""
    called = clean_line(name, 60, field="name", required=True)
    renamed = session.execute(
        update(Passkey)
        .where(
            Passkey.id == passkey_id, Passkey.person_id == (actor.person_id or ""), Passkey.ended_at.is_(None)
        )
        .values(name=called)
        .returning(Passkey.id)
    ).first()
    if renamed is None:
        raise NotFound()


def _person(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise NotFound()
    return session.get_one(Person, actor.person_id)


def _bounded(answer: str) -> str:
    if len(answer) > ANSWER_BYTES_MAX:
        raise Invalid(N_("That answer of the passkey is too long."))
    return answer


def _challenge_in(client_data: bytes) -> bytes:
    return helpers.parse_client_data_json(client_data).challenge


def _refusal(fault: "exceptions.WebAuthnException") -> Invalid:
    if "origin" in str(fault).lower() or "rp id" in str(fault).lower():
        return Invalid(N_("This passkey belongs to another address."), code="passkey_origin")
    return Invalid(N_("The passkey did not answer in a way we understand. Try again."), code="passkey")


def _algorithms() -> "list[cose.COSEAlgorithmIdentifier]":
    known = cose.COSEAlgorithmIdentifier
    return [known.EDDSA, known.ECDSA_SHA_256, known.RSASSA_PKCS1_v1_5_SHA_256]
