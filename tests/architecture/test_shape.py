"""The architecture keeps its own rules. What cannot be an import contract is a test here."""

import ast
import configparser

import pytest

from tests.architecture.source import PACKAGE, ROOT, TREES, functions, name_of, public

BANNED = ("Service", "Manager", "Helper", "Util", "Utils", "Handler", "Impl", "Factory", "Base", "Processor")
ABBREVIATED = {"info", "obj", "tmp", "mgr", "ctx", "cfg", "usr", "msg", "btn", "idx"}
NAMED_RIGHTLY = {
    "minga.kit.schema.Base",  # the one declarative base
    "minga.sharing.rules.kinds.Service",  # a service that a member offers, one of the kinds of listing
    "minga.sharing.models.listings.ListingService",
}
SHOWN_BEFORE = {
    "minga.sharing.queries.cards.covers",  # pictures of cards that the actor was shown
    "minga.reputation.queries.people.verified_skills",  # asked for whom a thing is lent, by who lends or borrows it
}
ENDS_READING = {
    # What `Database.read()` lends, on connections that cannot write: a session that stays ends what it read, and the
    # next reader's moment begins. `Session.rollback` would give its connection back, which is what staying spares.
    ("minga.kit.readers", "rollback"),
}
LINES_MAX, FUNCTION_LINES_MAX = 400, 60


@pytest.mark.parametrize("folder", ["minga", "tests", "bin", "benchmarks"])
def test_a_file_fits_in_a_head(folder: str) -> None:
    """Steps of migrations are drafted by a program and say everything once; they may be long."""
    files = [path for path in (ROOT / folder).rglob("*.py") if path.parent.name != "versions"]
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path.name: size for path, size in sizes.items() if size > LINES_MAX} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {
        f"{module}.{one.name}": one.end_lineno - one.lineno + 1
        for module, one in functions()
        if ".versions." not in module
        and one.end_lineno
        and one.end_lineno - one.lineno + 1 >= FUNCTION_LINES_MAX
    }
    assert long == {}


def test_classes_are_named_for_things_not_for_patterns() -> None:
    named = {
        f"{name_of(path)}.{node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(BANNED)
    }
    assert named - NAMED_RIGHTLY == set()


def test_modules_are_named_for_what_they_hold() -> None:
    parts = {part for path in TREES for part in name_of(path).split(".")}
    assert (
        parts & {"utils", "util", "helpers", "helper", "services", "managers", "misc", "common", "base"}
        == set()
    )


def test_names_are_not_abbreviated() -> None:
    found = {
        f"{module}.{one.name}({argument.arg})"
        for module, one in functions()
        for argument in (*one.args.args, *one.args.kwonlyargs)
        if argument.arg in ABBREVIATED
    }
    assert found == set()


def test_every_module_says_what_belongs_in_it() -> None:
    silent = {name_of(path) for path, tree in TREES.items() if not ast.get_docstring(tree)}
    assert {name for name in silent if ".versions" not in name} == set()


def test_every_test_module_says_what_it_is_about() -> None:
    files = [path for path in (ROOT / "tests").rglob("*.py") if path.read_text().strip()]
    assert [str(p.relative_to(ROOT)) for p in files if not ast.get_docstring(ast.parse(p.read_text()))] == []


def test_only_the_unit_of_work_commits() -> None:
    found = {
        (name_of(path), node.attr)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    }
    assert {one for one in found if one[0] != "minga.kit.db"} <= ENDS_READING


def test_a_question_names_who_asks() -> None:
    """Whatever an interface asks of a domain is asked by somebody; questions among domains pass rows they have."""
    asked = set().union(*(_asked_of_queries(t) for p, t in TREES.items() if "interfaces" in name_of(p)))
    assert asked
    found = set()
    for module, one in public("queries"):
        plain = [argument.arg for argument in one.args.args]
        if one.name in asked and "session" in plain and plain[:2] != ["session", "actor"]:
            found.add(f"{module}.{one.name}")
    assert found - SHOWN_BEFORE == set()


def _asked_of_queries(tree: ast.Module) -> set[str]:
    """Names of questions that a module asks, by name or as an attribute of the module of questions."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    direct = {a.name for i in imports if "queries" in str(i.module).split(".") for a in i.names}
    aliases = {a.asname or a.name for i in imports for a in i.names if a.name == "queries"}
    used = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return direct | {n.attr for n in used if isinstance(n.value, ast.Name) and n.value.id in aliases}


def test_a_verb_is_told_when_it_happens() -> None:
    """Whatever tells a fact works in the caller's transaction, at the caller's time."""
    found = set()
    for module, one in public("commands"):
        plain = [argument.arg for argument in one.args.args]
        named = {argument.arg for argument in one.args.kwonlyargs}
        calls = (node.func for node in ast.walk(one) if isinstance(node, ast.Call))
        tells = any(isinstance(call, ast.Name) and call.id == "emit" for call in calls)
        if tells and "at" not in named:
            found.add(f"{module}.{one.name} has no `at`")
        if tells and plain[:1] != ["session"]:
            found.add(f"{module}.{one.name}({', '.join(plain)})")
    assert found == set()


def test_time_is_passed_in() -> None:
    found = set()
    for path, tree in TREES.items():
        name = name_of(path)
        if name in {"minga.kit.clock", "minga.kit.log"} or name.startswith("minga.interfaces."):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and (node.value.id, node.attr)
                in {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
            ):
                found.add(f"{name}:{node.lineno}")
    assert found == set()


def test_sql_is_built_from_columns_not_from_strings() -> None:
    """Outside of kit and migrations, SQL is made of columns; where it is text, that is a constant (COM-W2.12)."""
    found = set()
    for path, tree in TREES.items():
        name = name_of(path)
        if name.startswith(("minga.kit", "minga.migrations")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"exec_driver_sql", "TextClause"}:
                found.add(f"{name}:{node.lineno} {node.attr}")
            if isinstance(node, ast.Call) and node.args and _takes_made_up_sql(node.func, node.args[0]):
                found.add(f"{name}:{node.lineno} a string that was put together is SQL")
    assert found == set()


def _takes_made_up_sql(function: ast.expr, first: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr in {"execute", "scalar", "scalars"}:
        return isinstance(first, ast.JoinedStr | ast.Constant | ast.BinOp)
    named = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    constant = isinstance(first, ast.Constant) or (isinstance(first, ast.Name) and first.id.isupper())
    return named in {"text", "literal_column"} and not constant


def test_no_contract_of_imports_has_exceptions() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    assert len(contracts.sections()) > 5
    assert [name for name in contracts.sections() if contracts.has_option(name, "ignore_imports")] == []


def test_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "Not" + "Implemented")
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), *(ROOT / "bin").glob("*")]
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in files
        if path.is_file() and path.suffix != ".pyc"
        for word in words
        if word in path.read_text(encoding="utf-8")
    }
    assert found == set()
