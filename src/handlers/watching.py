"""Puts the watching service between this bot's state and its Telegram."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from src.handlers.courier import TelegramCourier
from src.handlers.watch_board import keep_boards
from src.handlers.watch_keyboards import under
from src.models.watching import Outgoing, Spot
from src.utils.markup import bold, escape
from src.utils.wording import count
from src.watch.rules import WatchRules
from src.watch.service import Means, WatchService

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from telegram.ext import ExtBot

    from src.handlers.context import Services
    from src.handlers.state import State
    from src.settings import Settings

__all__ = ["build_watching", "start_watching"]

# The poller's part of the window, as the request budget divides it.
_POLLER_SHARE: Final = 5 / 6
_WINDOW_S: Final = 300.0


def build_watching(settings: Settings, state: State, clock: Callable[[], datetime]) -> WatchService:
    """The service, not yet running; it hears of what changes in the state."""
    heartbeat = settings.heartbeat_url
    in_window = settings.plume_window_calls * _POLLER_SHARE / _WINDOW_S
    watching = WatchService(
        Means(
            store=lambda: state.store,
            clock=clock,
            connected=state.is_connected,
            allowed=partial(_may_watch, state),
            chat_gone=partial(_chat_gone, state, clock),
            topic_gone=partial(_topic_gone, clock),
            interval_s=settings.watch_interval,
            calls_per_s=min(settings.plume_poll_rate, in_window),
            heartbeat_url=heartbeat.get_secret_value() if heartbeat else None,
            rules=rules_of(settings),
        )
    )
    state.when_changed(watching.reload_soon)
    return watching


def rules_of(settings: Settings) -> WatchRules:
    """How patient watching is, as the operator chose."""
    looks, seconds = settings.watch_confirm_looks, settings.watch_confirm_s
    return WatchRules(confirm_looks=looks, confirm_s=seconds, clear_looks=looks, clear_s=seconds)


async def start_watching(bot: ExtBot[None], services: Services) -> None:
    """Take up watching where the last run left it. Raises StorageError."""
    keyboards = partial(under, services.buttons)
    courier = TelegramCourier(bot, services.state, keyboards)
    more = {"watch-boards": partial(keep_boards, services)}
    await services.watching.start(courier, more)


async def _may_watch(state: State, user_id: int) -> bool:
    return await state.role(user_id) is not None


async def _chat_gone(
    state: State, clock: Callable[[], datetime], chat_id: int, reason: str
) -> Sequence[Outgoing]:
    """Nothing arrives there any more: remembered, and admins are told once if homes are watched."""
    await state.cannot_reach(chat_id, reason)
    store, now = state.store, clock()
    watched = sum(watch.spot.chat_id == chat_id for watch in await store.watches())
    if not watched:
        return ()
    chat = await store.chat(chat_id)
    person = await store.person(chat_id)
    name = (chat.title if chat else None) or (person.name if person else None) or f"Chat {chat_id}"
    text = (
        f"⚠️ {bold(name)} gets no more alerts: Telegram refuses them ({escape(reason)}).\n\n"
        f"{count(watched, 'home')} watched there. Alerts arrive again once somebody there lets me "
        "in and writes to me; to watch them elsewhere, send /watch there."
    )
    since = chat.unreachable_since if chat else None
    return [
        Outgoing(f"gone:{chat_id}:{since}:{admin}", Spot(admin), "note", text, now)
        for admin in await state.admins()
        if admin != chat_id
    ]


def _topic_gone(clock: Callable[[], datetime], spot: Spot, watched: int) -> Outgoing:
    homes = f" for {count(watched, 'home')}" if watched else ""
    text = f"ℹ️ A topic of this group was deleted or closed. Its alerts{homes} arrive here now."
    now = clock()
    once = f"topic:{spot.chat_id}:{spot.thread_id}:{now.timestamp():.0f}"
    return Outgoing(once, Spot(spot.chat_id), "note", text, now)
