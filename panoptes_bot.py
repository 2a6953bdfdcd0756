"""Panoptes, the Telegram bot: settings, application, handlers, and `main()`.

Thresholds live in src/analysis, HTTP in plume_api_client, wording in src/handlers/texts.py.
Run it with `python panoptes_bot.py`; `--demo` needs neither a Telegram token nor Plume.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from telegram import Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

import plume_api_client as plume
from src.handlers import (
    commands,
    files,
    find,
    joining,
    locations,
    member_presses,
    members,
    menus,
    report,
    settings_menu,
    setup,
    watchers,
)
from src.handlers.access import check_rows
from src.handlers.aftermath import cancel_background, look_back_in_background
from src.handlers.call import build_call, call_command
from src.handlers.callbacks import (
    Buttons,
    ChangeLocation,
    Connect,
    DevicePage,
    ExportReport,
    FindPage,
    ListLocations,
    OpenReport,
    Panel,
    PickLocation,
    PressHandler,
    SetFavourite,
    ShowMore,
)
from src.handlers.context import (
    PanoptesApplication,
    PanoptesContext,
    Services,
    Timing,
    UserState,
)
from src.handlers.conversation import Step, leaving, on_timeout
from src.handlers.devices import build_devices, devices_command, show_devices
from src.handlers.errors import on_error
from src.handlers.gate import gate
from src.handlers.inline import answer_inline
from src.handlers.limiter import PatientLimiter
from src.handlers.location_stats import build_stats, build_stats_text, stats_command
from src.handlers.nodes import build_nodes, nodes_command
from src.handlers.order import ChatOrder
from src.handlers.reply import Answers
from src.handlers.speed import build_speed, speed_command
from src.handlers.state import State
from src.handlers.status import build_mesh, build_status, show_more, status_command
from src.handlers.trace import Tracer
from src.handlers.wan import build_wan, build_wan_text, wan_command
from src.handlers.watching import build_watching, start_watching
from src.handlers.wifi import build_wifi, wifi_command
from src.logs import Redactor, setup_logging
from src.service import runner, upkeep
from src.service.options import parse
from src.service.telegram import telegram_request
from src.settings import EXIT_BAD_SETTINGS, Settings, SettingsError, load_settings
from src.utils.status_formatter import format_pod_details, format_speed_test
from src.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telegram.request import BaseRequest

    from src.handlers.context import Application, Handler
    from src.handlers.report import Builder

__all__ = [
    "build_application",
    "build_services",
    "format_pod_details",
    "format_speed_test",
    "main",
    "on_start",
    "on_stop",
    "run",
]

logger = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = [
    Update.MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.INLINE_QUERY,
]
# One connection for each answer under way: 200 people may ask in the same second.
_CONNECTIONS: Final = 64

_COMMANDS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "start": commands.start_command,
        "help": commands.help_command,
        "status": status_command,
        "wan": wan_command,
        "stats": stats_command,
        "nodes": nodes_command,
        "wifi": wifi_command,
        "find": find.find_command,
        "devices": devices_command,
        "speed": speed_command,
        "call": call_command,
        **members.COMMANDS,
        **watchers.COMMANDS,
    }
)
_BUILDERS: Final[Mapping[Panel, Builder]] = MappingProxyType(
    {
        Panel.STATUS: build_status,
        Panel.WAN: build_wan,
        Panel.STATS: build_stats,
        Panel.NODES: build_nodes,
        Panel.WIFI: build_wifi,
        Panel.DEVICES: build_devices,
        Panel.SPEED: build_speed,
        Panel.CALL: build_call,
        Panel.MESH: build_mesh,
        Panel.WAN_TEXT: build_wan_text,
        Panel.STATS_TEXT: build_stats_text,
    }
)


# ---------------------------------------------------------------------------- application


def build_services(
    settings: Settings, redact: Redactor | None = None, timing: Timing | None = None
) -> Services:
    """The parts that handlers share."""
    answers, buttons, redact = Answers(), Buttons(), redact or runner.redactor(settings)
    state = State(settings, redact.learn)
    return Services(
        settings=settings,
        state=state,
        buttons=buttons,
        redact=redact,
        order=ChatOrder(answers.has_to_wait, Tracer(buttons)),
        answers=answers,
        watching=build_watching(settings, state, plume.cloud_now),
        timing=timing or Timing(),
    )


def build_application(
    services: Services,
    request: BaseRequest | None = None,
    updates_request: BaseRequest | None = None,
) -> PanoptesApplication:
    """The application with all its handlers, not yet running.

    The requests are what talks to Telegram; tests give their own.
    """
    settings = services.settings
    base = settings.telegram_api_base
    # The library's future meaning of RetryAfter; the old one warns at every refusal.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    built = (
        ApplicationBuilder()
        .application_class(PanoptesApplication, {"services": services})
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(base)
        .base_file_url(f"{base.removesuffix('bot')}file/bot")
        .request(request or telegram_request(_CONNECTIONS))
        .get_updates_request(updates_request or telegram_request(1))
        .rate_limiter(
            PatientLimiter(
                pause_s=services.timing.repeat_after_s,
                on_migrated=services.state.migrate,
                on_refused=services.state.cannot_reach,
            )
        )
        .context_types(ContextTypes(context=PanoptesContext, user_data=UserState))
        .concurrent_updates(services.order)
        .post_init(on_start)
        .post_stop(on_halt)
        .post_shutdown(on_stop)
        .build()
    )
    application = cast("PanoptesApplication", built)  # the builder does not know the class
    add_handlers(application)
    return application


async def on_start(application: Application) -> None:
    """Put the menus up, tell whom the restart cut off, and keep the audit log short."""
    services, bot = _services_of(application), application.bot
    services.own_errors.start(bot, services)
    await menus.set_menus(bot, await services.state.admins())
    look_back_in_background(bot, services)
    await start_watching(bot, services)
    logger.info("version %s, running as @%s", VERSION, bot.username)


def _services_of(application: Application) -> Services:
    return cast("PanoptesApplication", application).services  # as `build_application` made it


async def on_halt(application: Application) -> None:
    """End what speaks unasked, while Telegram can still be reached."""
    services = _services_of(application)
    services.own_errors.stop()
    await cancel_background(services)
    await services.watching.stop()


async def on_stop(application: Application) -> None:
    """Close the connections to Plume and to the database."""
    services = _services_of(application)
    await on_halt(application)  # once more where the start was not finished
    await plume.aclose()
    await services.painter.aclose()
    await services.state.close()


# ------------------------------------------------------------------------------- handlers


def add_handlers(application: PanoptesApplication) -> None:
    """Everything the bot reacts to. In a group of handlers the first that fits runs alone."""
    buttons = application.services.buttons
    check_rows([*_COMMANDS, "setup", "locations", "cancel"])
    # Before all others; `block` because a gate that does not block lets everything through.
    application.add_handler(TypeHandler(Update, gate, block=True), group=-1)
    application.add_handler(_conversation(buttons, application.services.timing))
    application.add_handler(CommandHandler("start", locations.open_link, filters=_HOME_LINK))
    join_link = filters.Regex(r"^/start(@\w+)? join$")
    application.add_handler(CommandHandler("start", joining.join_command, filters=join_link))
    for name, handle in _COMMANDS.items():
        application.add_handler(CommandHandler(name, handle))
    application.add_handler(CommandHandler("cancel", commands.cancel_command))
    application.add_handler(PressHandler(buttons, OpenReport, open_report))
    application.add_handler(PressHandler(buttons, ListLocations, locations.list_locations))
    application.add_handler(PressHandler(buttons, PickLocation, locations.pick_location))
    application.add_handler(PressHandler(buttons, FindPage, find.turn_page))
    application.add_handler(PressHandler(buttons, DevicePage, show_devices))
    application.add_handler(PressHandler(buttons, ExportReport, export_report))
    application.add_handler(PressHandler(buttons, SetFavourite, locations.set_favourite))
    application.add_handler(PressHandler(buttons, ShowMore, show_more))
    presses = (*members.PRESSES.items(), *watchers.presses(_BUILDERS).items())
    for kind, handle_press in presses:
        application.add_handler(PressHandler(buttons, kind, handle_press))
    application.add_handler(InlineQueryHandler(answer_inline))
    application.add_handler(CallbackQueryHandler(commands.old_button))
    application.add_handler(MessageHandler(filters.COMMAND, commands.unknown_command))
    application.add_handler(MessageHandler(_ANSWER, find.find_text))
    application.add_error_handler(on_error)


# Texts, but also photos and files, which are a wrong answer that deserves a word.
_HOME_LINK: Final = filters.Regex(r"^/start(@\w+)? (loc|cus)_")
_ANSWER: Final = ~filters.COMMAND & ~filters.StatusUpdate.ALL


def _conversation(buttons: Buttons, timing: Timing) -> ConversationHandler[PanoptesContext]:
    """/setup and /locations: the two things that ask something back."""
    deep_link = filters.Regex(r"^/start(@\w+)? setup$")
    return ConversationHandler(
        entry_points=[
            CommandHandler("setup", setup.setup_start),
            CommandHandler("start", setup.setup_linked, filters=deep_link),
            PressHandler(buttons, Connect, setup.setup_pressed),
            PressHandler(buttons, member_presses.ConnectAs, setup.setup_for),
            CommandHandler("locations", locations.locations_start),
            PressHandler(buttons, ChangeLocation, locations.change_location),
            PressHandler(buttons, member_presses.AskZone, settings_menu.ask_zone),
        ],
        states={
            Step.HEADER: [MessageHandler(_ANSWER, setup.ask_partner_id)],
            Step.PARTNER: [MessageHandler(_ANSWER, setup.confirm_auth)],
            Step.CUSTOMER: [MessageHandler(_ANSWER, locations.take_customer_id)],
            Step.ZONE: [MessageHandler(_ANSWER, settings_menu.take_zone)],
            ConversationHandler.TIMEOUT: [TypeHandler(Update, on_timeout)],
        },
        fallbacks=[
            CommandHandler("cancel", commands.cancel_question),
            CommandHandler("start", leaving(locations.open_link), filters=_HOME_LINK),
            *(CommandHandler(name, leaving(handle)) for name, handle in _COMMANDS.items()),
        ],
        allow_reentry=True,
        conversation_timeout=timing.conversation_s,
    )


async def open_report(update: Update, context: PanoptesContext, press: OpenReport) -> None:
    """A report button."""
    await report.pressed(update, context, press, _BUILDERS[press.panel])


async def export_report(update: Update, context: PanoptesContext, press: ExportReport) -> None:
    """A file button."""
    await files.export(update, context, press, _BUILDERS[press.panel])


# ----------------------------------------------------------------------------------- main


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bot until it is told to stop; returns the exit code."""
    options = parse(arguments, __doc__)
    if options.demo or options.demo_plume:
        from src.demo.launch import run_demo  # noqa: PLC0415 - the demo's servers, only for it

        return run_demo(options.rest)
    try:
        settings = load_settings()
    except SettingsError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        return EXIT_BAD_SETTINGS
    if options.check:
        from src.service.check import check  # noqa: PLC0415 - only for it

        return check(settings, runner.redactor(settings))
    if options.backup or options.restore or options.rotate_keys:
        return upkeep.maintain(settings, options.backup, options.restore)
    return run(settings)


def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; returns the exit code."""
    runner.leave_on_signals()
    redact = runner.redactor(settings)
    setup_logging(settings.log_level, settings.log_format, redact)
    plume.configure(window_calls=settings.plume_window_calls, poll_rate=settings.plume_poll_rate)
    services = build_services(settings, redact)
    application = build_application(services)
    if settings.is_open:
        logger.warning(
            "open to everybody: set PANOPTES_ADMINS or PANOPTES_ALLOWED_USERS to change that"
        )
    return runner.run(application, ALLOWED_UPDATES)


if __name__ == "__main__":
    # Looking for garbage was an eighth of a crowd's work, most of it among what was imported and
    # stays; and nearly nothing that a command leaves behind needs to be looked for.
    gc.freeze()
    gc.set_threshold(10_000)
    sys.exit(main())
