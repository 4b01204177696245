"""The program that checks draws and counts, as one file to take along: rules and hashes of this node, nothing outside the
standard library."""

import io
import re
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import minga

PACKAGE = Path(minga.__file__).parent
COUNTING = "governance/rules/"
_OWN = re.compile(r"^from minga\.governance\.rules\.(\w+) import", re.MULTILINE)


def counting(first: str = "verifying") -> tuple[str, ...]:
    """The rules of deciding that counting again needs, found by what imports what; the others stay at home."""
    found, waiting = set[str](), [first]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _OWN.findall((PACKAGE / COUNTING / f"{name}.py").read_text(encoding="utf-8"))
    return tuple(sorted(f"{COUNTING}{name}.py" for name in (*found, "__init__")))


FILES = (
    "kit/canonical.py",
    "kit/flow.py",
    "kit/lots.py",
    *(
        f"sharing/rules/allocation/{path.name}"
        for path in sorted((PACKAGE / "sharing" / "rules" / "allocation").glob("*.py"))
    ),
    *counting(),
)
EMPTY = ("", "kit/", "sharing/", "sharing/rules/", "governance/")
MAIN = """import sys

from minga.governance.rules import verifying as polls
from minga.sharing.rules.allocation import verifying as draws

words = sys.argv[1:]
if words[:1] == ["poll"]:
    sys.exit(polls.main(words))
if words[:1] != ["lot"]:
    sys.stdout.write(polls.USE + "\\n")
sys.exit(draws.main(words))
"""
ALWAYS = (2026, 1, 1, 0, 0, 0)


@cache
def program() -> bytes:
    """The same bytes on every node of this version."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        texts = {f"minga/{folder}__init__.py": "" for folder in EMPTY}
        texts |= {f"minga/{name}": (PACKAGE / name).read_text(encoding="utf-8") for name in FILES}
        for name, text in sorted({**texts, "__main__.py": MAIN}.items()):
            archive.writestr(zipfile.ZipInfo(name, ALWAYS), text)
    return made.getvalue()


@cache
def program_hash() -> str:
    """What a record says it can be checked with."""
    return sha256(program()).hexdigest()
