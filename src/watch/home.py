"""One look at one home: every condition of it, from the home itself down to the last pod."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from src.watch.causes import alert_words, home_words, pod_words
from src.watch.draft import Draft
from src.watch.drift import follow_boots, follow_home, follow_places, follow_speed, is_wired
from src.watch.edges import (
    Signal,
    advance,
    edge_key,
    is_confirmed,
    is_over,
    lately,
    restart,
)
from src.watch.folding import above, explained_by, hold, home_explains, parents_of, swallow
from src.watch.signals import WIRELESS, home_signal, pod_signals

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.models.watching import Blindness, HomeKey, Incident, PodSight, Sight
    from src.watch.edges import When
    from src.watch.memory import Edge, HomeMemory, Track

    Words = Callable[[], dict[str, Any]]

__all__ = ["fail_home", "look_home", "open_waiting"]

# Conditions of pods; the others are the home's own.
_OF_PODS = {"pod_offline", "poor_health", "fair_health", "plume_alert", "backhaul_fallback"}


def look_home(key: HomeKey, memory: HomeMemory, found: Sight, when: When, *, name: str) -> Draft:
    """What this look makes of the home.

    An offline home that is confirmed is left in the draft's `waiting`: whether it stands alone is
    not for one home to say.
    """
    draft = Draft(key, memory, when)
    _remember(draft, found, name)
    if when.fresh:
        _resume(draft)
    for pod_id, until in list(draft.settles.items()):
        if when.now >= until:
            del draft.settles[pod_id]
    _judge(draft, Signal("unreadable", "", bad=False), dict)
    _home(draft, found)
    explained = home_explains(draft)
    for pod in sorted(found.pods, key=lambda pod: len(above(pod.id, draft.parents))):
        _pod(draft, pod, found, explained)
    follow_home(draft, found)
    if explained is None:
        follow_places(draft, found.pods)
    follow_boots(draft, found.pods, explained=explained is not None)
    _normal(draft)
    _absent(draft, {pod.id for pod in found.pods})
    follow_speed(draft, found.speed)
    return draft


def fail_home(
    key: HomeKey, memory: HomeMemory, found: Blindness, when: When, *, name: str, blind: bool
) -> Draft:
    """A look that saw nothing. `blind`: so it is everywhere, so that no home is at fault."""
    draft = Draft(key, memory, when)
    draft.changes["name"] = name
    if blind:
        return draft
    began = draft.changes["failed_at"] = memory.failed_at or when.now
    alone = (when.now - began).total_seconds() >= when.rules.unreadable_s
    if found.fault == "home" or alone:
        cause = found.detail or "Plume refuses this home."
        signal = Signal("unreadable", "", bad=True, since=began)
        _judge(draft, signal, lambda: {"cause": cause})
    return draft


def _remember(draft: Draft, found: Sight, name: str) -> None:
    old = draft.old
    gateway = next((pod for pod in found.pods if pod.is_gateway), None)
    hardware = f"{gateway.model} {gateway.firmware}" if gateway and gateway.firmware else None
    draft.changes = {
        "name": name,
        "looked_at": draft.when.now,
        "failed_at": None,
        "isp": found.isp or old.isp,
        "timezone": found.timezone or old.timezone,
        "hardware": hardware or old.hardware,
        "parents": parents_of(found, old.parents),
    }


def _resume(draft: Draft) -> None:
    """Nobody looked for a while: what is not told yet is confirmed from anew."""
    when = draft.when
    draft.waiting, draft.changes["waits_until"] = None, None
    draft.edges = {key: restart(edge) for key, edge in draft.edges.items()}
    old = draft.old
    draft.old = replace(
        old,
        level=_only(old.level),
        address=_only(old.address),
        places={
            key: replace(track, maybe=None, maybe_at=None, looks=0)
            for key, track in old.places.items()
        },
        backhauls={
            key: replace(track, maybe=None, maybe_at=None, looks=0)
            for key, track in old.backhauls.items()
        },
    )
    if when.before is not None:
        gap = (when.now - when.before).total_seconds() - when.interval_s
        for key, incident in draft.incidents.items():
            draft.incidents[key] = replace(incident, frozen_s=incident.frozen_s + max(0.0, gap))


def _only(track: Track | None) -> Track | None:
    """The value, without what it may have become."""
    return replace(track, maybe=None, maybe_at=None, looks=0) if track is not None else None


def _home(draft: Draft, found: Sight) -> None:
    before = draft.edge("home_offline")
    _judge(draft, home_signal(found), lambda: home_words(found, draft.parents))
    after = draft.edge("home_offline")
    if before is not None and before.bad and (after is None or not after.bad):
        _settle(draft, "")
    if draft.waiting is not None and (after is None or not after.bad or after.incident):
        draft.waiting, draft.changes["waits_until"] = None, None


def _settle(draft: Draft, pod_id: str) -> None:
    """What hangs off it comes back one after the other."""
    if not pod_id or pod_id in draft.parents.values():
        wait = timedelta(seconds=draft.when.rules.settle_s)
        draft.settles[pod_id] = draft.when.now + wait


def _pod(draft: Draft, pod: PodSight, found: Sight, explained: str | None) -> None:
    for signal in pod_signals(pod, draft.old, wired=is_wired(draft, pod)):
        if _is_well(draft, signal):
            continue
        by, words = explained, _words(signal, pod, found, draft)
        if signal.trigger == "pod_offline":
            if by is None and pod.connected is not True:
                way = above(pod.id, draft.parents)
                by = explained_by(draft, pod, "pod_offline", way)
            _judge_pod(draft, pod, signal, by, words)
        elif by is None and signal.bad and signal.trigger in {"poor_health", "fair_health"}:
            roots = {other.id for other in found.pods if other.is_gateway}
            leaves = [upper for upper in above(pod.id, draft.parents) if upper not in roots]
            _fold(draft, pod, signal, explained_by(draft, pod, "poor_health", leaves), words)
        elif by is None:
            _judge(draft, signal, words)


def _is_well(draft: Draft, signal: Signal) -> bool:
    """Well, as ever: nothing is remembered of it, and nothing comes of it."""
    if signal.bad is not False:
        return False
    key = edge_key(signal.trigger, signal.subject)
    return key not in draft.edges and key not in draft.doubts


def _words(signal: Signal, pod: PodSight, found: Sight, draft: Draft) -> Words:
    if signal.trigger == "plume_alert":
        return lambda: alert_words(pod, signal.subject.split(" ", 1)[1])
    return lambda: pod_words(signal.trigger, pod, found, draft.parents)


def _judge_pod(draft: Draft, pod: PodSight, signal: Signal, by: str | None, words: Words) -> None:
    before = draft.edge("pod_offline", pod.id)
    if by is not None and not pod.connected:
        if signal.bad:
            hold(draft, pod, "pod_offline", by)
        return
    loop, now = draft.edge("reboot_loop", pod.id), draft.when.now
    patient = loop is not None and (before is None or not before.incident)
    if patient and before is not None:
        gone_s = (now - before.began_at).total_seconds()
        patient = not before.bad or gone_s < draft.when.rules.loop_offline_s
    _judge(draft, signal, words, patient=patient)
    after = draft.edge("pod_offline", pod.id)
    if before is not None and before.bad and (after is None or not after.bad):
        _settle(draft, pod.id)


def _fold(draft: Draft, pod: PodSight, signal: Signal, by: str | None, words: Words) -> None:
    """Bad health behind a pod of bad health is a part of that."""
    if by is None:
        _judge(draft, signal, words)
    else:
        hold(draft, pod, signal.trigger, by if signal.trigger == "poor_health" else "")


# --------------------------------------------------------------------------------- conditions


def _judge(draft: Draft, signal: Signal, words: Words, *, patient: bool = False) -> None:
    """Take one condition a look further, and tell what comes of it. `patient`: tell nothing new."""
    when, key = draft.when, edge_key(signal.trigger, signal.subject)
    if _is_well(draft, signal):
        return
    edge = advance(draft.edges.get(key), signal, when, draft.doubts.get(key, when.before))
    draft.put(signal.trigger, signal.subject, edge)
    _doubt(draft, signal, key, told=edge is not None and bool(edge.incident))
    if edge is None or signal.bad is None:
        return  # what is not said confirms nothing and clears nothing, however long it lasts
    incident = draft.incidents.get(edge.incident)
    if incident is not None:
        _go_on(draft, edge, _dated(draft, edge, incident))
    elif edge.incident:
        draft.back = edge.ended_at if is_over(edge, when) else None
    elif not patient:
        _begin(draft, edge, words)


def _dated(draft: Draft, edge: Edge, incident: Incident) -> Incident:
    """It ended while nobody looked, and the cloud says when: then nothing of it is uncertain."""
    when, known = draft.when, draft.base.incidents.get(incident.id)
    ended = edge.ended_at if edge.turned_at == when.now and not edge.bad else None
    if not when.fresh or ended is None or ended == when.now or known is None:
        return incident
    draft.incidents[incident.id] = replace(incident, frozen_s=known.frozen_s)
    return draft.incidents[incident.id]


def _doubt(draft: Draft, signal: Signal, key: str, *, told: bool) -> None:
    """Since when it is not said any more: for moments that the cloud gives later."""
    if signal.bad is not None:
        draft.doubts.pop(key, None)
    elif told or signal.trigger in {"home_offline", "pod_offline"}:
        draft.doubts.setdefault(key, draft.when.before or draft.when.now)


def _begin(draft: Draft, edge: Edge, words: Words) -> None:
    flips = lately(edge, draft.when)
    if len(flips) > draft.when.rules.flips_most:
        told = words() | {"unstable": True, "flips": len(flips)}
        _open(draft, draft.incident(edge.trigger, edge.subject, flips[0], **told))
    elif is_confirmed(edge, draft.when):
        said = edge.reported and edge.trigger != "unreadable"
        told = words() | {"began_reported": said}
        incident = draft.incident(edge.trigger, edge.subject, edge.began_at, **told)
        if edge.trigger != "home_offline":
            _open(draft, incident)
        elif draft.waiting is None:
            draft.waiting = incident


def _open(draft: Draft, incident: Incident) -> None:
    draft.open(incident)
    swallow(draft, incident)


def _go_on(draft: Draft, edge: Edge, incident: Incident) -> None:
    when = draft.when
    turned = edge.turned_at == when.now
    flips = lately(edge, when)
    if incident.unstable:
        _waver(draft, edge, incident, turned=turned)
    elif turned and len(flips) > when.rules.flips_most:
        draft.change(replace(incident, unstable=True, flips=len(flips)), "unstable")
    elif is_over(edge, when):
        _end(draft, edge, incident)


def _waver(draft: Draft, edge: Edge, incident: Incident, *, turned: bool) -> None:
    """An unstable one: counted while it flips; once it does not, it is over or it is plain."""
    when = draft.when
    if turned:
        draft.change(replace(incident, flips=incident.flips + 1))
    elif edge.flips and (when.now - edge.flips[-1]).total_seconds() < when.rules.stable_s:
        return
    elif edge.bad:
        draft.put(edge.trigger, edge.subject, replace(edge, flips=()))
        draft.change(replace(incident, unstable=False))
    else:
        _end(draft, edge, incident)


def _end(draft: Draft, edge: Edge, incident: Incident) -> None:
    draft.close(incident, edge.ended_at or draft.when.now)
    draft.put(edge.trigger, edge.subject, _told(edge, draft.when))
    if edge.trigger == "home_offline":
        _settle(draft, "")
    elif edge.trigger == "pod_offline":
        _settle(draft, edge.subject)


def _told(edge: Edge, when: When) -> Edge | None:
    """An incident is over; its flips are remembered for their time, so that more of them count."""
    return replace(edge, incident="") if lately(edge, when) else None


def _normal(draft: Draft) -> None:
    """A cable that was not used for a week is not this pod's normal any more."""
    normal = timedelta(seconds=draft.when.rules.normal_s)
    for edge in list(draft.edges.values()):
        incident = draft.incidents.get(edge.incident)
        if edge.trigger != "backhaul_fallback" or incident is None or not edge.bad:
            continue
        if draft.when.now - incident.opened_at >= normal:
            draft.close(incident, draft.when.now, "new normal")
            draft.put(edge.trigger, edge.subject, None)
            tracks = {**draft.changes.get("backhauls", draft.old.backhauls)}
            tracks[edge.subject] = replace(
                tracks[edge.subject], value=WIRELESS, since=draft.when.now
            )
            draft.changes["backhauls"] = tracks


def _absent(draft: Draft, here: set[str]) -> None:
    """Pods that are not in the list: unknown at first, and taken away after a day."""
    when = draft.when
    for key, edge in list(draft.edges.items()):
        pod_id = edge.subject.split(" ", 1)[0]
        if edge.trigger not in _OF_PODS or pod_id in here or when.before is None:
            continue
        last = draft.doubts.setdefault(key, when.before)
        if (when.now - last).total_seconds() < when.rules.absent_s:
            continue
        incident = draft.incidents.get(edge.incident)
        if incident is not None:
            draft.close(incident, last, "new normal")
        del draft.edges[key]
    for key in [key for key in draft.doubts if key not in draft.edges]:
        pod_id = key.split("|", 1)[1].split(" ", 1)[0]
        if pod_id and pod_id not in here:
            del draft.doubts[key]


# ---------------------------------------------------------------------------- offline homes


def open_waiting(draft: Draft) -> None:
    """The home stands alone: tell its outage."""
    if draft.waiting is not None:
        incident = replace(draft.waiting, opened_at=draft.when.now)
        draft.waiting, draft.changes["waits_until"] = None, None
        _open(draft, incident)
