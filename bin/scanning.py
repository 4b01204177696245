"""All scans in order, each proved first on a planted weakness; called by bin/scan inside `.venv.scan`.

A scan is a function that answers whether it found nothing. Severities below medium do not count, and an exception is a
line of the source with its reason beside it (`# nosec`, `# nosemgrep`, `pragma: allowlist secret`).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import webscan

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
PROGRAM = [str(ROOT / "bin" / "minga")]
RULES = ROOT / "ops" / "semgrep.yml"
SOURCES = ("minga", "bin")
LOCKS = ("run", "postgresql", "redis", "celery")
ROLES = {"member": "bruno", "steward": "ana", "operator": "ivo"}
EXAMPLES = r"^(password|PASSWORD|p%40ss|pass:w@rd|pa|pa55word|pass|word|wrong|secret|•••)$|^\$\{.*|^\{.*"
"""Passwords in addresses that are examples, in words and in tests of those words."""

UNSURE = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")
"""Detectors that guess: they call every digest, lock and translated word a secret."""


def run(*command: str, quiet: bool = False) -> bool:
    """Run a tool of the scanners; True when it is content."""
    env = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]], env=env, stdout=out, stderr=out, check=False
    )
    return done.returncode == 0


def sources(root: Path) -> list[str]:
    return [str(root / name) for name in SOURCES if (root / name).is_dir()]


def source(root: Path, *, quiet: bool = False) -> bool:
    """bandit, from medium severity on."""
    line = [str(TOOLS / "bandit"), "-q", "-r", "-ll", *sources(root)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if not quiet:
        told = [one for one in done.stderr.splitlines() if "nosec encountered" not in one]
        print(*done.stdout.splitlines() if done.returncode else (), *told, sep="\n")
    return done.returncode == 0


def rules(root: Path, *, quiet: bool = False) -> bool:
    """semgrep with rules of our own; those of its registry would need the network and are not asked for."""
    still = ("--metrics", "off", "--disable-version-check", "--quiet", "--no-git-ignore")
    return run("semgrep", "scan", "--config", str(RULES), "--error", *still, *sources(root), quiet=quiet)


def secrets(root: Path, *, quiet: bool = False) -> bool:
    """detect-secrets over every file that is or will be committed."""
    without = [word for name in UNSURE for word in ("--disable-plugin", name)]
    line = [str(TOOLS / "detect-secrets"), "scan", "--no-verify", "--all-files", *without]
    line += ["--exclude-secrets", EXAMPLES, *committed(root)]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["results"]
    for path, hits in [] if quiet else sorted(found.items()):
        for hit in hits:
            print(f"{path}:{hit['line_number']}: {hit['type']}")
    return not found


def committed(root: Path) -> list[str]:
    """The files that git knows or would take; all of them where there is no git."""
    ask = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(ask, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return [name for name in done.stdout.splitlines() if (root / name).is_file()]
    return [str(path.relative_to(root)) for path in sorted(root.rglob("*")) if path.is_file()]


def packages(root: Path, *, quiet: bool = False) -> bool:
    """pip-audit over the locks of everything that runs beside a node; needs the network."""
    locks = [root / "requirements" / f"{name}.txt" for name in LOCKS]
    audited = [
        run("pip-audit", "-r", str(lock), "--require-hashes", "--disable-pip", quiet=quiet)
        for lock in locks
        if lock.is_file()
    ]
    return all(audited)


def web(_root: Path, *, quiet: bool = False) -> bool:
    """Our own web scanner, as a stranger and as each role, against a seeded node that is thrown away."""
    with a_village() as (site, doors):
        found = webscan.scan(site, doors)
    for one in found:
        print(one)
    return not found


@contextmanager
def a_village() -> Iterator[tuple[str, dict[str, str]]]:
    """`minga demo`, with a door for each role."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MINGA_")}
    program = [*PROGRAM, "--json", "demo", "--port", "0"]
    node = subprocess.Popen(program, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert node.stdout is not None
        said = json.loads(node.stdout.readline())
        yield said["site_url"], {role: said["links"][name] for role, name in ROLES.items()}
    finally:
        node.terminate()
        node.wait(30)


WEAK_SOURCE = "import subprocess\n\n\ndef run(words):\n    return subprocess.call(words, shell=True)\n"
WEAK_QUERY = "from sqlalchemy import text\n\n\ndef ask(name):\n    return text(f\"SELECT * FROM person WHERE name = '{name}'\")\n"
WEAK_LOCK = "jinja2==2.4.1 --hash=sha256:" + "0" * 64 + "\n"


def weak_key() -> str:
    """The head of a private key, put together here so that this file holds none."""
    return "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n"


class Weak(BaseHTTPRequestHandler):
    """A page with every hole that the web scanner looks for."""

    def do_GET(self) -> None:
        asked = webscan.urlsplit(self.path)
        values = dict(webscan.parse_qsl(asked.query))
        if values.get("next", "").startswith("//"):
            self.send_response(303)
            self.send_header("Location", values["next"])
            self.end_headers()
            return
        status = 500 if asked.path == "/broken" else 200
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Set-Cookie", "weak=1")
        self.end_headers()
        page = '<a href="/broken">x</a><a href="/?q=1">y</a><script>1</script><form method="post" action="/take">'
        self.wfile.write(f'{page}<input name="words"></form><p>{values.get("q", "")}'.encode())

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def weak_web() -> list[str]:
    """Names of the checks of the web scanner that overlook their hole."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Weak)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        found = webscan.scan(f"http://127.0.0.1:{server.server_address[1]}", {}, say=lambda _: None)
    finally:
        server.shutdown()
        server.server_close()
    wanted = {"cookie", "csrf", "error", "file", "header", "host", "inline", "redirect", "script"}
    return sorted(wanted - {one.check for one in found})


def overlooked(names: list[str]) -> list[str]:
    """Which of these scans find nothing where something was planted."""
    blind = []
    with tempfile.TemporaryDirectory(prefix="minga-planted-") as folder:
        root = Path(folder)
        for path, text in {
            "minga/weak.py": WEAK_SOURCE,
            "minga/query.py": WEAK_QUERY,
            "bin/key.pem": weak_key(),
            "requirements/run.txt": WEAK_LOCK,
        }.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
        for name in names:
            if name == "web":
                blind += [f"web: {check}" for check in weak_web()]
            elif SCANS[name](root, quiet=True):
                blind.append(name)
    return blind


SCANS: dict[str, Callable[..., bool]] = {
    "source": source,
    "rules": rules,
    "secrets": secrets,
    "packages": packages,
    "web": web,
}


def main(arguments: list[str]) -> int:
    offline = "--offline" in arguments
    asked = [word for word in arguments if word != "--offline"]
    unknown = [word for word in asked if word not in {"self", *SCANS}]
    if unknown:
        print(f"There is no scan {', '.join(unknown)}. There are: self, {', '.join(SCANS)}.", file=sys.stderr)
        return 2
    names = [name for name in SCANS if not asked or name in asked]
    if offline and "packages" in names:
        names.remove("packages")
        print("── packages: left out, because of --offline")
    failed = []
    if not asked or "self" in asked:
        print("── self: does every scanner see what is planted?", flush=True)
        blind = overlooked(names or [name for name in SCANS if not (offline and name == "packages")])
        failed += [f"self ({one} overlooks what was planted)" for one in blind]
    for name in names:
        print(f"── {name}: {(SCANS[name].__doc__ or '').splitlines()[0]}", flush=True)
        if not SCANS[name](ROOT):
            failed.append(name)
    print(f"Found something: {', '.join(failed)}" if failed else "Nothing found.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if shutil.which("git") is None:
        print("git is not here: every file is looked at for secrets.", file=sys.stderr)
    sys.exit(main(sys.argv[1:]))
