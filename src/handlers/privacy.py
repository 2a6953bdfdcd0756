"""/whoami, /logout, /forget: a person, and what is kept about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers import member_keyboards, member_texts
from src.handlers.incoming import chat_of, thread_of, user_of
from src.handlers.member_presses import Sure
from src.handlers.people import put
from src.handlers.reply import answer, send

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.handlers.member_presses import DropTeam, EraseMe

__all__ = ["drop_team", "erase_me", "forget_command", "logout_command", "whoami_command"]


async def whoami_command(update: Update, context: PanoptesContext) -> None:
    """Answer /whoami; also to strangers, whose id an admin needs."""
    mode = "open" if context.services.settings.is_open else "closed"
    text = member_texts.whoami(
        user_of(update).id, context.role, chat_of(update).id, thread_of(update), mode
    )
    await send(update, context, text)


async def logout_command(update: Update, context: PanoptesContext) -> None:
    """Answer /logout: erase the person's own credentials, and nothing else."""
    state, user = context.services.state, user_of(update)
    dropped = await state.disconnect(user.id)
    text = member_texts.NOTHING_TO_LOG_OUT
    if dropped:
        await state.note(update, "logged out")
        on_team = await state.is_connected(user.id)
        text = member_texts.LOGGED_OUT_TEAM_LEFT if on_team else member_texts.LOGGED_OUT
    offer = context.role == "admin" and await state.has_team_credential()
    keyboard = member_keyboards.team_credential(context.services.buttons) if offer else None
    await send(update, context, text, keyboard)


async def drop_team(update: Update, context: PanoptesContext, press: DropTeam) -> None:
    """Ask, then erase the credentials of the team."""
    state, buttons = context.services.state, context.services.buttons
    await answer(update, context)
    if press.sure is Sure.NO:
        await put(update, context, member_texts.KEPT)
    elif press.sure is Sure.ASK:
        await put(update, context, member_texts.TEAM_DROP_ASK, member_keyboards.drop_team(buttons))
    elif await state.disconnect_team():
        await state.note(update, "erased the team's credentials")
        await put(update, context, member_texts.TEAM_DROPPED)
    else:
        await put(update, context, member_texts.TEAM_NONE)


async def forget_command(update: Update, context: PanoptesContext) -> None:
    """Answer /forget: first what is stored, with the question whether to erase it."""
    state, user = context.services.state, user_of(update)
    summary = await state.store.what_is_stored(user.id)
    is_member = summary["role"] is not None
    text = member_texts.stored(summary, is_member=is_member)
    anything = text != member_texts.NOTHING_STORED
    keyboard = member_keyboards.erase_me(context.services.buttons) if anything else None
    await send(update, context, text, keyboard)


async def erase_me(update: Update, context: PanoptesContext, press: EraseMe) -> None:
    """Erase everything about whoever pressed, or leave it."""
    await answer(update, context)
    if press.sure is not Sure.YES:
        await put(update, context, member_texts.KEPT)
        return
    context.draft.forget()
    await context.services.state.erase(user_of(update).id)
    await put(update, context, member_texts.ERASED)
