"""How a stranger is let in: /join or a button, and the answer of an admin."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from src.handlers import member_keyboards, member_texts
from src.handlers.incoming import user_of
from src.handlers.menus import set_menu_of
from src.handlers.notify import notify
from src.handlers.people import put
from src.handlers.reply import answer
from src.storage.records import JoinRequest
from src.utils.markup import plain

if TYPE_CHECKING:
    from telegram import Bot, Update

    from src.handlers.context import PanoptesContext
    from src.handlers.member_presses import AskToJoin, DecideJoin
    from src.handlers.state import State
    from src.storage.records import JoinDecision

__all__ = ["decide_join", "join_command", "join_pressed", "tell_decision"]


async def join_command(update: Update, context: PanoptesContext) -> None:
    """Answer /join."""
    await put(update, context, await _ask(update, context))


async def join_pressed(update: Update, context: PanoptesContext, _press: AskToJoin) -> None:
    """The Ask to join button."""
    await answer(update, context)
    await put(update, context, await _ask(update, context))


async def _ask(update: Update, context: PanoptesContext) -> str:
    """Keep the request, tell the admins, and say how it stands."""
    state, user = context.services.state, user_of(update)
    if context.role is not None:
        return member_texts.already_in(context.role)
    admins = await state.admins()
    if not admins:
        return member_texts.JOIN_NOBODY
    if not await state.store.request_join(user.id, user.full_name):
        waiting = {request.user_id for request in await state.store.pending_joins()}
        return member_texts.JOIN_WAITS if user.id in waiting else member_texts.JOIN_DENIED
    await state.note(update, "asked to join")
    request = JoinRequest(user.id, user.full_name, context.services.clock())
    text = member_texts.join_request(request, user.username)
    keyboard = member_keyboards.join_request(context.services.buttons, user.id)
    await asyncio.gather(*(notify(context.bot, state, each, text, keyboard) for each in admins))
    return member_texts.JOIN_ASKED


async def decide_join(update: Update, context: PanoptesContext, press: DecideJoin) -> None:
    """An admin's answer; the first one counts, and later ones are told whose it was."""
    state, admin = context.services.state, user_of(update)
    decision = await state.store.decide_join(press.user_id, press.choice.value, admin.id)
    if decision is None:
        await answer(update, context, member_texts.JOIN_GONE, alert=True)
        return
    text = await _told(context, decision)
    if decision.first:
        await answer(update, context)
        await state.note(update, f"join: {decision.decision}", f"user:{press.user_id}")
        await tell_decision(context.bot, state, decision)
    else:
        await answer(update, context, plain(text), alert=True)
    await put(update, context, text)


async def _told(context: PanoptesContext, decision: JoinDecision) -> str:
    store = context.services.state.store
    names = {person.user_id: person.name for person in await store.people()}
    waiting_name = names.get(decision.user_id, "")
    by = member_texts.name_of(names.get(decision.by or 0, ""), decision.by)
    return member_texts.decided(waiting_name, decision, by)


async def tell_decision(bot: Bot, state: State, decision: JoinDecision) -> None:
    """Tell the person who asked; a restart does it when this run does not get that far."""
    user_id, text = decision.user_id, member_texts.DENIED
    if decision.decision != "deny":
        connected = await state.is_connected(user_id)
        text = member_texts.let_in(decision.decision, connected=connected)
        await set_menu_of(bot, user_id, decision.decision)
    # Who cannot be written to will never be told; a Telegram that is down is asked again later.
    if await notify(bot, state, user_id, text) or not await state.is_reachable(user_id):
        await state.store.join_told(user_id)
