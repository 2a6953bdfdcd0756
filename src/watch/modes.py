"""How loud each trigger is: what a chat chose, else the default."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from src.models.watching import ChatPolicy, Level, Mode, Trigger

__all__ = ["DEFAULT_MODES", "at_least", "mode_of"]

# Loud is what a technician acts on. Half of all healthy homes have a fair pod, so that is off.
DEFAULT_MODES: Final[Mapping[Trigger, Mode]] = MappingProxyType(
    {
        "home_offline": "loud",
        "neighbourhood": "loud",
        "pod_offline": "loud",
        "poor_health": "loud",
        "fair_health": "off",
        "plume_alert": "loud",
        "reboot": "silent",
        "reboot_loop": "loud",
        "backhaul_fallback": "loud",
        "parent_change": "silent",
        "slow_speed": "loud",
        "service_level": "silent",
        "address_change": "silent",
        "unreadable": "loud",
        "blind": "loud",
    }
)
_RANK: Final[Mapping[Level, int]] = MappingProxyType({"info": 0, "warning": 1, "critical": 2})


def mode_of(policy: ChatPolicy, trigger: Trigger) -> Mode:
    """Loud, silent or off, for this chat."""
    return policy.modes.get(trigger, DEFAULT_MODES[trigger])


def at_least(level: Level, floor: Level) -> bool:
    """Whether the level is the floor or worse."""
    return _RANK[level] >= _RANK[floor]
