"""/watch, /unwatch, /alerts, /why, /handover, /test_alert: what one asks of watching."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import plume_api_client as plume
from src.api.customers import get_customer_name
from src.handlers import keyboards, report, texts, watch_keyboards, watch_settings, watch_texts
from src.handlers.callbacks import PickLocation
from src.handlers.incoming import is_private, thread_of, user_of
from src.handlers.reply import answer, change_keyboard, press_message, send
from src.handlers.report import Want
from src.handlers.state import Home, Place
from src.handlers.watch_presses import Wanted
from src.models.watching import HomeKey, Spot, Watch
from src.storage import TEAM
from src.utils.digest_formatter import format_alerts, format_handover
from src.watch import delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.handlers.watch_presses import ListAlerts, SetWatch, TakeShift
    from src.utils.digest_formatter import Period

__all__ = [
    "alerts_command",
    "entries_of",
    "handover_command",
    "is_watched",
    "list_alerts",
    "place_of",
    "set_watch",
    "take_shift",
    "test_alert_command",
    "unwatch_command",
    "watch_command",
    "why_command",
]

_SHIFT: Final = timedelta(hours=12)
_LONGEST_SHIFT_H: Final = 168
_WHY_DAYS: Final = 7


def place_of(update: Update) -> Spot:
    """The chat or topic of an update, as watching knows it."""
    place = Place.of(update)
    return Spot(place.chat_id, place.thread_id or 0)


# -------------------------------------------------------------------------- watch, unwatch


async def watch_command(update: Update, context: PanoptesContext) -> None:
    """Answer /watch: the home that is chosen here; `/watch settings` and the like are about how."""
    word, *rest = context.args or [""]
    if word.lower() in watch_settings.TYPED:
        await watch_settings.typed(update, context, word.lower(), " ".join(rest))
        return
    await _set_chosen(update, context, on=True)


async def unwatch_command(update: Update, context: PanoptesContext) -> None:
    """Answer /unwatch."""
    await _set_chosen(update, context, on=False)


async def _set_chosen(update: Update, context: PanoptesContext, *, on: bool) -> None:
    home = await context.services.state.home(Place.of(update))
    if home is None:
        await send(update, context, texts.NO_HOME, keyboards.choose(context.services.buttons))
        return
    await _set(update, context, home, on=on)


async def set_watch(update: Update, context: PanoptesContext, press: SetWatch) -> None:
    """A button: watch this home from here, or stop it."""
    await answer(update, context)
    home = Home(press.customer_id, press.location_id)
    await _set(update, context, home, on=press.wanted is Wanted.ON)


async def _set(update: Update, context: PanoptesContext, home: Home, *, on: bool) -> None:
    if on:
        await _watch(update, context, home)
    else:
        await _unwatch(update, context, home)


async def _watch(update: Update, context: PanoptesContext, home: Home) -> None:
    """Plume shows the home to whoever asks, which proves that they may; then it is watched."""
    services, user = context.services, user_of(update)
    if not await report.connected(update, context):
        return
    ids = home.customer_id, home.location_id
    try:
        with plume.caller("person", services.timing.deadline_s):
            async with asyncio.timeout(services.timing.deadline_s + 0.5):
                location = await plume.get_location_status(user.id, *ids)
                customer = await get_customer_name(user.id, home.customer_id)
    except Exception as error:  # noqa: BLE001 - a person waits for an answer; it is logged
        problem = report.problem(context, Want.of(PickLocation(*ids)), error)
        await send(update, context, problem.text, problem.keyboard)
        return
    found = Home.of(home.customer_id, location)
    services.state.memories.learn_customer(home.customer_id, customer)
    known = Home(*ids, found.name or home.name, found.timezone or home.timezone, customer)
    watch = Watch(
        key=await _key(update, context, known),
        spot=place_of(update),
        name=known.title,
        created_by=user.id,
        created_at=services.clock(),
        timezone=known.timezone,
    )
    new = await services.watching.add_watch(watch)
    if new:
        await services.state.note(update, "watches", f"location:{known.location_id}")
        await watch_settings.adopt_zone(update, context)
    text = watch_texts.watching(
        known,
        services.watching.pace,
        new=new,
        topic=thread_of(update) is not None,
        private=is_private(update),
    )
    await send(update, context, text, watch_keyboards.watched(services.buttons, known, on=True))


async def _key(update: Update, context: PanoptesContext, home: Home) -> HomeKey:
    """With the team's credentials where there are any, so that one person's leaving ends nothing.

    The team's must show the home too: members with credentials of their own may see others.
    """
    ids, user_id = (home.customer_id, home.location_id), user_of(update).id
    state = context.services.state
    if await state.has_team_credential() and await state.is_connected(TEAM):
        try:
            with plume.caller("person", context.services.timing.deadline_s):
                await plume.get_location_status(TEAM, *ids)
        except plume.PlumeAPIError:
            return HomeKey(user_id, *ids)
        return HomeKey(TEAM, *ids)
    return HomeKey(user_id, *ids)


async def _unwatch(update: Update, context: PanoptesContext, home: Home) -> None:
    services, spot = context.services, place_of(update)
    here = _watches_of(context, home, spot)
    for watch in here:
        await services.watching.remove_watch(watch.key, spot)
    if here:
        home = Home(*here[0].key[1:], here[0].name, here[0].timezone)
        await services.state.note(update, "stopped watching", f"location:{home.location_id}")
    text = watch_texts.not_watching(home, was=bool(here))
    await send(update, context, text, watch_keyboards.watched(services.buttons, home, on=False))


def _watches_of(context: PanoptesContext, home: Home, spot: Spot) -> list[Watch]:
    """The watches of a home in a chat, whoever's credentials they use."""
    ids = home.customer_id, home.location_id
    watches = context.services.watching.desk().watches
    return [watch for watch in watches if watch.spot == spot and watch.key[1:] == ids]


def is_watched(update: Update, context: PanoptesContext, home: Home) -> bool:
    """Whether the home is watched from here."""
    return bool(_watches_of(context, home, place_of(update)))


# ------------------------------------------------------------------------- what is open


def entries_of(context: PanoptesContext, spot: Spot) -> list[Period.Entry]:
    """The open incidents of a chat, worst first."""
    watching, now = context.services.watching, context.services.clock()
    period = delivery.period_of(watching.desk(), spot, now, watching.incidents().values())
    order = {"critical": 0, "warning": 1, "info": 2}
    return sorted(period.still_open, key=lambda e: (order[e.incident.level], e.incident.began_at))


async def alerts_command(update: Update, context: PanoptesContext) -> None:
    """Answer /alerts."""
    spot, services = place_of(update), context.services
    entries = entries_of(context, spot)
    zone = services.watching.desk().policy(spot).timezone
    text = format_alerts(entries, services.clock(), zone=zone)
    await send(update, context, text, watch_keyboards.alerts(services.buttons, entries))


async def list_alerts(update: Update, context: PanoptesContext, _press: ListAlerts) -> None:
    """A button that leads to /alerts; what carries it stays as it is."""
    await answer(update, context)
    await alerts_command(update, context)


# ------------------------------------------------------------------------- why, hand-over


async def why_command(update: Update, context: PanoptesContext) -> None:
    """Answer /why: the newest decisions about the home that is chosen here."""
    services, spot = context.services, place_of(update)
    home = await services.state.home(Place.of(update))
    if home is None:
        await send(update, context, texts.NO_HOME, keyboards.choose(services.buttons))
        return
    since = services.clock() - timedelta(days=_WHY_DAYS)
    lines = [
        line
        for line in await services.state.store.why(spot, since)
        if line.key is None or line.key.location_id == home.location_id
    ]
    zone = services.watching.desk().policy(spot).timezone or home.timezone
    watched = next(iter(_watches_of(context, home, spot)), None)
    name = watched.name if watched else home.title
    text = watch_texts.why(name, lines, zone, _WHY_DAYS)
    await send(update, context, text)


async def handover_command(update: Update, context: PanoptesContext) -> None:
    """Answer /handover: the last twelve hours (or `/handover 8`), for whoever comes next."""
    services, spot = context.services, place_of(update)
    watching, now = services.watching, services.clock()
    desk = watching.desk()
    period = delivery.period_of(
        desk, spot, now - _shift(context.args), watching.incidents().values()
    )
    text = format_handover(period, zone=desk.policy(spot).timezone)
    await send(update, context, text, watch_keyboards.shift(services.buttons))


def _shift(words: Sequence[str] | None) -> timedelta:
    """How long the shift was, in hours that were typed; anything else is the usual one."""
    typed = words[0].removesuffix("h") if words else ""
    hours = int(typed) if typed.isascii() and typed.isdigit() else 0
    return timedelta(hours=hours) if 0 < hours <= _LONGEST_SHIFT_H else _SHIFT


async def take_shift(update: Update, context: PanoptesContext, _press: TakeShift) -> None:
    """Somebody has the shift: everybody sees it, and the log has it."""
    services, user, spot = context.services, user_of(update), place_of(update)
    await answer(update, context)
    await services.state.note(update, "took the shift")
    zone = services.watching.desk().policy(spot).timezone
    await send(update, context, watch_texts.taken(user.full_name, services.clock(), zone))
    message = press_message(update)
    if message is not None:
        keyboard = watch_keyboards.shift(services.buttons, taken=True)
        await change_keyboard(context, message, keyboard)


async def test_alert_command(update: Update, context: PanoptesContext) -> None:
    """Answer /test_alert: an alert that takes the way of all alerts."""
    services, spot, name = context.services, place_of(update), user_of(update).full_name
    await send(update, context, watch_texts.TEST_ON_ITS_WAY)

    def decide(desk: delivery.Desk) -> delivery.Verdict:
        zone = desk.policy(spot).timezone
        return delivery.trial_alert(spot, desk.now, by=name, zone=zone)

    await services.watching.change(decide)
