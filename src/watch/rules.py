"""Every limit of the watching engine, in one place, with units in the names.

Seconds are seconds of the cloud's clock: in a world that runs faster, they pass faster.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "WatchRules"]


@dataclass(frozen=True, slots=True)
class WatchRules:
    """When a look becomes an incident; pass another instance to be more or less patient."""

    # A fault is told when it was seen in so many looks in a row, and is at least this old.
    confirm_looks: int = 2
    confirm_s: int = 180
    # It is over when it was seen to be well as many times, for as long.
    clear_looks: int = 2
    clear_s: int = 180
    # More changes than this within the window are one "unstable" incident,
    flips_most: int = 4
    flips_window_s: int = 1800
    # which ends when nothing has changed for this long.
    stable_s: int = 1800
    # Pods come back one after the other behind a gateway: so long nobody is missed.
    settle_s: int = 300
    # What went within this time of a larger fault is a part of it, also when it was told already.
    fold_s: int = 600
    # Homes that go at once and share something are one incident: from so many on,
    group_least: int = 3
    # within this time,
    group_window_s: int = 600
    # when this share of the watched homes that have it in common went.
    group_share: float = 0.3
    # So many failed looks at different homes are our blindness, not theirs.
    blind_looks: int = 3
    # A home that alone cannot be read for this long, though nobody refuses it, is told.
    unreadable_s: int = 900
    # A pause of our own that is longer than so many intervals
    gap_factor: int = 3
    # (and than this) is blindness too: what began in it is confirmed again.
    gap_least_s: int = 600
    # The engine's own "I have looked" is written this often, so that a restart knows its gap.
    alive_s: int = 60
    # Reboots within this time of each other are a loop from the third on.
    loop_boots: int = 3
    loop_window_s: int = 3600
    # A pod in such a loop is told as gone when it stays away for this long.
    loop_offline_s: int = 900
    # A boot counts when the pod came back within this time of it; an older one is history.
    boot_connect_s: int = 600
    # Pods that boot within this time of each other had one cause, such as a power cut.
    boots_together_s: int = 300
    # A boot moment that moves by less is the same boot (clocks of pods are set after boot).
    boot_jitter_s: int = 90
    # A speed test is slow when it is this much below the home's usual; two in a row count.
    slow_pct: float = 30.0
    slow_tests: int = 2
    # Tests run every few hours: so many are two weeks of them and more.
    speeds_kept: int = 160
    # A pod that hangs off one which came back within this time is where it belongs again.
    way_back_s: int = 3600
    # A cable is this pod's normal when it was in use for this long.
    baseline_s: int = 3600
    # What stays changed for this long is the home's new normal.
    normal_s: int = 7 * 86400
    # A pod that is not in the list any more for this long was taken away.
    absent_s: int = 86400


DEFAULT = WatchRules()
