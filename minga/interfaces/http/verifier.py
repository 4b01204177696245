"""The program that checks draws and counts, as one file to take along: rules and hashes of this node, nothing outside the
standard library."""

import io
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import minga

PACKAGE = Path(minga.__file__).parent
FILES = (
    "kit/canonical.py",
    "kit/flow.py",
    "kit/lots.py",
    *(
        f"sharing/rules/allocation/{path.name}"
        for path in sorted((PACKAGE / "sharing" / "rules" / "allocation").glob("*.py"))
    ),
    *(f"governance/rules/{path.name}" for path in sorted((PACKAGE / "governance" / "rules").glob("*.py"))),
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
