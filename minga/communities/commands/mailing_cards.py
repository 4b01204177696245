"""Sending the cards of a list of members by mail: asked for on the page, never by applying the list; one letter each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access.imports import import_to_work, to_mail
from minga.communities.events import InvitationsSent
from minga.communities.models import Community, Keeping, MemberImportRow, Membership
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Contact, Invite, Person
from minga.kit import mail
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_, translator
from minga.kit.ids import Id
from minga.kit.jobs import Run, enqueue, job

AT_ONCE = 200
JOB = "communities.mail_card"
SUBJECT = N_("{keeper} has made you a member of {community}")
LETTER = N_(
    "Hello {name},\n\n{keeper} has written you down as a member of {community}. With this link you take over what"
    " stands about you there, and choose how you sign in:\n\n{link}\n\nIt works once, until {day}, and is for you"
    " alone. If you do not want that, do nothing, or tell {keeper}."
)
NO_MAIL = N_("This node cannot send mail. Print the cards instead.")
NOBODY = N_("There is nobody left to whom a mail could go.")


def send_cards(
    session: Session, actor: Actor, import_id: Id, *, mail_works: bool, at: datetime
) -> tuple[int, int]:
    """Send the next cards of a list to those who have an address and have not come in; answers how many, and how many are left."""
    found = import_to_work(session, actor, import_id, at=at)
    if not mail_works:
        raise Conflict(NO_MAIL, code="no_mail")
    rows: Sequence[Any] = session.execute(to_mail(found.id, at).order_by(MemberImportRow.n)).all()
    if not rows:
        raise Conflict(NOBODY, code="nobody_to_mail")
    for row, keeping_id, _address in rows[:AT_ONCE]:
        row.mailed_at = at
        args = {"keeping_id": keeping_id}
        enqueue(session, JOB, args, at=at, unique_key=f"{JOB}:{keeping_id}:{int(at.timestamp())}")
    sent = min(len(rows), AT_ONCE)
    session.flush()
    told = InvitationsSent(batch_id=found.id, sent=sent)
    emit(session, actor, told, at=at, community_id=found.community_id)
    return sent, len(rows) - sent


@job(JOB, lane="fast")
def mail_card(run: Run, args: dict[str, Any]) -> None:
    """Write one letter with the link that works now; whoever came in meanwhile, or has no address any more, gets none."""
    at = run.clock()
    with run.database.write() as session:
        keeping = session.get(Keeping, args["keeping_id"])
        card = session.get(Invite, keeping.claim_id) if keeping and keeping.claim_id else None
        if keeping is None or card is None or keeping.claimed_at or keeping.until_at:
            return
        if not identity.is_open(card, at) or not mail.mail_works(run.settings):
            return
        key = identity.invite_key(session, run.settings.secret)
        link = f"{run.settings.site_url}/claim/{identity.invite_token(key, card)}"
        letter = _letter(session, keeping, link, card.expires_at)
        if letter is not None:
            mail.post(session, letter, kind="card", at=at)


def _letter(session: Session, keeping: Keeping, link: str, until_at: datetime) -> mail.Letter | None:
    person = session.get_one(Person, keeping.person_id)
    keeper = session.get_one(Person, session.get_one(Membership, keeping.keeper_id).person_id)
    address = session.scalar(
        select(Contact.value).where(
            Contact.person_id == person.id, Contact.kind == "mail", Contact.ended_at.is_(None)
        )
    )
    if address is None:
        return None
    try:
        mail.mail_address(address)
    except Invalid:
        return None
    voice = translator(person.language)
    facts = {
        "name": person.name,
        "keeper": keeper.name,
        "community": session.get_one(Community, keeping.community_id).name,
        "link": link,
        "day": until_at.date().isoformat(),
    }
    subject = str(voice.gettext(SUBJECT)).format(**facts)
    return mail.Letter(
        to=address,
        subject=" ".join(subject.split())[: mail.SUBJECT_MAX],
        text=str(voice.gettext(LETTER)).format(**facts),
    )
