"""The catalogues of translations: gathered from the sources, and checked for what is missing or would break.

For who writes and releases the node; a running node never imports it.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from minga.kit.i18n import DOMAIN, LANGUAGES, catalogue_path

SOURCE = Path(__file__).parents[2]
SHARE_MIN = 98
_REFUSALS = (
    *("Refused", "Invalid", "NotFound", "NotSignedIn", "Forbidden", "Confirm"),
    *("Conflict", "Stale", "TooLarge", "TooMany", "Busy", "NoSpace"),
)
_KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "N_", "gettext", "said", *_REFUSALS)),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]
_OPTIONS = {pattern: {"silent": "false", "newstyle_gettext": "true"} for pattern, _ in _METHODS[1:]}
_LITERAL_ONLY = frozenset({"_", "N_", "gettext", "ngettext"})
_FACT = re.compile(r"\{[^}]*\}|%\(\w+\)[sd]")
_JOINED = re.compile(r"""\b(_|gettext|ngettext)\(\s*(?:"[^"]*"|'[^']*')\s*[~+%]""")
_EVER = datetime(2026, 1, 1, tzinfo=UTC)


def gather(source: Path = SOURCE) -> Catalog:
    """Every sentence of the sources."""
    catalogue = Catalog(
        project=DOMAIN, charset="utf-8", fuzzy=False, creation_date=_EVER, revision_date=_EVER
    )
    found = extract_from_dir(
        source, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, comment_tags=("Translators:",)
    )
    for filename, _, message, comments, context in found:
        if message and (not isinstance(message, str) or message.strip()):
            catalogue.add(message, None, [(filename, 1)], auto_comments=comments, context=context)
    return catalogue


def update(language: str, gathered: Catalog) -> Catalog:
    """The catalogue of a language with every gathered sentence; its translations stay, what is gone is dropped."""
    path = catalogue_path(language)
    catalogue = _read(language)
    catalogue.update(gathered, no_fuzzy_matching=True)
    catalogue.creation_date = catalogue.revision_date = _EVER
    catalogue.header_comment = f"# {LANGUAGES[language].name}"
    catalogue.version, catalogue.msgid_bugs_address = "0", ""
    catalogue.last_translator = catalogue.language_team = "minga"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, no_location=True, sort_output=True, ignore_obsolete=True, width=100)
    return catalogue


def faults(language: str, gathered: Catalog) -> Iterator[str]:
    """What is wrong with a language: too much missing, or a translation that loses or invents a fact."""
    known = _read(language)
    wanted = [message for message in gathered if message.id]
    missing = [message for message in wanted if not _translated(known.get(_key(message), message.context))]
    share = 100 * (len(wanted) - len(missing)) / max(1, len(wanted))
    if share < SHARE_MIN:
        yield f"{language}: {share:.1f} % of {len(wanted)} sentences are translated, {SHARE_MIN} % are needed."
        yield from (f"{language}: missing: {_key(message)!r}" for message in missing)
    for message in wanted:
        theirs = known.get(_key(message), message.context)
        if theirs is not None and _translated(theirs):
            yield from (f"{language}: {fault}" for fault in _broken(message, theirs))


def loose_sentences(source: Path = SOURCE) -> Iterator[str]:
    """Calls that mark something else than one whole literal sentence: those could never be translated."""
    for path in sorted(source.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            first = call.args[0] if call.args else None
            whole = isinstance(first, ast.Constant)
            if (name == "N_" and not whole) or (
                name in _LITERAL_ONLY and isinstance(first, ast.JoinedStr | ast.BinOp)
            ):
                yield f"{path}:{call.lineno}: {name}() needs one whole sentence, with {{named}} facts."
    for path in sorted(source.rglob("templates/**/*.html")):
        template = path.read_text()
        for joined in _JOINED.finditer(template):
            line = template.count("\n", 0, joined.start()) + 1
            yield f"{path}:{line}: {joined[1]}() needs one whole sentence, with named facts."


def check() -> list[str]:
    """All faults of all shipped languages and of the sources."""
    gathered = gather()
    spoken = [fault for language in LANGUAGES if language != "en" for fault in faults(language, gathered)]
    return [*loose_sentences(), *spoken]


def _read(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, project=DOMAIN, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(_texts(message))


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ("",))


def _broken(message: Message, theirs: Message) -> Iterator[str]:
    ours = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = {fact for text in ours for fact in _FACT.findall(text)}
    needed = set.intersection(*(set(_FACT.findall(text)) for text in ours))
    for text in _texts(theirs):
        facts = set(_FACT.findall(text))
        if not needed <= facts <= allowed:
            yield f"{ours[0]!r} has facts {sorted(allowed)}, {text!r} has {sorted(facts)}."
