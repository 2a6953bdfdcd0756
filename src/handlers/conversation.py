"""What the bot may be waiting for, and how a question ends: answered, left, cancelled, timed out.

There is one conversation for the whole bot, because a person is asked one thing at a time. Any
command ends the question at hand and then runs, so nobody is ever stuck in one.

Errors never leave a step: an exception would drop the library's timeout and strand the person.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeAlias

from telegram.ext import ConversationHandler

from src.handlers import texts
from src.handlers.errors import tell
from src.handlers.incoming import user_of
from src.handlers.reply import send

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import Handler, PanoptesContext

__all__ = [
    "END",
    "Question",
    "Step",
    "begin_setup",
    "forget_draft",
    "leaving",
    "on_timeout",
    "step",
]

P = ParamSpec("P")
Question: TypeAlias = Callable[
    Concatenate["Update", "PanoptesContext", P], Coroutine[Any, Any, "Step | int"]
]
END: Final = ConversationHandler.END


class Step(Enum):
    """What the next text of a person answers."""

    HEADER = "header"
    PARTNER = "partner"
    CUSTOMER = "customer"
    ZONE = "zone"


def step(stay: Step | int) -> Callable[[Question[P]], Question[P]]:
    """Decorates what asks or takes an answer: what breaks is told, and the state is `stay`."""

    def decorate(handle: Question[P]) -> Question[P]:
        @functools.wraps(handle)
        async def guarded(
            update: Update, context: PanoptesContext, /, *rest: P.args, **options: P.kwargs
        ) -> Step | int:
            try:
                return await handle(update, context, *rest, **options)
            except Exception as error:  # noqa: BLE001 - logged, told, and the person goes on
                await tell(update, context, error)
                return stay

        return guarded

    return decorate


def leaving(handle: Handler) -> Handler:
    """A command sent in the middle of a question: drop the question, then run."""

    @functools.wraps(handle)
    async def leave(update: Update, context: PanoptesContext) -> int:
        try:
            await forget_draft(update, context)
            await handle(update, context)
        except Exception as error:  # noqa: BLE001 - as in `step`; the question is over either way
            await tell(update, context, error)
        return END

    return leave


async def begin_setup(update: Update, context: PanoptesContext, *, for_team: bool) -> None:
    """The set-up starts. That it did is kept, so that a restart can say that it was cut off."""
    context.draft.begin_setup(for_team=for_team)
    person = user_of(update).id  # a private chat has its person's id
    await context.services.state.store.begin_draft(person, person, "setup")


async def forget_draft(update: Update, context: PanoptesContext) -> None:
    """Whatever was in the middle is over."""
    was_in_setup = context.draft.in_setup
    context.draft.forget()
    if was_in_setup:
        person = user_of(update).id
        await context.services.state.store.end_draft(person, person)


async def on_timeout(update: Update, context: PanoptesContext) -> int:
    """Nobody answered: forget the draft, and say so."""
    command = "/setup" if context.draft.in_setup else context.draft.command
    await forget_draft(update, context)
    await send(update, context, texts.TIMED_OUT.format(command=command))
    return END
