"""One living home: its plan, what happens to it, and its state at any moment."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from src.demo import world_history as history

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from src.demo.world_history import Effect, Span, SpeedSample, WanSample
    from src.demo.world_plan import DevicePlan, HomePlan, NodePlan

__all__ = ["DeviceState", "Home", "HomeState", "Incident", "Link", "NodeState", "SpeedTestRun"]

BOOT_SECONDS = 45
MAX_INCIDENTS = 200
REMEMBERED_MOST = 5_000  # of each kind of report; a month has 2,880 quarters of an hour
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_DARK = {"line", "power"}


@dataclass(frozen=True, slots=True)
class Link:
    """How a connected node reaches the gateway; `penalty` counts what makes that link worse."""

    parent: int | None
    medium: str
    penalty: int = 0


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node at a moment. `state` is Plume's word; `link` None means not connected."""

    plan: NodePlan
    name: str | None
    state: str
    link: Link | None
    path: tuple[int, ...]
    changed_at: datetime | None
    booted_at: datetime | None
    score: float | None
    weak: bool
    devices: int

    @property
    def connected(self) -> bool:
        """Whether the cloud hears from it."""
        return self.state == "connected"


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A client device at a moment; `node` is the ordinal of the node that it hangs on."""

    plan: DevicePlan
    node: int | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class HomeState:
    """A home at a moment. `online` None: nobody ever installed it."""

    at: datetime
    online: bool | None
    since: datetime | None
    nodes: tuple[NodeState, ...]
    device_count: int


@dataclass(frozen=True, slots=True)
class SpeedTestRun:
    """A speed test with its outcome; `sample` None means that it failed."""

    node: int
    started_at: datetime
    sample: history.SpeedSample | None
    trigger: str
    request_id: str


@dataclass(slots=True)
class Incident:
    """Something that was done to a home, by name, with the effects that it has."""

    kind: str
    label: str
    started_at: datetime
    effects: tuple[Effect, ...]

    def active(self, at: datetime) -> bool:
        """Whether any of it holds now or is still to come."""
        return any(effect.end is None or effect.end > at for effect in self.effects)


class Home:
    """A location whose state is read from its effects; nothing is stepped or stored over time."""

    def __init__(self, seed: int, plan: HomePlan, epoch: datetime) -> None:
        self.seed = seed
        self.plan = plan
        self.epoch = epoch
        self.incidents: list[Incident] = []
        self.nicknames: dict[int, str] = {}
        self.name = plan.name
        self.service_id = plan.service_id
        self.service_level = plan.service_level
        self.service_level_at = plan.created_at
        self.snoozed: set[tuple[int, str]] = set()
        self.led_modes: dict[int, str] = {}
        self.optimized_at: datetime | None = None
        self.requested_tests: list[tuple[str, int, datetime]] = []
        self._troubles = history.standing_troubles(plan, epoch)
        self._facts: _Facts | None = None

    @property
    def touched(self) -> bool:
        """Whether it differs from what its plan says, so that it must be kept."""
        return bool(
            self.incidents
            or self.nicknames
            or self.requested_tests
            or self.snoozed
            or self.led_modes
            or self.optimized_at
            or (self.name, self.service_id, self.service_level)
            != (self.plan.name, self.plan.service_id, self.plan.service_level)
            or self._troubles != history.standing_troubles(self.plan, self.epoch)
        )

    def node_name(self, ordinal: int) -> str:
        """What people call the node."""
        node = self.plan.nodes[ordinal]
        return self.nicknames.get(ordinal) or node.nickname or node.default_name

    def add(self, incident: Incident) -> None:
        """Let something happen."""
        self.incidents.append(incident)
        del self.incidents[:-MAX_INCIDENTS]
        self._facts = None

    def restore(self, at: datetime, *, troubles: bool = True) -> bool:
        """End what holds at this moment and drop what was to come; True when that was anything."""
        before = self._effects()
        for incident in self.incidents:
            incident.effects = _ended(incident.effects, at)
        if troubles:
            self._troubles = _ended(self._troubles, at)
        self._facts = None
        return self._effects() != before

    def active_incidents(self, at: datetime) -> list[Incident]:
        """What was done to the home and is not over."""
        return [incident for incident in self.incidents if incident.active(at)]

    def effects(self, at: datetime, kind: str) -> list[Effect]:
        """The effects of a kind that hold at this moment."""
        return [e for e in self._now.effects if e.kind == kind and e.active(at)]

    def events(self, start: datetime, end: datetime, kinds: Iterable[str]) -> list[Effect]:
        """Effects of these kinds that began in [start, end), oldest first."""
        wanted = set(kinds)
        return [e for e in self._now.effects if e.kind in wanted and start <= e.start < end]

    def dark_share(self, start: datetime, end: datetime) -> float:
        """The share of the time without a connection, 0..1."""
        return history.covered(self._now.dark, start, end)

    def dark_spans(self, start: datetime, end: datetime) -> list[Span]:
        """The stretches without a connection inside [start, end), oldest first."""
        cut = ((max(one, start), min(two, end)) for one, two in self._now.dark)
        return [(one, two) for one, two in cut if one < two]

    def gap_share(self, start: datetime, end: datetime) -> float:
        """The share of the time without measurements, 0..1."""
        return history.covered(self._now.gaps, start, end)

    def traffic(self, start: datetime) -> WanSample:
        """What the quarter of an hour from `start` moved; nothing is known of a gap."""
        known = self._now.traffic
        if start not in known:
            known[start] = self._traffic(start)
        return known[start]

    def _traffic(self, start: datetime) -> WanSample:
        end = start + history.QUARTER
        if not self.plan.onboarded or self.gap_share(start, end) > 0:
            return history.WanSample()
        dark, slow = self.dark_share(start, end), self.slow(start)
        return history.wan_sample(self.seed, self.plan, start, offline=dark, slow=slow)

    def online_word(self, start: datetime, end: datetime) -> str | None:
        """What the cloud says of [start, end): None in a gap, partial when it was on and off."""
        known = self._now.words
        if (start, end) not in known:
            dark = self.dark_share(start, end)
            word = "partial" if 0 < dark < 1 else "offline" if dark else "online"
            known[start, end] = None if self.gap_share(start, end) >= 1 else word
        return known[start, end]

    def slow(self, at: datetime) -> bool:
        """Whether the line is slow at this moment."""
        return bool(self.effects(at, "slow"))

    def state(self, at: datetime) -> HomeState:
        """Everything that the cloud knows of the home at this moment."""
        if not self.plan.onboarded:
            return HomeState(at, None, None, (), 0)
        facts = self._now
        links = facts.links(at)
        counts = [0] * len(self.plan.nodes)
        if links[0] is not None:
            for device in self.plan.devices:
                node = self._attached(device, links, at)
                if node is not None:
                    counts[node] += 1
        nodes = tuple(self._node_state(node, at, links, counts) for node in self.plan.nodes)
        since = facts.changed_at(at, 0) or self.plan.nodes[0].claimed_at
        return HomeState(at, links[0] is not None, since, nodes, sum(counts))

    def device_states(self, at: datetime) -> list[DeviceState]:
        """Every client device that the cloud remembers."""
        if not self.plan.onboarded:
            return []
        facts = self._now
        links = facts.links(at)
        home_since = facts.changed_at(at, 0) or self.plan.nodes[0].claimed_at
        states = []
        for device in self.plan.devices:
            node = self._attached(device, links, at)
            changed = self._presence_since(device, at)
            if node is None or changed < home_since:
                changed = max(changed, home_since)
            states.append(DeviceState(device, node, changed))
        return states

    def speed_tests(self, node: int, start: datetime, at: datetime) -> list[SpeedTestRun]:
        """Tests of a node that began in [start, at) and are over, newest first."""
        done_by = at - timedelta(seconds=history.TEST_SECONDS - 2)
        runs = [
            self._run(ordinal, begun, "manual", request_id)
            for request_id, ordinal, begun in self.requested_tests
            if ordinal == node and start <= begun < done_by
        ]
        if self.plan.onboarded:
            hours = 3 if node == 0 else 12
            slots = history.scheduled_slots(self.seed, self.plan, start, done_by, hours)
            runs += (self._run(node, slot, "scheduled", "") for slot in slots)
        return sorted(runs, key=lambda run: run.started_at, reverse=True)

    def latest_speed_test(self, node: int, at: datetime) -> SpeedTestRun | None:
        """The newest test of a node that gave a result, in the last three days."""
        for hours in (15, 72):  # nearly always found in the first look
            runs = self.speed_tests(node, at - timedelta(hours=hours), at)
            found = next((run for run in runs if run.sample is not None), None)
            if found is not None:
                return found
        return None

    def _run(self, node: int, begun: datetime, trigger: str, request_id: str) -> SpeedTestRun:
        known = self._now.tests
        if (node, begun) not in known:
            known[node, begun] = self._measured(node, begun)
        return SpeedTestRun(node, begun, known[node, begun], trigger, request_id)

    def _measured(self, node: int, begun: datetime) -> SpeedSample | None:
        end = begun + timedelta(seconds=history.TEST_SECONDS)
        failed = self.dark_share(begun, end) > 0 or self._now.links(begun)[node] is None
        if failed:
            return None
        slow = self.slow(begun)
        return history.speed_sample(self.seed, self.plan, begun, slow=slow, leaf=node > 0)

    def _effects(self) -> tuple[Effect, ...]:
        done = (effect for incident in self.incidents for effect in incident.effects)
        return (*self._generated, *self._troubles, *done)

    @cached_property
    def _generated(self) -> tuple[Effect, ...]:
        return history.generated_effects(self.seed, self.plan, self.epoch)

    @property
    def _now(self) -> _Facts:
        if self._facts is None:
            self._facts = _Facts(self.plan, self._effects())
        return self._facts

    def _node_state(
        self, node: NodePlan, at: datetime, links: Sequence[Link | None], counts: list[int]
    ) -> NodeState:
        facts = self._now
        link = links[node.ordinal]
        weak = any(e.node == node.ordinal for e in self.effects(at, "weak"))
        never = any(e.node == node.ordinal for e in self.effects(at, "unavailable"))
        off_state = "unavailable" if never else "disconnected"
        return NodeState(
            plan=node,
            name=self.nicknames.get(node.ordinal) or node.nickname,
            state="connected" if link else off_state,
            link=link,
            path=_path(links, node.ordinal),
            changed_at=facts.changed_at(at, node.ordinal) or node.claimed_at,
            booted_at=None if never else facts.booted_at(at, node.ordinal) or node.claimed_at,
            score=_score(node, link, weak=weak) if link else None,
            weak=weak,
            devices=counts[node.ordinal],
        )

    def _attached(
        self, device: DevicePlan, links: Sequence[Link | None], at: datetime
    ) -> int | None:
        """The node that a device hangs on: its own, else for Wi-Fi the next one that works."""
        if links[0] is None or not self._present(device, at):
            return None
        node: int | None = device.node
        while node is not None and links[node] is None:
            node = self.plan.nodes[node].parent if device.medium == "wifi" else None
        return node

    def _present(self, device: DevicePlan, at: datetime) -> bool:
        if device.presence > 0.9:
            return True
        hour = history.floor_time(at, timedelta(hours=1))
        busy = 0.35 + 0.65 * history.traffic_share(self.plan, hour)
        key = (self.seed, self.plan.id, device.ordinal, int(hour.timestamp()))
        return history.noise(*key) < device.presence * busy

    def _presence_since(self, device: DevicePlan, at: datetime) -> datetime:
        if device.presence > 0.9:
            return self.plan.nodes[0].claimed_at
        here = self._present(device, at)
        hour = history.floor_time(at, timedelta(hours=1))
        for _ in range(12):
            if self._present(device, hour - timedelta(hours=1)) != here:
                break
            hour -= timedelta(hours=1)
        return hour


class _Remembered(dict[_Key, _Value]):
    """What was worked out, until it gets too much."""

    def __setitem__(self, key: _Key, value: _Value) -> None:
        if len(self) >= REMEMBERED_MOST:
            self.clear()
        super().__setitem__(key, value)


class _Facts:
    """What follows from a fixed list of effects; made anew when the list changes."""

    def __init__(self, plan: HomePlan, effects: tuple[Effect, ...]) -> None:
        self.plan = plan
        self.effects = tuple(sorted(effects, key=lambda effect: effect.start))
        self.dark = history.merge([_span(e) for e in self.effects if _makes_dark(e)])
        self.gaps = history.merge([_span(e) for e in self.effects if e.kind == "gap"])
        self._deciding = [e for e in self.effects if _decides_links(e)]
        moments = {e.start for e in self._deciding} | {e.end for e in self._deciding if e.end}
        self._moments = sorted(moments)
        self._links: dict[datetime | None, tuple[Link | None, ...]] = {}
        # Reports ask for the same past again and again.
        self.traffic: _Remembered[datetime, WanSample] = _Remembered()
        self.words: _Remembered[Span, str | None] = _Remembered()
        self.tests: _Remembered[tuple[int, datetime], SpeedSample | None] = _Remembered()

    def links(self, at: datetime) -> tuple[Link | None, ...]:
        """How each node reaches the gateway; None for a node that is not connected."""
        return self._links_from(self._moment_before(at))

    def changed_at(self, at: datetime, node: int) -> datetime | None:
        """When the node last came or went, or None when it never did."""
        place = self._place(at)
        now = self.links(at)[node] is None
        while place > 0:
            earlier = self._moments[place - 2] if place > 1 else None
            if (self._links_from(earlier)[node] is None) != now:
                return self._moments[place - 1]
            place -= 1
        return None

    def booted_at(self, at: datetime, node: int) -> datetime | None:
        """When the node last started, or None when no power loss or reboot is known."""
        booted = [
            max(e.start, e.end - timedelta(seconds=BOOT_SECONDS))
            for e in self._deciding
            if e.end is not None
            and e.end <= at
            and (e.kind == "power" or (e.kind == "node" and e.node == node))
        ]
        return max(booted, default=None)

    def _place(self, at: datetime) -> int:
        return bisect_right(self._moments, at)

    def _moment_before(self, at: datetime) -> datetime | None:
        place = self._place(at)
        return self._moments[place - 1] if place else None

    def _links_from(self, moment: datetime | None) -> tuple[Link | None, ...]:
        """The links that hold from one of the moments (None: from the very beginning) on."""
        if moment not in self._links:
            active = [e for e in self._deciding if moment is not None and e.active(moment)]
            self._links[moment] = _links(self.plan.nodes, active)
        return self._links[moment]


def _links(nodes: Sequence[NodePlan], active: Sequence[Effect]) -> tuple[Link | None, ...]:
    """Each node's way to the gateway, parents before children."""
    if any(e.kind in _DARK for e in active):
        return (None,) * len(nodes)
    down = {e.node for e in active if e.kind in {"node", "unavailable"}}
    loose = {e.node for e in active if e.kind == "backhaul"}
    links: list[Link | None] = []
    for node in nodes:
        links.append(None if node.ordinal in down else _link(nodes, links, node, loose))
    return tuple(links)


def _link(
    nodes: Sequence[NodePlan],
    links: Sequence[Link | None],
    node: NodePlan,
    loose: set[int | None],
) -> Link | None:
    """The node's link to its parent or, when that is gone, to the next ancestor in reach."""
    if node.parent is None:
        return Link(None, "ethernet")
    on_wifi = node.medium == "wifi" or node.ordinal in loose
    penalty = int(node.ordinal in loose)
    parent: int | None = node.parent
    while parent is not None and links[parent] is None:
        parent = nodes[parent].parent
        penalty += 1
    moved = parent != node.parent
    if parent is None or (moved and not (on_wifi and (node.can_roam or node.ordinal in loose))):
        return None
    return Link(parent, "wifi" if on_wifi else "ethernet", penalty)


def _path(links: Sequence[Link | None], node: int) -> tuple[int, ...]:
    """The ordinals of the nodes on the way to the gateway."""
    path: list[int] = []
    link = links[node]
    while link is not None and link.parent is not None:
        path.append(link.parent)
        link = links[link.parent]
    return tuple(path)


def _score(node: NodePlan, link: Link, *, weak: bool) -> float:
    if weak:
        return 1.5 if link.penalty else 2.0
    return max(1.0, node.level - 1.5 * link.penalty)


def _makes_dark(effect: Effect) -> bool:
    return effect.kind in _DARK or (effect.kind in {"node", "unavailable"} and effect.node == 0)


def _decides_links(effect: Effect) -> bool:
    return effect.kind in {"line", "power", "node", "unavailable", "backhaul"}


def _span(effect: Effect) -> Span:
    return effect.start, effect.end or _FAR


def _ended(effects: Sequence[Effect], at: datetime) -> tuple[Effect, ...]:
    return tuple(
        replace(effect, end=at) if effect.end is None or effect.end > at else effect
        for effect in effects
        if effect.start < at
    )
