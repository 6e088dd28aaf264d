"""What the centre counts about its receiving half, for Prometheus. Counted after the commit, never for a try."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from central.settling import Outcome

MESSAGES: Final = (1, 2, 5, 10, 20, 50, 100, 200)
COMMITS_S: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
LAGS_S: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 300)


class Metrics:
    """The counters of one process; `registry` is what `/metrics` shows."""

    def __init__(self, registry: CollectorRegistry) -> None:
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self.registry = registry
        self.records = counter("wardsense_records", "Records taken in, by kind and result", ["kind", "result"])
        self.letters = counter("wardsense_dead_letters", "Dead letters, by reason", ["reason"])
        self.unkept = counter("wardsense_dead_letters_unkept", "Dead letters only counted: their node has its fill")
        self.aside = counter("wardsense_set_aside", "Alerts and facts whose judging failed, for a person")
        self.receipts = counter("wardsense_receipts", "Receipts made after a commit")
        self.weather = counter("wardsense_store_retries", "Groups tried again, the database was away")
        self.changes = counter("wardsense_changes", "Rows added to the wards' change feeds")
        self.waiting = gauge("wardsense_inbox", "Messages waiting for the writer")
        self.gave_way = gauge("wardsense_backlog_gave_way", "Backlog batches that found no room")
        self.line_up = gauge("wardsense_line_up", "Whether the centre has a line to the broker")
        self.held = gauge("wardsense_wards_held", "Wards this process works for")
        self.group = histogram("wardsense_group_messages", "Messages in a group", buckets=MESSAGES)
        self.commit = histogram("wardsense_group_seconds", "A group's transaction, commit included", buckets=COMMITS_S)
        self.lag = histogram(
            "wardsense_stored_lag_seconds", "From capture to stored, live records only", buckets=LAGS_S
        )

    def count(self, outcome: Outcome, stored_at: float) -> None:
        """Add what a committed transaction came to; `stored_at` in seconds since 1970."""
        for (kind, result), n in outcome.records.items():
            self.records.labels(kind, result).inc(n)
        for reason, n in outcome.letters.items():
            self.letters.labels(reason).inc(n)
        self.unkept.inc(outcome.unkept)
        self.aside.inc(outcome.aside)
        self.receipts.inc(len(outcome.answers))
        self.changes.inc(outcome.changes)
        for captured, _, backlog in outcome.stored:
            if not backlog:
                self.lag.observe(max(0.0, stored_at - captured.timestamp()))

    @contextmanager
    def timed(self, messages: int) -> Iterator[None]:
        """Times a group's transaction."""
        began = time.perf_counter()
        yield
        self.commit.observe(time.perf_counter() - began)
        self.group.observe(messages)
