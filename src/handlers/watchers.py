"""The commands and buttons of watching, as the application registers them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from src.handlers import (
    watch_alerts,
    watch_board,
    watch_commands,
    watch_presses,
    watch_settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from src.handlers.callbacks import Panel
    from src.handlers.context import Handler
    from src.handlers.report import Builder
    from src.handlers.watch_presses import WatchPress

__all__ = ["COMMANDS", "presses"]

COMMANDS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "watch": watch_commands.watch_command,
        "unwatch": watch_commands.unwatch_command,
        "watches": watch_board.watches_command,
        "alerts": watch_commands.alerts_command,
        "why": watch_commands.why_command,
        "handover": watch_commands.handover_command,
        "test_alert": watch_commands.test_alert_command,
    }
)


def presses(builders: Mapping[Panel, Builder]) -> Mapping[type[WatchPress], Any]:
    """Each callback takes a press of its own kind, which one type cannot say."""
    return {
        watch_presses.SetWatch: watch_commands.set_watch,
        watch_presses.BoardPage: watch_board.turn_board,
        watch_presses.PinBoard: watch_board.pin_board,
        watch_presses.ListAlerts: watch_commands.list_alerts,
        watch_presses.ShowAlert: watch_alerts.show_alert,
        watch_presses.TakeAlert: watch_alerts.take_alert,
        watch_presses.SnoozeAlert: watch_alerts.snooze_alert,
        watch_presses.UndoAlert: watch_alerts.undo_alert,
        watch_presses.TestAgain: watch_alerts.test_again,
        watch_presses.OpenBeside: watch_alerts.open_beside(builders),
        watch_presses.TakeShift: watch_commands.take_shift,
        watch_presses.AlertPanel: watch_settings.show_panel,
        watch_presses.SetMode: watch_settings.set_mode,
        watch_presses.SetQuiet: watch_settings.set_quiet,
        watch_presses.SetWork: watch_settings.set_work,
        watch_presses.EndWork: watch_settings.end_work,
        watch_presses.SetEscalation: watch_settings.set_escalation,
        watch_presses.SetDigest: watch_settings.set_digest,
    }
