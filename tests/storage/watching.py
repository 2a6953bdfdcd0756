"""Values of watching, as tests store them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from src.models.watching import (
    AffectedHome,
    HomeKey,
    Incident,
    MessageKind,
    Notice,
    Outgoing,
    PodRef,
    Spot,
    Watch,
    WhyLine,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = HomeKey(0, "c", "l1")
OTHER = HomeKey(0, "c", "l2")
SPOT = Spot(-55, 7)
MINUTE = timedelta(minutes=1)


def watch(key: HomeKey = KEY, spot: Spot = SPOT, by: int = 44) -> Watch:
    """A chat that watches a home."""
    return Watch(key, spot, "Zoë's <home>", by, NOON, "Europe/Berlin")


def incident(name: str = "i1", key: HomeKey = KEY, **changes: Any) -> Incident:
    """A pod that is down."""
    home = AffectedHome(key, "Home", NOON, timezone="Europe/Berlin")
    pod = PodRef("n1", "Attic", "SN1")
    begun = Incident(
        name, key.owner, "pod_offline", "warning", (home,), "n1", NOON, NOON + MINUTE, "No power.",
        pod=pod, pods=(pod,), evidence=("Last seen 12:00.",),
    )  # fmt: skip
    return replace(begun, **changes)


def notice(name: str = "i1", spot: Spot = SPOT, **changes: Any) -> Notice:
    """A chat that was told."""
    return replace(Notice(name, spot, "told", told_at=NOON), **changes)


def message(once: str, kind: MessageKind = "alert", spot: Spot = SPOT, **changes: Any) -> Outgoing:
    """Something to send."""
    return replace(Outgoing(once, spot, kind, f"<b>{once}</b>", NOON), **changes)


def line(text: str, spot: Spot = SPOT, **changes: Any) -> WhyLine:
    """A decision."""
    return replace(WhyLine(NOON, spot, "told", text, KEY, "i1"), **changes)
