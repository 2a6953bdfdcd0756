"""What operators measure: counts and durations of what the process does, for Prometheus.

Counters are fed by src/telemetry.py; what can be looked at any time (budget, watching, tasks) is
read in the moment of a scrape. Labels come from small, fixed sets: never ids, names or texts.
Importing this costs 60 ms, so it is for a process that listens (PANOPTES_LISTEN).
"""

from __future__ import annotations

import asyncio
import logging
import platform
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    GC_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    exposition,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

import plume_api_client as plume
from src import telemetry
from src.models.watching import TRIGGERS
from src.service.endpoints import template
from src.storage import StorageError
from src.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from prometheus_client.metrics_core import Metric

    from src.net.budget import BudgetState

__all__ = ["Metrics"]

logger = logging.getLogger(__name__)

# An answer is good below 1 s and late above 15 s; a call to Telegram takes about 0.05 s.
_SECONDS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_LAG_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_LAG_EVERY_S: Final = 0.5
_STORAGE_ERRORS: Final[list[type[StorageError]]] = [StorageError, *StorageError.__subclasses__()]


class Metrics:
    """The metrics of one process, from `start` to `stop`; `render` any time in between."""

    def __init__(
        self,
        *,
        budget: Callable[[], BudgetState] = plume.budget_state,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Count nothing yet. `budget` and `sleep` are replaced by tests."""
        # They double every counter, and nobody asks for them.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library left it out
        self.registry = CollectorRegistry()
        self._counts = _Counts(self.registry)
        self._sleep = sleep
        self._stop_listening: Callable[[], None] | None = None
        self._sampler: asyncio.Task[None] | None = None
        self.registry.register(_AtScrape(budget))
        ProcessCollector(registry=self.registry)
        self.registry.register(GC_COLLECTOR)

    def start(self) -> None:
        """Begin to count, on the running event loop; once is enough."""
        if self._sampler is None:
            self._stop_listening = telemetry.listen(self._counts.take)
            self._sampler = asyncio.create_task(self._sample_lag(), name="event-loop lag")

    async def stop(self) -> None:
        """Count no more."""
        sampler, self._sampler = self._sampler, None
        if sampler is None:
            return
        if self._stop_listening is not None:
            self._stop_listening()
        sampler.cancel()
        await asyncio.wait({sampler})

    def render(self) -> tuple[bytes, str]:
        """The text that Prometheus reads, and its content type; on the event loop's thread."""
        return exposition.generate_latest(self.registry), exposition.CONTENT_TYPE_LATEST

    async def _sample_lag(self) -> None:
        """How much later than asked for does the event loop come back to us?"""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_EVERY_S
            await self._sleep(_LAG_EVERY_S)
            self._counts.lag.observe(max(0.0, loop.time() - due))


class _Counts:
    """What events add up to."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Every metric, at zero."""

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"panoptes_{name}", what, labels, registry=registry)

        def histogram(name: str, what: str, *labels: str) -> Histogram:
            return Histogram(
                f"panoptes_{name}_seconds", what, labels, registry=registry, buckets=_SECONDS
            )

        self._commands = counter(
            "commands", "Commands, presses and texts by outcome.", "via", "command", "outcome"
        )
        self._command_time = histogram(
            "command", "From the arrival of what was asked to the last answer.", "via", "command"
        )
        self._plume = counter(
            "plume_calls", "Calls to Plume by status or error.", "method", "endpoint", "result"
        )
        self._plume_time = histogram(
            "plume_call", "Calls to Plume, waits and repetitions included.", "endpoint"
        )
        self._tokens = counter("plume_token_renewals", "Access tokens asked for.", "result")
        self._telegram = counter("telegram_calls", "Calls to Telegram.", "method", "result")
        self._telegram_time = histogram("telegram_call", "Calls to Telegram.", "method")
        self._database = counter("database_errors", "What the database could not do.", "kind")
        self._errors = counter("errors", "Errors that nobody expected; the log has each of them.")
        self._looks = counter("watch_looks", "Looks at watched homes.", "result")
        self.lag = Histogram(
            "panoptes_event_loop_lag_seconds",
            "How much too late the event loop runs what is due.",
            registry=registry,
            buckets=_LAG_SECONDS,
        )
        # A series that begins at 1 shows no increase: these begin at 0.
        for kind in _STORAGE_ERRORS:
            self._database.labels(kind.__name__)
        self._tokens.labels(telemetry.OK)
        build = Gauge(
            "panoptes_build_info", "What runs; always 1.", ("version", "python"), registry=registry
        )
        build.labels(VERSION, platform.python_version()).set(1)

    def take(self, event: telemetry.Event) -> None:
        """Add one event."""
        match event:
            case telemetry.CommandDone(via, name, outcome, seconds):
                self._commands.labels(via, name, outcome).inc()
                self._command_time.labels(via, name).observe(seconds)
            case telemetry.PlumeCall(method, path, result, seconds):
                endpoint = template(path)
                self._plume.labels(method, endpoint, result).inc()
                self._plume_time.labels(endpoint).observe(seconds)
            case telemetry.TelegramCall(method, result, seconds):
                self._telegram.labels(method, result).inc()
                self._telegram_time.labels(method).observe(seconds)
            case telemetry.TokenRenewal(result, _):
                self._tokens.labels(result).inc()
            case telemetry.DatabaseFault(kind):
                self._database.labels(kind).inc()
            case telemetry.OwnError():
                self._errors.inc()
            case telemetry.WatchLook(result):
                self._looks.labels(result).inc()


class _AtScrape(Collector):
    """What is read in the moment of a scrape."""

    def __init__(self, budget: Callable[[], BudgetState]) -> None:
        """Ask `budget` each time."""
        self._budget = budget

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not ask for values to learn the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every value as it is now."""
        yield from _of_budget(self._budget())
        yield from _of_watching(_watch_state())
        yield _gauge("tasks", "Tasks of the event loop.", {(): len(asyncio.all_tasks())})


def _gauge(
    name: str, what: str, values: dict[tuple[str, ...], float], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"panoptes_{name}", what, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family


def _of_budget(state: BudgetState) -> Iterator[Metric]:
    yield _gauge(
        "plume_budget_calls",
        "Calls to Plume in the last window, all and the poller's.",
        {("all",): state["window_calls"], ("poller",): state["poller_calls"]},
        "whose",
    )
    yield _gauge(
        "plume_budget_limit_calls",
        "How many there may be in a window.",
        {("all",): state["window_limit"], ("poller",): state["poller_limit"]},
        "whose",
    )
    yield _gauge("plume_budget_window_seconds", "Length of the window.", {(): state["window_s"]})
    yield _gauge("plume_in_flight", "Calls to Plume under way.", {(): state["in_flight"]})
    yield _gauge(
        "plume_in_flight_limit",
        "How many there may be at once.",
        {(): state["in_flight_limit"]},
    )
    yield _gauge(
        "plume_waiting",
        "Who waits for the budget.",
        {("person",): state["people_waiting"], ("poller",): state["pollers_waiting"]},
        "who",
    )
    yield _gauge(
        "plume_blocked_seconds",
        "How long Plume's firewall still blocks us, as far as we know; 0 when it does not.",
        {(): state["blocked_for_s"]},
    )


def _watch_state() -> telemetry.WatchState:
    """Empty where nothing watches; what breaks there must not cost all other metrics."""
    try:
        return telemetry.watch_state() or {}
    except Exception:
        logger.exception("watching gives no figures")
        return {}


def _of_watching(state: telemetry.WatchState) -> Iterator[Metric]:
    """Families without values where nothing watches: not reported is not zero."""
    incidents: dict[tuple[str, ...], float] = {}
    if "open_incidents" in state:
        count = state["open_incidents"]
        incidents = {(kind,): count.get(kind, 0) for kind in (*TRIGGERS, *count)}
    yield _gauge("incidents_open", "Incidents that are not over.", incidents, "kind")
    for name, what, value in (
        ("watch_homes", "Homes that are watched.", state.get("homes")),
        ("watch_interval_seconds", "Between two looks at a home.", state.get("interval_s")),
        ("outbox_messages", "Alerts not yet delivered.", state.get("outbox_messages")),
        ("outbox_oldest_seconds", "Age of the oldest of them.", state.get("outbox_oldest_s")),
    ):
        yield _gauge(name, what, {} if value is None else {(): value})
