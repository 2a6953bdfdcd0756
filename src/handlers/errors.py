"""From an error to one sentence that says what happened and what to do next."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

from telegram import Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, TelegramError

import plume_api_client as plume
from src import telemetry
from src.handlers import texts
from src.handlers.reply import answer, send
from src.handlers.trace import mark
from src.logs import reference
from src.storage import errors as storage

if TYPE_CHECKING:
    from src.handlers.context import PanoptesContext

__all__ = ["describe", "on_error", "report_unexpected", "storage_trouble", "tell", "why"]

logger = logging.getLogger(__name__)

# Narrow before wide: the first class that fits speaks. (what happened, what to do next)
_AGAIN = "This says nothing about the home. Try again in a minute."
_WORDS: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (plume.PlumeNotConfiguredError, "You are not connected to Plume yet.", "Send /setup first."),
    (
        plume.PlumeAuthError,
        "Plume no longer accepts your credentials.",
        "Send /setup to connect again.",
    ),
    (
        plume.PlumePermissionError,
        "Your Plume credentials may not see this home.",
        "Choose another with /locations, or connect with other credentials: /setup.",
    ),
    (
        plume.PlumeNotFoundError,
        "Plume does not find this home, or it is not yours.",
        "Choose another with /locations.",
    ),
    (
        plume.PlumeInputError,
        "Plume cannot be asked for this: the request does not look right.",
        "Choose the home again with /locations.",
    ),
    (
        plume.PlumeRejectedError,
        "Plume does not accept this request.",
        "Try again; if it stays so, choose the home again with /locations.",
    ),
    (plume.PlumeServerError, "Plume's cloud has a fault of its own right now.", _AGAIN),
    (plume.PlumeTimeoutError, "Plume did not answer in time.", _AGAIN),
    (TimeoutError, "Plume did not answer in time.", _AGAIN),
    (plume.PlumeConnectionError, "I cannot reach Plume.", _AGAIN),
    (plume.PlumeResponseError, "Plume sent an answer that I cannot read.", _AGAIN),
    (Exception, "Plume could not be asked.", _AGAIN),
)


_ASK_OWNER: Final = "Nothing was changed. Tell the person who runs the bot."
_STORAGE_WORDS: Final[tuple[tuple[type[storage.StorageError], str], ...]] = (
    (storage.StorageFullError, f"The bot's disk is full, so I cannot save this. {_ASK_OWNER}"),
    (storage.StorageReadOnlyError, f"The bot may not write to its own files. {_ASK_OWNER}"),
    (
        storage.StorageLockedError,
        "The bot's database is busy. Nothing was changed. Try again in a minute.",
    ),
    (storage.StorageCorruptError, f"The bot's database is damaged. {_ASK_OWNER}"),
    (
        storage.StorageUnavailableError,
        "The bot's database does not answer. Nothing was changed. Try again in a minute.",
    ),
    (storage.WrongKeyError, f"The bot's keys do not open what it has stored. {_ASK_OWNER}"),
    (storage.StorageError, f"The bot's database cannot be used. {_ASK_OWNER}"),
)


def storage_trouble(error: storage.StorageError) -> str:
    """Log what is wrong with the storage, and return what to tell a person about it."""
    mark("storage")
    logger.error("storage: %s", error)
    return f"❌ {next(words for kind, words in _STORAGE_WORDS if isinstance(error, kind))}"


def why(error: Exception) -> str:
    """What happened, in one sentence."""
    if isinstance(error, plume.PlumeRateLimitedError):
        return _rate_limited(error)
    return next(what for kind, what, _ in _WORDS if isinstance(error, kind))


def describe(error: Exception) -> str:
    """What happened and what to do next. It is how the request at hand ends."""
    mark(_outcome(error))
    if isinstance(error, plume.PlumeRateLimitedError):
        wait = _wait(error.blocked_for_s)
        return f"❌ {_rate_limited(error)} Your credentials are fine. Try again {wait}."
    step = next(step for kind, _, step in _WORDS if isinstance(error, kind))
    return f"❌ {why(error)} {step}"


_WORD_START: Final = re.compile(r"(?<!^)(?=[A-Z])")


def _outcome(error: Exception) -> str:
    """`PlumeRateLimitedError` as `plume_rate_limited`, for logs and metrics."""
    return _WORD_START.sub("_", type(error).__name__.removesuffix("Error")).lower()


def _rate_limited(error: plume.PlumeRateLimitedError) -> str:
    if error.firewall:
        return "Plume blocks this bot for a few minutes, because it was asked too often."
    return "Plume is being asked too often right now."


def _wait(seconds: float | None) -> str:
    if seconds is None or seconds <= 0:
        return "in a few minutes"
    if seconds < 60:
        return f"in {max(1, round(seconds))} s"
    return f"in {-(-round(seconds) // 60)} min"


async def on_error(update: object, context: PanoptesContext) -> None:
    """The last resort of every handler: log it, and tell the person."""
    error = context.error or RuntimeError("an error handler without an error")
    await tell(update, context, error)


async def tell(update: object, context: PanoptesContext, error: Exception) -> None:
    """Log what nobody expected, and give the person a number to quote.

    When it is Telegram that cannot be reached, or somebody who has blocked the bot, there is
    nobody to tell: a line in the log is enough.
    """
    unreachable = isinstance(error, NetworkError) and not isinstance(error, BadRequest)
    if unreachable or isinstance(error, Forbidden | Conflict):
        mark("telegram")
        logger.warning("Telegram: %s", error)
        return
    text = report_unexpected(error)
    if isinstance(update, Update):
        try:
            await answer(update, context)
            await send(update, context, text)
        except TelegramError as failed:
            logger.warning("the person could not be told: %s", failed)


def report_unexpected(error: Exception) -> str:
    """Log an error that is nobody's fault at Plume, and let the admins know.

    Returns what to tell the person about it.
    """
    if isinstance(error, storage.StorageError):
        telemetry.report(telemetry.OwnError(error, reference()))
        return storage_trouble(error)
    mark("error")
    return texts.unexpected(telemetry.broke(logger, "unexpected error", error))
