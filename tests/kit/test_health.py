"""Every check of the doctor finds the failure that is planted for it, and is content with a healthy node."""

import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from minga.identity import Actor
from minga.kit import engines, health, jobs, secrets
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.delivery import Attempt
from minga.kit.events import Event, EventRow, Undelivered, emit
from minga.kit.health import Patient, State
from minga.kit.settings import Settings


@pytest.fixture
def patient(settings: Settings, database: Database, clock: FixedClock) -> Patient:
    settings.home.chmod(0o700)
    secrets.generate(settings.home)
    for path in settings.home.glob("minga.db*"):
        path.chmod(0o600)
    return Patient(settings, database, clock())


def state(patient: Patient, name: str) -> State:
    [finding] = [finding for finding in health.examine(patient) if finding.name == name]
    assert finding.words
    assert finding.next_step or finding.state is State.OK
    return finding.state


def test_a_healthy_node_is_healthy(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "sqlite_is_safe", lambda: True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10**12, free=10**12 // 2))
    assert {finding.name: finding.state for finding in health.examine(patient)} == dict.fromkeys(
        [
            "database",
            "disk",
            "jobs",
            "events",
            "clock",
            "rights",
            "secrets",
            "address",
            "driver",
            "integrity",
            "mail",
            "languages",
        ],
        State.OK,
    )


@pytest.mark.parametrize(
    ("free", "expected"), [(0.5, State.OK), (0.09, State.WARN), (0.04, State.FAIL), (0.0, State.FAIL)]
)
def test_a_disk_that_fills_is_found(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, free: float, expected: State
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: SimpleNamespace(total=10**12, free=int(10**12 * free))
    )
    assert state(patient, "disk") is expected


def test_a_large_share_of_a_tiny_disk_is_too_little(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10**8, free=10**8))
    assert state(patient, "disk") is State.FAIL


@pytest.mark.parametrize(("minutes", "expected"), [(14, State.OK), (16, State.FAIL)])
def test_a_job_that_nobody_takes_is_found(patient: Patient, minutes: int, expected: State) -> None:
    with patient.database.write() as session:
        since = patient.now - timedelta(minutes=minutes)
        session.add(jobs.Job(lane="fast", name="x", args={}, run_at=since))
    assert state(patient, "jobs") is expected


def test_a_job_that_was_given_up_is_found(patient: Patient) -> None:
    with patient.database.write() as session:
        dead = jobs.JobState.DEAD
        session.add(jobs.Job(lane="fast", name="x", args={}, run_at=patient.now, state=dead))
    assert state(patient, "jobs") is State.WARN


def test_an_event_that_waits_for_its_reactions_is_found(patient: Patient) -> None:
    with patient.database.write() as session:
        emit(session, Actor.machine(), Event(), at=patient.now)
    assert state(patient, "events") is State.OK
    assert state(replace(patient, now=patient.now + timedelta(minutes=16)), "events") is State.FAIL


def test_a_dead_letter_is_found(patient: Patient) -> None:
    with patient.database.write() as session:
        told = emit(session, Actor.machine(), Event(), at=patient.now)
        session.delete(session.get_one(Undelivered, told))
        session.add(
            Attempt(event_id=told, reaction="x", tries=6, next_at=patient.now, error="E", dead_at=patient.now)
        )
    assert state(patient, "events") is State.WARN


def test_a_clock_behind_what_happened_is_found(patient: Patient) -> None:
    with patient.database.write() as session:
        told = emit(session, Actor.machine(), Event(), at=patient.now + timedelta(hours=1))
        assert session.get_one(EventRow, told)
    assert state(patient, "clock") is State.FAIL


@pytest.mark.parametrize(
    "open_up",
    [
        lambda home: home.chmod(0o755),
        lambda home: (home / "secrets/secret").chmod(0o644),
        lambda home: ((home / "minga.toml").touch(), (home / "minga.toml").chmod(0o640)),
    ],
)
def test_what_others_can_read_is_found_and_mended(
    patient: Patient, open_up: Callable[[Path], object]
) -> None:
    open_up(patient.settings.home)
    assert state(patient, "rights") is State.FAIL
    assert health.mend(patient.settings)
    assert state(patient, "rights") is State.OK
    assert health.mend(patient.settings) == []


def test_a_secret_that_is_due_is_found(patient: Patient) -> None:
    made = secrets.stored(patient.settings.home)[0].made_at
    assert made
    assert state(replace(patient, now=made + timedelta(days=364)), "secrets") is State.OK
    assert state(replace(patient, now=made + timedelta(days=366)), "secrets") is State.WARN


def test_an_address_without_encryption_is_found(patient: Patient) -> None:
    plain = replace(patient.settings, site_url="http://192.168.1.20:8000", allow_plain_http=True)
    assert state(replace(patient, settings=plain), "address") is State.WARN
    https = replace(patient.settings, site_url="https://minga.example")
    assert state(replace(patient, settings=https), "address") is State.OK


def test_an_old_sqlite_is_found(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "sqlite_is_safe", lambda: False)
    expected = State.WARN if patient.database.dialect == "sqlite" else State.OK
    assert state(patient, "driver") is expected


def test_a_language_without_translations_is_found(patient: Patient) -> None:
    odd = replace(patient.settings, languages=("en", "tlh"))
    assert state(replace(patient, settings=odd), "languages") is State.WARN


def test_a_mail_server_that_does_not_answer_is_found(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = replace(patient.settings, smtp_url=f"smtp://127.0.0.1:{port}")
    assert state(replace(patient, settings=gone), "mail") is State.FAIL


def test_damaged_pages_are_found(
    settings: Settings, sqlite_template: Path, tmp_path: Path, clock: FixedClock
) -> None:
    path = Path(shutil.copy(sqlite_template, tmp_path / "damaged.db"))
    patient = Patient(settings, Database.open(f"sqlite:///{path}"), clock())
    with patient.database.write() as session:
        for n in range(400):
            session.add(jobs.Job(lane="fast", name="x", args={"n": n}, run_at=patient.now))
    patient.database.checkpoint()
    patient.database.close()
    content = bytearray(path.read_bytes())
    half = len(content) // 2 // 4096 * 4096
    content[half:] = b"\xff" * len(content[half:])
    path.write_bytes(content)
    assert state(patient, "integrity") is State.FAIL
    patient.database.close()


def test_a_database_that_cannot_be_written_is_a_finding_and_not_the_end(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("gone")

    monkeypatch.setattr(patient.database, "write", fail)
    assert state(patient, "database") is State.FAIL
    assert health.worst(health.ready(patient)) is State.FAIL
