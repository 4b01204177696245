"""Pointing at anything: `Ref(kind, id)`, who may see it, and what waits for a person.

The one inversion of the layers: each domain registers here how its things are seen and which of them wait
for somebody, so that threads, hints and the *Needs you* list can hang on any of them without an import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from minga.kit.errors import NotFound, Refused
from minga.kit.ids import Id, is_id

LINES_MAX = 20
GROUP_ABOVE = 5


class Viewer(Protocol):
    """Whoever asks; the layers above give their actor."""

    @property
    def person_id(self) -> Id | None: ...


class See(Protocol):
    """A domain's way to one of its things; raises NotFound when this viewer may not see it."""

    def __call__(self, session: Session, actor: Any, id: Id, /, *, at: datetime) -> object: ...


@dataclass(frozen=True, order=True)
class Ref:
    """One thing of some kind.

    >>> str(Ref("listing", "0192f0c1d2e37abc8def0123456789ab"))
    'listing:0192f0c1d2e37abc8def0123456789ab'
    """

    kind: str
    id: Id

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """The ref in an address; NotFound for anything that is none."""
        kind, _, id = text.partition(":")
        if not kind.replace("_", "").isalpha() or not kind.islower() or not is_id(id):
            raise NotFound()
        return cls(kind, id)


@dataclass(frozen=True)
class TakingPart:
    """The people who take part in a thing, and the community in which they do; some are not named to the others."""

    community_id: Id
    people: tuple[Id, ...]
    unnamed: frozenset[Id] = frozenset()


class Discussed(Protocol):
    """A domain's word on who may write in the discussion about a thing; Forbidden for those who only read it.

    Answers the community, and the people who are told of every message besides those who have written.
    """

    def __call__(self, session: Session, actor: Any, id: Id, /, *, at: datetime) -> TakingPart: ...


@dataclass(frozen=True)
class Kind:
    """What a domain tells about one kind of thing: how it is seen, and where its page is."""

    see: See
    address: Callable[[Id], str] | None = None
    people: Callable[[Session, Id], TakingPart] | None = None
    discussed: Discussed | None = None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    see: See,
    address: Callable[[Id], str] | None = None,
    people: Callable[[Session, Id], TakingPart] | None = None,
    discussed: Discussed | None = None,
) -> None:
    """Make a kind known; each kind belongs to exactly one domain. `people` names those who take part in one;
    `discussed` says who writes in a discussion that everybody reads who sees the thing."""
    if kind in _kinds and _kinds[kind].see is not see:
        raise ValueError(f"{kind} is registered twice")
    _kinds[kind] = Kind(see, address, people, discussed)


def kinds() -> frozenset[str]:
    """All kinds that can be pointed at."""
    return frozenset(_kinds)


def to_see(session: Session, actor: Viewer, ref: Ref, *, at: datetime) -> object:
    """The thing itself, if this viewer may see it; else NotFound, also for kinds nobody knows."""
    if ref.kind not in _kinds:
        raise NotFound()
    return _kinds[ref.kind].see(session, actor, ref.id, at=at)


def may_see(session: Session, actor: Viewer, ref: Ref, *, at: datetime) -> bool:
    """Whether this viewer may see the thing."""
    try:
        to_see(session, actor, ref, at=at)
    except Refused:
        return False
    return True


def address_of(ref: Ref) -> str | None:
    """The page of the thing, when its kind has pages."""
    kind = _kinds.get(ref.kind)
    return kind.address(ref.id) if kind and kind.address else None


def people_of(session: Session, ref: Ref) -> TakingPart:
    """Those who take part in the thing; NotFound when its kind has no such people. Asks nobody's rights."""
    kind = _kinds.get(ref.kind)
    if kind is None or kind.people is None:
        raise NotFound()
    return kind.people(session, ref.id)


def has_people(kind: str) -> bool:
    """Whether things of this kind have people who take part in them, and only those see them."""
    return kind in _kinds and _kinds[kind].people is not None


def is_discussed(kind: str) -> bool:
    """Whether things of this kind have a discussion that all read who see them."""
    return kind in _kinds and _kinds[kind].discussed is not None


def writing_about(session: Session, actor: Viewer, ref: Ref, *, at: datetime) -> TakingPart:
    """Where somebody writes in the discussion about a thing, and who is told; Forbidden when they may only read."""
    kind = _kinds.get(ref.kind)
    if kind is None or kind.discussed is None:
        raise NotFound()
    return kind.discussed(session, actor, ref.id, at=at)


def takes_part(session: Session, ref: Ref, person_id: Id | None) -> bool:
    """Whether this person is one of those who take part in the thing."""
    return has_people(ref.kind) and person_id is not None and person_id in people_of(session, ref).people


@dataclass(frozen=True)
class Act:
    """One thing to do about a line: the word on the button, the command it gives, and where it is sent.

    `fields` go with the form; an act without a command is a link.
    """

    label: str
    command: str | None
    address: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NeedLine:
    """Something that waits for a person. Computed whenever it is asked for, so it goes when its cause goes.

    Title and why are English sentences with {named} facts; weight 3 is what cannot be put off.
    """

    kind: str
    ref: Ref
    title: str
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    community_id: Id | None = None
    since_at: datetime
    due_at: datetime | None = None
    weight: int = 1
    acts: tuple[Act, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 3 or len(self.acts) > 3:
            raise ValueError("a line has weight 0 to 3 and at most three acts")

    def overdue(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at < at


@dataclass(frozen=True)
class NeedGroup:
    """Many lines of one kind, shown as the most urgent one and how many more are like it."""

    kind: str
    lines: tuple[NeedLine, ...]

    @property
    def first(self) -> NeedLine:
        return self.lines[0]

    @property
    def more(self) -> int:
        return len(self.lines) - 1


class NeedsOf(Protocol):
    """A domain's answer to "what waits for this person": at most 20 lines, one query."""

    def __call__(self, session: Session, actor: Any, /, *, at: datetime) -> tuple[NeedLine, ...]: ...


class Needs:
    """Everything that waits for a person, from all domains that registered."""

    def __init__(self) -> None:
        self._asked: list[NeedsOf] = []

    def register(self, needs_of: NeedsOf) -> NeedsOf:
        """Ask this function too; usable as a decorator."""
        if needs_of not in self._asked:
            self._asked.append(needs_of)
        return needs_of

    def of(self, session: Session, actor: Viewer, *, at: datetime) -> tuple[NeedLine, ...]:
        """All lines of one person, most urgent first; nobody has none."""
        if actor.person_id is None:
            return ()
        lines = [line for asked in self._asked for line in asked(session, actor, at=at)[:LINES_MAX]]
        return in_order(lines, at)


needs = Needs()


def in_order(lines: list[NeedLine], at: datetime) -> tuple[NeedLine, ...]:
    """Overdue first, then what has a date, then by weight, then the oldest."""

    def urgency(line: NeedLine) -> tuple[int, datetime, int, datetime, Ref]:
        step = 0 if line.overdue(at) else 1 if line.due_at else 2
        return step, line.due_at or at, -line.weight, line.since_at, line.ref

    return tuple(sorted(lines, key=urgency))


def grouped(lines: tuple[NeedLine, ...]) -> tuple[NeedLine | NeedGroup, ...]:
    """Lines as they are shown: a kind with more than five becomes a group, in the place of its first line."""
    by_kind: dict[str, list[NeedLine]] = {}
    for line in lines:
        by_kind.setdefault(line.kind, []).append(line)
    shown: list[NeedLine | NeedGroup] = []
    for line in lines:
        alike = by_kind[line.kind]
        if len(alike) <= GROUP_ABOVE:
            shown.append(line)
        elif line is alike[0]:
            shown.append(NeedGroup(line.kind, tuple(alike)))
    return tuple(shown)
