"""What Prometheus reads is well-formed, says what happened, and names nobody."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from src import telemetry
from src.net.budget import RequestBudget
from src.service.metrics import Metrics
from src.version import VERSION
from tests.bot_harness import Bot

if TYPE_CHECKING:
    from collections.abc import Iterator

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
STATE: telemetry.WatchState = {
    "homes": 12,
    "interval_s": 75.0,
    "open_incidents": {"home_offline": 2},
    "outbox_messages": 3,
    "outbox_oldest_s": 4.5,
}


def _samples(metrics: Metrics) -> Samples:
    body, kind = metrics.render()
    assert kind.startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def _value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, tuple(sorted(labels.items()))))


@pytest.fixture
def nobody_listens() -> Iterator[None]:
    yield
    assert not telemetry._listeners
    assert telemetry.watch_state() is None


@pytest.mark.usefixtures("nobody_listens")
async def test_events_become_counts_and_durations() -> None:
    metrics = Metrics()
    metrics.start()
    metrics.start()
    for event in (
        telemetry.CommandDone("command", "status", "ok", 0.4),
        telemetry.CommandDone("command", "status", "ok", 0.2),
        telemetry.PlumeCall("GET", "/api/Customers/5f3c/locations/77", "200", 0.1),
        telemetry.PlumeCall("POST", "/oauth2/x/v1/token", "401", 0.1),
        telemetry.TokenRenewal("PlumeAuthError", 0.1),
        telemetry.TelegramCall("sendMessage", "RetryAfter", 0.1),
        telemetry.DatabaseFault("StorageFullError"),
        telemetry.OwnError(KeyError("x"), "1a2b3c4d"),
        telemetry.WatchLook("network"),
    ):
        telemetry.report(event)
    samples = _samples(metrics)
    await metrics.stop()
    await metrics.stop()
    status = {"via": "command", "command": "status"}
    assert _value(samples, "panoptes_commands_total", outcome="ok", **status) == 2
    assert _value(samples, "panoptes_command_seconds_sum", **status) == pytest.approx(0.6)
    assert _value(samples, "panoptes_command_seconds_bucket", le="0.2", **status) == 1
    home = "Customers/{id}/locations/{id}"
    assert (
        _value(samples, "panoptes_plume_calls_total", method="GET", endpoint=home, result="200")
        == 1
    )
    assert _value(samples, "panoptes_plume_call_seconds_count", endpoint="token") == 1
    assert _value(samples, "panoptes_plume_token_renewals_total", result="PlumeAuthError") == 1
    assert _value(samples, "panoptes_plume_token_renewals_total", result="ok") == 0
    refused = {"method": "sendMessage", "result": "RetryAfter"}
    assert _value(samples, "panoptes_telegram_calls_total", **refused) == 1
    assert _value(samples, "panoptes_database_errors_total", kind="StorageFullError") == 1
    assert _value(samples, "panoptes_database_errors_total", kind="StorageLockedError") == 0
    assert _value(samples, "panoptes_errors_total") == 1
    assert _value(samples, "panoptes_watch_looks_total", result="network") == 1
    versions = [dict(labels)["version"] for name, labels in samples if name.endswith("build_info")]
    assert versions == [VERSION]


@pytest.mark.usefixtures("nobody_listens")
async def test_what_can_be_looked_at_is_read_at_the_scrape() -> None:
    budget = RequestBudget(window_calls=60)
    metrics = Metrics(budget=budget.state)
    before = _samples(metrics)
    assert _value(before, "panoptes_watch_homes") is None, "nothing watches: not reported"
    assert _value(before, "panoptes_plume_budget_limit_calls", whose="all") == 60
    assert _value(before, "panoptes_plume_budget_limit_calls", whose="poller") == 50
    assert _value(before, "panoptes_plume_blocked_seconds") == 0
    budget.block()
    stop = telemetry.offer_watch_state(lambda: STATE)
    after = _samples(metrics)
    stop()
    stop()
    blocked = _value(after, "panoptes_plume_blocked_seconds")
    assert blocked is not None
    assert blocked > 200
    assert _value(after, "panoptes_watch_homes") == 12
    assert _value(after, "panoptes_watch_interval_seconds") == 75
    assert _value(after, "panoptes_incidents_open", kind="home_offline") == 2
    assert _value(after, "panoptes_incidents_open", kind="pod_offline") == 0, (
        "a series does not end"
    )
    assert _value(after, "panoptes_outbox_messages") == 3
    assert _value(after, "panoptes_outbox_oldest_seconds") == 4.5
    assert (_value(after, "panoptes_tasks") or 0) >= 1


async def test_watching_that_breaks_costs_its_own_figures_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> telemetry.WatchState:
        raise KeyError("x")

    stop = telemetry.offer_watch_state(broken)
    samples = _samples(Metrics())
    stop()
    assert _value(samples, "panoptes_watch_homes") is None
    assert _value(samples, "panoptes_plume_in_flight") == 0
    assert "watching gives no figures" in caplog.text


async def test_the_lag_is_what_a_pause_lasts_too_long() -> None:
    async def oversleeps(_: float) -> None:
        await asyncio.sleep(0)

    metrics = Metrics(sleep=oversleeps)
    metrics.start()
    for _ in range(5):
        await asyncio.sleep(0)
    samples = _samples(metrics)
    await metrics.stop()
    assert (_value(samples, "panoptes_event_loop_lag_seconds_count") or 0) >= 1
    assert _value(samples, "panoptes_event_loop_lag_seconds_sum") == 0, "never negative"


async def test_a_listener_that_breaks_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: telemetry.Event) -> None:
        raise KeyError("x")

    heard: list[telemetry.Event] = []
    stops = telemetry.listen(broken), telemetry.listen(heard.append)
    telemetry.report(telemetry.WatchLook("seen"))
    for stop in (*stops, *stops):
        stop()
    telemetry.report(telemetry.WatchLook("home"))
    assert heard == [telemetry.WatchLook("seen")]
    assert "a listener of the telemetry failed" in caplog.text


async def test_a_conversation_is_measured_and_nobody_is_named() -> None:
    metrics = Metrics()
    metrics.start()
    async with Bot() as bot:
        ann = bot.person("Ann")
        report = await ann.ready()
        await ann.press("WAN", report)
        await ann.ask("/stats")
        await ann.ask("some serial number")
        await ann.ask("/nodes")
        bot.break_plume("500")
        await ann.ask("/wifi")
    samples = _samples(metrics)
    await metrics.stop()
    text = metrics.render()[0].decode()
    wifi = {"via": "command", "command": "wifi", "outcome": "plume_server"}
    assert _value(samples, "panoptes_commands_total", **wifi) == 1
    assert _value(samples, "panoptes_plume_token_renewals_total", result="ok") == 1
    endpoints = set(re.findall(r'endpoint="([^"]*)"', text))
    assert {
        "token",
        "Customers/{id}/locations/{id}/nodes",
        "partners/customers/search/{id}",
    } <= endpoints
    assert "other" not in endpoints
    ids = [str(ann.user_id), *re.findall(r"[0-9a-f]{24}", text), "serial", "Ann"]
    assert not [one for one in ids if one in text.replace("_serial", "")]
