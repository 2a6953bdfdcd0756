"""When nothing can be read for an owner: our blindness, which is not the homes' outage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from src.models.watching import Incident, IncidentEvent
from src.watch.draft import LEVELS, incident_id

if TYPE_CHECKING:
    from datetime import datetime

    from src.models.watching import Blindness, HomeKey
    from src.watch.memory import ScopeMemory
    from src.watch.rules import WatchRules

__all__ = ["fail_scope", "is_blind", "see_scope"]

_CAUSES = {
    "credential": "Plume refuses the stored credentials, so nothing can be seen",
    "plume": "Plume's cloud does not answer as it should, so nothing can be seen",
    "network": "Plume's cloud cannot be reached, so nothing can be seen",
}

_Found = tuple["ScopeMemory", tuple[IncidentEvent, ...]]


def is_blind(scope: ScopeMemory) -> Incident | None:
    """The open incident of blindness."""
    return next((one for one in scope.incidents.values() if one.trigger == "blind"), None)


def fail_scope(
    scope: ScopeMemory,
    key: HomeKey,
    found: Blindness,
    now: datetime,
    *,
    homes: int,
    rules: WatchRules,
) -> _Found:
    """A failed look that is not the home's own; `homes`: how many the owner watches."""
    if is_blind(scope) is not None:
        return _fail_again(scope), ()
    row = scope.failed if key in scope.failed else (*scope.failed, key)[: rules.blind_looks]
    scope = replace(
        scope,
        failed=row,
        failed_looks=min(scope.failed_looks + 1, rules.blind_looks),
        failed_at=scope.failed_at or now,
        fault=found.fault,
        detail=found.detail,
    )
    began = scope.failed_at or now
    several = len(row) >= min(rules.blind_looks, homes) and scope.failed_looks >= rules.blind_looks
    if not several or (now - began).total_seconds() < rules.confirm_s:
        return scope, ()
    incident = _incident(key.owner, scope, began, now)
    scope = replace(scope, incidents={**scope.incidents, incident.id: incident})
    return scope, (IncidentEvent("opened", incident, now),)


def _fail_again(scope: ScopeMemory) -> ScopeMemory:
    """While blind: a good look among many bad ones is no return."""
    if scope.well_at is None:
        return scope
    failed = scope.failed_since_well + 1
    if failed <= scope.well_looks:
        return replace(scope, failed_since_well=failed)
    return replace(scope, well_at=None, well_looks=0, failed_since_well=0)


def _incident(owner: int, scope: ScopeMemory, began: datetime, now: datetime) -> Incident:
    cause = _CAUSES.get(scope.fault, _CAUSES["plume"])
    return Incident(
        id=incident_id(owner, ("", ""), ("blind", scope.fault), began, now),
        owner=owner,
        trigger="blind",
        level=LEVELS["blind"],
        homes=(),
        subject=scope.fault,
        began_at=began,
        opened_at=now,
        cause=f"{cause}.",
        evidence=(scope.detail,) if scope.detail else (),
    )


def see_scope(scope: ScopeMemory, now: datetime, rules: WatchRules) -> _Found:
    """A look that saw something."""
    if scope.failed_at is not None or scope.failed:
        scope = replace(scope, failed=(), failed_looks=0, failed_at=None)
    incident = is_blind(scope)
    if incident is None:
        return scope, ()
    well = scope.well_at or now
    ended = well if scope.well_at is None else scope.blind_ended_at
    scope = replace(scope, well_at=well, well_looks=scope.well_looks + 1, blind_ended_at=ended)
    over = (now - well).total_seconds() >= rules.clear_s
    if scope.well_looks < rules.clear_looks or not over:
        return scope, ()
    closed = replace(
        incident,
        ended_at=well,
        closed_at=now,
        ending="recovered",
        frozen_s=(well - incident.began_at).total_seconds(),
    )
    left = {key: one for key, one in scope.incidents.items() if key != incident.id}
    scope = replace(
        scope, incidents=left, well_at=None, well_looks=0, failed_since_well=0, fault="", detail=""
    )
    return scope, (IncidentEvent("closed", closed, now),)
