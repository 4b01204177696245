"""LED-T1: whatever is posted, held, settled, freed, undone, limited, rested or closed, in any order, the database
stands where a pure model of it stands, and recounting finds nothing."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.ids import Id, new_id
from minga.ledger import commands
from minga.ledger.models import Account, Balance, Book
from minga.ledger.queries.recounting import verify
from minga.ledger.rules import AccountType, Draft, EntryKind, Line
from minga.ledger.rules.kinds import Purpose
from tests.ledger.makers import DAY
from tests.village import Village

TYPES = (AccountType.LIABILITY, AccountType.LIABILITY, AccountType.ASSET, AccountType.EQUITY)
LIMITS: tuple[tuple[int | None, int | None], ...] = ((-20, 30), (-10, None), (None, 25), (None, None))
OPTIONS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
account = st.integers(0, len(TYPES) - 1)
which = st.integers(0, 9)
amount = st.integers(1, 18)
lines = st.lists(st.tuples(account, st.integers(-9, 9).filter(bool)), min_size=1, max_size=3)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("post"), account, account, amount),
        st.tuples(st.just("post_many"), lines, account),
        st.tuples(st.just("hold"), account, account, amount),
        st.tuples(st.just("settle"), which, st.one_of(st.none(), amount)),
        st.tuples(st.just("void"), which),
        st.tuples(st.just("reverse"), which),
        st.tuples(st.just("again"), which),
        st.tuples(st.just("limit"), account, st.integers(-30, 5), st.integers(0, 40)),
        st.tuples(st.just("freeze"), account, st.booleans(), st.booleans()),
        st.tuples(st.just("close"), account),
    ),
    min_size=10,
    max_size=40,
)


@dataclass
class Kept:
    """An account in the model; all natural."""

    sign: int
    floor: int | None
    ceiling: int | None
    posted: int = 0
    held_out: int = 0
    held_in: int = 0
    spends: bool = True
    receives: bool = True
    closed: bool = False

    def within(self) -> bool:
        low = self.floor is None or self.posted - self.held_out >= self.floor
        return low and (self.ceiling is None or self.posted + self.held_in <= self.ceiling)


@dataclass
class Noted:
    """An entry in the model: changes by account, natural."""

    draft: Draft
    state: str
    until: Any = None
    settled_by: Id | None = None
    reverses: bool = False
    undone: bool = False


@dataclass
class Model:
    """A ledger as one would keep it on paper."""

    accounts: list[Kept]
    entries: list[Noted] = field(default_factory=list)

    def changes(self, draft: Draft, ids: list[Id]) -> dict[int, int]:
        found: dict[int, int] = {}
        for line in draft.lines:
            at = ids.index(line.account_id)
            found[at] = found.get(at, 0) + self.accounts[at].sign * line.amount
        return found

    def allows(self, changes: dict[int, int], *, fresh: bool = True) -> bool:
        """Whether these changes may be posted or held now."""
        for at, change in changes.items():
            one = self.accounts[at]
            if fresh and (one.closed or (change < 0 and not one.spends) or (change > 0 and not one.receives)):
                return False
        return True

    def move(self, changes: dict[int, int], what: str) -> bool:
        """Try it; leave everything as it was when an account would be beyond its limits."""
        before = [vars(one).copy() for one in self.accounts]
        for at, change in changes.items():
            one = self.accounts[at]
            if what in ("post", "settle"):
                one.posted += change
            if what in ("hold", "settle", "void"):
                by = 1 if what == "hold" else -1
                one.held_out += by * max(0, -change)
                one.held_in += by * max(0, change)
        if what == "void" or all(self.accounts[at].within() for at in changes):
            return True
        for one, was in zip(self.accounts, before, strict=True):
            vars(one).update(was)
        return False


class World:
    """The model and the database side by side."""

    def __init__(self, session: Session, village: Village) -> None:
        self.session, self.village, self.at = session, village, village.clock()
        self.book = Book(
            community_id=village.valley, name="x", purpose=Purpose.GENERAL, home_unit="TIME", made_at=self.at
        )
        session.add(self.book)
        session.flush()
        self.ids = [
            commands.open_account(
                session,
                village.ana,
                self.book,
                f"A{n}",
                kind,
                "TIME",
                limits=commands.Limits(*LIMITS[n]),
                at=self.at,
            ).id
            for n, kind in enumerate(TYPES)
        ]
        self.model = Model([Kept(kind.sign, *LIMITS[n]) for n, kind in enumerate(TYPES)])

    def draft(self, *pairs: tuple[int, int]) -> Draft:
        made = tuple(Line(self.ids[at], "TIME", size) for at, size in pairs)
        return Draft(new_id(), self.book.id, EntryKind.TRANSFER, DAY, made)

    def tries(self, act: Any) -> Any:
        """What the command answered; None when it refused."""
        try:
            return act()
        except Refused:
            return None

    def step(self, act: tuple[Any, ...]) -> None:
        expected, found = getattr(self, act[0])(*act[1:])
        assert (found is not None) == expected, (act, expected, found)
        self.same()

    def post(self, one: int, other: int, size: int) -> tuple[bool, Any]:
        return self._posted(self.draft((one, size), (other, -size)))

    def post_many(self, pairs: list[tuple[int, int]], rest: int) -> tuple[bool, Any]:
        total = sum(size for _, size in pairs)
        return self._posted(self.draft(*pairs, *([(rest, -total)] if total else [])))

    def _posted(self, draft: Draft) -> tuple[bool, Any]:
        changes = self.model.changes(draft, self.ids)
        expected = len(draft.lines) > 1 and self.model.allows(changes) and self.model.move(changes, "post")
        found = self.tries(lambda: commands.post(self.session, self.village.ana, draft, at=self.at))
        if expected:
            self.model.entries.append(Noted(draft, "posted"))
        return expected, found

    def hold(self, one: int, other: int, size: int) -> tuple[bool, Any]:
        draft, until = self.draft((one, size), (other, -size)), self.at + timedelta(days=5)
        changes = self.model.changes(draft, self.ids)
        expected = self.model.allows(changes) and self.model.move(changes, "hold")
        found = self.tries(
            lambda: commands.hold(self.session, self.village.ana, draft, expires_at=until, at=self.at)
        )
        if expected:
            self.model.entries.append(Noted(draft, "held", until))
        return expected, found

    def _noted(self, n: int) -> Noted | None:
        return self.model.entries[n % len(self.model.entries)] if self.model.entries else None

    def settle(self, n: int, less: int | None) -> tuple[bool, Any]:
        one = self._noted(n)
        if one is None:
            return False, None
        wanted = self._less(one.draft, less)
        expected = self._settles(one, wanted)
        found = self.tries(
            lambda: commands.settle(self.session, self.village.ana, one.draft.id, lines=wanted, at=self.at)
        )
        if expected and one.settled_by is None and found is not None and one.state == "void":
            one.settled_by = found.id
            made = Draft(found.id, self.book.id, EntryKind.TRANSFER, DAY, wanted or one.draft.lines)
            self.model.entries.append(Noted(made, "anew"))
        return expected, found

    def _less(self, draft: Draft, less: int | None) -> tuple[Line, ...] | None:
        if less is None or len(draft.lines) != 2:
            return None
        return tuple(
            Line(line.account_id, line.unit, less if line.amount > 0 else -less) for line in draft.lines
        )

    def _settles(self, one: Noted, wanted: tuple[Line, ...] | None) -> bool:
        if one.state in ("posted", "anew") or one.settled_by is not None:
            return True  # twice answers the first outcome
        if one.state != "held":
            return False
        held = self.model.changes(one.draft, self.ids)
        if wanted is None or wanted == one.draft.lines:
            one.state = "posted"
            return self.model.move(held, "settle")
        size = max(line.amount for line in one.draft.lines)
        if (
            max(line.amount for line in wanted) > size
            or one.draft.lines[0].account_id == one.draft.lines[1].account_id
        ):
            return False
        changes = {at: change * wanted[0].amount // one.draft.lines[0].amount for at, change in held.items()}
        if not self.model.allows(changes):
            return False
        self.model.move(held, "void")
        one.state = "void"
        return self.model.move(changes, "post")

    def void(self, n: int) -> tuple[bool, Any]:
        one = self._noted(n)
        if one is None:
            return False, None
        found = self.tries(
            lambda: commands.void(self.session, self.village.ana, one.draft.id, "x", at=self.at)
        )
        expected = one.state in ("held", "void")
        if one.state == "held":
            self.model.move(self.model.changes(one.draft, self.ids), "void")
            one.state = "void"
        return expected, found

    def reverse(self, n: int) -> tuple[bool, Any]:
        one = self._noted(n)
        if one is None:
            return False, None
        made = new_id()
        back = tuple(Line(line.account_id, line.unit, -line.amount) for line in one.draft.lines)
        draft = Draft(made, self.book.id, EntryKind.REVERSAL, DAY, back)
        changes = self.model.changes(draft, self.ids)
        expected = (
            one.state in ("posted", "anew")
            and not one.reverses
            and not one.undone
            and self.model.allows(changes)
            and self.model.move(changes, "post")
        )
        found = self.tries(
            lambda: commands.reverse(self.session, self.village.ana, one.draft.id, made, "x", at=self.at)
        )
        if expected:
            one.undone = True
            self.model.entries.append(Noted(draft, "posted", reverses=True))
        return expected, found

    def again(self, n: int) -> tuple[bool, Any]:
        """The very same wish once more: the first entry is the answer, whatever became of it."""
        one = self._noted(n)
        if one is None or one.reverses or one.state == "anew" or one.settled_by:
            return False, None
        session, ana = self.session, self.village.ana
        if one.until is None:
            return True, self.tries(lambda: commands.post(session, ana, one.draft, at=self.at))
        return True, self.tries(
            lambda: commands.hold(session, ana, one.draft, expires_at=one.until, at=self.at)
        )

    def limit(self, at: int, floor: int, ceiling: int) -> tuple[bool, Any]:
        one = self.model.accounts[at]
        before = (one.floor, one.ceiling)
        one.floor, one.ceiling = floor, ceiling
        expected = floor <= ceiling and (one.within() or (floor, ceiling) == before)
        if not expected:
            one.floor, one.ceiling = before
        limits = commands.Limits(floor, ceiling)
        return expected, self.tries(
            lambda: commands.set_limit(
                self.session, self.village.ana, self.ids[at], limits, reason="x", at=self.at
            )
        )

    def freeze(self, at: int, spends: bool, receives: bool) -> tuple[bool, Any]:
        self.model.accounts[at].spends, self.model.accounts[at].receives = spends, receives
        return True, self.tries(
            lambda: commands.freeze(
                self.session,
                self.village.ana,
                self.ids[at],
                may_spend=spends,
                may_receive=receives,
                reason="x",
                at=self.at,
            )
        )

    def close(self, at: int) -> tuple[bool, Any]:
        one = self.model.accounts[at]
        expected = one.closed or (one.posted, one.held_out, one.held_in) == (0, 0, 0)
        one.closed = one.closed or expected
        return expected, self.tries(
            lambda: commands.close_account(self.session, self.village.ana, self.ids[at], at=self.at)
        )

    def same(self) -> None:
        rows = self.session.execute(
            select(Account.id, Account.sign * Balance.posted, Balance.held_out, Balance.held_in)
            .join(Balance, Balance.account_id == Account.id)
            .where(Account.book_id == self.book.id)
        )
        kept = {row[0]: tuple(row[1:]) for row in rows}
        ours = [(one.posted, one.held_out, one.held_in) for one in self.model.accounts]
        assert [kept[one] for one in self.ids] == ours


@OPTIONS
@given(acts)
def test_the_database_stands_where_the_model_stands(village: Village, wishes: list[tuple[Any, ...]]) -> None:
    with village.database.write() as session:
        world = World(session, village)
        for wish in wishes:
            world.step(wish)
        report = verify(session, world.book.id, at=world.at + timedelta(minutes=5))
        assert report.well, report.breaches
        noted = [one for one in world.model.entries if one.state in ("posted", "anew", "held", "void")]
        assert report.entries == len(noted)
