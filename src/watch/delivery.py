"""Who is told what of an incident, how loudly, and when; pure, with the moment as an argument.

`decide` is asked when a look changed something, `tick` when time has passed, the rest when a person
pressed a button. Each gives a `Verdict` to be written in one transaction with the incidents, and
changes nothing itself.
"""

from __future__ import annotations

from src.watch.cases import Desk
from src.watch.delivery_tick import tick
from src.watch.digest import period_of
from src.watch.taking import acknowledge, follow, leave, snooze, trial_alert, undo, undoable
from src.watch.telling import decide
from src.watch.verdict import Verdict

__all__ = [
    "Desk",
    "Verdict",
    "acknowledge",
    "decide",
    "follow",
    "leave",
    "period_of",
    "snooze",
    "tick",
    "trial_alert",
    "undo",
    "undoable",
]
