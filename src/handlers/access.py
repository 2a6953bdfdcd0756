"""Who may do what: one table from command, deep link and button to the least role, and no I/O.

The gate asks this table before any handler runs. What has no row is for admins only, and the bot
refuses to be built with a command that has none, so a forgotten row never opens a door.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from src.handlers.member_presses import ConnectAs, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from src.settings import Settings
    from src.storage.records import Person, Role

__all__ = [
    "ADMIN",
    "ANYONE",
    "COMMANDS",
    "DEEP_LINKS",
    "FOR_THE_CHAT",
    "OPERATOR",
    "PRESSES",
    "VIEWER",
    "Need",
    "allows",
    "check_rows",
    "need_of_command",
    "need_of_press",
    "role_of",
]

_RANK: Final[Mapping[Role | None, int]] = MappingProxyType(
    {None: 0, "viewer": 1, "operator": 2, "admin": 3}
)


class Need(NamedTuple):
    """The least role (None: also strangers), and whether only the private chat will do.

    `in_groups` is the least role where it concerns everybody in the chat, when that is another.
    """

    role: Role | None
    private: bool = False
    in_groups: Role | None = None

    def where(self, *, private: bool) -> Need:
        """What is needed in this chat."""
        return self if private or self.in_groups is None else Need(self.in_groups, self.private)


ANYONE: Final = Need(None)
VIEWER: Final = Need("viewer")
OPERATOR: Final = Need("operator")
ADMIN: Final = Need("admin", private=True)
_OWN_DATA: Final = Need(None, private=True)
# What a whole chat lives with: in a group it takes somebody who acts for the team.
FOR_THE_CHAT: Final = Need("viewer", in_groups="operator")


def _rows(names: str, need: Need) -> dict[str, Need]:
    return dict.fromkeys(names.split(), need)


COMMANDS: Final[Mapping[str, Need]] = MappingProxyType(
    {
        "whoami": ANYONE,
        "join": ANYONE,
        "forget": _OWN_DATA,
        "logout": Need("viewer", private=True),
        **_rows("watch unwatch test_alert", FOR_THE_CHAT),
        **_rows("watches alerts why handover", VIEWER),
        **_rows(
            "start help cancel setup locations find status wan stats nodes wifi devices speed call",
            VIEWER,
        ),
        "settings": FOR_THE_CHAT,
        "people": ADMIN,
        "audit": ADMIN,
    }
)
# The first word of `t.me/<bot>?start=<word>` or `<word>_...`; any other payload is a plain /start.
DEEP_LINKS: Final[Mapping[str, Need]] = MappingProxyType(
    {"join": ANYONE, "setup": VIEWER, "loc": VIEWER, "cus": VIEWER}
)
PRESSES: Final[Mapping[str, Need]] = MappingProxyType(
    {
        "AskToJoin": ANYONE,
        "EraseMe": _OWN_DATA,
        **_rows(
            "OpenReport ListLocations PickLocation ChangeLocation Connect ExportReport DevicePage "
            "SetFavourite ShowMore FindPage ConnectAs",
            VIEWER,
        ),
        **_rows("ShowSettings AskZone SetZone SetTheme", FOR_THE_CHAT),
        **_rows("BoardPage ListAlerts ShowAlert TestAgain OpenBeside", VIEWER),
        **_rows(
            "SetWatch PinBoard TakeAlert SnoozeAlert UndoAlert TakeShift AlertPanel SetMode "
            "SetQuiet SetWork EndWork SetEscalation SetDigest",
            FOR_THE_CHAT,
        ),
        **_rows(
            "DecideJoin ListPeople ShowPerson SetRole RemovePerson AuditPage DropTeam",
            ADMIN,
        ),
    }
)


def allows(role: Role | None, need: Need) -> bool:
    """Whether this role is enough."""
    return _RANK[role] >= _RANK[need.role]


def need_of_command(name: str, payload: str = "") -> Need:
    """What a command needs. An unknown one is answered to members, who may have mistyped."""
    if name == "start" and payload:
        return DEEP_LINKS.get(payload.partition("_")[0], VIEWER)
    return COMMANDS.get(name, VIEWER)


def need_of_press(press: object) -> Need:
    """What a button needs; None, a press that cannot be read, is answered to members."""
    if press is None:
        return VIEWER
    if isinstance(press, ConnectAs) and press.whose is Whose.TEAM:
        return ADMIN
    return PRESSES.get(type(press).__name__, ADMIN)


def role_of(user_id: int, person: Person | None, settings: Settings) -> Role | None:
    """The role of somebody, None for a stranger.

    The environment names admins for good, and operators unless an admin gave another role. In the
    open mode everybody works with own credentials and may do with them what they allow.
    """
    if settings.is_open:
        return "operator"
    if user_id in settings.admins:
        return "admin"
    if person is not None and person.role is not None:
        return person.role
    return "operator" if user_id in settings.allowed_users else None


def check_rows(commands: Iterable[str]) -> None:
    """Raise LookupError for a command without a row here."""
    missing = sorted(set(commands) - set(COMMANDS))
    if missing:
        raise LookupError(f"src/handlers/access.py has no row for: {', '.join(missing)}")
