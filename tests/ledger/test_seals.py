"""Seals: the vectors of the specification, numbers without gaps, and what erased words leave intact."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import select, update

from minga.kit.canonical import canonical_json
from minga.kit.jobs import Run
from minga.kit.settings import Settings
from minga.ledger import commands
from minga.ledger.commands.clock import expire_holds, seal_books
from minga.ledger.models import Entry, LedgerSeal, Memo
from minga.ledger.queries import sealed
from minga.ledger.rules import EntryKind, EntryState, seals
from minga.ledger.rules.seals import Sealed
from tests.ledger.makers import given, pay
from tests.village import Village

BOOK = "0199aa0000007000800000000000b001"
A, B = "0199aa0000007000800000000000a001", "0199aa0000007000800000000000a002"
SEVEN = datetime(2026, 11, 20, 7, tzinfo=UTC)
FIRST = Sealed(
    id="0199aa0000007000800000000000e001",
    book_id=BOOK,
    no=1,
    kind=EntryKind.TRANSFER,
    effective_on=date(2026, 11, 20),
    posted_at=SEVEN,
    memo_digest=seals.memo_digest("Bread for the meeting", b"\x11" * 16),
    reverses=None,
    lines=((A, "TIME", 90), (B, "TIME", -90)),
)
SECOND = Sealed(
    id="0199aa0000007000800000000000e002",
    book_id=BOOK,
    no=2,
    kind=EntryKind.REVERSAL,
    effective_on=date(2026, 11, 20),
    posted_at=SEVEN,
    memo_digest=None,
    reverses=FIRST.id,
    lines=((A, "TIME", -90), (B, "TIME", 90)),
)


def test_the_digests_of_the_specification() -> None:
    assert FIRST.memo_digest == "96da0053ddb2565e8198f5b48b84110bb7140ea3424cbf88a47b8b67446c730d"
    assert seals.entry_json(FIRST).startswith(
        b'{"book":"0199aa00-0000-7000-8000-00000000b001","effective_on"'
    )
    assert (
        seals.entry_digest(FIRST).hex() == "2e31d8040fc6c94d085e8178c16c99439df65ce596601edb4a959b3be9f8f6ed"
    )
    assert (
        seals.entry_digest(SECOND).hex() == "718bdfac5a4132cdd38d1a915e2baba63c0c729ab3eb9283ef30ff5ecd38b404"
    )


@drawn(
    st.integers(1, 10**6),
    st.sampled_from(EntryKind),
    st.dates(date(1970, 1, 1), date(2200, 1, 1)),
    st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 1000),
    st.one_of(st.none(), st.just(FIRST.memo_digest)),
    st.lists(
        st.tuples(st.sampled_from((A, B)), st.sampled_from(("TIME", "2ND")), st.integers(-(2**53), 2**53))
    ),
)
def test_an_entry_is_written_as_canonical_json(
    no: int, kind: EntryKind, day: date, at: datetime, memo: str | None, lines: list[tuple[str, str, int]]
) -> None:
    entry = Sealed(B, BOOK, no, kind, day, at, memo, A if no % 2 else None, tuple(lines))
    plain = {
        "v": 1,
        "book": str(UUID(hex=BOOK)),
        "no": no,
        "id": str(UUID(hex=B)),
        "kind": kind.value,
        "effective_on": day.isoformat(),
        "posted_at": at.isoformat().replace("+00:00", "Z"),
        "memo": memo,
        "reverses": str(UUID(hex=A)) if no % 2 else None,
        "lines": [[str(UUID(hex=account)), unit, amount] for account, unit, amount in lines],
    }
    assert seals.entry_json(entry) == canonical_json(plain)


def test_the_seal_of_the_specification() -> None:
    root = seals.merkle_root([seals.entry_digest(FIRST), seals.entry_digest(SECOND)]).hex()
    assert root == "d252b2304a15748a47246961e6154677b6d15fe56b9eba601c207dea646a0b8d"
    key = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
    by = seals.did_key(key.public_key().public_bytes_raw())
    assert by == "did:key:z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH"
    plain = seals.seal_json(
        book_id=BOOK,
        n=1,
        from_no=1,
        to_no=2,
        prev=None,
        root=root,
        at=SEVEN + timedelta(minutes=5),
        by=by,
        key_no=0,
    )
    assert seals.seal_hash(plain) == "32a0fd980f73bd74002970561a5c70aac745633daff3e36a6b7f727e6a611f73"
    signature = base64.b64encode(key.sign(seals.SEAL_CONTEXT + plain)).decode()
    assert signature == (
        "TZHHo8r0o7OaBM4JMGeRAVPMlTGwm0PwWZbAKSe+278uBP9i3Xbps4slpzm2aB0n37VfgrZJgEoHCNT1kM5sCw=="
    )


def _run(village: Village, settings: Settings) -> Run:
    return Run(village.database, village.clock, settings, "0" * 32, 1)


def test_the_sealer_numbers_without_gaps_and_chains(village: Village, settings: Settings) -> None:
    made = [pay(village, "ana", "bruno", n, memo=f"No {n}") for n in (1, 2, 3)]
    seal_books(_run(village, settings), {})
    with village.database.read() as session:
        assert session.scalars(select(Entry.no)).all() == [None] * 3, "not before five minutes"
    village.clock.forward(minutes=6)
    seal_books(_run(village, settings), {})
    made.append(pay(village, "bruno", "ana", 4))
    village.clock.forward(minutes=6)
    seal_books(_run(village, settings), {})
    seal_books(_run(village, settings), {})
    with village.database.read() as session:
        assert session.execute(select(Entry.no, Entry.id).order_by(Entry.no)).all() == list(
            enumerate(made, 1)
        )
        first, second = session.scalars(select(LedgerSeal).order_by(LedgerSeal.n)).all()
        assert (first.from_no, first.to_no, second.from_no, second.to_no) == (1, 3, 4, 4)
        assert second.prev == first.hash == seals.seal_hash(sealed.plain(first))
        assert sealed.is_signed(first)
        assert sealed.is_signed(second)


def test_words_can_be_erased_without_touching_the_chain(village: Village, settings: Settings) -> None:
    pay(village, "ana", "bruno", 90, memo="Bread")
    village.clock.forward(minutes=6)
    seal_books(_run(village, settings), {})
    with village.database.write() as session:
        session.execute(update(Memo).values(text=None, salt=None))
    with village.database.read() as session:
        seal = session.scalars(select(LedgerSeal)).one()
        found = sealed.numbered(session, seal.book_id, 1, 1)
        assert seals.merkle_root([seals.entry_digest(one) for one in found]).hex() == seal.root


def test_holds_end_when_their_time_is_over(village: Village, settings: Settings) -> None:

    soon, later = given(village, "ana", "bruno", 9), given(village, "ana", "bruno", 9)
    with village.database.write() as session:
        for wish, days in ((soon, 1), (later, 2)):
            until = village.clock() + timedelta(days=days)
            commands.hold_transfer(session, village.ana, wish, expires_at=until, at=village.clock())
    village.clock.forward(days=1)
    expire_holds(_run(village, settings), {})
    with village.database.read() as session:
        states = {e.id: (e.state, e.void_reason) for e in session.scalars(select(Entry))}
    assert states == {soon.id: (EntryState.VOID, "expired"), later.id: (EntryState.HELD, "")}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 8, 9, 13, 31, 33])
def test_the_root_is_that_of_the_tree_that_splits_at_powers_of_two(size: int) -> None:
    """RFC 6962 §2.1, written down as it stands there."""
    leaves = [bytes([n]) * 32 for n in range(size)]

    def root(some: list[bytes]) -> bytes:
        if len(some) == 1:
            return hashlib.sha256(b"\x00" + some[0]).digest()
        half = 1 << ((len(some) - 1).bit_length() - 1)
        return hashlib.sha256(b"\x01" + root(some[:half]) + root(some[half:])).digest()

    assert seals.merkle_root(leaves) == root(leaves)
