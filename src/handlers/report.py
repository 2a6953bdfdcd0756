"""The shape that every report shares: find the home, fetch, analyse, format, show with buttons.

A report module gives one function, its builder: (`Ask`) -> `Report`. Everything else is here, so
that each command and each press ends in exactly one clear answer.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import plume_api_client as plume
from src.charts.render import PictureError, picture_key
from src.handlers import keyboards, texts
from src.handlers.beside import Refusals
from src.handlers.callbacks import DevicePage, OpenReport, Panel, PickLocation, Span
from src.handlers.errors import describe, report_unexpected, why
from src.handlers.incoming import is_private, user_of
from src.handlers.memories import HomeMemories
from src.handlers.pictures import Once, Picture, caption_of
from src.handlers.reply import Answer, answer, deliver, send
from src.handlers.state import Home, Place
from src.storage import StorageError
from src.utils.markup import MESSAGE_LIMIT, moment, units
from src.utils.timezones import to_local

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from telegram import Update

    from src.charts.theme import ThemeName
    from src.handlers.beside import Extras
    from src.handlers.context import PanoptesContext
    from src.models import LocationHealth
    from src.models.memory import HomeMemory
    from src.models.pictures import Picture as PicturePlan
    from src.utils.tables import Table

__all__ = [
    "Ask",
    "Builder",
    "Report",
    "Want",
    "choice",
    "choose",
    "command",
    "connected",
    "is_starred",
    "link_of",
    "link_to",
    "pressed",
    "problem",
    "read",
    "section",
    "with_reasons",
]

T = TypeVar("T")

_READ_THE_HOME: Final = frozenset({Panel.STATUS, Panel.CALL, Panel.MESH})
# core.telegram.org/bots/features#deep-linking
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]+")
_PAYLOAD_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class Ask:
    """What a builder is asked for."""

    user_id: int
    home: Home
    clock: Callable[[], datetime]
    span: Span = Span.DAYS_7
    page: int | None = None  # of the devices by name; None asks for numbers only
    query: str = ""  # what the devices are searched for
    memory: HomeMemory | None = None  # of earlier looks at this home
    memories: HomeMemories = field(default_factory=HomeMemories)
    refusals: Refusals = field(default_factory=Refusals)
    extra_s: float = 2.5

    @property
    def gateway_id(self) -> str | None:
        """As last seen, so that what is asked of the gateway costs no second trip."""
        return self.memory["gateway_id"] if self.memory else None

    @property
    def last_parents(self) -> Mapping[str, str] | None:
        """What each pod was last seen connected to."""
        return self.memory["parents"] if self.memory else None

    def learn(self, health: LocationHealth) -> HomeMemory | None:
        """Take this look at the home into its memory."""
        ids = self.home.customer_id, self.home.location_id
        return self.memories.learn(*ids, health, self.now)

    @property
    def now(self) -> datetime:
        """The present, aware UTC; to be asked after the fetch, whose answer tells the time."""
        return self.clock()

    @property
    def ids(self) -> tuple[int, str, str]:
        """The arguments that every endpoint function starts with."""
        return self.user_id, self.home.customer_id, self.home.location_id


@dataclass(frozen=True, slots=True)
class Report:
    """A formatted report; `home` carries what was learned of the home on the way.

    `plan` is the picture that the report begins with; `text` goes out alone where there can be
    none. `copies` are labels and texts of buttons that copy; `table` and `data` are what CSV and
    JSON files are made of.
    """

    text: str
    home: Home
    plan: PicturePlan | None = None
    copies: Sequence[tuple[str, str]] = ()
    table: Callable[[], Table] | None = None  # made only when somebody asks for a file
    data: object = None
    page: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked for, by a command or a button; `press` asks for it again."""

    press: OpenReport | PickLocation | DevicePage
    panel: Panel = Panel.STATUS
    span: Span = Span.DAYS_7
    page: int | None = None
    query: str = ""

    @classmethod
    def of(cls, press: OpenReport | PickLocation | DevicePage) -> Want:
        """What a button asks for."""
        if isinstance(press, OpenReport):
            return cls(press, press.panel, keyboards.span_of(press.panel, press.span))
        if isinstance(press, DevicePage):
            return cls(press, Panel.DEVICES, page=press.page)
        return cls(press)


Builder: TypeAlias = "Callable[[Ask], Awaitable[Report]]"


async def command(
    update: Update, context: PanoptesContext, panel: Panel, build: Builder, query: str = ""
) -> None:
    """A report command: about the home that is chosen where it was sent."""
    if not await connected(update, context):
        return
    home = await context.services.state.home(Place.of(update))
    if home is None:
        await send(update, context, texts.NO_HOME, keyboards.choose(context.services.buttons))
        return
    span = keyboards.first_span(panel)
    press = OpenReport(panel, home.customer_id, home.location_id, span)
    want = Want(press, panel, span, 0 if query else None, query)
    await deliver(update, context, _answer(update, context, want, build))


async def pressed(
    update: Update, context: PanoptesContext, press: OpenReport | DevicePage, build: Builder
) -> None:
    """A report button: about the home that it names, with the credentials of who pressed."""
    if await connected(update, context):
        await answer(update, context)
        await deliver(update, context, _answer(update, context, Want.of(press), build))


async def choose(
    update: Update, context: PanoptesContext, press: PickLocation, build: Builder
) -> None:
    """Make a home the chosen one as soon as Plume has shown it, with the report as the proof."""
    await deliver(update, context, choice(update, context, press, build))


async def choice(
    update: Update, context: PanoptesContext, press: PickLocation | OpenReport, build: Builder
) -> Answer:
    """What `choose` (or a report button) shows, for a caller that shows it itself."""
    return await _answer(update, context, Want.of(press), build)


async def connected(update: Update, context: PanoptesContext) -> bool:
    """Whether the person has credentials; if not, says what to do, or leads there.

    Credentials are for the private chat, which a press in a group opens: Telegram shows either
    that or a text.
    """
    services = context.services
    if await services.state.is_connected(user_of(update).id, context.role):
        return True
    if is_private(update):
        if update.callback_query:
            await answer(update, context, texts.NOT_CONNECTED, alert=True)
        else:
            await send(update, context, texts.NOT_CONNECTED, keyboards.connect(services.buttons))
        return False
    link = f"https://t.me/{context.bot.username}?start=setup"
    if not await services.answers.once(update, url=link):
        await send(update, context, texts.NOT_CONNECTED_IN_GROUP, keyboards.connect_at(link))
    return False


async def section(call: Awaitable[T]) -> T | plume.PlumeAPIError:
    """One of several fetches: its error is a value, so that the others still count.

    Missing or refused credentials concern all of them, and are raised.
    """
    try:
        return await call
    except (plume.PlumeNotConfiguredError, plume.PlumeAuthError):
        raise
    except plume.PlumeAPIError as error:
        return error


def with_reasons(text: str, *sections: object, extras: Extras | None = None) -> str:
    """The report, with why parts of it are missing, and which extras could not be read."""
    reasons = dict.fromkeys(why(part) for part in sections if isinstance(part, Exception))
    missing = extras.missing if extras else []
    said = [" ".join(reasons), f"Not read this time: {', '.join(missing)}." if missing else ""]
    line = "\n".join(part for part in said if part)
    return _with_line(text, line) if line else text


def _with_line(text: str, line: str) -> str:
    """One more paragraph, where a message still has room for it."""
    longer = f"{text}\n\n{line}"
    return longer if units(longer) <= MESSAGE_LIMIT else text


def _read_at(home: Home, now: datetime) -> str:
    """When this was read: a refresh that changes nothing else can be seen to have happened."""
    local = to_local(now, home.timezone)
    return f"<i>Read at</i> {moment(now, f'{local:%H:%M:%S %Z}', 'T')}"


async def _answer(update: Update, context: PanoptesContext, want: Want, build: Builder) -> Answer:
    """The report, or the one sentence that says why there is none."""
    try:
        report = await read(update, context, want, build)
    except Exception as error:  # noqa: BLE001 - a person waits for an answer; it is logged
        return problem(context, want, error)
    return await _shown(update, context, want, report)


def problem(context: PanoptesContext, want: Want, error: Exception) -> Answer:
    """What went wrong, with the way on."""
    buttons = context.services.buttons
    if isinstance(error, plume.PlumeNotConfiguredError | plume.PlumeAuthError):
        return Answer(describe(error), keyboards.connect(buttons), replaces=False)
    known = isinstance(error, plume.PlumeAPIError | TimeoutError)
    text = describe(error) if known else report_unexpected(error)
    return Answer(text, keyboards.retry(buttons, want.press), replaces=False)


async def _shown(update: Update, context: PanoptesContext, want: Want, report: Report) -> Answer:
    """The report with its buttons, as a picture with a caption where there is one."""
    services, read_at = context.services, _read_at(report.home, context.services.clock())
    picture = await _drawn(update, context, report, read_at)
    whole = picture is None or picture.whole
    starred = want.panel is Panel.STATUS and await is_starred(update, context, report.home)
    extras = keyboards.Extras(
        copies=report.copies,
        exports=report.table is not None,
        details=not whole,
        page=report.page,
        pages=report.pages,
        starred=starred,
    )
    keyboard = keyboards.report(services.buttons, want.panel, report.home, want.span, extras)
    return Answer(_with_line(report.text, read_at), keyboard, picture=picture)


async def is_starred(update: Update, context: PanoptesContext, home: Home) -> bool:
    """Whether its star is filled here.

    A star is one person's: in a group it stays empty, and only the answer to a press tells.
    """
    if not is_private(update):
        return False
    starred = await context.services.state.favourites(user_of(update).id)
    return any(home.same_as(each) for each in starred)


async def _drawn(
    update: Update, context: PanoptesContext, report: Report, tail: str
) -> Picture | None:
    """The picture with its caption, drawn already so that the person sees it being worked on.

    None when it cannot be drawn in time: the text is what counts.
    """
    plan = report.plan
    if plan is None:
        return None
    services, theme = context.services, await _theme(update, context)
    key = picture_key(plan, theme)
    caption, whole = caption_of(report.text, tail)
    picture = Picture(key, Once(lambda: services.painter.draw(plan, theme)), caption, whole)
    if services.pictures.get(key) is None:
        try:
            async with asyncio.timeout(services.timing.picture_s):
                await picture.draw()
        except (PictureError, TimeoutError):
            return None
    return picture


async def _theme(update: Update, context: PanoptesContext) -> ThemeName:
    """Light or dark, as was set in this chat; a picture is not worth an error of the storage."""
    try:
        chosen = await context.services.state.settings(Place.of(update).chat_id)
    except StorageError:
        return "light"
    return "dark" if chosen.theme == "dark" else "light"


def link_of(context: PanoptesContext, home: Home) -> str | None:
    """A link that opens this home for whoever may see it; None where the ids are too long."""
    return link_to(context, f"loc_{home.customer_id}_{home.location_id}")


def link_to(context: PanoptesContext, payload: str) -> str | None:
    """A link to the private chat with the bot that carries this; None for what none can."""
    fits = len(payload) <= _PAYLOAD_LIMIT and _PAYLOAD.fullmatch(payload)
    return f"https://t.me/{context.bot.username}?start={payload}" if fits else None


async def read(update: Update, context: PanoptesContext, want: Want, build: Builder) -> Report:
    """Build the report within a person's patience; a home that is picked becomes the chosen one.

    Raises what the builder raises, and TimeoutError.
    """
    services, place, user_id = context.services, Place.of(update), user_of(update).id
    chosen = await services.state.home(place)
    wanted = Home(want.press.customer_id, want.press.location_id)
    current = wanted.same_as(chosen)
    memories = services.state.memories
    customer = memories.customer(wanted.customer_id)
    at_hand = replace(chosen if chosen and current else wanted, customer=customer)
    ask = Ask(
        user_id,
        at_hand,
        services.clock,
        want.span,
        want.page,
        want.query,
        memory=await memories.of(want.press.customer_id, want.press.location_id),
        memories=memories,
        refusals=services.refusals,
        extra_s=services.timing.extra_s,
    )
    deadline_s = services.timing.deadline_s
    # The client ends each call itself; the second clock is for everything else.
    with plume.caller("person", deadline_s):
        async with asyncio.timeout(deadline_s + 0.5):
            report = await build(await _named(ask, want.panel))
    if isinstance(want.press, PickLocation) or (current and report.home != chosen):
        await services.state.choose(place, report.home, user_id)
    services.state.saw(update, report.home, want.panel.name.lower())
    return report


async def _named(ask: Ask, panel: Panel) -> Ask:
    """Ask Plume what a home is called that is not at hand; some reports read it anyway."""
    if panel in _READ_THE_HOME or ask.home.name is not None:
        return ask
    location = await plume.get_location_status(*ask.ids)
    home = Home.of(ask.home.customer_id, location)
    return replace(ask, home=replace(home, customer=ask.home.customer))
