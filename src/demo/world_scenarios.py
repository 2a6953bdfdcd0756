"""Scenarios: named lists of timed incidents in JSON files, so that a bug report can be replayed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from src.demo.world_incidents import INCIDENT_KINDS, IncidentError

__all__ = ["Scenario", "ScenarioEvent", "load_scenario", "parse_scenario", "scenario_names"]

_MAX_EVENTS = 10_000
_EVENT_KEYS = {"at_s", "kind", "location", "node", "speed"}


@dataclass(frozen=True, slots=True)
class ScenarioEvent:
    """One step, `at_s` virtual seconds after the scenario starts; negative lies in the past.

    `kind` is an incident's name, or "clock" with a `speed`.
    """

    at_s: float
    kind: str
    location: str | None = None
    node: str | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of steps in the order of their time."""

    name: str
    title: str
    events: tuple[ScenarioEvent, ...]


def scenario_names() -> list[str]:
    """The names of the scenarios that come with the demo."""
    folder = resources.files("src.demo") / "scenarios"
    return sorted(
        item.name.removesuffix(".json") for item in folder.iterdir() if item.name.endswith(".json")
    )


def load_scenario(name_or_path: str | Path) -> Scenario:
    """A shipped scenario by its name, or one from a file. IncidentError says what is wrong."""
    if isinstance(name_or_path, str) and name_or_path in scenario_names():
        file = resources.files("src.demo") / "scenarios" / f"{name_or_path}.json"
        text, name = file.read_text(encoding="utf-8"), name_or_path
    else:
        path = Path(name_or_path)
        try:
            text, name = path.read_text(encoding="utf-8"), path.stem
        except (OSError, UnicodeDecodeError) as error:
            raise IncidentError(f"There is no readable scenario '{name_or_path}'.") from error
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise IncidentError(f"Scenario '{name}' is not JSON (line {error.lineno}).") from error
    return parse_scenario(body, name)


def parse_scenario(body: object, name: str = "scenario") -> Scenario:
    """A scenario from parsed JSON: {"title", "events": [{"at_s", "kind", ...}]}."""
    if not isinstance(body, dict) or not isinstance(body.get("events"), list):
        raise IncidentError(f"Scenario '{name}' needs a list called 'events'.")
    rows = body["events"]
    if len(rows) > _MAX_EVENTS:
        raise IncidentError(f"Scenario '{name}' has more than {_MAX_EVENTS:,} events.")
    events = [_event(row, number, name) for number, row in enumerate(rows, start=1)]
    events.sort(key=lambda event: event.at_s)
    return Scenario(str(body.get("name", name)), str(body.get("title", name)), tuple(events))


def _event(row: Any, number: int, name: str) -> ScenarioEvent:
    where = f"Event {number} of scenario '{name}'"
    if not isinstance(row, dict) or row.keys() - _EVENT_KEYS:
        raise IncidentError(f"{where} may only have {', '.join(sorted(_EVENT_KEYS))}.")
    at_s, kind, speed = row.get("at_s", 0), row.get("kind"), row.get("speed")
    if not _is_number(at_s):
        raise IncidentError(f"{where} needs a number as 'at_s'.")
    if kind != "clock" and kind not in INCIDENT_KINDS:
        raise IncidentError(f"{where} has an unknown kind '{kind}'.")
    if (kind == "clock") != _is_number(speed):
        raise IncidentError(f"{where}: 'clock' goes with a number as 'speed', and only it.")
    location, node = row.get("location"), row.get("node")
    if not all(item is None or isinstance(item, str) for item in (location, node)):
        raise IncidentError(f"{where}: 'location' and 'node' are texts.")
    return ScenarioEvent(float(at_s), kind, location, node, speed)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
