"""Whatever the cloud sends: no exception, JSON-ready results, texts that Telegram takes.

Bodies are realistic ones with parts replaced by anything that JSON can hold, since pure noise
never gets past the first check. Examples: 10,500 in all (`EXAMPLES`).
"""

from __future__ import annotations

import json
import marshal
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.health import analyze_location_health
from src.analysis.wan import analyze_wan_stats
from src.models import (
    ShapeError,
    parse_customers,
    parse_location,
    parse_locations,
    parse_nodes,
    parse_online_stats,
    parse_wan_stats,
    parse_wifi_networks,
)
from src.utils.stats_formatter import format_online_stats_message
from src.utils.stats_processor import process_online_stats
from src.utils.status_formatter import (
    format_nodes_message,
    format_pod_details,
    format_speed_test,
    format_status_message,
    format_wifi_message,
)
from src.utils.wan_formatter import format_wan_analysis
from src.utils.wording import SEVERITY_SIGNS
from tests.samples import NOW, dead_leaf, gateway, history, home, leaf, location, wan_point
from tests.telegram_rules import NASTY, shown
from tests.texts import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.models.results import LocationHealth

EXAMPLES = {
    "parsers": 1500,
    "names": 1000,
    "health": 3000,
    "wan": 1750,
    "online": 1750,
    "wifi": 1500,
}

_HOME = {"location": location(), "nodes": home(gateway(), leaf(), leaf("Attic", "A"), dead_leaf())}
_WAN = {"fifteenMins": [wan_point(15 * index) for index in range(1, 9)]}
_ONLINE = history("ooxxopo?o-oo")
_WIFI = [
    {"networkId": "default", "ssid": "Nest", "enable": True, "wpaMode": "sae", "type": "home"},
    {"ssid": "Nest guests", "enabled": False, "wpaMode": "open", "ssidBroadcast": False},
]
_CUSTOMERS = [{"id": "b1", "name": "Nora", "email": "n@example.com", "locations": [{"id": "c2"}]}]

_SCALARS = (
    *(None, True, False, 0, 1, -1, 0.5, 5, 65535, 10**15, -(10**15), 10**30, 1e300, -1e300),
    *(float("nan"), float("inf"), "", " ", "connected", "Disconnected", "unavailable", "offline"),
    *("online", "router", "bridge", "ethernet", "poor", "noService", "succeeded", "7K3Q9X0001"),
    *("2026-05-18T06:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2026-02-30"),
    *("Europe/Stockholm", "Pacific/Auckland", "\ud800", "\x00", "\u202e", "\u200b", "a" * 5000),
    *NASTY,
)


def _nested(rng: random.Random, leaves: int = 5) -> Any:
    """A list or a dictionary of up to three parts, which may be such things again."""
    parts = [
        _nested(rng, leaves // 2) if leaves > 1 and rng.random() < 0.3 else rng.choice(_SCALARS)
        for _ in range(rng.randrange(4))
    ]
    if rng.random() < 0.5:
        return parts
    keys = rng.sample(["id", "nodes", "status", "value", "x"], len(parts))
    return dict(zip(keys, parts, strict=True))


def _pool() -> list[Any]:
    rng = random.Random(2026)  # noqa: S311 - the same ones in every run
    return [_nested(rng) for _ in range(1000)]


# Nested things come from a pool: drawing them part by part costs more than all that is tested.
_anything = (
    st.sampled_from(_SCALARS)
    | st.sampled_from(_pool())
    | texts(max_size=12)
    | st.floats()
    | st.integers()
)
_edits = st.lists(st.tuples(st.integers(0, 10_000), _anything), max_size=6)


def _slots(body: Any) -> list[tuple[Any, Any]]:
    """Each part of the body, of any depth, as what it is in and its key there."""
    found: list[tuple[Any, Any]] = []
    inside = [body] if isinstance(body, dict | list) else []
    while inside:
        whole = inside.pop()
        keys = list(whole) if isinstance(whole, dict) else range(len(whole))
        for key in keys:
            found.append((whole, key))
            if isinstance(whole[key], dict | list):
                inside.append(whole[key])
    return found


def _edited(body: Any, edits: list[tuple[int, Any]]) -> Any:
    """The body with some of its parts, of any depth, replaced."""
    result = _copied(body)
    slots = _slots(result)
    for choice, drawn in edits:
        value = _copied(drawn)  # the pool's own stays as it is
        whole, key = [(None, None), *slots][choice % (len(slots) + 1)]
        if whole is not None:
            whole[key] = value
            slots += _slots(value)
        elif choice % 7 == 0:  # most edits should leave the body as it is in outline
            result, slots = value, _slots(value)
    return result


def _copied(body: Any) -> Any:
    """As `copy.deepcopy`, which costs six times as much."""
    return marshal.loads(marshal.dumps(body)) if isinstance(body, dict | list) else body  # noqa: S302 - our own


def _bodies(body: Any) -> st.SearchStrategy[Any]:
    return st.builds(_edited, st.just(body), _edits)


def _is_json(value: object) -> None:
    assert json.loads(json.dumps(value, allow_nan=False)) == value


PARSERS: tuple[tuple[Callable[[object], Any], Any], ...] = (
    (parse_customers, _CUSTOMERS),
    (parse_location, _HOME["location"]),
    (parse_locations, [_HOME["location"]]),
    (parse_nodes, _HOME["nodes"]),
    (parse_wan_stats, _WAN),
    (parse_online_stats, _ONLINE),
    (parse_wifi_networks, _WIFI),
)


def test_there_are_ten_thousand_examples() -> None:
    assert sum(EXAMPLES.values()) >= 10_000


@settings(max_examples=EXAMPLES["parsers"])
@given(index=st.integers(0, len(PARSERS) - 1), edits=_edits)
def test_parsers_answer_or_say_that_the_shape_is_unknown(
    index: int, edits: list[tuple[int, Any]]
) -> None:
    parse, body = PARSERS[index]
    try:
        parsed = parse(_edited(body, edits))
    except ShapeError:
        return
    models = parsed if isinstance(parsed, tuple) else (parsed,)
    for model in models:
        model.model_dump_json()


@settings(max_examples=EXAMPLES["health"])
@given(body=_bodies(_HOME), name=st.none() | texts(max_size=40) | st.sampled_from(NASTY))
def test_any_home_is_judged_and_told(body: Any, name: str | None) -> None:
    parts = body if isinstance(body, dict) else {}
    health = analyze_location_health(parts.get("location"), parts.get("nodes"), now=NOW)
    _is_json(health)
    assert health["summary"].startswith(SEVERITY_SIGNS[health["severity"]])
    _check_three_values(health, parts)
    shown(format_status_message(name, health, now=NOW))
    shown(format_nodes_message(name, health))
    shown(format_speed_test(health["speed_test"], now=NOW, timezone=health["timezone"]))
    for pod in health["pod_details"]:
        shown(format_pod_details(pod, health["timezone"]))


def _check_three_values(health: LocationHealth, parts: dict[str, Any]) -> None:
    """No verdict without a word for it in the body."""
    words = json.dumps(parts).lower()
    assert (health["severity"] == "offline") == (health["online"] is False)
    if health["online"] is False or health["severity"] == "partial":
        assert any(word in words for word in ("disconnected", "unavailable", "offline", "count"))
    if health["severity"] in {"ok", "degraded"}:
        assert health["online"] is True
        assert "connected" in words or "online" in words


@settings(max_examples=EXAMPLES["wan"])
@given(body=_bodies(_WAN), zone=st.none() | st.sampled_from(["Europe/Stockholm", "Mars/Olympus"]))
def test_any_usage_is_measured_and_told(body: Any, zone: str | None) -> None:
    analysis = analyze_wan_stats(body, timezone=zone)
    _is_json(analysis)
    assert 0 <= (analysis["coverage_pct"] or 0) <= 100
    assert len(analysis["busy_hours"]) <= 3
    assert (analysis["mean_upload_mbps"] is None) == (analysis["p95_upload_mbps"] is None)
    assert (analysis["total_download_mb"] is None) == (analysis["p95_download_mbps"] is None)
    shown(format_wan_analysis(analysis, "Home"))


@settings(max_examples=EXAMPLES["online"])
@given(
    body=_bodies(_ONLINE),
    period=st.sampled_from([("hours", 3), ("hours", 24), ("days", 7), ("x", 1)]),
    clock=st.booleans(),
)
def test_any_history_adds_up_and_is_told(body: Any, period: tuple[str, int], clock: bool) -> None:
    stats = process_online_stats(body, *period, now=NOW if clock else None)
    _is_json(stats)
    spent = stats["online_s"] + stats["offline_s"] + stats["partial_s"] + stats["unknown_s"]
    assert spent == stats["period_s"]
    assert (stats["uptime_pct"] is None) == (stats["label"] is None)
    assert sum(outage["seconds"] for outage in stats["outages"]) == stats["offline_s"]
    shown(format_online_stats_message("Home", stats, timezone="Europe/Stockholm"))


@settings(max_examples=EXAMPLES["wifi"])
@given(body=_bodies(_WIFI), name=texts(max_size=40))
def test_any_networks_are_told(body: Any, name: str) -> None:
    try:
        networks = parse_wifi_networks(body)
    except ShapeError:
        networks = None
    shown(format_wifi_message(name, networks))


@settings(max_examples=EXAMPLES["names"])
@given(name=texts(min_size=1, max_size=320))
def test_any_name_is_taken_everywhere(name: str) -> None:
    nodes = home(gateway(nickname=name, model=name), leaf(name), dead_leaf(name))
    health = analyze_location_health(location(name=name), nodes, now=NOW)
    shown(format_status_message(name, health, now=NOW))
    shown(format_nodes_message(name, health))
    shown(format_wan_analysis(analyze_wan_stats(None), name))
    shown(format_wifi_message(name, parse_wifi_networks([{"ssid": name, "type": name}])))


@pytest.mark.parametrize("body", _SCALARS)
def test_no_part_has_to_be_there(body: Any) -> None:
    assert analyze_location_health(body, body, now=NOW)["online"] is None
    assert analyze_wan_stats(body)["has_data"] is False
    assert process_online_stats(body, "days", 7, now=NOW)["uptime_pct"] is None
