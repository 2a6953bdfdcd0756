"""The buttons about people and their data: joining, roles, audit, credentials, settings, erasure.

Codec and rules are those of src/handlers/callbacks.py; nothing here is trusted either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from src.utils.timezones import zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from src.storage.records import Role

__all__ = [
    "ROLES",
    "AskToJoin",
    "AskZone",
    "AuditPage",
    "ConnectAs",
    "DecideJoin",
    "DropTeam",
    "EraseMe",
    "JoinChoice",
    "ListPeople",
    "MemberPress",
    "RemovePerson",
    "RoleChoice",
    "SetRole",
    "SetTheme",
    "SetZone",
    "ShowPerson",
    "ShowSettings",
    "Sure",
    "Theme",
    "Whose",
]

Readers: TypeAlias = "tuple[Callable[[str], Any], ...]"


class Whose(StrEnum):
    """For whom credentials are entered."""

    ME = "m"
    TEAM = "t"


class JoinChoice(StrEnum):
    """How an admin answers a request."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    DENY = "deny"


class RoleChoice(StrEnum):
    """The roles that an admin can give."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


ROLES: Final[Mapping[RoleChoice, Role]] = MappingProxyType(
    {RoleChoice.VIEWER: "viewer", RoleChoice.OPERATOR: "operator", RoleChoice.ADMIN: "admin"}
)


class Sure(StrEnum):
    """Where a press of something that cannot be undone stands."""

    ASK = "?"
    YES = "y"
    NO = "n"


class Theme(StrEnum):
    """How pictures are drawn."""

    LIGHT = "light"
    DARK = "dark"


def _zone_name(text: str) -> str:
    if text and zone(text) is None:
        raise ValueError("not a time zone")
    return text


@dataclass(frozen=True, slots=True)
class AskToJoin:
    """A stranger asks to be let in."""

    code: ClassVar[str] = "j"
    readers: ClassVar[Readers] = ()


@dataclass(frozen=True, slots=True)
class DecideJoin:
    """Answer somebody's request."""

    user_id: int
    choice: JoinChoice

    code: ClassVar[str] = "J"
    readers: ClassVar[Readers] = (int, JoinChoice)


@dataclass(frozen=True, slots=True)
class ConnectAs:
    """Start the set-up for oneself or for the team."""

    whose: Whose

    code: ClassVar[str] = "K"
    readers: ClassVar[Readers] = (Whose,)


@dataclass(frozen=True, slots=True)
class ListPeople:
    """Show this page (from 0) of the people."""

    page: int = 0

    code: ClassVar[str] = "P"
    readers: ClassVar[Readers] = (int,)


@dataclass(frozen=True, slots=True)
class ShowPerson:
    """Show one person, with what can be changed."""

    user_id: int

    code: ClassVar[str] = "u"
    readers: ClassVar[Readers] = (int,)


@dataclass(frozen=True, slots=True)
class SetRole:
    """Give this person a role."""

    user_id: int
    role: RoleChoice

    code: ClassVar[str] = "R"
    readers: ClassVar[Readers] = (int, RoleChoice)


@dataclass(frozen=True, slots=True)
class RemovePerson:
    """Take this person's access away."""

    user_id: int
    sure: Sure = Sure.ASK

    code: ClassVar[str] = "X"
    readers: ClassVar[Readers] = (int, Sure)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Show this page (from 0, newest first) of the audit log."""

    page: int = 0

    code: ClassVar[str] = "a"
    readers: ClassVar[Readers] = (int,)


@dataclass(frozen=True, slots=True)
class DropTeam:
    """Forget the credentials of the team."""

    sure: Sure = Sure.ASK

    code: ClassVar[str] = "T"
    readers: ClassVar[Readers] = (Sure,)


@dataclass(frozen=True, slots=True)
class EraseMe:
    """Erase what is stored about the person who presses."""

    sure: Sure

    code: ClassVar[str] = "E"
    readers: ClassVar[Readers] = (Sure,)


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """Show what is set in this chat."""

    code: ClassVar[str] = "S"
    readers: ClassVar[Readers] = ()


@dataclass(frozen=True, slots=True)
class AskZone:
    """Ask which time zone this chat wants."""

    code: ClassVar[str] = "z"
    readers: ClassVar[Readers] = ()


@dataclass(frozen=True, slots=True)
class SetZone:
    """Make this the zone of the chat; an empty name is none."""

    name: str = ""

    code: ClassVar[str] = "Z"
    readers: ClassVar[Readers] = (_zone_name,)


@dataclass(frozen=True, slots=True)
class SetTheme:
    """Draw the pictures of this chat so."""

    theme: Theme

    code: ClassVar[str] = "H"
    readers: ClassVar[Readers] = (Theme,)


MemberPress = (
    AskToJoin
    | DecideJoin
    | ConnectAs
    | ListPeople
    | ShowPerson
    | SetRole
    | RemovePerson
    | AuditPage
    | DropTeam
    | EraseMe
    | ShowSettings
    | AskZone
    | SetZone
    | SetTheme
)
