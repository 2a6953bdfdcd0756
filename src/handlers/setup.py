"""/setup: connect a person to Plume in two steps, header and partner id, proved by a token call.

    /setup -> HEADER -> PARTNER -> connected
                ^          |  refused: back to whichever part is wrong
                +----------+

The message with the header is deleted at once, also when it is wrong, and nothing is echoed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

import plume_api_client as plume
from src.handlers import keyboards, member_keyboards, member_texts, texts
from src.handlers.conversation import END, Step, begin_setup, forget_draft, step
from src.handlers.errors import describe, why
from src.handlers.incoming import is_private, message_of, scrub, text_of, user_of
from src.handlers.member_presses import Whose
from src.handlers.reply import Answer, answer, delete, deliver, send

if TYPE_CHECKING:
    from telegram import Message, Update

    from src.handlers.callbacks import Connect
    from src.handlers.context import PanoptesContext
    from src.handlers.member_presses import ConnectAs

__all__ = [
    "ask_partner_id",
    "confirm_auth",
    "looks_like_credentials",
    "setup_for",
    "setup_linked",
    "setup_pressed",
    "setup_start",
    "swallow_credentials",
    "take_away",
]

_REFUSED: Final = {
    "header": texts.REFUSED_HEADER,
    "partner": texts.REFUSED_PARTNER,
    "rights": texts.REFUSED_RIGHTS,
    "other": texts.REFUSED_OTHER,
}


@step(END)
async def setup_start(update: Update, context: PanoptesContext) -> Step | int:
    """Ask for the header; in a group, point to the private chat instead."""
    pasted = " ".join(context.args or ())
    if not is_private(update):
        if looks_like_credentials(pasted):
            await swallow_credentials(update, context, message_of(update))
        else:
            await send(update, context, texts.SETUP_IN_GROUP.format(link=_private_link(context)))
        return END
    if looks_like_credentials(pasted):
        await begin_setup(update, context, for_team=False)
        return await _take_header(update, context, message_of(update), pasted)
    if context.role == "admin":
        await forget_draft(update, context)
        keyboard = member_keyboards.whose(context.services.buttons)
        await send(update, context, member_texts.WHOSE, keyboard)
        return END
    return await _ask_header(update, context, Whose.ME)


async def _ask_header(update: Update, context: PanoptesContext, whose: Whose) -> Step:
    await begin_setup(update, context, for_team=whose is Whose.TEAM)
    await send(update, context, texts.ASK_HEADER)
    return Step.HEADER


async def setup_linked(update: Update, context: PanoptesContext) -> Step | int:
    """The link `t.me/<bot>?start=setup`, whose payload is not a header."""
    context.args = []
    return await setup_start(update, context)


@step(END)
async def setup_pressed(update: Update, context: PanoptesContext, _press: Connect) -> Step | int:
    """The Connect button."""
    await answer(update, context)
    return await setup_start(update, context)


@step(END)
async def setup_for(update: Update, context: PanoptesContext, press: ConnectAs) -> Step | int:
    """An admin has said whose credentials these are."""
    await answer(update, context)
    if not is_private(update):
        return await setup_start(update, context)
    return await _ask_header(update, context, press.whose)


@step(Step.HEADER)
async def ask_partner_id(update: Update, context: PanoptesContext) -> Step | int:
    """Take the header and ask for the partner id."""
    message = message_of(update)
    return await _take_header(update, context, message, text_of(message))


async def _take_header(
    update: Update, context: PanoptesContext, message: Message, pasted: str
) -> Step:
    """Delete first, whatever it was; then judge it."""
    context.args = None
    scrub(message)
    deleted = await delete(message)
    try:
        header = plume.normalize_auth_header(pasted)
    except plume.PlumeInputError:
        text, following = texts.BAD_HEADER, Step.HEADER
    else:
        context.services.redact.learn(header.partition(" ")[2])
        context.draft.header = SecretStr(header)
        text, following = texts.ASK_PARTNER, Step.PARTNER
    if not deleted:
        text = f"{texts.HEADER_UNDELETED}\n\n{text}"
    await send(update, context, text)
    return following


@step(Step.PARTNER)
async def confirm_auth(update: Update, context: PanoptesContext) -> Step | int:
    """Take the partner id, and let Plume decide about both."""
    message, header = message_of(update), context.draft.header
    pasted = text_of(message)
    if looks_like_credentials(pasted):  # the header once more
        return await _take_header(update, context, message, pasted)
    if header is None:
        await send(update, context, texts.ASK_HEADER)
        return Step.HEADER
    try:
        partner_id = plume.validate_partner_id(pasted)
    except plume.PlumeInputError:
        await send(update, context, texts.BAD_PARTNER)
        return Step.PARTNER
    following: list[Step | int] = []

    async def prove() -> Answer:
        text, after = await _try_credentials(update, context, header, partner_id)
        following.append(after)
        done = keyboards.choose(context.services.buttons) if after == END else None
        return Answer(text, done)

    await deliver(update, context, prove())
    return following[0]


async def _try_credentials(
    update: Update, context: PanoptesContext, header: SecretStr, partner_id: str
) -> tuple[str, Step | int]:
    """Ask for a token; what to say, and which step comes next."""
    services = context.services
    config = {
        "auth_header": header.get_secret_value(),
        "partner_id": partner_id,
        "sso_url": services.settings.plume_sso_url,
        "plume_api_base": services.settings.plume_api_base,
        "plume_reports_base": services.settings.plume_reports_base,
    }
    try:
        with plume.caller("person", services.timing.deadline_s):
            await plume.get_oauth_token(config)
    except plume.PlumeAuthError as error:
        following = Step.HEADER if error.reason == "header" else Step.PARTNER
        return _REFUSED[error.reason], following
    except plume.PlumeRateLimitedError as error:
        return f"{describe(error)} Then send the partner id again, or /cancel.", Step.PARTNER
    except plume.PlumeAPIError as error:
        return texts.SETUP_UNREACHABLE.format(why=why(error)), Step.PARTNER
    return await _keep(update, context, config), END


async def _keep(update: Update, context: PanoptesContext, config: dict[str, str]) -> str:
    """Keep accepted credentials, if the right to set the team's is still there."""
    state, for_team = context.services.state, context.draft.for_team
    if for_team and context.role != "admin":
        await forget_draft(update, context)
        return member_texts.ADMINS_ONLY_TEAM
    if for_team:
        await state.connect_team(config)
        await state.note(update, "set the team's credentials")
    else:
        await state.connect(user_of(update).id, config)
        await state.note(update, "connected to Plume")
    await forget_draft(update, context)
    return member_texts.TEAM_DONE if for_team else texts.SETUP_DONE


def looks_like_credentials(text: str) -> bool:
    """Whether this would pass for a header: such a text must not stay in a chat."""
    try:
        plume.normalize_auth_header(text)
    except plume.PlumeInputError:
        return False
    return True


async def take_away(message: Message) -> str:
    """Forget and delete a message with credentials; what to say about it."""
    scrub(message)
    return texts.STRAY_DELETED if await delete(message) else texts.STRAY_LEFT


async def swallow_credentials(update: Update, context: PanoptesContext, message: Message) -> None:
    """Credentials where they do not belong: delete them, and say where they do."""
    context.args = None
    gone = await take_away(message)
    if is_private(update):
        text = f"{gone} Send /setup when you want to connect."
    else:
        text = f"{gone} {texts.STRAY_SEEN.format(link=_private_link(context))}"
    await send(update, context, text)


def _private_link(context: PanoptesContext) -> str:
    return f"https://t.me/{context.bot.username}?start=setup"
