"""Dashboard and alert rules ask for nothing that /metrics does not have; the unit stays closed."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from src import telemetry
from src.service.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana" / "panoptes.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((DEPLOY / "prometheus" / "panoptes.rules.yml").read_text(encoding="utf-8"))

ONE_OF_EACH: tuple[telemetry.Event, ...] = (
    telemetry.CommandDone("command", "status", "ok", 0.4),
    telemetry.PlumeCall("GET", "/api/Customers/5f3c", "200", 0.1),
    telemetry.TokenRenewal("ok", 0.1),
    telemetry.TelegramCall("sendMessage", "ok", 0.1),
    telemetry.DatabaseFault("StorageError"),
    telemetry.OwnError(KeyError("x"), "1a2b3c4d"),
    telemetry.WatchLook("seen"),
)
WATCHING: telemetry.WatchState = {
    "homes": 1,
    "interval_s": 60.0,
    "open_incidents": {"home_offline": 1},
    "outbox_messages": 0,
    "outbox_oldest_s": 0.0,
}
# What Prometheus itself adds.
_GIVEN = {"up": {"job", "instance"}}
_ALWAYS = {"job", "instance", "le"}


def _expressions() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for query in panel.get("targets", ()):
            yield f"dashboard: {panel['title']}", query["expr"]
    for group in RULES["groups"]:
        for rule in group["rules"]:
            yield f"rule: {rule['alert']}", rule["expr"]


@pytest.fixture
async def known() -> dict[str, set[str]]:
    """Each series that /metrics can have, with its labels."""
    metrics = Metrics()
    metrics.start()
    withdraw = telemetry.offer_watch_state(lambda: WATCHING)
    for event in ONE_OF_EACH:
        telemetry.report(event)
    text = metrics.render()[0].decode()
    withdraw()
    await metrics.stop()
    found: dict[str, set[str]] = dict(_GIVEN)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_event_there_is_takes_part() -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(telemetry.Event.__args__)
    assert set(WATCHING) == set(telemetry.WatchState.__annotations__)


def test_dashboard_and_rules_ask_for_what_there_is(known: dict[str, set[str]]) -> None:
    seen = set()
    for where, expression in _expressions():
        for name, selector in re.findall(
            r"\b((?:panoptes|process)_\w+|up)\b(\{[^}]*\})?", expression
        ):
            assert name in known, f"{where}: there is no {name}"
            asked = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", selector))
            assert asked <= known[name] | _ALWAYS, f"{where}: {name} has no {asked - known[name]}"
            seen.add(name)
        grouped = re.findall(r"\bby \(([^)]*)\)", expression)
        labels = {label.strip() for group in grouped for label in group.split(",")}
        assert labels <= set().union(*known.values()) | _ALWAYS, where
    ours = {name for name in known if name.startswith("panoptes_")}
    unused = {name.removesuffix("_count").removesuffix("_sum") for name in ours - seen}
    shown = {name.removesuffix("_bucket") for name in seen}
    assert unused - shown == {"panoptes_plume_budget_window_seconds"}, "measured, and never shown"


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "description"} == set(rule["annotations"])


def test_panels_have_their_own_place_and_number() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not mine & cells, f"{panel['title']} lies upon another panel"
        cells |= mine


def _unit() -> dict[str, dict[str, Any]]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names have capitals
    parser.read(DEPLOY / "systemd" / "panoptes.service", encoding="utf-8")
    return {name: dict(parser[name]) for name in parser.sections()}


def test_the_unit_gives_up_what_the_bot_does_not_need() -> None:
    service = _unit()["Service"]
    closed = (
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "RestrictNamespaces",
    )
    assert [service[name] for name in closed] == ["yes"] * len(closed)
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] != "root"
    assert service["RestartPreventExitStatus"] == "78", "a wrong setting is not mended by a restart"
    assert "%S/panoptes" in service["ExecStart"]
    assert service["StateDirectory"] == "panoptes"
