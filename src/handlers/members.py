"""The commands and buttons about people and their data, as the application registers them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from src.handlers import audit, joining, member_presses, people, privacy, settings_menu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from src.handlers.context import Handler
    from src.handlers.member_presses import MemberPress

__all__ = ["COMMANDS", "PRESSES"]

COMMANDS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "whoami": privacy.whoami_command,
        "join": joining.join_command,
        "logout": privacy.logout_command,
        "forget": privacy.forget_command,
        "settings": settings_menu.settings_command,
        "people": people.people_command,
        "audit": audit.audit_command,
    }
)
# Each callback takes a press of its own kind, which one type cannot say.
PRESSES: Final[Mapping[type[MemberPress], Any]] = MappingProxyType(
    {
        member_presses.AskToJoin: joining.join_pressed,
        member_presses.DecideJoin: joining.decide_join,
        member_presses.ListPeople: people.list_people,
        member_presses.ShowPerson: people.show_person,
        member_presses.SetRole: people.set_role,
        member_presses.RemovePerson: people.remove_person,
        member_presses.AuditPage: audit.audit_page,
        member_presses.DropTeam: privacy.drop_team,
        member_presses.EraseMe: privacy.erase_me,
        member_presses.ShowSettings: settings_menu.show_settings,
        member_presses.SetZone: settings_menu.set_zone,
        member_presses.SetTheme: settings_menu.set_theme,
    }
)
