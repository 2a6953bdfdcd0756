"""A home's memory while a look changes it, and the incidents that come of that."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from src.models.watching import AffectedHome, Incident, IncidentEvent, PodRef
from src.watch.edges import edge_key

if TYPE_CHECKING:
    from datetime import datetime

    from src.models.watching import Ending, HomeKey, Level, PodSight, Trigger
    from src.watch.edges import When
    from src.watch.memory import Edge, HomeMemory

__all__ = ["LEVELS", "Draft", "incident_id", "pod_ref"]

LEVELS: dict[Trigger, Level] = {
    "home_offline": "critical",
    "neighbourhood": "critical",
    "pod_offline": "warning",
    "poor_health": "warning",
    "fair_health": "info",
    "plume_alert": "warning",
    "reboot": "info",
    "reboot_loop": "warning",
    "backhaul_fallback": "warning",
    "parent_change": "info",
    "slow_speed": "warning",
    "service_level": "info",
    "address_change": "info",
    "unreadable": "warning",
    "blind": "warning",
}


def incident_id(
    owner: int,
    where: tuple[str, str],
    what: tuple[Trigger, str],
    began_at: datetime,
    found_at: datetime,
) -> str:
    """Of an incident that a look at `found_at` found; no other ever has it. 16 of [0-9a-f]."""
    moments = began_at.isoformat(), found_at.isoformat()
    text = "|".join((str(owner), *where, *what, *moments))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pod_ref(pod: PodSight) -> PodRef:
    """The pod as an incident names it."""
    return PodRef(pod.id, pod.name, pod.serial)


def _tracks(memory: HomeMemory) -> dict[str, Any]:
    names = ("level", "address", "places", "backhauls")
    return {name: getattr(memory, name) for name in names}


class Draft:
    """A working copy of one home's memory. `events` are what has happened so far.

    `back` is set when the home was confirmed to be back from an incident of several homes.
    """

    def __init__(self, key: HomeKey, memory: HomeMemory, when: When) -> None:
        self.key = key
        self.base = memory
        self.old = memory  # what values are compared with
        self.when = when
        self.edges = dict(memory.edges)
        self.incidents = dict(memory.incidents)
        self.settles = dict(memory.settles)
        self.doubts = dict(memory.doubts)
        self.changes: dict[str, Any] = {}
        self.events: list[IncidentEvent] = []
        self.back: datetime | None = None
        self.waiting = memory.waiting

    def edge(self, trigger: Trigger, subject: str = "") -> Edge | None:
        """The condition, when there is something to remember of it."""
        return self.edges.get(edge_key(trigger, subject))

    @property
    def parents(self) -> dict[str, str]:
        """Leaf -> what it hangs off, as far as it is known by now."""
        parents: dict[str, str] = self.changes.get("parents", self.old.parents)
        return parents

    def put(self, trigger: Trigger, subject: str, edge: Edge | None) -> None:
        """Remember the condition like this; None forgets it."""
        if edge is None:
            self.edges.pop(edge_key(trigger, subject), None)
        else:
            self.edges[edge_key(trigger, subject)] = edge

    def incident(
        self, trigger: Trigger, subject: str, began_at: datetime, **words: Any
    ) -> Incident:
        """A new incident of this home, not opened yet; `words` are its other fields."""
        key = self.key
        where = (key.customer_id, key.location_id)
        zone = self.changes.get("timezone", self.old.timezone)
        name = self.changes.get("name", self.old.name)
        return Incident(
            id=incident_id(key.owner, where, (trigger, subject), began_at, self.when.now),
            owner=key.owner,
            trigger=trigger,
            level=LEVELS[trigger],
            homes=(AffectedHome(key, name, began_at, timezone=zone),),
            subject=subject,
            began_at=began_at,
            opened_at=self.when.now,
            **words,
        )

    def open(self, incident: Incident) -> None:
        """Tell it, and remember it until it is over."""
        self.incidents[incident.id] = incident
        edge = self.edge(incident.trigger, incident.subject)
        if edge is not None:
            edge = replace(edge, incident=incident.id, part_of="")
            self.put(incident.trigger, incident.subject, edge)
        self._tell("opened", incident)

    def happened(self, incident: Incident) -> Incident:
        """Tell something that is over as it happens."""
        homes = tuple(replace(home, ended_at=incident.began_at) for home in incident.homes)
        over = replace(incident, homes=homes, ended_at=incident.began_at, closed_at=self.when.now)
        self._tell("opened", over)
        return over

    def change(self, incident: Incident, kind: Any = "grew") -> None:
        """Tell that an incident is not what it was."""
        if incident.open:
            self.incidents[incident.id] = incident
        self._tell(kind, incident)

    def close(
        self,
        incident: Incident,
        ended_at: datetime,
        ending: Ending = "recovered",
        by: str | None = None,
    ) -> None:
        """Tell that it is over, and forget it."""
        self.incidents.pop(incident.id, None)
        homes = tuple(replace(home, ended_at=ended_at) for home in incident.homes)
        over = replace(
            incident,
            homes=homes,
            ended_at=ended_at,
            closed_at=self.when.now,
            ending=ending,
            swallowed_by=by,
        )
        self._tell("closed", over)

    def done(self) -> HomeMemory:
        """The memory as it is now; the very same object when nothing but the time has changed."""
        parts = {
            "edges": self.edges,
            "incidents": self.incidents,
            "settles": self.settles,
            "doubts": self.doubts,
            "waiting": self.waiting,
            **self.changes,
        }
        if self.old is not self.base:  # candidates were dropped
            parts = {**_tracks(self.old), **parts}
        base = self.base
        if all(getattr(base, name) == part for name, part in parts.items() if name != "looked_at"):
            return base
        return replace(base, **parts)

    def _tell(self, kind: Any, incident: Incident) -> None:
        self.events.append(IncidentEvent(kind, incident, self.when.now))
