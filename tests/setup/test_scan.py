"""bin/scan: what is planted is found and fails it, and every change is scanned (COM-1.13)."""

import importlib
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SAFE = {
    "Content-Type": "text/html",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@pytest.fixture
def scanning(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    return importlib.import_module("scanning")


@pytest.fixture
def webscan(scanning: ModuleType) -> ModuleType:
    return sys.modules["webscan"]


@pytest.fixture
def safe_site() -> Iterator[str]:
    """One page without any hole: it escapes nothing because it repeats nothing, and takes no form."""

    class Safe(BaseHTTPRequestHandler):
        def version_string(self) -> str:
            return "safe"

        def do_GET(self) -> None:
            own_host = self.headers.get("Host", "").startswith("127.0.0.1")
            self.send_response(200 if self.path.split("?")[0] == "/" and own_host else 404)
            for name, value in SAFE.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b'<form method="post" action="/"><input name="_form" value="t"></form>')

        def do_POST(self) -> None:
            self.send_response(403)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Safe)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_web_scanner_finds_every_hole_that_is_planted(scanning: ModuleType) -> None:
    assert scanning.weak_web() == []


def test_the_web_scanner_finds_nothing_where_nothing_is(webscan: ModuleType, safe_site: str) -> None:
    assert webscan.scan(safe_site, {}, say=lambda _: None) == []
    assert webscan.main([safe_site]) == 0


@pytest.mark.parametrize(
    ("headers", "check"),
    [
        ({"Content-Security-Policy": "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'"}, "header"),
        ({"Content-Security-Policy": "default-src https:; frame-ancestors 'none'"}, "header"),
        ({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}, "cors"),
        ({"Server": "Weak/1.0"}, "header"),
    ],
)
def test_one_bad_header_is_a_finding(webscan: ModuleType, headers: dict[str, str], check: str) -> None:
    said = {name.lower(): value for name, value in (SAFE | headers).items()}
    answer = webscan.Answer(200, said, [], "<p>Words</p>")
    assert [one.check for one in webscan.looked_at("/", answer)] == [check]


def test_a_finding_or_a_blind_scanner_fails_the_scan(
    scanning: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def content(_root: Path, *, quiet: bool = False) -> bool:
        """Finds nothing, ever."""
        return True

    def alarmed(_root: Path, *, quiet: bool = False) -> bool:
        """Finds something, always."""
        return False

    monkeypatch.setattr(scanning, "SCANS", {"source": content})
    assert scanning.main(["source"]) == 0
    assert scanning.main([]) == 1, "it overlooks what is planted"
    assert "source overlooks" in capsys.readouterr().out
    monkeypatch.setattr(scanning, "SCANS", {"source": alarmed})
    assert scanning.main(["source"]) == 1
    assert scanning.main(["sauce"]) == 2


def test_every_rule_of_ours_is_well_formed_and_says_what_to_do() -> None:
    rules = yaml.safe_load((ROOT / "ops/semgrep.yml").read_text(encoding="utf-8"))["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) >= 10
    for rule in rules:
        assert rule["severity"] in {"WARNING", "ERROR"}
        assert rule["message"].endswith(".")


@pytest.mark.slow
@pytest.mark.skipif(
    not (ROOT / ".venv.scan/bin/semgrep").exists(),
    reason="bin/scan was not run here yet; it fetches its tools",
)
def test_the_tools_find_what_is_planted_for_them(
    scanning: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "TOOLS", ROOT / ".venv.scan/bin")
    assert scanning.overlooked(["source", "rules", "secrets"]) == []


def test_each_change_is_scanned() -> None:
    text = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    scan = yaml.safe_load(text)["jobs"]["scan"]
    assert scan["steps"][-1]["run"] == "bin/scan"
    assert "continue-on-error" not in text
