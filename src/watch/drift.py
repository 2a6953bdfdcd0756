"""What changes for good rather than breaks: places in the mesh, cables, addresses, boots, speeds.

A value counts as changed when it was seen to be another one often enough, for long enough.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from src.analysis.usual import compare, usual
from src.utils.wording import count
from src.watch.causes import slow_words
from src.watch.draft import pod_ref
from src.watch.memory import Boots, Edge, Track
from src.watch.signals import WIRED, WIRELESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from src.models.watching import Incident, PodSight, Sight, SpeedSight, Trigger
    from src.watch.draft import Draft

__all__ = [
    "follow_boots",
    "follow_home",
    "follow_places",
    "follow_speed",
    "is_wired",
    "moved",
    "recall_speeds",
]


def moved(track: Track | None, value: str | None, draft: Draft) -> tuple[Track | None, str | None]:
    """The value after a look, and what it was before when it has just changed for good."""
    when = draft.when
    if value is None:
        return track, None
    if track is None:
        return Track(value, since=when.now), None
    if value == track.value:
        return (track if track.maybe is None else Track(value, since=track.since)), None
    if value != track.maybe or track.maybe_at is None:
        return replace(track, maybe=value, maybe_at=when.now, looks=1), None
    looks = track.looks + 1
    old = (when.now - track.maybe_at).total_seconds() >= when.rules.confirm_s
    if looks < when.rules.confirm_looks or not old:
        return replace(track, looks=min(looks, when.rules.confirm_looks)), None
    return Track(value, since=track.maybe_at), track.value


def follow_home(draft: Draft, found: Sight) -> None:
    """Service level and public address."""
    level, before = moved(draft.old.level, found.service_level, draft)
    draft.changes["level"] = level
    if before is not None and level is not None:
        cause = f"The service level changed from {before} to {level.value}."
        _tell_change(draft, "service_level", level, cause)
    address, before = moved(draft.old.address, found.public_address, draft)
    draft.changes["address"] = address
    if before is not None and address is not None:
        cause = f"The public address changed from {before} to {address.value}."
        _tell_change(draft, "address_change", address, cause)


def _tell_change(draft: Draft, trigger: Trigger, track: Track, cause: str) -> None:
    began = track.since or draft.when.now
    draft.happened(draft.incident(trigger, "", began, cause=cause))


def is_wired(draft: Draft, pod: PodSight) -> bool:
    """Whether a cable has been this pod's normal for long enough."""
    track = draft.old.backhauls.get(pod.id)
    if track is None or track.value != WIRED or track.since is None:
        return False
    return (draft.when.now - track.since).total_seconds() >= draft.when.rules.baseline_s


def follow_places(draft: Draft, pods: Iterable[PodSight]) -> None:
    """Where each connected pod hangs, and by what. Only while nothing larger moves them."""
    places, backhauls = dict(draft.old.places), dict(draft.old.backhauls)
    seen = {pod.id: pod for pod in pods}
    for pod in seen.values():
        if pod.connected and not pod.is_gateway:
            _follow_place(draft, pod, seen.get(pod.parent_id or ""), places)
            _follow_backhaul(draft, pod, backhauls)
    draft.changes |= {"places": places, "backhauls": backhauls}


def _follow_backhaul(draft: Draft, pod: PodSight, backhauls: dict[str, Track]) -> None:
    word = (pod.backhaul or "").lower()
    if word not in {WIRED, WIRELESS} or (word == WIRELESS and is_wired(draft, pod)):
        return  # the fall from a cable is a fault, until it has become normal
    known = backhauls.get(pod.id)
    track, _ = moved(known, word, draft)
    if known is None and track is not None and pod.since is not None:
        # Another backhaul is another connection: it has had this one since it connected.
        track = replace(track, since=min(pod.since, draft.when.now))
    if track is not None:
        backhauls[pod.id] = track


def _follow_place(
    draft: Draft, pod: PodSight, parent: PodSight | None, places: dict[str, Track]
) -> None:
    if pod.hops is None or pod.parent_id is None:
        return
    known, now = places.get(pod.id), f"{pod.hops} {pod.parent_id}"
    if known is not None and known.value != now and _hops(known.value) == pod.hops:
        known = replace(known, value=now, maybe=None, maybe_at=None, looks=0)
    stood = known.since if known is not None else None
    track, before = moved(known, now, draft)
    if track is not None:
        places[pod.id] = track
    if before is None or track is None or _hops(before) >= pod.hops:
        return
    rules, when = draft.when.rules, draft.when
    steady = stood is not None and (when.now - stood).total_seconds() >= rules.stable_s
    upper = draft.edge("pod_offline", before.split(" ", 1)[1])
    if (
        steady
        and not _is_way_back(stood, track, parent, rules.way_back_s)
        and (upper is None or not (upper.bad or upper.incident))
    ):
        cause = f"{pod.name} is {count(pod.hops, 'hop')} from the gateway now, not {_hops(before)}."
        began = track.since or when.now
        incident = draft.incident("parent_change", pod.id, began, cause=cause, pod=pod_ref(pod))
        draft.happened(incident)


def _is_way_back(
    stood: datetime | None, track: Track, parent: PodSight | None, within_s: float
) -> bool:
    """Around a lost pod it was fewer hops; behind it again is no news when that has come back."""
    returned = parent.since if parent is not None else None
    if stood is None or returned is None or track.since is None or returned <= stood:
        return False
    return 0 <= (track.since - returned).total_seconds() <= within_s


def _hops(place: str) -> int:
    return int(place.split(" ", 1)[0])


# -------------------------------------------------------------------------------------- boots


def follow_boots(draft: Draft, pods: Iterable[PodSight], *, explained: bool) -> None:
    """Boots since the last look. `explained`: the home's outage explains them all."""
    boots = dict(draft.old.boots)
    for pod in pods:
        if pod.booted_at is not None:
            known = boots.get(pod.id)
            boots[pod.id] = _booted(draft, pod, pod.booted_at, known, explained=explained)
    draft.changes["boots"] = boots
    for edge in list(draft.edges.values()):
        if edge.trigger == "reboot_loop":
            _quiet(draft, edge, boots.get(edge.subject))


def _booted(
    draft: Draft,
    pod: PodSight,
    at: datetime,
    known: Boots | None,
    *,
    explained: bool,
) -> Boots:
    rules, when = draft.when.rules, draft.when
    if known is None:
        return Boots(at)
    if at - known.last <= timedelta(seconds=rules.boot_jitter_s):
        return known
    lag = timedelta(seconds=when.interval_s + rules.boot_connect_s)
    if when.fresh or when.before is None or at < when.before - lag:
        return Boots(at, known.seen)  # it happened while nobody looked
    start = at - timedelta(seconds=rules.loop_window_s)
    seen = (*(one for one in known.seen if one > start), at)
    _tell_boot(draft, pod, seen, explained=explained)
    return Boots(at, seen)


def _tell_boot(draft: Draft, pod: PodSight, seen: tuple[datetime, ...], *, explained: bool) -> None:
    loop = draft.edge("reboot_loop", pod.id)
    gone = draft.edge("pod_offline", pod.id)
    if loop is not None:
        incident = draft.incidents.get(loop.incident)
        if incident is not None:
            draft.change(replace(incident, flips=incident.flips + 1))
    elif gone is not None and gone.incident in draft.incidents:
        _add_evidence(draft, draft.incidents[gone.incident], f"{pod.name} has restarted")
    elif explained or (gone is not None and gone.part_of):
        return
    elif len(seen) >= draft.when.rules.loop_boots:
        _open_loop(draft, pod, seen)
    else:
        _tell_reboot(draft, pod, seen[-1])


def _add_evidence(draft: Draft, incident: Incident, sentence: str) -> None:
    if sentence not in incident.evidence:
        draft.change(replace(incident, evidence=(*incident.evidence, sentence)))


def _open_loop(draft: Draft, pod: PodSight, seen: tuple[datetime, ...]) -> None:
    rules, now = draft.when.rules, draft.when.now
    minutes = rules.loop_window_s // 60
    cause = f"{pod.name} restarted {len(seen)} times within {minutes} minutes."
    edge = Edge("reboot_loop", pod.id, True, rules.confirm_looks, now, seen[0], seen[0], True)
    draft.put("reboot_loop", pod.id, edge)
    draft.open(
        draft.incident(
            "reboot_loop",
            pod.id,
            seen[0],
            cause=cause,
            pod=pod_ref(pod),
            flips=len(seen),
            began_reported=True,
        )
    )


def _quiet(draft: Draft, edge: Edge, boots: Boots | None) -> None:
    """A loop is over when the pod has not booted for the whole window."""
    last = boots.last if boots is not None else edge.turned_at
    incident = draft.incidents.get(edge.incident)
    if (draft.when.now - last).total_seconds() >= draft.when.rules.loop_window_s:
        draft.put("reboot_loop", edge.subject, None)
        if incident is not None:
            draft.close(incident, last)


def _tell_reboot(draft: Draft, pod: PodSight, at: datetime) -> None:
    """Pods that boot together are one event."""
    last: Incident | None = draft.changes.get("rebooted", draft.old.rebooted)
    together = draft.when.rules.boots_together_s
    if last is not None and abs((at - last.began_at).total_seconds()) <= together:
        if pod.id not in {last.subject, *(ref.id for ref in last.pods)}:
            last = replace(last, pods=(*last.pods, pod_ref(pod)))
            draft.changes["rebooted"] = last
            draft.change(last)
        return
    cause = f"{pod.name} has restarted."
    incident = draft.incident(
        "reboot", pod.id, at, cause=cause, pod=pod_ref(pod), began_reported=True
    )
    draft.changes["rebooted"] = draft.happened(incident)


# ------------------------------------------------------------------------------------- speeds


def recall_speeds(draft: Draft, tests: Sequence[SpeedSight]) -> None:
    """Take over what was tested before the home was watched; that alone is never told."""
    known, rules = draft.old.speeds, draft.when.rules
    newest = known[-1].at if known else draft.when.now
    before = {test.at: test for test in (*tests, *known) if test.at <= newest}
    speeds = tuple(before[at] for at in sorted(before))[-rules.speeds_kept :]
    draft.changes |= {"speeds": speeds, "recalled": True}


def follow_speed(draft: Draft, test: SpeedSight | None) -> None:
    """A new speed test beside this home's usual; two slow ones in a row are told."""
    old, rules = draft.old, draft.when.rules
    if test is None or (old.speeds and test.at <= old.speeds[-1].at):
        return
    draft.changes["speeds"] = (*old.speeds, test)[-rules.speeds_kept :]
    percent, usual_down = _below(old.speeds, test, old.timezone)
    if percent is None:
        return
    if percent < rules.slow_pct:
        draft.changes["slow"] = 0
        _fast_again(draft, test)
        return
    slow = min(old.slow + 1, rules.slow_tests)
    draft.changes["slow"] = slow
    if slow >= rules.slow_tests and draft.edge("slow_speed") is None:
        began = old.speeds[-1].at if old.speeds else test.at
        edge = Edge("slow_speed", "", True, rules.confirm_looks, draft.when.now, began, began, True)
        draft.put("slow_speed", "", edge)
        words = slow_words(test, usual_down, percent)
        draft.open(draft.incident("slow_speed", "", began, began_reported=True, **words))


def _fast_again(draft: Draft, test: SpeedSight) -> None:
    edge = draft.edge("slow_speed")
    incident = draft.incidents.get(edge.incident) if edge is not None else None
    draft.put("slow_speed", "", None)
    if incident is not None:
        draft.close(incident, test.at)


def _below(
    earlier: tuple[SpeedSight, ...], test: SpeedSight, timezone: str | None
) -> tuple[float | None, float | None]:
    """How far the worse direction is below usual, percent (None: no usual); the usual download."""
    down = usual([(one.at, one.download_mbps) for one in earlier], test.at, timezone)
    up = usual([(one.at, one.upload_mbps) for one in earlier], test.at, timezone)
    sides = [compare(test.download_mbps, down), compare(test.upload_mbps, up)]
    known = [side for side in sides if side["verdict"] in {"usual", "below", "above"}]
    if not known:
        return None, None
    lost = [side["percent"] or 0.0 for side in known if side["verdict"] == "below"]
    return max(lost, default=0.0), down["median"]
