"""LED-T7: hledger and beancount read our journals without an error and find the balances that we keep.

hledger is found on the path (`apt-get install hledger`); beancount in this environment, or where
`MINGA_TEST_BEANCOUNT` names a Python that has it (`python -m venv there && there/bin/pip install beancount`).
"""

import csv
import importlib.util
import io
import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id, new_id
from minga.ledger import commands
from minga.ledger.queries.exports import Format, commodity, journal
from minga.ledger.queries.recounting import recount
from minga.ledger.rules import AccountType, Draft, EntryKind, Line, UnitKind
from tests.ledger.makers import DAY, valley_book
from tests.village import Village

UNITS = {"TIME": 0, "EUR": 2, "KWD": 3, "2ND": 1}
BEANCOUNT = os.environ.get("MINGA_TEST_BEANCOUNT") or (
    sys.executable if importlib.util.find_spec("beancount") else ""
)
ASK_BEANCOUNT = """
import sys
from beancount import loader
from beancount.core import realization
entries, errors, _ = loader.load_file(sys.argv[1])
assert not errors, errors[:3]
for account in realization.iter_children(realization.realize(entries)):
    for position in account.balance:
        print(account.account, position.units.currency, position.units.number, sep="\\t")
"""


def _fill(session: Session, village: Village, count: int) -> None:
    """A random book: sixty days over the end of a year, four units, all types of accounts, some undone, some only held."""
    chance, actor, at = random.Random(7), Actor.machine(), village.clock()
    book = commands.commons(session, actor, village.valley, at=at)
    commands.own_unit(session, village.valley, "2ND", UnitKind.POINTS, exponent=1, symbol="", at=at)
    accounts: dict[str, list[Id]] = defaultdict(list)
    for unit in UNITS:
        for n, type_ in enumerate(AccountType):
            made = commands.open_account(
                session, actor, book, f"{type_.name} {n}: {unit}", type_, unit, at=at
            )
            accounts[unit].append(made.id)
    for n in range(count):
        lines = []
        for unit in chance.sample(list(UNITS), chance.choice((1, 1, 1, 2))):
            one, other = chance.sample(accounts[unit], 2)
            amount = chance.randint(1, 10_000)
            lines += [Line(one, unit, amount), Line(other, unit, -amount)]
        draft = Draft(new_id(), book.id, EntryKind.TRANSFER, DAY + timedelta(days=n % 60), tuple(lines))
        if n % 17 == 5:
            commands.hold(session, actor, draft, expires_at=at + timedelta(days=3), at=at)
            continue
        commands.post(session, actor, draft, at=at)
        if n % 11 == 3:
            commands.reverse(session, actor, draft.id, new_id(), "no", at=at)


def _ours(session: Session, village: Village) -> dict[tuple[str, str], Decimal]:
    """What stands in each account: (code, commodity) to the debits less the credits."""
    found = {}
    for one in recount(session, valley_book(session, village).id):
        kind = AccountType[one.code.split()[0]]
        found[one.code, commodity(one.unit)] = kind.sign * Decimal(one.kept).scaleb(-UNITS[one.unit])
    return {key: value for key, value in found.items() if value}


def _theirs(rows: list[tuple[str, str, str]]) -> dict[tuple[str, str], Decimal]:
    found = {}
    for name, unit, amount in rows:
        kind, n, code = name.split(":")[-1].split("-")
        found[f"{kind.upper()} {n}: {code}", unit] = Decimal(amount)
    return {key: value for key, value in found.items() if value}


def _written(session: Session, village: Village, format_: Format, folder: Path) -> Path:
    path = folder / f"book.{format_.value}"
    lines = journal(session, village.ana, village.valley, format_, at=village.clock())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not installed (apt-get install hledger)")
def test_hledger_agrees(village: Village, tmp_path: Path) -> None:
    with village.database.write() as session:
        _fill(session, village, 300)
        path = _written(session, village, Format.HLEDGER, tmp_path)
        ours = _ours(session, village)
    for checked in (["check"], ["check", "balancednoautoconversion", "accounts", "commodities"]):
        run = subprocess.run(
            ["hledger", "-f", str(path), *checked], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
    run = subprocess.run(
        ["hledger", "-f", str(path), "balance", "--flat", "-O", "csv", "--layout=tidy"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [
        (row["account"], row["commodity"].strip('"'), row["value"])
        for row in csv.DictReader(io.StringIO(run.stdout))
    ]
    assert _theirs(rows) == ours
    assert len(ours) > 15


@pytest.mark.skipif(
    not BEANCOUNT, reason="beancount is not installed; MINGA_TEST_BEANCOUNT can name its Python"
)
def test_beancount_agrees(village: Village, tmp_path: Path) -> None:
    with village.database.write() as session:
        _fill(session, village, 300)
        path = _written(session, village, Format.BEANCOUNT, tmp_path)
        ours = _ours(session, village)
    run = subprocess.run(
        [BEANCOUNT, "-c", ASK_BEANCOUNT, str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    rows = [(n, u, a) for n, u, a in (line.split("\t") for line in run.stdout.splitlines())]
    assert _theirs(rows) == ours


def test_a_wrong_journal_would_be_found(village: Village, tmp_path: Path) -> None:
    """The assertions in the journal bite: one digit changed, and hledger says so."""
    if not shutil.which("hledger"):
        pytest.skip("hledger is not installed (apt-get install hledger)")
    with village.database.write() as session:
        _fill(session, village, 20)
        path = _written(session, village, Format.HLEDGER, tmp_path)
    text = path.read_text(encoding="utf-8")
    place = text.index(" = ") + 3
    path.write_text(text[:place] + "9" + text[place:].lstrip("-"), encoding="utf-8")
    run = subprocess.run(["hledger", "-f", str(path), "check"], capture_output=True, text=True, check=False)
    assert run.returncode != 0
