"""Numbers of a running node for Prometheus. No label ever names a person, a community or anything typed."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE_LATEST
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, HistogramMetricFamily, Metric

from minga.communication import queries as communication
from minga.identity import Actor
from minga.identity import queries as identity
from minga.interfaces.http.counting import SECONDS, Requests
from minga.interfaces.http.node import Node
from minga.kit import backlog, health, mail
from minga.kit.db import Session
from minga.sharing import queries as sharing


def metrics_text(node: Node, session: Session) -> bytes:
    """Everything as Prometheus reads it: what this process counted, and what the store says now."""
    standing = CollectorRegistry()
    ProcessCollector(registry=standing)
    standing.register(_Standing(node, session, node.clock()))
    return generate_latest(standing)


class _Standing:
    """How things stand at the moment of asking."""

    def __init__(self, node: Node, session: Session, now: datetime) -> None:
        self.node = node
        self.session = session
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield self._requests()
        yield from self._jobs()
        yield from self._lag()
        yield from self._letters()
        yield from self._sign_ins()
        yield from self._needs()
        yield from self._disk()

    def _requests(self) -> Metric:
        found = HistogramMetricFamily(
            "minga_request_seconds", "Requests by route, method and status.", labels=Requests._fields
        )
        steps = [*map(str, SECONDS), "+Inf"]
        for requests, counted, seconds in self.node.counts.standing():
            found.add_metric(requests, list(zip(steps, counted, strict=True)), sum_value=seconds)
        return found

    def _jobs(self) -> Iterator[Metric]:
        count = GaugeMetricFamily("minga_jobs", "Jobs by lane and state.", labels=("lane", "state"))
        oldest = GaugeMetricFamily(
            "minga_jobs_oldest_seconds", "Since when the first of them is due.", labels=("lane", "state")
        )
        for one in backlog.job_counts(self.session):
            count.add_metric((one.lane, one.state.value), one.count)
            if one.state.value in {"waiting", "running"}:
                oldest.add_metric((one.lane, one.state.value), self._age(one.oldest_run_at))
        yield count
        yield oldest

    def _lag(self) -> Iterator[Metric]:
        lag = health.lag_of(self.session, at=self.now)
        yield GaugeMetricFamily(
            "minga_events_undelivered", "Events whose reactions wait.", value=lag.events_waiting
        )
        yield GaugeMetricFamily(
            "minga_events_oldest_seconds",
            "Since when the oldest of them waits.",
            value=lag.oldest_event_seconds,
        )
        given_up = lag.reactions_given_up + lag.jobs_given_up
        yield GaugeMetricFamily("minga_given_up", "Jobs and reactions that were given up.", value=given_up)

    def _letters(self) -> Iterator[Metric]:
        standing = mail.letters(self.session)
        count = GaugeMetricFamily("minga_letters", "Letters by state.", labels=("state",))
        for state in ("waiting", "sent", "failed"):
            count.add_metric((state,), getattr(standing, state))
        yield count
        oldest = self._age(standing.oldest_waiting_at) if standing.oldest_waiting_at else 0
        yield GaugeMetricFamily(
            "minga_letters_oldest_seconds", "Since when the oldest one waits.", value=oldest
        )

    def _sign_ins(self) -> Iterator[Metric]:
        """What was asked and what was let in stand side by side: a node that nobody answers shows here first."""
        machine = Actor.machine()
        found = identity.sign_in_numbers(self.session, machine, at=self.now)
        for name, words, value in (
            ("waiting", "Sign-ins that wait for a member's word.", found.waiting),
            ("waiting_oldest_seconds", "Since when the first of them waits.", found.waiting_seconds),
            ("approved", "Sign-ins that got a member's word in the last 30 days.", found.approved),
            ("approval_median_seconds", "From the ask to the word, of these.", found.median_seconds),
        ):
            yield GaugeMetricFamily(f"minga_sign_in_{name}", words, value=value)
        invites = GaugeMetricFamily("minga_invites", "Invites by state.", labels=("state",))
        for state, count in identity.invite_numbers(self.session, machine, at=self.now).items():
            invites.add_metric((state,), count)
        yield invites

    def _needs(self) -> Iterator[Metric]:
        """What a community lives on: whether needs are met, how fast, and whether people talk."""
        machine = Actor.machine()
        found = sharing.need_numbers(self.session, machine, at=self.now)
        count = GaugeMetricFamily("minga_needs", "Needs by state.", labels=("state",))
        for state, number in found.by_state.items():
            count.add_metric((state,), number)
        yield count
        for name, words, value in (
            ("needs_done", "Needs that were met in the last 30 days.", found.done),
            ("needs_done_median_seconds", "From posting to done, of these.", found.median_seconds),
            (
                "posts_day",
                "Messages of the last day.",
                communication.posts_lately(self.session, machine, at=self.now),
            ),
        ):
            yield GaugeMetricFamily(f"minga_{name}", words, value=value)

    def _disk(self) -> Iterator[Metric]:
        home = Path(self.node.settings.home)
        room = os.statvfs(home)
        free = room.f_bavail * room.f_frsize
        yield GaugeMetricFamily("minga_disk_free_bytes", "Room on the disk of the node's folder.", value=free)
        for name in ("minga.db", "minga.db-wal"):
            if (home / name).exists():
                metric = f"minga_{'wal' if name.endswith('wal') else 'database'}_bytes"
                yield GaugeMetricFamily(metric, f"Size of {name}.", value=(home / name).stat().st_size)

    def _age(self, since: datetime) -> int:
        return max(0, (self.now - since) // timedelta(seconds=1))
