"""/settings: the time zone and the theme of pictures, of a person or of a whole group.

A setting belongs to the chat in which it is pressed, which for a private chat is the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers import member_keyboards, member_texts, watch_settings, watch_texts
from src.handlers.conversation import END, Step, forget_draft, step
from src.handlers.incoming import chat_of, is_private, message_of, text_of
from src.handlers.people import put
from src.handlers.reply import answer, send
from src.handlers.setup import looks_like_credentials, swallow_credentials
from src.handlers.state import Place
from src.models.watching import Spot
from src.utils.zone_search import find_zones

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.handlers.member_presses import AskZone, SetTheme, SetZone, ShowSettings

__all__ = [
    "ask_zone",
    "set_theme",
    "set_zone",
    "settings_command",
    "show_settings",
    "take_zone",
]


async def settings_command(update: Update, context: PanoptesContext) -> None:
    """Answer /settings; with a place behind it, set the zone at once."""
    typed = " ".join(context.args or ())
    if looks_like_credentials(typed):
        await swallow_credentials(update, context, message_of(update))
    elif typed:
        await _look_up(update, context, typed)
    else:
        await _show(update, context)


async def show_settings(update: Update, context: PanoptesContext, _press: ShowSettings) -> None:
    """Back to what is set."""
    await answer(update, context)
    await _show(update, context)


async def set_zone(update: Update, context: PanoptesContext, press: SetZone) -> None:
    """Set the zone of the button; without one, what the chat watches decides."""
    await answer(update, context)
    await _set_zone(update, context, press.name or None)


async def set_theme(update: Update, context: PanoptesContext, press: SetTheme) -> None:
    """Draw pictures light or dark from now on."""
    await answer(update, context)
    state = context.services.state
    await state.set_setting(chat_of(update).id, "theme", press.theme.value)
    await state.note(update, "set pictures", detail=press.theme.value)
    await _show(update, context)


@step(END)
async def ask_zone(update: Update, context: PanoptesContext, _press: AskZone) -> Step | int:
    """Ask which place's time it shall be."""
    await answer(update, context)
    await forget_draft(update, context)
    context.draft.command = "/settings"
    await send(update, context, member_texts.ASK_ZONE, reply_expected=True)
    return Step.ZONE


@step(Step.ZONE)
async def take_zone(update: Update, context: PanoptesContext) -> Step | int:
    """Set what was typed; what finds nothing keeps the question open."""
    message = message_of(update)
    if looks_like_credentials(text_of(message)):
        await swallow_credentials(update, context, message)
        return END
    if await _look_up(update, context, text_of(message)):
        await forget_draft(update, context)
        return END
    return Step.ZONE


async def _look_up(update: Update, context: PanoptesContext, typed: str) -> bool:
    """Set the one zone that fits, offer several; False when there is none."""
    found = find_zones(typed)
    if len(found) == 1:
        await _set_zone(update, context, found[0])
    elif found:
        services = context.services
        keyboard = member_keyboards.zones(services.buttons, found, services.clock())
        await send(update, context, member_texts.WHICH_ZONE, keyboard)
    else:
        await send(update, context, member_texts.no_zone(typed))
    return bool(found)


async def _set_zone(update: Update, context: PanoptesContext, name: str | None) -> None:
    state = context.services.state
    await state.set_setting(chat_of(update).id, "timezone", name)
    await state.note(update, "set time zone", detail=name or "none")
    await watch_settings.adopt_zone(update, context)
    await _show(update, context)


async def _show(update: Update, context: PanoptesContext) -> None:
    services, place = context.services, Place.of(update)
    found = await services.state.settings(place.chat_id)
    policy = services.watching.desk().policy(Spot(place.chat_id, place.thread_id or 0))
    zone = watch_texts.time_zone(found.timezone, policy.timezone, services.clock())
    text = member_texts.settings(found, zone, private=is_private(update))
    await put(update, context, text, member_keyboards.settings(services.buttons, found))
