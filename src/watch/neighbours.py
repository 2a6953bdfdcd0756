"""Homes that go at once and share something are one incident: what they share, and who is spared.

A home that is confirmed to be offline waits for others only while there are others that might
have gone with it; it never waits longer than a look would take.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from src.models.watching import AffectedHome, Incident, IncidentEvent
from src.utils.wording import count, join_names
from src.watch.draft import LEVELS, Draft, incident_id
from src.watch.home import open_waiting
from src.watch.timers import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from src.models.watching import HomeKey
    from src.watch.edges import When
    from src.watch.memory import HomeMemory, ScopeMemory

__all__ = ["Town", "Views", "came_back", "decide", "left", "traits"]


def traits(memory: HomeMemory) -> tuple[str, ...]:
    """What the home may have in common with others: address block, provider, gateway."""
    found = []
    block = _block(memory.address.value) if memory.address is not None else None
    if block is not None:
        found.append(f"block {block}")
    if memory.isp:
        found.append(f"isp {memory.isp}")
    if memory.hardware:
        found.append(f"hardware {memory.hardware}")
    return tuple(found)


@lru_cache(maxsize=65536)
def _block(address: str) -> str | None:
    """What providers hand out together: /24 of IPv4, /56 of IPv6."""
    try:
        length = 24 if ipaddress.ip_address(address).version == 4 else 56
        return str(ipaddress.ip_network(f"{address}/{length}", strict=False))
    except ValueError:
        return None


def _in_words(trait: str) -> str:
    kind, value = trait.split(" ", 1)
    return {"block": "the address block", "isp": "the provider"}.get(
        kind, "the gateway"
    ) + f" {value}"


@dataclass(slots=True)
class Town:
    """An index over an owner's homes: how many have a trait, and which are offline."""

    homes: set[HomeKey] = field(default_factory=set)
    having: Counter[str] = field(default_factory=Counter)
    bad: set[HomeKey] = field(default_factory=set)

    def update(self, key: HomeKey, old: HomeMemory | None, new: HomeMemory | None) -> None:
        """A home's memory is another one now; None is no home."""
        before, after = traits(old) if old else (), traits(new) if new else ()
        if before != after:
            self.having.subtract(before)
            self.having.update(after)
        if new is None:
            self.homes.discard(key)
            self.bad.discard(key)
            return
        self.homes.add(key)
        if _gone(new) is None:
            self.bad.discard(key)
        else:
            self.bad.add(key)


def _gone(memory: HomeMemory) -> datetime | None:
    """Since when the home is offline, told or not."""
    edge = memory.edges.get("home_offline|")
    return edge.began_at if edge is not None and edge.bad else None


@dataclass(slots=True)
class Views:
    """The owner's homes as they are in the middle of a step: what it has changed, else the old."""

    scope: ScopeMemory
    town: Town
    stored: Mapping[HomeKey, HomeMemory]
    changed: dict[HomeKey, HomeMemory] = field(default_factory=dict)
    events: list[IncidentEvent] = field(default_factory=list)

    def memory(self, key: HomeKey) -> HomeMemory:
        """The home as it is now."""
        return self.changed[key] if key in self.changed else self.stored[key]


def decide(lead: Draft, views: Views) -> None:
    """What becomes of an offline home that is confirmed: alone, with others, or to be seen."""
    waiting, when = lead.waiting, lead.when
    if waiting is None:
        return
    known = _neighbourhood(lead, views.scope, waiting.began_at)
    if known is not None:
        _join(lead, views, known)
        return
    if "waits_until" not in lead.changes:
        lead.changes["waits_until"] = lead.old.waits_until or _patience(lead)
    for trait in traits(lead.old):
        suspects = list(_suspects(lead, views, trait))
        if not _enough(len(suspects) + 1, trait, views.town, when):
            continue
        late = when.now >= (lead.changes["waits_until"] or NOW)
        ready = [key for key in suspects if _is_ready(views.memory(key), when, late=late)]
        if len(ready) < len(suspects) and not late:
            return
        if _enough(len(ready) + 1, trait, views.town, when):
            _found(lead, views, trait, ready)
            return
    open_waiting(lead)


def _patience(lead: Draft) -> datetime:
    edge, when = lead.edge("home_offline"), lead.when
    first = edge.turned_at if edge is not None else when.now
    return first + timedelta(seconds=when.rules.confirm_s + when.interval_s)


def _enough(homes: int, trait: str, town: Town, when: When) -> bool:
    having = max(town.having[trait], 1)
    return homes >= when.rules.group_least and homes / having >= when.rules.group_share


def _suspects(lead: Draft, views: Views, trait: str) -> Iterator[HomeKey]:
    """Other homes with the trait that went at about the same time, told or not."""
    window = timedelta(seconds=lead.when.rules.group_window_s)
    began = lead.waiting.began_at if lead.waiting else lead.when.now
    for key in sorted(views.town.bad):
        if key == lead.key:
            continue
        memory = views.memory(key)
        gone, edge = _gone(memory), memory.edges.get("home_offline|")
        grouped = edge is not None and bool(edge.incident) and edge.incident not in memory.incidents
        near = gone is not None and abs(gone - began) <= window
        if near and not grouped and trait in traits(memory):
            yield key


def _is_ready(memory: HomeMemory, when: When, *, late: bool) -> bool:
    """Confirmed; when there is no more time, several that were seen twice confirm each other."""
    edge = memory.edges.get("home_offline|")
    seen_twice = edge is not None and edge.looks >= when.rules.confirm_looks
    told = edge is not None and bool(edge.incident)
    return memory.waiting is not None or told or (late and seen_twice)


def _found(lead: Draft, views: Views, trait: str, ready: list[HomeKey]) -> None:
    """Tell a new neighbourhood of these homes and the leading one."""
    when, owner = lead.when, lead.key.owner
    drafts = [lead, *(Draft(key, views.memory(key), when) for key in ready)]
    homes = sorted(
        (_affected(draft) for draft in drafts), key=lambda home: (home.began_at, home.key)
    )
    common = set(traits(lead.old)).intersection(*(traits(draft.old) for draft in drafts))
    # What nearly everybody has, also the homes that are well, explains nothing.
    shared = [
        one
        for one in traits(lead.old)
        if one == trait or (one in common and _enough(len(homes), one, views.town, when))
    ]
    began = homes[0].began_at
    incident = Incident(
        id=incident_id(owner, ("", ""), ("neighbourhood", trait), began, when.now),
        owner=owner,
        trigger="neighbourhood",
        level=LEVELS["neighbourhood"],
        homes=tuple(homes),
        subject=trait,
        began_at=began,
        opened_at=when.now,
        cause=_cause(homes, shared),
        began_reported=any(_reported(draft) for draft in drafts),
        shared=tuple(_in_words(one) for one in shared),
        unaffected=len(views.town.homes | {lead.key}) - len(homes),
    )
    views.events.append(IncidentEvent("opened", incident, when.now))
    _keep(views, incident, (trait,))
    for draft in drafts:
        _adopt(draft, incident.id)
        if draft is not lead:
            views.changed[draft.key] = draft.done()
            views.events += draft.events


def _cause(homes: list[AffectedHome], shared: list[str]) -> str:
    span = (max(home.began_at for home in homes) - homes[0].began_at).total_seconds()
    minutes = max(1, -int(-span // 60))
    common = join_names([_in_words(one) for one in shared])
    return (
        f"{len(homes)} homes went offline within {count(minutes, 'minute')}. They share {common}."
    )


def _affected(draft: Draft) -> AffectedHome:
    edge = draft.edge("home_offline")
    began = edge.began_at if edge is not None else draft.when.now
    name, zone = draft.old.name, draft.old.timezone
    return AffectedHome(
        draft.key,
        draft.changes.get("name", name),
        began,
        timezone=draft.changes.get("timezone", zone),
    )


def _reported(draft: Draft) -> bool:
    edge = draft.edge("home_offline")
    return edge is not None and edge.reported


def _adopt(draft: Draft, incident: str) -> None:
    """The home's outage is a part of that incident; what was told of it alone ends."""
    edge = draft.edge("home_offline")
    if edge is None:
        return
    alone = draft.incidents.get(edge.incident)
    if alone is not None:
        draft.close(alone, draft.when.now, "swallowed", incident)
    for own in (alone, draft.waiting):
        if own is not None:
            _hand_over(draft, own.id, incident)
    draft.waiting, draft.changes["waits_until"] = None, None
    draft.put("home_offline", "", replace(edge, incident=incident))


def _hand_over(draft: Draft, own: str, incident: str) -> None:
    """What was a part of the home's own incident is a part of the larger one."""
    for name, edge in draft.edges.items():
        if edge.part_of == own:
            draft.edges[name] = replace(edge, part_of=incident)


def _neighbourhood(lead: Draft, scope: ScopeMemory, began: datetime) -> Incident | None:
    """An open neighbourhood that the home belongs to, though it is late."""
    window = timedelta(seconds=lead.when.rules.group_window_s)
    for key, incident in scope.incidents.items():
        shares = set(scope.areas.get(key, ())) & set(traits(lead.old))
        near = any(abs(began - home.began_at) <= window for home in incident.homes)
        again = any(home.key == lead.key for home in incident.homes)
        if again or (shares and near):
            return incident
    return None


def _join(lead: Draft, views: Views, incident: Incident) -> None:
    home = _affected(lead)
    others = tuple(one for one in incident.homes if one.key != lead.key)
    new = len(others) == len(incident.homes)
    rest = incident.unaffected - 1 if incident.unaffected and new else incident.unaffected
    grown = replace(incident, homes=(*others, home), unaffected=rest)
    views.events.append(IncidentEvent("grew", grown, lead.when.now))
    _keep(views, grown, views.scope.areas.get(incident.id, ()))
    _adopt(lead, incident.id)


def _keep(views: Views, incident: Incident, areas: tuple[str, ...]) -> None:
    scope = views.scope
    views.scope = replace(
        scope,
        incidents={**scope.incidents, incident.id: incident},
        areas={**scope.areas, incident.id: areas},
    )


def came_back(draft: Draft, views: Views) -> None:
    """A home of a neighbourhood is back; with the last one the neighbourhood is over."""
    edge, ended = draft.edge("home_offline"), draft.back
    if edge is None or ended is None:
        return
    incident = views.scope.incidents.get(edge.incident)
    draft.put("home_offline", "", None)
    wait = timedelta(seconds=draft.when.rules.settle_s)
    draft.settles[""] = draft.when.now + wait
    if incident is not None:
        homes = tuple(
            replace(home, ended_at=ended) if home.key == draft.key else home
            for home in incident.homes
        )
        _shrink(views, replace(incident, homes=homes), draft.when.now)


def left(key: HomeKey, views: Views, now: datetime) -> None:
    """Nobody watches the home any more: neighbourhoods go on without it."""
    for incident in list(views.scope.incidents.values()):
        homes = tuple(home for home in incident.homes if home.key != key)
        if len(homes) < len(incident.homes):
            _shrink(views, replace(incident, homes=homes), now)


def _shrink(views: Views, incident: Incident, now: datetime) -> None:
    open_ones = [home for home in incident.homes if home.ended_at is None]
    if open_ones:
        views.events.append(IncidentEvent("grew", incident, now))
        _keep(views, incident, views.scope.areas.get(incident.id, ()))
        return
    ends = [home.ended_at for home in incident.homes if home.ended_at is not None]
    over = replace(
        incident,
        ended_at=max(ends, default=now),
        closed_at=now,
        ending="recovered" if ends else "unwatched",
    )
    views.events.append(IncidentEvent("closed", over, now))
    scope = views.scope
    incidents = {one: told for one, told in scope.incidents.items() if one != incident.id}
    areas = {one: told for one, told in scope.areas.items() if one != incident.id}
    views.scope = replace(scope, incidents=incidents, areas=areas)
