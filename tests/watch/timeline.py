"""Hand-written timelines for the engine: homes of a few pods, looked at once a minute."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from src.models.watching import Blindness, HomeKey, PodSight, Sight, SpeedSight
from src.watch.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.watching import Incident, IncidentEvent
    from src.watch.engine import Step

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    """So many minutes into the story."""
    return START + timedelta(minutes=minutes)


def key(number: int = 1, owner: int = 7) -> HomeKey:
    """A home's key."""
    return HomeKey(owner, "customer", f"home-{number}")


def pod(name: str, *, parent: str | None = "hall", **words: Any) -> PodSight:
    """A pod that is well and hangs off the gateway; the gateway is "hall"."""
    is_gateway = name == "hall"
    usual: dict[str, Any] = {
        "connected": True,
        "is_gateway": is_gateway,
        "health": "good",
        "backhaul": "ethernet" if is_gateway else "wifi",
        "parent_id": None if is_gateway else parent,
        "hops": 0 if is_gateway else 1,
        "model": "PP603X",
        "firmware": "6.4.0",
        "booted_at": START - timedelta(days=3),
    }
    return PodSight(id=name, name=name.title(), **(usual | words))


def gone(name: str, since: datetime | None = None, **words: Any) -> PodSight:
    """A disconnected pod, as the cloud shows it: without health, way or backhaul."""
    lost: dict[str, Any] = {
        "connected": False,
        "since": since,
        "health": None,
        "backhaul": None,
        "parent_id": None,
        "hops": None,
    }
    return pod(name, **(lost | words))


WELL = (pod("hall"), pod("study"), pod("attic", parent="study", hops=2))


def home(*pods: PodSight, online: bool | None = True, **words: Any) -> Sight:
    """A look at a home: the three usual pods, of which these are different."""
    changed = {one.id: one for one in pods}
    rest = [changed.pop(one.id, one) for one in WELL]
    return Sight(at=START, online=online, pods=(*rest, *changed.values()), **words)


def dark(since: datetime | None = None, **words: Any) -> Sight:
    """A home without a connection; its pods go with it."""
    pods = [gone(one.id, since) for one in WELL]
    return home(*pods, online=False, since=since, **words)


def blind(fault: Literal["home", "credential", "plume", "network"] = "plume") -> Blindness:
    """A look that fails."""
    return Blindness(START, fault, "Plume answered with an error")


def speed(minutes: float, mbps: float) -> SpeedSight:
    """A speed test."""
    return SpeedSight(at(minutes), mbps, mbps / 5)


@dataclass
class Story:
    """An engine, and all that it told."""

    engine: Engine = field(default_factory=Engine)
    events: list[IncidentEvent] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    interval_s: float = 60.0

    def look(self, minutes: float, found: Sight | Blindness, home: HomeKey | None = None) -> Step:
        """One look, accepted."""
        where, now = home or key(), at(minutes)
        found = replace(found, at=now)
        step = self.engine.look(
            where, found, now, interval_s=self.interval_s, name=where.location_id
        )
        return self._take(step)

    def looks(
        self, first: int, last: int, found: Sight | Blindness, home: HomeKey | None = None
    ) -> None:
        """A look every minute, the last one included."""
        for minute in range(first, last + 1):
            self.look(minute, found, home)

    def tick(self, minutes: float) -> None:
        """The timers."""
        for step in self.engine.tick(at(minutes)):
            self._take(step)

    def recall(self, minutes: float, tests: Sequence[SpeedSight]) -> None:
        """Speed tests from before the home was watched."""
        self._take(self.engine.recall(key(), tests, at(minutes)))

    def forget(self, minutes: float, home: HomeKey | None = None) -> None:
        """Nobody watches the home any more."""
        self._take(self.engine.forget(home or key(), at(minutes)))

    def told(self) -> list[tuple[str, str, str, float]]:
        """What was told: kind, trigger, subject, minutes into the story."""
        return [
            (one.kind, one.incident.trigger, one.incident.subject, minutes(one.at))
            for one in self.events
        ]

    def last(self, trigger: str) -> Incident:
        """The last word on an incident of this kind."""
        return next(e.incident for e in reversed(self.events) if e.incident.trigger == trigger)

    def kinds(self) -> list[str]:
        """What was told, in short."""
        return [f"{one.kind} {one.incident.trigger}" for one in self.events]

    def _take(self, step: Step) -> Step:
        self.engine.accept(step)
        self.steps.append(step)
        self.events += step.events
        return step


def minutes(moment: datetime) -> float:
    """A moment as minutes into the story."""
    return (moment - START).total_seconds() / 60


def script(story: Story, looks: Sequence[tuple[int, int, Sight | Blindness]]) -> Story:
    """Several stretches of looks, one after the other."""
    for first, last, found in looks:
        story.looks(first, last, found)
    return story
