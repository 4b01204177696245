"""Files for running a node: compose, container, unit and workflow are valid and shut in, without starting any of them."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
COMPOSE = ["ops/compose.yml", "ops/compose.full.yml"]
AGPL_SHA256 = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def services(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["services"]
    return found


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.compose-spec", COMPOSE), ("vendor.github-workflows", [".github/workflows/test.yml"])],
)
def test_files_fit_their_published_schemas(schema: str, files: list[str]) -> None:
    checked = run(TOOLS / "check-jsonschema", "--builtin-schema", schema, *files)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", COMPOSE)
def test_containers_are_shut_in_and_keep_their_data(path: str) -> None:
    volumes = set(yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["volumes"])
    for name, service in services(path).items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in volumes, name
        if service["image"] == "minga":
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_larger_node_starts_in_the_order_of_health() -> None:
    found = services("ops/compose.full.yml")
    assert set(found) == {"postgres", "redis", "web", "worker"}
    assert found["web"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    assert found["worker"]["depends_on"] == {"web": {"condition": "service_healthy"}}
    assert all(found[name]["healthcheck"]["test"] for name in ("postgres", "redis"))
    assert found["web"]["command"] == ["web"]
    assert found["worker"]["command"] == ["worker"]
    for name in ("web", "worker"):
        assert found[name]["environment"]["MINGA_QUEUE"] == "celery"
        assert found[name]["environment"]["MINGA_BROKER"].startswith("redis://redis:")
    assert found["web"]["volumes"] == found["worker"]["volumes"]


def test_no_secret_is_written_into_a_file_that_is_committed() -> None:
    for path in COMPOSE:
        for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
            if re.search(r"^\s+(MINGA_SECRET|POSTGRES_PASSWORD):", line):
                assert "${" in line


def test_the_image_runs_as_nobody_special_from_hashed_packages() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\\\n\s+CMD .*health/ready", text, re.MULTILINE)
    assert "--require-hashes" in text
    assert "VOLUME /data" in text
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    sources = [name for line in copied for name in line.split()]
    assert sources
    assert [name for name in sources if not (ROOT / name).exists()] == []
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert [name for name in sources if f"!{name.split('/')[0]}" not in allowed] == []


def test_the_workflow_is_safe_and_runs_what_a_laptop_runs() -> None:
    path = ".github/workflows/test.yml"
    looked = run(TOOLS / "zizmor", "--offline", "--no-progress", "--persona", "regular", path)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    text = (ROOT / path).read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []
    jobs = yaml.safe_load(text)["jobs"]
    assert {name: job["steps"][-1]["run"] for name, job in jobs.items()} == {
        "test": ".ci/run",
        "scan": "bin/scan",
    }
    assert all(job["timeout-minutes"] <= 30 for job in jobs.values())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_the_unit_is_valid_and_shut_in(tmp_path: Path) -> None:
    text = (ROOT / "ops/minga.service").read_text(encoding="utf-8")
    unit = tmp_path / "minga.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    checked = run("systemd-analyze", "verify", "--man=no", unit)
    assert checked.returncode == 0, checked.stderr
    assert "minga.service" not in checked.stderr
    judged = run("systemd-analyze", "security", "--offline=true", unit)
    exposure = re.search(r"exposure level for minga.service: ([\d.]+)", judged.stdout)
    assert exposure
    assert float(exposure[1]) <= 2.0


def test_the_hooks_before_a_commit_use_tools_that_are_installed() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0][
        "hooks"
    ]
    assert {hook["id"] for hook in hooks} >= {"ruff", "ruff-format", "imports", "types", "templates"}
    for hook in hooks:
        assert (TOOLS / Path(hook["entry"].split()[0]).name).exists(), hook["id"]


def test_the_licence_is_the_agpl_to_the_letter() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL_SHA256
    assert 'license = "AGPL-3.0-or-later"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
