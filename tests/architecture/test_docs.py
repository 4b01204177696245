"""Documentation: generated pages are current, links lead somewhere, no registry host and no machine path."""

import re
import subprocess
from pathlib import Path

import pytest

from minga.interfaces.cli import docs
from tests.architecture.source import ROOT

TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "security/**/*.md", "conformance/**/*.md", "benchmarks/**/*.md")
    for path in ROOT.glob(pattern)
)
# Put together here, so that this very file does not hold what it forbids.
HOSTS = ("pypi" + ".org", "python" + "hosted", "npm" + "js.", "deb." + "debian", "registry." + "npm")
PATHS = ("/" + "root/", "/" + "work/", "/" + "farm/", "/" + "tmp/", "/" + "home/")


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings make."""
    heads = re.findall(r"^#+\s+(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", docs.PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    committed = ROOT / docs.PAGES[name][0]
    assert committed.is_file(), "bin/minga docs write"
    assert committed.read_text(encoding="utf-8") == docs.written(name), "bin/minga docs write"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        goal = (path.parent / place).resolve() if place else path
        if not goal.exists() or (
            anchor and goal.suffix == ".md" and anchor not in anchors(goal.read_text("utf-8"))
        ):
            dead.append(target)
    assert dead == []


def committed_files() -> list[Path]:
    """Everything that git keeps and that is text; vendored files say where they come from and are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout.split("\0")
    skipped = ("vendor/", "LICENSE", "requirements/")
    suffixes = {".png", ".jpg", ".webp", ".woff2", ".ico", ".gz", ".zip"}
    return [
        ROOT / name
        for name in listed
        if name and Path(name).suffix not in suffixes and not any(part in name for part in skipped)
    ]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout, so git lists no files")
def test_no_registry_host_and_no_machine_path_is_committed() -> None:
    found = []
    for path in committed_files():
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        found += [f"{path.relative_to(ROOT)}: {word}" for word in HOSTS if word in text]
        if path.suffix in {".md", ".toml", ".yml", ".yaml", ".csv", ".txt", ".in", ".example"}:
            found += [f"{path.relative_to(ROOT)}: {word}" for word in PATHS if word in text]
    assert found == []


def test_every_decision_has_its_number_and_says_what_it_costs() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert pages
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert {"## Decided", "## Why", "## Price"} <= set(re.findall(r"^## \w+", text, re.MULTILINE)), (
            page.name
        )


def test_every_package_that_a_node_needs_is_argued() -> None:
    source = (ROOT / "requirements/run.in").read_text(encoding="utf-8")
    asked = re.findall(r"^([A-Za-z][A-Za-z0-9_.-]*)", source, re.MULTILINE)
    argued = " ".join(p.read_text(encoding="utf-8").lower() for p in (ROOT / "docs/decisions").glob("*.md"))
    assert [name for name in asked if f"`{name.lower()}`" not in argued] == []


def test_the_readme_is_one_page_and_starts_with_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert "bin/minga up" in text
    assert "bin/minga demo" in text
    assert "docs/architecture.md" in text
