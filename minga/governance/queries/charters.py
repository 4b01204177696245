"""The rules of deciding in words, with every version that ever held and what became of each rule."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import community_to_read, require
from minga.communities.rules.time import today
from minga.governance.access import SEE
from minga.governance.models import Charter
from minga.governance.rules.charter import shipped
from minga.governance.rules.charter_changes import sunset_days
from minga.governance.rules.charter_words import Sentence, changed_classes, words_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id

VERSIONS_MAX = 500


@dataclass(frozen=True)
class RuleWords:
    """One rule in sentences. `became`: new, changed or gone beside the version before; empty when it stayed."""

    name: str
    kinds: tuple[str, ...]
    amount: tuple[int, int | None]
    sentences: tuple[Sentence, ...]
    before: tuple[Sentence, ...] = ()
    became: str = ""
    ends_on: date | None = None


@dataclass(frozen=True)
class CharterVersion:
    n: int
    in_force_at: datetime | None
    until_at: datetime | None
    decision: str


@dataclass(frozen=True)
class CharterPage:
    """`n` 0: what the node ships with holds, because nobody has decided anything else yet."""

    n: int
    in_force_at: datetime | None
    until_at: datetime | None
    decision: str
    review_on: date | None
    rules: tuple[RuleWords, ...]
    data: list[dict[str, Any]]
    versions: tuple[CharterVersion, ...] = field(default_factory=tuple)


def charter_page(
    session: Session, actor: Actor, community: Id, *, n: int | None = None, at: datetime
) -> CharterPage:
    """The charter as it holds, or an earlier version, each beside the one before it."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, SEE, here.id, at=at)
    found = session.scalars(
        select(Charter).where(Charter.community_id == here.id).order_by(Charter.n.desc()).limit(VERSIONS_MAX)
    ).all()
    usual = [one.as_json() for one in shipped()]
    if not found and n in (None, 0):
        return CharterPage(0, None, None, "", None, tuple(_words(one) for one in usual), usual)
    at_n = next((i for i, one in enumerate(found) if n is None or one.n == n), None)
    if at_n is None:
        raise NotFound()
    shown = found[at_n]
    before = found[at_n + 1].rules if at_n + 1 < len(found) else shown.rules
    ends = sunset_days([(today(one.in_force_at, here.zone), one.rules) for one in found[at_n:]])
    return CharterPage(
        n=shown.n,
        in_force_at=shown.in_force_at,
        until_at=shown.until_at,
        decision=shown.decision,
        review_on=shown.review_on,
        rules=tuple(_beside(before, shown.rules, ends)),
        data=shown.rules,
        versions=tuple(CharterVersion(one.n, one.in_force_at, one.until_at, one.decision) for one in found),
    )


def _beside(
    before: list[dict[str, Any]], after: list[dict[str, Any]], ends: dict[str, date]
) -> list[RuleWords]:
    became = changed_classes(before, after)
    old = {str(one["class"]): one for one in before}
    shown = [
        _words(
            one, old.get(str(one["class"])), became.get(str(one["class"]), ""), ends.get(str(one["class"]))
        )
        for one in after
    ]
    gone = [_words(one, None, "gone") for one in before if became.get(str(one["class"])) == "gone"]
    return [*shown, *gone]


def _words(
    rule: dict[str, Any], before: dict[str, Any] | None = None, became: str = "", ends_on: date | None = None
) -> RuleWords:
    least, most = rule.get("amount") or (0, None)
    return RuleWords(
        name=str(rule["class"]),
        kinds=tuple(rule.get("kinds", ())),
        amount=(least, most),
        sentences=tuple(words_of(rule)),
        before=tuple(words_of(before)) if before is not None and became == "changed" else (),
        became=became,
        ends_on=ends_on,
    )
