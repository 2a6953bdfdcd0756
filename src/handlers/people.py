"""/people: who may use the bot, as what, and who asks to; for admins, in private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers import member_keyboards, member_texts
from src.handlers.incoming import user_of
from src.handlers.member_presses import ROLES, Sure
from src.handlers.menus import set_menu_of
from src.handlers.notify import notify
from src.handlers.reply import answer, edit, press_message, send

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup, Update

    from src.handlers.context import PanoptesContext
    from src.handlers.member_presses import ListPeople, RemovePerson, SetRole, ShowPerson
    from src.handlers.state import Member

__all__ = [
    "list_people",
    "people_command",
    "put",
    "remove_person",
    "set_role",
    "show_person",
]


async def put(
    update: Update,
    context: PanoptesContext,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> None:
    """Show the text in the message that was pressed on, else in a new one."""
    pressed = press_message(update)
    if pressed is None:
        await send(update, context, text, keyboard)
    else:
        await edit(update, context, pressed, text, keyboard)


async def people_command(update: Update, context: PanoptesContext) -> None:
    """Answer /people."""
    await _list(update, context, 0)


async def list_people(update: Update, context: PanoptesContext, press: ListPeople) -> None:
    """Turn to a page, or come back to the list."""
    await answer(update, context)
    await _list(update, context, press.page)


async def _list(update: Update, context: PanoptesContext, page: int) -> None:
    state = context.services.state
    members, waiting = await state.members(), await state.store.pending_joins()
    pages = max(1, -(-len(members) // member_keyboards.PEOPLE_PAGE))
    page = min(max(page, 0), pages - 1)
    text = member_texts.people(members, len(waiting), page, pages)
    keyboard = member_keyboards.people(context.services.buttons, members, waiting, page)
    await put(update, context, text, keyboard)


async def show_person(update: Update, context: PanoptesContext, press: ShowPerson) -> None:
    """One person, with what can be changed."""
    member = await _member(update, context, press.user_id)
    if member is not None:
        await answer(update, context)
        await _show(update, context, member)


async def set_role(update: Update, context: PanoptesContext, press: SetRole) -> None:
    """Give a role, and tell the person."""
    member = await _changeable(update, context, press.user_id)
    if member is None:
        return
    state, role = context.services.state, ROLES[press.role]
    await answer(update, context)
    if member.role != role:
        await state.set_role(member.user_id, role)
        await state.note(update, f"made {role}", f"user:{member.user_id}")
        await set_menu_of(context.bot, member.user_id, role)
        await notify(context.bot, state, member.user_id, member_texts.role_changed(role))
    changed = await _member(update, context, press.user_id)
    if changed is not None:
        await _show(update, context, changed)


async def remove_person(update: Update, context: PanoptesContext, press: RemovePerson) -> None:
    """Ask, then take the access away at once."""
    member = await _changeable(update, context, press.user_id)
    if member is None:
        return
    if member.named:
        await answer(update, context, member_texts.NAMED_STAYS, alert=True)
        return
    await answer(update, context)
    if press.sure is not Sure.YES:
        keyboard = member_keyboards.remove_person(context.services.buttons, member.user_id)
        await put(update, context, member_texts.remove_ask(member), keyboard)
        return
    state = context.services.state
    await state.remove(member.user_id)
    await state.note(update, "removed", f"user:{member.user_id}")
    await set_menu_of(context.bot, member.user_id, None)
    await put(update, context, member_texts.removed(member))


async def _show(update: Update, context: PanoptesContext, member: Member) -> None:
    changeable = _may_change(update, context, member)
    keyboard = member_keyboards.person(context.services.buttons, member, changeable=changeable)
    for_good = member.user_id in context.services.settings.admins
    await put(update, context, member_texts.person(member, for_good=for_good), keyboard)


async def _member(update: Update, context: PanoptesContext, user_id: int) -> Member | None:
    """The person as of now; an alert when they have no role any more."""
    members = await context.services.state.members()
    found = next((member for member in members if member.user_id == user_id), None)
    if found is None:
        await answer(update, context, member_texts.NOT_A_MEMBER, alert=True)
    return found


async def _changeable(update: Update, context: PanoptesContext, user_id: int) -> Member | None:
    member = await _member(update, context, user_id)
    if member is not None and not _may_change(update, context, member):
        await answer(update, context, member_texts.NOT_CHANGEABLE, alert=True)
        return None
    return member


def _may_change(update: Update, context: PanoptesContext, member: Member) -> bool:
    """Nobody locks themselves out, and the environment's admins stay what they are."""
    fixed = context.services.settings.admins
    return member.user_id != user_of(update).id and member.user_id not in fixed
