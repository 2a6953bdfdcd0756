"""/audit: who saw which home, who did what, and when; for admins, in private."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from src.handlers import member_keyboards, member_texts
from src.handlers.incoming import user_of
from src.handlers.people import put
from src.handlers.reply import answer

if TYPE_CHECKING:
    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.handlers.member_presses import AuditPage

__all__ = ["audit_command", "audit_page"]

_PAGE: Final = 15
_LAST_PAGE: Final = 200


async def audit_command(update: Update, context: PanoptesContext) -> None:
    """Answer /audit."""
    await _show(update, context, 0)


async def audit_page(update: Update, context: PanoptesContext, press: AuditPage) -> None:
    """Turn to a page."""
    await answer(update, context)
    await _show(update, context, min(max(press.page, 0), _LAST_PAGE))


async def _show(update: Update, context: PanoptesContext, page: int) -> None:
    state = context.services.state
    store, zone = state.store, (await state.settings(user_of(update).id)).timezone
    entries = await store.audit((page + 1) * _PAGE + 1)
    shown = entries[page * _PAGE : (page + 1) * _PAGE]
    names = {person.user_id: person.name for person in await store.people()}
    more = len(entries) > (page + 1) * _PAGE and page < _LAST_PAGE
    keyboard = member_keyboards.audit(context.services.buttons, page, more=more)
    await put(update, context, member_texts.audit(shown, names, page, zone), keyboard)
