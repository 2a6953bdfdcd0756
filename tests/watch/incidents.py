"""Incidents, watches and chats as tests want them: short to write, with a fixed clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from src.models.watching import (
    AffectedHome,
    ChatPolicy,
    HomeKey,
    Incident,
    IncidentEvent,
    Notice,
    Outgoing,
    PodRef,
    Spot,
    Watch,
)
from src.watch import delivery

if TYPE_CHECKING:
    from collections.abc import Iterable

NIGHT = Spot(100)
TEAM_TOPIC = Spot(-200, 7)
BOSS = Spot(300)
ANNS, BOBS, CATHS = (HomeKey(0, "c", each) for each in ("ann", "bob", "cath"))
NAMES = {ANNS: "Ann's home", BOBS: "Bob's home", CATHS: "Cath's home"}
START = datetime(2026, 5, 18, 10, 0, tzinfo=UTC)  # a Monday


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def incident(trigger: Any = "home_offline", *homes: HomeKey, **fields: Any) -> Incident:
    """One that began at START and was confirmed three minutes later."""
    keys = homes or (ANNS,)
    level = {"home_offline": "critical", "neighbourhood": "critical", "reboot": "info"}
    made: dict[str, Any] = {
        "id": f"{trigger}-{'-'.join(key.location_id for key in keys)}",
        "owner": 0,
        "trigger": trigger,
        "level": level.get(trigger, "warning"),
        "homes": tuple(AffectedHome(key, NAMES[key], START) for key in keys),
        "subject": "",
        "began_at": START,
        "opened_at": at(3),
        "cause": "Line or power at the home: all 4 pods vanished together.",
    }
    if trigger == "pod_offline":
        made["pod"] = PodRef("p", "Kitchen")
    return Incident(**{**made, **fields})


def over(open_one: Incident, minutes: float, ending: Any = "recovered") -> Incident:
    """The same, ended so many minutes after START and confirmed three minutes later."""
    ended = at(minutes)
    homes = tuple(replace(home, ended_at=ended) for home in open_one.homes)
    return replace(open_one, homes=homes, ended_at=ended, closed_at=at(minutes + 3), ending=ending)


def watch(key: HomeKey = ANNS, spot: Spot = NIGHT) -> Watch:
    return Watch(key, spot, NAMES[key], 1, START)


@dataclass
class Chats:
    """What storage would hold, and what went into the outbox, in order."""

    watches: list[Watch] = field(default_factory=lambda: [watch()])
    policies: dict[Spot, ChatPolicy] = field(default_factory=dict)
    notices: dict[tuple[str, Spot], Notice] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    sent: list[Outgoing] = field(default_factory=list)
    why: list[str] = field(default_factory=list)

    def set(self, spot: Spot = NIGHT, **fields: Any) -> None:
        self.policies[spot] = replace(self.policies.get(spot, ChatPolicy(spot)), **fields)

    def take(self, verdict: delivery.Verdict) -> list[Outgoing]:
        """Write a verdict as storage does: a `once` that is there already changes nothing."""
        self.notices |= {(n.incident_id, n.spot): n for n in verdict.notices}
        self.policies |= {policy.spot: policy for policy in verdict.policies}
        known = {each.once for each in self.sent}
        new = [each for each in verdict.outgoing if each.once not in known]
        self.sent += new
        self.why += [line.text for line in verdict.log]
        return new

    def happens(self, kind: Any, what: Incident, minutes: float) -> list[Outgoing]:
        self.incidents[what.id] = what
        return self.take(
            delivery.decide([IncidentEvent(kind, what, at(minutes))], **self._told(minutes))
        )

    def opens(self, what: Incident | None = None, minutes: float = 3) -> list[Outgoing]:
        return self.happens("opened", what or incident(), minutes)

    def ends(self, what: Incident, minutes: float, ending: Any = "recovered") -> list[Outgoing]:
        return self.happens("closed", over(what, minutes, ending), minutes + 3)

    def tick(self, minutes: float) -> list[Outgoing]:
        return self.take(delivery.tick(incidents=self.incidents, **self._told(minutes)))

    def desk(self, minutes: float) -> delivery.Desk:
        return delivery.Desk(self.watches, self.policies, self.notices, at(minutes))

    def _told(self, minutes: float) -> dict[str, Any]:
        return {
            "watches": self.watches,
            "policies": self.policies,
            "notices": self.notices,
            "now": at(minutes),
        }

    def notice(self, what: Incident, spot: Spot = NIGHT) -> Notice:
        return self.notices[what.id, spot]


def kinds(messages: Iterable[Outgoing]) -> list[str]:
    """ "alert", or "alert (silent)"."""
    return [f"{m.kind} (silent)" if m.silent else m.kind for m in messages]
