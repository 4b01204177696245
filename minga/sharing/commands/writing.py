"""Writing a listing: the first save, and every change of what it says."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, select, text, update

from minga.communities.access import Place, places_of, require
from minga.communities.models import Community, Membership
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.errors import Invalid, Stale
from minga.kit.events import Event, emit, emit_all
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.insertions import Insertion, save
from minga.kit.questions import Question, connection_of
from minga.kit.text import clean_line, clean_text, language_tag
from minga.sharing import rules
from minga.sharing.access import listing_to_edit
from minga.sharing.commands import levels, narrowing, placing, skills
from minga.sharing.commands.headings import category_of, extra_of, with_extra
from minga.sharing.events import LevelChanged, ListingChanged, ListingCreated
from minga.sharing.models import (
    OWN_TABLES,
    Category,
    Listing,
    ListingExtra,
    ListingNamed,
    ListingNumber,
    ListingWords,
)
from minga.sharing.queries.narrowing import narrowing_of
from minga.sharing.rules import Content, Direction, Level, Narrowing

CLEANED_MAX = 40_000
PARAGRAPHS = frozenset({"description", "deliverable", "house_rules", "access_note"})
NOT_MEMBERS = N_("Choose people of this community.")
KIND_FIXED = N_("This is published, so it stays what it is. Withdraw it and post a new one instead.")
_FIRST_NUMBER = text(
    "INSERT INTO listing_number (root_id, last) VALUES (:root, :by) "
    "ON CONFLICT (root_id) DO UPDATE SET last = listing_number.last + :by RETURNING last"
)
_WORDS = Insertion(ListingWords.__table__)
_BY = bindparam("by", type_=BigInteger)
_NEXT_NUMBER = Question(
    lambda: (
        update(ListingNumber)
        .where(ListingNumber.root_id == bindparam("root"))
        .values(last=ListingNumber.last + _BY)
        .returning(ListingNumber.last)
    )
)


def draft(
    session: Session, actor: Actor, community_id: Id, direction: Direction, content: Content, *, at: datetime
) -> Listing:
    """Keep a listing that only its author sees until it is published."""
    made = written(session, actor, community_id, direction, content, at=at)
    return kept(session, actor, made, at=at)


@dataclass(frozen=True)
class Written:
    """A listing that was checked and is not stored yet, with what is stored beside it."""

    listing: Listing
    content: Content
    category: Category | None
    created: ListingCreated


def written(
    session: Session, actor: Actor, community_id: Id, direction: Direction, content: Content, *, at: datetime
) -> Written:
    """Check what somebody wants to say in this community, and put it together."""
    require(session, actor, "listing.publish", community_id, at=at)
    community = places_of(session, actor, at=at)[community_id]
    return put_together(session, actor, community, direction, content, at=at)


def put_together(
    session: Session,
    actor: Actor,
    community: Community | Place,
    direction: Direction,
    content: Content,
    *,
    at: datetime,
) -> Written:
    """The same for whoever was allowed to say it there by other means than a role: an applicant, a dispatcher."""
    community_id = getattr(community, "community_id", community.id)
    content = cleaned(content)
    rules.check(content, direction, at=at)
    content = placing.named(session, (community_id, community.root_id), content)
    content = placed(session, actor, community, content, at=at)
    narrowing.check(session, actor, community_id, content, Narrowing(), at=at)
    levels.require_no_contact(content)
    category = category_of(session, (community_id, community.root_id), content.category)
    content = with_extra(session, category, direction, content, at=at)
    listing = Listing(
        id=new_id(),
        community_id=community_id,
        root_id=community.root_id,
        number=next_number(session, community.root_id),
        owner_id=actor.person_id,
        entered_by_id=None
        if actor.via is Via.DESK
        else actor.for_by,  # the event names both; no right goes with it
        direction=direction,
        kind=rules.kind_of(content.own),
        drafted_at=at,
        made_at=at,
        changed_at=at,
        version=1,
        **columns(content, category),
    )
    created = ListingCreated(
        listing_id=listing.id,
        owner_id=listing.owner_id,
        direction=direction,
        kind=listing.kind,
        category_id=listing.category_id,
    )
    return Written(listing, content, category, created)


def kept(session: Session, actor: Actor, made: Written, *more: Event, at: datetime) -> Listing:
    """Store it with all that lies beside it, and say that it was made, and what else happened to it."""
    listing, content = made.listing, made.content
    save(
        session,
        listing,
        OWN_TABLES[listing.kind](listing_id=listing.id, **rules.plain_own(content.own)),
        *(ListingNamed(listing_id=listing.id, person_id=person) for person in content.named),
        *narrowing.rows(listing.id, content.narrowing),
        *(placing.rows(session, listing.id, content.where) if content.where is not None else ()),
        *((ListingExtra(listing_id=listing.id, entries=dict(content.extra)),) if content.extra else ()),
    )
    words = {"listing_id": listing.id, **word_columns(content, made.category)}
    _WORDS.run(connection_of(session), [words])
    skills.name_skills(session, actor, listing.root_id, {listing.id: skills.names_in(content)}, at=at)
    events = [(event, listing.owner_id) for event in (made.created, *more)]
    emit_all(session, actor, events, at=at, community_id=listing.community_id)
    return listing


def edit(
    session: Session,
    actor: Actor,
    listing_id: Id,
    content: Content,
    *,
    version: int | None,
    at: datetime,
    direction: Direction | None = None,
) -> Listing:
    """Change what a listing says. Saying the same changes nothing; another version than the one read is stale."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if version is not None and version != listing.version:
        raise Stale()
    content = cleaned(content)
    direction = direction or listing.direction
    kind = rules.kind_of(content.own)
    if (kind, direction) != (listing.kind, listing.direction) and listing.published_at is not None:
        raise Invalid(KIND_FIXED, code="kind_fixed")
    rules.check(content, direction, at=at)
    community = session.get_one(Community, listing.community_id)
    content = placing.named(session, (community.id, community.root_id), content)
    content = placed(session, actor, community, content, at=at, before=listing.level)
    content = narrowing.kept_by_others(session, actor, listing, content)
    narrowing.check(session, actor, community.id, content, narrowing_of(session, listing), at=at)
    if (content.title, content.description, content.place, content.level) != (
        listing.title,
        listing.description,
        listing.place,
        listing.level,
    ):
        levels.require_no_contact(content)
    category = category_of(
        session, (community.id, community.root_id), content.category, before=listing.category_id
    )
    content = with_extra(session, category, direction, content, at=at)
    wanted = {**columns(content, category), "direction": direction, "kind": kind}
    if wanted["expires_on"] != listing.expires_on and listing.published_at is not None:
        wanted["expires_at"] = rules.expires_at(
            content.own, direction, content.terms, content.expires_on, at=at
        )
    changed = {name: value for name, value in wanted.items() if getattr(listing, name) != value}
    about = (*changed, *_changed_beside(session, listing, content))
    if not about:
        return listing
    before = listing.level
    _write_beside(session, listing, content, category)
    skills.rename_skills(session, actor, listing.root_id, listing.id, content, at=at)
    for name, value in changed.items():
        setattr(listing, name, value)
    listing.version += 1
    listing.changed_at = at
    _tell_change(session, actor, listing, before, about, at)
    return listing


def _tell_change(
    session: Session, actor: Actor, listing: Listing, before: Level, about: tuple[str, ...], at: datetime
) -> None:
    common: dict[str, Any] = {"listing_id": listing.id, "owner_id": listing.owner_id}
    told: dict[str, Any] = {"at": at, "community_id": listing.community_id, "person_id": listing.owner_id}
    emit(session, actor, ListingChanged(**common, fields=tuple(sorted(about))), **told)
    if before is not listing.level:
        emit(session, actor, LevelChanged(**common, from_level=before, to_level=listing.level), **told)


def cleaned(content: Content) -> Content:
    """The same content in the form in which texts are kept; what is far too long is left for the check to refuse."""
    texts = _texts_of(content)
    texts["language"] = language_tag(content.language) if content.language else ""
    return replace(content, **texts, own=replace(content.own, **_texts_of(content.own)))


def _texts_of(said: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields(said):
        value = getattr(said, one.name)
        if type(value) is str:
            found[one.name] = _clean(value, one.name in PARAGRAPHS)
        elif isinstance(value, tuple) and value and type(value[0]) is str:
            found[one.name] = tuple(dict.fromkeys(filter(None, (_clean(text, False) for text in value))))
    return found


def _clean(said: str, paragraphs: bool) -> str:
    if len(said) > CLEANED_MAX:
        return said
    return clean_text(said, CLEANED_MAX) if paragraphs else clean_line(said, CLEANED_MAX)


def columns(content: Content, category: Category | None) -> dict[str, Any]:
    """The listing's columns that say what its owner said."""
    return {
        "title": content.title,
        "description": content.description,
        "language": content.language,
        "category_id": category.id if category else None,
        "quantity_milli": content.quantity_milli,
        "quantity_unit": content.quantity_unit if content.quantity_milli else None,
        "terms": [term.plain() for term in content.terms],
        "term_bits": rules.term_bits(content.terms),
        "level": content.level,
        "place": content.place,
        "available_from_on": content.available_from_on,
        "available_until_on": content.available_until_on,
        "answers": content.answers,
        "collect_until": content.collect_until,
        "name_shown": content.name_shown,
        "expires_on": content.expires_on,
        "narrowed": content.narrowing.says_something,
    }


def next_number(session: Session, root_id: Id, by: int = 1) -> int:
    """The next number below a root community, or the last of the next `by` ones."""
    found = _NEXT_NUMBER.first(session, root=root_id, by=by)
    return int(
        found.last if found else session.execute(_FIRST_NUMBER, {"root": root_id, "by": by}).scalar_one()
    )


def word_columns(content: Content, category: Category | None) -> dict[str, str]:
    """What of a listing is searched."""
    headings = " ".join(category.labels.values()) if category else ""
    own = " ".join(
        value if isinstance(value, str) else " ".join(value)
        for name, value in vars(content.own).items()
        if value and name in content.own.lengths and name not in content.own.hidden
    )
    extra = " ".join(value for _key, value in content.extra)
    return {
        "title": rules.index_words(content.title)[:2_000],
        "category": rules.index_words(headings)[:2_000],
        "extra": rules.index_words(f"{own} {content.place} {extra}")[:4_000],
        "description": rules.index_words(content.description)[:40_000],
    }


def placed(
    session: Session,
    actor: Actor,
    community: Community | Place,
    content: Content,
    *,
    at: datetime,
    before: Level | None = None,
) -> Content:
    """The content with its level settled; refused where community or membership do not allow level, money or people."""
    level = content.level or before or levels.usual_level(session, community, at=at)
    if level is not before:
        levels.require_level(session, actor, community, level, at=at)
    levels.require_money(session, community, content, at=at)
    if content.named:
        live = select(Membership.person_id).where(
            Membership.community_id == community.id,
            Membership.ended_on.is_(None),
            Membership.person_id.in_(content.named),
        )
        if set(session.scalars(live)) != set(content.named):
            raise Invalid(NOT_MEMBERS, fields={"named": NOT_MEMBERS})
    return replace(content, level=level)


def _changed_beside(session: Session, listing: Listing, content: Content) -> tuple[str, ...]:
    """Names of the changed fields that lie beside the listing's own row."""
    if rules.kind_of(content.own) is not listing.kind:
        return ("kind",)
    stored = session.get_one(OWN_TABLES[listing.kind], listing.id)
    changed = [name for name, value in rules.plain_own(content.own).items() if getattr(stored, name) != value]
    named = set(session.scalars(select(ListingNamed.person_id).where(ListingNamed.listing_id == listing.id)))
    if narrowing_of(session, listing) != content.narrowing:
        changed.append("narrowing")
    if placing.where_of(session, listing.id) != content.where:
        changed.append("where")
    if extra_of(session, listing.id) != content.extra:
        changed.append("extra")
    return (*changed, *(("named",) if named != set(content.named) else ()))


def _write_beside(session: Session, listing: Listing, content: Content, category: Category | None) -> None:
    """The kind's own fields, the words for search and the people named, as the new content says."""
    plain = rules.plain_own(content.own)
    kind = rules.kind_of(content.own)
    if kind is listing.kind:
        _set(session.get_one(OWN_TABLES[kind], listing.id), plain)
    else:
        session.delete(session.get_one(OWN_TABLES[listing.kind], listing.id))
        session.add(OWN_TABLES[kind](listing_id=listing.id, **plain))
    words = session.scalars(select(ListingWords).where(ListingWords.listing_id == listing.id)).one()
    _set(words, word_columns(content, category))
    placing.put(session, listing, content.where)
    narrowing.put(session, listing, content.narrowing)
    session.execute(delete(ListingExtra).where(ListingExtra.listing_id == listing.id))
    if content.extra:
        session.add(ListingExtra(listing_id=listing.id, entries=dict(content.extra)))
    session.execute(delete(ListingNamed).where(ListingNamed.listing_id == listing.id))
    session.add_all(ListingNamed(listing_id=listing.id, person_id=person) for person in content.named)


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
