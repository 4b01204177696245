"""Agreements: publishing a version by two people, accepting, declining. None commits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communities.access import (
    agreement_to_see,
    community_to_see,
    forget,
    policies,
    require,
    require_scope,
)
from minga.communities.access.agreed import in_force
from minga.communities.commands import seconds
from minga.communities.events import AgreementAccepted, AgreementDeclined, AgreementPublished
from minga.communities.models import (
    Agreement,
    AgreementAcceptance,
    AgreementText,
    AgreementVersion,
    Community,
    Membership,
    Second,
)
from minga.communities.rules import agreements as rules
from minga.communities.rules.agreements import Text
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text

PUBLISH, EDIT = "agreement.publish", "agreement.edit"


def publish_agreement(
    session: Session,
    actor: Actor,
    community_id: Id,
    key: str,
    texts: Sequence[Text],
    *,
    must_accept: bool,
    change: str = "",
    decision: str = "",
    at: datetime,
) -> Second:
    """Ask for a second yes to a new version; it holds from the moment it is given, at once where nobody else could."""
    where = community_to_see(session, actor, community_id, at=at)
    require(session, actor, EDIT, where.id, at=at, seconded=True)
    key = rules.key_of(key)
    kept = checked(texts)
    first = newest_version(session, where.id, key) is None
    said = clean_line(change, rules.CHANGE_MAX, field="change")
    if not first and not said:
        raise Invalid(rules.NO_CHANGE, fields={"change": rules.NO_CHANGE})
    wish: dict[str, Any] = {
        "key": key,
        "must_accept": must_accept,
        "change": said,
        "decision": clean_line(decision, 200, field="decision"),
        "texts": [{"language": one.language, "title": one.title, "words": one.words} for one in kept],
    }
    return seconds.ask(session, actor, PUBLISH, where.id, at=at, wish=wish, about=key, words=said)


@seconds.applies(PUBLISH)
def _publish(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    """Write the version as it was asked for; who asked is taken to have accepted nothing by that."""
    wish = second.wish
    put_version(
        session,
        actor,
        second.community_id,
        wish["key"],
        [Text(one["language"], one["title"], one["words"]) for one in wish["texts"]],
        must_accept=wish["must_accept"],
        change=wish["change"],
        decision=wish["decision"],
        published_by_id=second.asked_by_id,
        at=at,
    )


def put_version(
    session: Session,
    actor: Actor,
    community_id: Id,
    key: str,
    texts: Sequence[Text],
    *,
    must_accept: bool,
    change: str,
    decision: str = "",
    by_decision: bool = False,
    published_by_id: Id | None = None,
    at: datetime,
) -> AgreementVersion:
    """Put a version in force; whoever calls this has checked the texts and who stands behind them."""
    agreement = session.scalar(
        select(Agreement).where(Agreement.community_id == community_id, Agreement.key == key)
    )
    if agreement is None:
        agreement = Agreement(community_id=community_id, key=key, made_at=at)
        session.add(agreement)
        session.flush()
    before = newest_version(session, community_id, key)
    days = policies.value(session, community_id, "agreements.grace_days", at=at)
    made = AgreementVersion(
        agreement_id=agreement.id,
        n=before.n + 1 if before else 1,
        valid_from_at=at,
        must_accept=must_accept,
        grace_ends_at=rules.grace_ends(at, days),
        review_on=rules.review_on(today(at, session.get_one(Community, community_id).zone)),
        change=change,
        decision=decision,
        published_by_id=published_by_id,
        published_at=at,
    )
    session.add(made)
    if before is not None:
        before.until_at = at
    session.flush()
    session.add_all(
        AgreementText(
            version_id=made.id, language=one.language, title=one.title, words=one.words, digest=one.sha256
        )
        for one in texts
    )
    session.flush()
    forget(session)
    told = AgreementPublished(
        agreement_id=agreement.id,
        version_id=made.id,
        n=made.n,
        must_accept=made.must_accept,
        grace_ends_at=made.grace_ends_at,
        decision=decision if by_decision else "",
    )
    emit(session, actor, told, at=at, community_id=community_id)
    return made


def accept_agreement(
    session: Session, actor: Actor, agreement_id: Id, version_id: Id, *, language: str = "", at: datetime
) -> AgreementVersion:
    """Accept the version that holds now. Twice changes nothing; an older one is not accepted any more."""
    found, version = _version(session, actor, agreement_id, version_id, at)
    _accept(session, actor, found.community_id, version, language, at)
    return version


def decline_agreement(
    session: Session, actor: Actor, agreement_id: Id, version_id: Id, *, at: datetime
) -> Agreement:
    """Say no to a version. Nothing is lost by it: one goes on reading, rests, leaves, or proposes a change."""
    found, version = _version(session, actor, agreement_id, version_id, at)
    if session.get(AgreementAcceptance, (version.id, actor.person_id)) is not None:
        raise Conflict(N_("You have accepted this version. If you do not want it any more, rest or leave."))
    told = AgreementDeclined(agreement_id=found.id, version_id=version.id)
    emit(session, actor, told, at=at, community_id=found.community_id, person_id=actor.person_id)
    return found


def accept_at_joining(
    session: Session, actor: Actor, community_id: Id, agreed: Collection[str], *, at: datetime
) -> None:
    """Accept what has to be accepted to come in; Invalid unless each of these versions was ticked."""
    where = session.get_one(Community, community_id)
    due = session.execute(
        select(AgreementVersion, Agreement.community_id)
        .join(Agreement, in_force(at))
        .where(
            Agreement.community_id.in_({where.id, where.root_id}),
            AgreementVersion.must_accept,
            AgreementVersion.id.not_in(
                select(AgreementAcceptance.version_id).where(AgreementAcceptance.person_id == actor.person_id)
            ),
        )
    ).all()
    if {version.id for version, _ in due} - set(agreed):
        raise Invalid(rules.READ_FIRST, fields={"agreed": rules.READ_FIRST})
    for version, there in due:
        _accept(session, actor, there, version, "", at)


def _version(
    session: Session, actor: Actor, agreement_id: Id, version_id: Id, at: datetime
) -> tuple[Agreement, AgreementVersion]:
    require_scope(actor, writing=True)
    found = agreement_to_see(session, actor, agreement_id, at=at)
    member = select(Membership.id).where(
        Membership.community_id == found.community_id,
        Membership.person_id == actor.person_id,
        Membership.ended_on.is_(None),
    )
    version = session.get(AgreementVersion, version_id)
    if version is None or version.agreement_id != found.id or session.scalar(member) is None:
        raise NotFound()
    if version.until_at is not None and version.until_at <= at:
        raise Conflict(rules.NEWER, code="newer_version")
    return found, version


def _accept(
    session: Session, actor: Actor, community_id: Id, version: AgreementVersion, language: str, at: datetime
) -> None:
    if session.get(AgreementAcceptance, (version.id, actor.person_id)) is not None:
        return
    texts = session.scalars(
        select(AgreementText.language).where(AgreementText.version_id == version.id)
    ).all()
    read = language if language in texts else min(texts)
    row = AgreementAcceptance(
        version_id=version.id, person_id=actor.person_id, language=read, at=at, via=actor.via
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return
    told = AgreementAccepted(agreement_id=version.agreement_id, version_id=version.id)
    emit(session, actor, told, at=at, community_id=community_id, person_id=actor.person_id)


def newest_version(session: Session, community_id: Id, key: str) -> AgreementVersion | None:
    """The version of an agreement that was published last."""
    return session.scalar(
        select(AgreementVersion)
        .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
        .where(Agreement.community_id == community_id, Agreement.key == key)
        .order_by(AgreementVersion.n.desc())
        .limit(1)
    )


def checked(texts: Sequence[Text]) -> list[Text]:
    """The texts of a version as they are kept, one for each language; refused where a word is missing or too long."""
    kept: dict[str, Text] = {}
    for one in texts:
        if not one.title.strip() and not one.words.strip():
            continue
        if one.language not in LANGUAGES:
            sentence = N_("Choose languages of this node.")
            raise Invalid(sentence, fields={"words": sentence})
        kept[one.language] = Text(
            one.language,
            clean_line(one.title, rules.TITLE_MAX, field="title", required=True),
            clean_text(one.words, rules.TEXT_MAX, field="words", required=True),
        )
    if not kept:
        raise Invalid(rules.NO_TEXT, fields={"words": rules.NO_TEXT})
    return list(kept.values())
