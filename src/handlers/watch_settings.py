"""How a chat or topic is told: loud or silent, quiet hours, maintenance, escalation, digest."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from src.handlers import watch_keyboards, watch_texts
from src.handlers.incoming import chat_of, is_private, thread_of, user_of
from src.handlers.people import put
from src.handlers.reply import answer, send
from src.handlers.state import Place
from src.handlers.watch_presses import Section, Wanted
from src.models.watching import TRIGGERS, Digest, Maintenance, QuietHours, Spot
from src.watch import delivery
from src.watch.maintenance import windows_at
from src.watch.work_words import parse_night, parse_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.handlers.watch_presses import (
        AlertPanel,
        EndWork,
        SetDigest,
        SetEscalation,
        SetMode,
        SetQuiet,
        SetWork,
    )
    from src.models.watching import ChatPolicy

__all__ = [
    "TYPED",
    "adopt_zone",
    "end_work",
    "set_digest",
    "set_escalation",
    "set_mode",
    "set_quiet",
    "set_work",
    "show",
    "show_panel",
    "typed",
]

_USUAL_NIGHT: Final = QuietHours(22 * 60, 7 * 60)
# The day on which a night begins, Monday is 0.
_DAYS: Final = {0: tuple(range(7)), 1: (6, 0, 1, 2, 3), 2: (4, 5)}
_NO_DIGEST: Final = 24
_DAILY: Final = 7
_MOST_WORKS: Final = 6
TYPED: Final = {
    "settings": Section.ALL,
    "maintenance": Section.WORK,
    "quiet": Section.QUIET,
    "escalate": Section.ESCALATION,
}
_ESCALATE_AFTER_MIN: Final = 30
_LONGEST_WAIT_MIN: Final = 1440


async def show(update: Update, context: PanoptesContext, section: Section = Section.ALL) -> None:
    """The panel: a new message for a command, in place for a press."""
    services, spot = context.services, _spot(update)
    now, policy = services.clock(), services.watching.desk().policy(spot)
    chosen = (await services.state.settings(spot.chat_id)).timezone
    policy = replace(policy, timezone=chosen or policy.timezone)  # as the next change adopts it
    home = await services.state.home(Place.of(update))
    works = [_in_words(context, policy, each) for each in policy.maintenance]
    if section is Section.ALL:
        zone = watch_texts.time_zone(chosen, policy.timezone, now)
        text = watch_texts.policy(policy, works, zone, await _name_of(context, policy.escalate_to))
    else:
        text = watch_texts.section(section.value, works, policy.timezone)
    keyboard = watch_keyboards.panel(
        services.buttons, section, policy, home, now_work=bool(windows_at(policy, now))
    )
    await put(update, context, text, keyboard)


async def _name_of(context: PanoptesContext, spot: Spot | None) -> str:
    """What people call a chat; empty where nothing is known of it."""
    if spot is None:
        return ""
    store = context.services.state.store
    person, chat = await store.person(spot.chat_id), await store.chat(spot.chat_id)
    name = person.name if person else (chat.title if chat else None) or ""
    return f"{name}, in a topic" if name and spot.thread_id else name


def _in_words(context: PanoptesContext, policy: ChatPolicy, work: Maintenance) -> str:
    name = "All homes"
    if work.location_id is not None:
        watches = context.services.watching.desk().watches
        names = [w.name for w in watches if w.key.location_id == work.location_id]
        name = names[0] if names else f"Location {work.location_id}"
    return watch_texts.work(work, policy.timezone, name, context.services.clock())


async def show_panel(update: Update, context: PanoptesContext, press: AlertPanel) -> None:
    """Turn to a section."""
    await answer(update, context)
    await show(update, context, press.section)


async def typed(update: Update, context: PanoptesContext, word: str, rest: str) -> None:
    """`/watch settings`, `/watch maintenance sun 02:00-04:00`, `/watch quiet 22:30-06:15`, ..."""
    section = TYPED[word]
    if section is Section.ESCALATION:
        await _escalate(update, context, rest)
        return
    if section is Section.ALL or not rest:
        await show(update, context, section)
        return
    await adopt_zone(update, context)
    change = _night(rest) if section is Section.QUIET else _planned(update, context, rest)
    if change is None:
        await send(update, context, watch_texts.TYPE_LIKE_THIS[section.value])
        return
    await _change(update, context, change, section, f"{word} {rest}")


def _night(text: str) -> Callable[[ChatPolicy], ChatPolicy] | None:
    night = parse_night(text)
    if night is None:
        return None
    start, end = night

    def change(policy: ChatPolicy) -> ChatPolicy:
        quiet = policy.quiet or _USUAL_NIGHT
        return replace(policy, quiet=replace(quiet, start_min=start, end_min=end))

    return change


def _planned(
    update: Update, context: PanoptesContext, text: str
) -> Callable[[ChatPolicy], ChatPolicy] | None:
    zone = context.services.watching.desk().policy(_spot(update)).timezone
    work = parse_work(text, context.services.clock(), zone)
    if work is None:
        return None
    planned = Maintenance(
        id=secrets.token_hex(4),
        start=work.start,
        end=work.end,
        weekly=work.weekly,
        by=user_of(update).id,
        reason=work.reason,
    )
    return partial(_with_work, planned)


def _with_work(work: Maintenance, policy: ChatPolicy) -> ChatPolicy:
    return replace(policy, maintenance=(*policy.maintenance, work)[-_MOST_WORKS:])


async def set_mode(update: Update, context: PanoptesContext, press: SetMode) -> None:
    """Make a trigger loud, silent or off."""
    if not 0 <= press.trigger < len(TRIGGERS):
        await answer(update, context, watch_texts.NO_SUCH_PANEL, alert=True)
        return
    trigger, mode = TRIGGERS[press.trigger], watch_keyboards.MODES[press.mode]

    def change(policy: ChatPolicy) -> ChatPolicy:
        return replace(policy, modes={**policy.modes, trigger: mode})

    await _change(update, context, change, Section.MODES, f"{trigger} {mode}")


async def set_quiet(update: Update, context: PanoptesContext, press: SetQuiet) -> None:
    """Change one thing of the quiet hours; the first press begins with the usual night."""

    def change(policy: ChatPolicy) -> ChatPolicy:
        if press.what == "off":
            return replace(policy, quiet=None)
        quiet = policy.quiet or _USUAL_NIGHT
        match press.what:
            case "start":
                quiet = replace(quiet, start_min=press.value)
            case "end":
                quiet = replace(quiet, end_min=press.value)
            case "days":
                quiet = replace(quiet, days=_DAYS.get(press.value, _DAYS[0]))
            case "floor":
                quiet = replace(quiet, floor="warning" if press.value else "critical")
        return replace(policy, quiet=quiet)

    await _change(update, context, change, Section.QUIET, f"quiet {press.what} {press.value}")


async def set_work(update: Update, context: PanoptesContext, press: SetWork) -> None:
    """Maintenance from now on."""
    user, work_id = user_of(update), secrets.token_hex(4)
    now = context.services.clock()
    work = Maintenance(
        id=work_id,
        start=now,
        end=now + timedelta(hours=press.hours),
        location_id=press.location_id or None,
        weekly=press.weekly is Wanted.ON,
        by=user.id,
    )

    change = partial(_with_work, work)
    await _change(update, context, change, Section.WORK, f"maintenance {press.hours} h")


async def end_work(update: Update, context: PanoptesContext, press: EndWork) -> None:
    """Call a maintenance window off; what it kept back is told by the next tick."""

    def change(policy: ChatPolicy) -> ChatPolicy:
        kept = tuple(each for each in policy.maintenance if each.id != press.work_id)
        return replace(policy, maintenance=kept)

    await _change(update, context, change, Section.WORK, "maintenance called off")


async def set_escalation(update: Update, context: PanoptesContext, press: SetEscalation) -> None:
    """To the private chat of whoever presses, if the bot can write there; or to nobody."""
    user_id = user_of(update).id
    if press.minutes and is_private(update):
        await answer(update, context, watch_texts.ESCALATE_FROM_GROUPS, alert=True)
        return
    if press.minutes and not await _has_private_chat(update, context):
        await answer(update, context, watch_texts.NOT_ADDRESSED, alert=True)
        return

    def change(policy: ChatPolicy) -> ChatPolicy:
        if not press.minutes:
            return replace(policy, escalate_to=None)
        return replace(policy, escalate_to=Spot(user_id), escalate_after_s=press.minutes * 60)

    await _change(update, context, change, Section.ESCALATION, f"escalation {press.minutes} min")


async def _escalate(update: Update, context: PanoptesContext, rest: str) -> None:
    """Offer this chat, or take up the offer of another one."""
    offers, spot, user_id = context.services.offers, _spot(update), user_of(update).id
    if not rest:
        await send(update, context, watch_texts.escalate_here(offers.make(spot, user_id)))
        return
    code, *more = rest.split()
    minutes = more[0] if more else str(_ESCALATE_AFTER_MIN)
    after = int(minutes) if minutes.isdecimal() and len(minutes) <= len("1440") else 0
    known = 0 < after <= _LONGEST_WAIT_MIN
    target = offers.take(code, user_id, spot) if known else None
    if target is None:
        await send(update, context, watch_texts.NO_SUCH_OFFER)
        return

    def change(policy: ChatPolicy) -> ChatPolicy:
        return replace(policy, escalate_to=target, escalate_after_s=after * 60)

    what = f"escalation {after} min to chat {target.chat_id}"
    await _change(update, context, change, Section.ALL, what)


async def _has_private_chat(update: Update, context: PanoptesContext) -> bool:
    chat = await context.services.state.store.chat(user_of(update).id)
    return chat is not None and chat.unreachable is None


async def set_digest(update: Update, context: PanoptesContext, press: SetDigest) -> None:
    """When the digest comes; the first one at the next such hour."""

    def change(policy: ChatPolicy) -> ChatPolicy:
        if press.hour == _NO_DIGEST:
            return replace(policy, digest=None)
        weekday = None if press.weekday == _DAILY else press.weekday
        digest = Digest(press.hour, weekday=weekday)
        return replace(policy, digest=digest, digest_sent_at=context.services.clock())

    await _change(update, context, change, Section.DIGEST, f"digest {press.hour} {press.weekday}")


async def adopt_zone(update: Update, context: PanoptesContext) -> None:
    """Quiet hours and digests go by the zone of /settings, else the first home's, else UTC."""
    chat_id, watching = chat_of(update).id, context.services.watching
    set_zone = (await context.services.state.settings(chat_id)).timezone
    desk = watching.desk()
    spots = {_spot(update), *(each for each in desk.policies if each.chat_id == chat_id)}
    for spot in spots:
        homes = [w.timezone for w in desk.watches if w.spot == spot and w.timezone]
        wanted = set_zone or next(iter(homes), None)
        if desk.policy(spot).timezone != wanted:
            await _write(context, spot, partial(_with_zone, wanted))


def _with_zone(zone: str | None, policy: ChatPolicy) -> ChatPolicy:
    return replace(policy, timezone=zone)


async def _change(
    update: Update,
    context: PanoptesContext,
    change: Callable[[ChatPolicy], ChatPolicy],
    section: Section,
    what: str,
) -> None:
    """Write the changed policy, note who did it, and show the section again."""
    await answer(update, context)
    await adopt_zone(update, context)
    await _write(context, _spot(update), change)
    await context.services.state.note(update, "set alerts", detail=what)
    await show(update, context, section)


async def _write(
    context: PanoptesContext, spot: Spot, change: Callable[[ChatPolicy], ChatPolicy]
) -> None:
    def decide(desk: delivery.Desk) -> delivery.Verdict:
        return delivery.Verdict(policies=(change(desk.policy(spot)),))

    await context.services.watching.change(decide)


def _spot(update: Update) -> Spot:
    return Spot(chat_of(update).id, thread_of(update) or 0)
