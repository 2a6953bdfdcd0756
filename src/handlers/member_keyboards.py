"""The buttons under messages about people, requests, credentials and stored data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from src.handlers.member_presses import (
    AskToJoin,
    AskZone,
    AuditPage,
    ConnectAs,
    DecideJoin,
    DropTeam,
    EraseMe,
    JoinChoice,
    ListPeople,
    RemovePerson,
    RoleChoice,
    SetRole,
    SetTheme,
    SetZone,
    ShowPerson,
    ShowSettings,
    Sure,
    Theme,
    Whose,
)
from src.handlers.member_texts import name_of
from src.utils.zone_search import offset_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from src.handlers.callbacks import Buttons, Press
    from src.handlers.state import Member
    from src.storage.records import JoinRequest, Settings

__all__ = [
    "PEOPLE_PAGE",
    "ask_to_join",
    "audit",
    "drop_team",
    "erase_me",
    "join_request",
    "people",
    "person",
    "remove_person",
    "settings",
    "team_credential",
    "whose",
    "zones",
]

PEOPLE_PAGE: Final = 8
_MOST_ASKS: Final = 5

Row = list[InlineKeyboardButton]


def _markup(*rows: Row) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([row for row in rows if row])


def _button(buttons: Buttons, label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=buttons.pack(press))


def ask_to_join(buttons: Buttons) -> InlineKeyboardMarkup:
    """For a stranger."""
    return _markup([_button(buttons, "🙋 Ask to join", AskToJoin())])


def join_request(buttons: Buttons, user_id: int) -> InlineKeyboardMarkup:
    """How an admin can answer."""
    return _markup(
        [
            _button(buttons, "👁 Viewer", DecideJoin(user_id, JoinChoice.VIEWER)),
            _button(buttons, "🔧 Operator", DecideJoin(user_id, JoinChoice.OPERATOR)),
            _button(buttons, "✖ Deny", DecideJoin(user_id, JoinChoice.DENY)),
        ]
    )


def whose(buttons: Buttons) -> InlineKeyboardMarkup:
    """For an admin who connects to Plume."""
    return _markup(
        [
            _button(buttons, "🔑 For me", ConnectAs(Whose.ME)),
            _button(buttons, "👥 For the team", ConnectAs(Whose.TEAM)),
        ]
    )


def people(
    buttons: Buttons, members: Sequence[Member], waiting: Sequence[JoinRequest], page: int
) -> InlineKeyboardMarkup:
    """Requests first, with their answers; then one page of people; then the way on."""
    asks = [_request_row(buttons, request) for request in waiting[:_MOST_ASKS]]
    shown = members[page * PEOPLE_PAGE : (page + 1) * PEOPLE_PAGE]
    rows = [
        [
            _button(
                buttons,
                f"{name_of(member.name, member.user_id)} – {member.role}",
                ShowPerson(member.user_id),
            )
        ]
        for member in shown
    ]
    pages = max(1, -(-len(members) // PEOPLE_PAGE))
    turn: Row = []
    if pages > 1:
        turn = [
            _button(buttons, "<", ListPeople((page - 1) % pages)),
            _button(buttons, ">", ListPeople((page + 1) % pages)),
        ]
    return _markup(*asks, *rows, turn, [_button(buttons, "📜 Audit log", AuditPage())])


def _request_row(buttons: Buttons, request: JoinRequest) -> Row:
    name = name_of(request.name, request.user_id)
    return [
        _button(buttons, label, DecideJoin(request.user_id, choice))
        for label, choice in (
            (f"🙋 {name}: viewer", JoinChoice.VIEWER),
            ("operator", JoinChoice.OPERATOR),
            ("deny", JoinChoice.DENY),
        )
    ]


def person(buttons: Buttons, member: Member, *, changeable: bool) -> InlineKeyboardMarkup:
    """The roles that this person does not have, removal, and the way back."""
    roles = [
        _button(buttons, f"Make {role}", SetRole(member.user_id, role))
        for role in RoleChoice
        if role != member.role
    ]
    remove = [] if member.named else [_button(buttons, "✖ Remove", RemovePerson(member.user_id))]
    back = [_button(buttons, "⬅ People", ListPeople())]
    return _markup(roles, remove, back) if changeable else _markup(back)


def remove_person(buttons: Buttons, user_id: int) -> InlineKeyboardMarkup:
    """Really?"""
    return _markup(
        [
            _button(buttons, "✖ Remove", RemovePerson(user_id, Sure.YES)),
            _button(buttons, "⬅ Keep", ShowPerson(user_id)),
        ]
    )


def audit(buttons: Buttons, page: int, *, more: bool) -> InlineKeyboardMarkup:
    """Newer, older, and the way back."""
    turn: Row = []
    if page:
        turn.append(_button(buttons, "⬅ Newer", AuditPage(page - 1)))
    if more:
        turn.append(_button(buttons, "Older ➡", AuditPage(page + 1)))
    return _markup(turn, [_button(buttons, "👥 People", ListPeople())])


def team_credential(buttons: Buttons) -> InlineKeyboardMarkup:
    """For an admin who logs out: the team's credentials are a thing of their own."""
    return _markup([_button(buttons, "👥 Erase the team's, too", DropTeam())])


def drop_team(buttons: Buttons) -> InlineKeyboardMarkup:
    """Really?"""
    return _markup(
        [
            _button(buttons, "✖ Erase", DropTeam(Sure.YES)),
            _button(buttons, "⬅ Keep", DropTeam(Sure.NO)),
        ]
    )


def erase_me(buttons: Buttons) -> InlineKeyboardMarkup:
    """Really?"""
    return _markup(
        [
            _button(buttons, "✖ Erase everything", EraseMe(Sure.YES)),
            _button(buttons, "⬅ Keep", EraseMe(Sure.NO)),
        ]
    )


def settings(buttons: Buttons, found: Settings) -> InlineKeyboardMarkup:
    """What can be set; what is set already is marked."""
    theme = found.theme or Theme.LIGHT
    themes = [
        _button(buttons, f"✓ {label}" if each == theme else label, SetTheme(each))
        for each, label in ((Theme.LIGHT, "☀ Light pictures"), (Theme.DARK, "🌙 Dark pictures"))
    ]
    zones = [_button(buttons, "🕑 Time zone", AskZone())]
    if found.timezone:
        zones.append(_button(buttons, "✖ No time zone", SetZone()))
    return _markup(zones, themes)


def zones(buttons: Buttons, names: Sequence[str], now: datetime) -> InlineKeyboardMarkup:
    """One zone a row, with how far it is from UTC; and the way back."""
    rows = [
        [_button(buttons, f"{name.replace('_', ' ')}, {offset_text(name, now)}", SetZone(name))]
        for name in names
    ]
    return _markup(*rows, [_button(buttons, "⬅ Settings", ShowSettings())])
