"""Invites as such: making, showing, ending and using them. Whether somebody may is asked by the domain above."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from minga.identity import events
from minga.identity.commands.invite_photos import let_photo_go
from minga.identity.models import Invite, InviteKey, InviteUse, InviteWords
from minga.identity.rules.actor import Actor
from minga.identity.rules.invites import (
    CODE_LENGTH,
    FOR_WHOM_MAX,
    LASTS,
    MAC_LENGTH,
    TOKEN_LENGTH,
    WORDS_KEPT,
    Purpose,
    Words,
    check_terms,
    check_words,
    dead_invite,
)
from minga.kit.crypto import (
    crockford,
    derive,
    grouped,
    mac,
    random_crockford,
    random_token,
    read_crockford,
    same,
)
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import emit
from minga.kit.ids import Id, new_id
from minga.kit.secrets import Secret
from minga.kit.text import clean_line

NO_WORDS = Words()


def invite_key(session: Session, secret: Secret) -> bytes:
    """The key of all invite tokens, from the node's secret and the stored salt."""
    salt = session.scalar(select(InviteKey.salt).where(InviteKey.id == 1)) or ""
    return mac(derive(secret.reveal(), "invite"), salt)


def invite_token(key: bytes, invite: Invite) -> str:
    """The token of an invite as people see it: 8 characters to look it up, 21 that nobody can guess."""
    return grouped(invite.code8 + _proof(key, invite.purpose, invite.id, invite.generation))


def _proof(key: bytes, purpose: Purpose, invite_id: Id, generation: int) -> str:
    return crockford(mac(key, purpose, invite_id, generation), MAC_LENGTH)


def make_invite(
    session: Session,
    actor: Actor,
    *,
    purpose: Purpose,
    uses_max: int = 1,
    expires_at: datetime | None = None,
    person_id: Id | None = None,
    label: str = "",
    language: str = "en",
    words: Words = NO_WORDS,
    community_id: Id | None = None,
    at: datetime,
) -> Invite:
    """A new invite; its token is derived whenever it is shown and stored nowhere."""
    ends = expires_at or at + LASTS[purpose]
    check_terms(purpose, uses_max, ends - at)
    said = check_words(words)
    invite = Invite(
        id=new_id(),
        code8=random_crockford(CODE_LENGTH),
        purpose=purpose,
        maker_id=actor.person_id,
        person_id=person_id,
        label=clean_line(label, FOR_WHOM_MAX),
        uses_max=uses_max,
        language=language,
        made_at=at,
        expires_at=ends,
    )
    session.add(invite)
    session.flush()
    _write_words(session, invite.id, said)
    emit(
        session,
        actor,
        events.InviteMade(invite_id=invite.id, purpose=purpose, uses_max=uses_max),
        at=at,
        community_id=community_id,
    )
    return invite


def change_words(session: Session, invite: Invite, words: Words, *, at: datetime) -> None:
    """Replace what the inviter says; a photo that is not in it any more goes."""
    said = check_words(words)
    before = words_of(session, invite.id).photo
    if before != said.photo:
        let_photo_go(session, before, at=at)
    session.execute(delete(InviteWords).where(InviteWords.invite_id == invite.id))
    _write_words(session, invite.id, said)
    invite.version += 1


def _write_words(session: Session, invite_id: Id, said: Words) -> None:
    if said:
        session.add(
            InviteWords(
                invite_id=invite_id,
                greeting=said.greeting,
                gratitude=said.gratitude,
                support=said.support,
                examples=list(said.examples),
                fun=said.fun,
                photo=said.photo,
            )
        )


def words_of(session: Session, invite_id: Id) -> Words:
    """What the inviter says; empty when nothing was said or it was deleted."""
    row = session.get(InviteWords, invite_id)
    if row is None:
        return NO_WORDS
    return Words(
        greeting=row.greeting,
        gratitude=row.gratitude,
        support=row.support,
        examples=tuple(row.examples),
        fun=row.fun,
        photo=row.photo,
    )


def read_invite(session: Session, key: bytes, token: str, *, at: datetime) -> Invite:
    """The open invite of a token. Unknown, forged, expired, revoked and used up are refused alike (404)."""
    plain = read_crockford(token[: TOKEN_LENGTH * 2]).replace("\0", "")
    code8, proof = plain[:CODE_LENGTH], plain[CODE_LENGTH:]
    invite = session.scalar(select(Invite).where(Invite.code8 == code8))
    if invite is None:
        same(_proof(key, Purpose.JOIN, new_id(), 1), proof.encode("utf-8", "replace"))
        raise dead_invite()
    fits = same(_proof(key, invite.purpose, invite.id, invite.generation), proof.encode("utf-8", "replace"))
    if not fits or not is_open(invite, at):
        raise dead_invite()
    return invite


def is_open(invite: Invite, at: datetime) -> bool:
    """Whether it would still let somebody in."""
    return invite.uses < invite.uses_max and invite.revoked_at is None and invite.expires_at > at


def use_invite(
    session: Session, invite_id: Id, person_id: Id, *, community_id: Id | None = None, at: datetime
) -> None:
    """Take one use, or refuse: of two who want the last one, one gets it. Twice by one person is one use."""
    if session.get(InviteUse, (invite_id, person_id)):
        return
    taken = session.execute(
        update(Invite)
        .where(
            Invite.id == invite_id,
            Invite.uses < Invite.uses_max,
            Invite.revoked_at.is_(None),
            Invite.expires_at > at,
        )
        .values(uses=Invite.uses + 1)
        .returning(Invite.id)
        .execution_options(synchronize_session="fetch")
    ).first()
    if taken is None:
        raise dead_invite()
    session.add(InviteUse(invite_id=invite_id, person_id=person_id, at=at))
    event = events.InviteUsed(invite_id=invite_id, person_id=person_id)
    emit(session, Actor(person_id), event, at=at, community_id=community_id, person_id=person_id)


def revoke_invite(
    session: Session, actor: Actor, invite: Invite, *, community_id: Id | None = None, at: datetime
) -> None:
    """Close the door; doing it twice changes nothing."""
    if invite.revoked_at:
        return
    invite.revoked_at = at
    invite.version += 1
    emit(session, actor, events.InviteRevoked(invite_id=invite.id), at=at, community_id=community_id)


def reissue_invite(
    session: Session,
    actor: Actor,
    invite: Invite,
    *,
    expires_at: datetime | None = None,
    community_id: Id | None = None,
    at: datetime,
) -> None:
    """Open it again under a new token: words, history and uses are kept, the old link and card are dead.

    An invite that is used up gets its uses back only by a new invite: reissuing lets nobody else in.
    """
    ends = expires_at or max(invite.expires_at, at + LASTS[invite.purpose])
    check_terms(invite.purpose, invite.uses_max, ends - at)
    invite.generation += 1
    invite.version += 1
    invite.expires_at = ends
    invite.revoked_at = None
    invite.rotated_at = None
    event = events.InviteReissued(invite_id=invite.id, generation=invite.generation)
    emit(session, actor, event, at=at, community_id=community_id)


def rotate_invites(
    session: Session,
    actor: Actor,
    *,
    maker_id: Id | None = None,
    invite_ids: Sequence[Id] | None = None,
    community_id: Id | None = None,
    at: datetime,
) -> list[Id]:
    """Give the open invites of a maker, or those named, new tokens; old links die at once. Answers which.

    One rotates one's own; the machine those of anybody. Whether the named ones may be is asked by the domain above.
    """
    if maker_id and maker_id != actor.person_id and not actor.operator:
        raise NotFound()
    chosen = Invite.maker_id == maker_id if maker_id else Invite.id.in_(invite_ids or [])
    open_ones = session.scalars(
        select(Invite).where(
            chosen,
            Invite.uses < Invite.uses_max,
            Invite.revoked_at.is_(None),
            Invite.expires_at > at,
        )
    ).all()
    for invite in open_ones:
        invite.generation += 1
        invite.version += 1
        invite.rotated_at = at
        event = events.InviteReissued(invite_id=invite.id, generation=invite.generation)
        emit(session, actor, event, at=at, community_id=community_id, person_id=invite.maker_id)
    return [invite.id for invite in open_ones]


def rotate_all_invites(session: Session, actor: Actor, *, at: datetime) -> list[Id]:
    """Change the key: every token of the node dies. Answers the open invites, whose makers find new links."""
    if not actor.operator:
        raise NotFound()
    row = session.get(InviteKey, 1)
    if row:
        row.salt, row.made_at = random_token(), at
    else:
        session.add(InviteKey(id=1, salt=random_token(), made_at=at))
    rotated = session.execute(
        update(Invite)
        .where(Invite.uses < Invite.uses_max, Invite.revoked_at.is_(None), Invite.expires_at > at)
        .values(rotated_at=at)
        .returning(Invite.id)
    ).all()
    emit(session, actor, events.InvitesRotated(count=len(rotated)), at=at)
    return [found.id for found in rotated]


def note_shown(session: Session, invite: Invite) -> None:
    """The maker has the new link: it no longer waits for them."""
    invite.rotated_at = None


def forget_old_words(session: Session, *, at: datetime) -> int:
    """Delete words and photos of invites that ended 30 days ago; answers how many."""
    limit = at - WORDS_KEPT
    still_used = select(InviteUse.invite_id).where(InviteUse.at >= limit)
    used_up = (Invite.uses >= Invite.uses_max) & Invite.id.not_in(still_used)
    ended = select(Invite.id).where((Invite.expires_at < limit) | (Invite.revoked_at < limit) | used_up)
    gone = session.execute(
        delete(InviteWords).where(InviteWords.invite_id.in_(ended)).returning(InviteWords.photo)
    ).all()
    for row in gone:
        let_photo_go(session, row.photo, at=at)
    return len(gone)
