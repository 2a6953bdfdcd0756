"""The types that every handler works with: services, a person's draft, and the context itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from telegram.ext import Application as PtbApplication
from telegram.ext import CallbackContext, ExtBot, JobQueue

import plume_api_client as plume
from src.charts.render import Painter
from src.handlers.beside import Refusals
from src.handlers.offers import Offers
from src.handlers.own_errors import OwnErrors
from src.handlers.pictures import FileIds
from src.handlers.throttle import Throttle
from src.watch.board import Boards

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from datetime import datetime

    from pydantic import SecretStr
    from telegram import Update

    from src.handlers.callbacks import Buttons
    from src.handlers.order import ChatOrder
    from src.handlers.reply import Answers
    from src.handlers.state import State
    from src.logs import Redactor
    from src.settings import Settings
    from src.storage.records import Role
    from src.watch.service import WatchService

__all__ = [
    "Application",
    "Handler",
    "PanoptesApplication",
    "PanoptesContext",
    "Services",
    "Timing",
    "UserState",
]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds."""

    deadline_s: float = 14.0  # Plume's share of the 15 s in which a person gets an answer
    extra_s: float = 2.5  # how long a report waits for what it can do without
    inline_pause_s: float = 0.4  # so long nothing is typed, and the search leaves
    # What a command asks Plume leaves first: to build the chat action in between delays all of it.
    action_after_s: float = 0.02
    progress_after_s: float = 2.0
    picture_s: float = 8.0  # longer than the first picture takes; then the text goes out alone
    repeat_after_s: float = 0.5  # Telegram, when a call to it was lost; then twice as long
    action_every_s: float = 4.5  # Telegram drops a chat action after 5 s
    conversation_s: float = 600.0
    stop_grace_s: float = 3.3  # to finish what runs; supervisors wait 10 s before they kill


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers need beside the update: one instance for a process."""

    settings: Settings
    state: State
    buttons: Buttons
    redact: Redactor
    order: ChatOrder
    answers: Answers
    watching: WatchService
    timing: Timing = field(default_factory=Timing)
    pictures: FileIds = field(default_factory=FileIds)
    painter: Painter = field(default_factory=Painter)
    refusals: Refusals = field(default_factory=Refusals)
    offers: Offers = field(default_factory=Offers)  # chats to escalate to
    inline_turns: dict[int, str] = field(default_factory=dict)  # person -> newest inline query
    clock: Callable[[], datetime] = plume.cloud_now  # reports measure what the cloud dated
    strangers: Throttle = field(default_factory=Throttle)
    boards: Boards = field(default_factory=Boards)  # what each board of watched homes shows
    own_errors: OwnErrors = field(default_factory=OwnErrors)
    background: set[asyncio.Task[None]] = field(default_factory=set)


@dataclass(slots=True)
class UserState:
    """What a person is in the middle of; never stored."""

    in_setup: bool = False
    for_team: bool = False  # /setup: the credentials are the team's
    header: SecretStr | None = None  # /setup: accepted, waiting for the partner id
    command: str = "/locations"  # asks the question at hand, unless /setup does

    def begin_setup(self, *, for_team: bool = False) -> None:
        """The set-up starts, with nothing entered."""
        self.in_setup, self.for_team, self.header = True, for_team, None

    def forget(self) -> None:
        """Whatever was in the middle is over."""
        self.in_setup, self.for_team, self.header = False, False, None
        self.command = "/locations"


class PanoptesContext(
    CallbackContext[ExtBot[None], UserState, dict[Any, Any], dict[Any, Any]],
):
    """A handler's context, with the services at hand.

    `role` is what the person behind the update may do, as the gate found it at this moment.
    """

    role: Role | None = None

    @property
    def services(self) -> Services:
        """The services of this process."""
        application = self.application
        if not isinstance(application, PanoptesApplication):
            raise TypeError("the bot runs on a PanoptesApplication")
        return application.services

    @property
    def draft(self) -> UserState:
        """The draft of the person behind the update."""
        if self.user_data is None:
            raise ValueError("an update without a user has no draft")
        return self.user_data


class PanoptesApplication(
    PtbApplication[
        ExtBot[None],
        PanoptesContext,
        UserState,
        dict[Any, Any],
        dict[Any, Any],
        JobQueue[PanoptesContext],
    ],
):
    """The application, carrying the services."""

    def __init__(self, *, services: Services, **options: Any) -> None:
        """Take the services beside the library's own arguments."""
        super().__init__(**options)
        self.services = services

    async def initialize(self) -> None:
        """Open the state before Telegram is asked for anything. Raises StorageError."""
        await self.services.state.open()
        await super().initialize()

    async def stop(self) -> None:
        """Stop without waiting for a slow cloud: handlers get a moment, then are cancelled."""
        if self.running:
            self.services.order.drain(self.services.timing.stop_grace_s)
        # While there still is a connection to finish the message that is under way.
        await self.services.watching.stop()
        await super().stop()


Application: TypeAlias = PtbApplication[Any, PanoptesContext, Any, Any, Any, Any]
Handler: TypeAlias = "Callable[[Update, PanoptesContext], Any]"
