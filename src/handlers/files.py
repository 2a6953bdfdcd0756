"""What is on screen as a file: CSV for spreadsheets, JSON for scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from telegram.constants import ChatType
from telegram.error import TelegramError

from src.handlers import report, texts
from src.handlers.callbacks import ExportReport, FileKind, OpenReport
from src.handlers.incoming import chat_of, thread_of
from src.handlers.reply import answer, send
from src.utils.tables import csv_bytes, json_bytes

if TYPE_CHECKING:
    from datetime import datetime

    from telegram import Update

    from src.handlers.context import PanoptesContext
    from src.handlers.report import Builder, Report
    from src.handlers.state import Home

__all__ = ["export"]

_NOT_IN_NAMES: Final = re.compile(r"[^\w-]+")
_NAME_LENGTH: Final = 40


async def export(
    update: Update, context: PanoptesContext, press: ExportReport, build: Builder
) -> None:
    """Read the report again and send what it shows as a document."""
    if not await report.connected(update, context):
        return
    await answer(update, context, texts.EXPORTING)
    opened = OpenReport(press.panel, press.customer_id, press.location_id, press.span)
    want = report.Want.of(opened)
    try:
        made = await report.read(update, context, want, build)
    except Exception as error:  # noqa: BLE001 - a person waits for an answer; it is logged
        told = report.problem(context, want, error)
        await send(update, context, told.text, told.keyboard)
        return
    await _send(update, context, press, made)


async def _send(
    update: Update, context: PanoptesContext, press: ExportReport, made: Report
) -> None:
    now = context.services.clock()
    table = made.table() if made.table else None
    if table is None or not table.rows:
        await send(update, context, texts.NOTHING_TO_EXPORT)
        return
    as_csv = press.kind is FileKind.CSV
    content = csv_bytes(table) if as_csv else json_bytes(table, made.data, now)
    chat = chat_of(update)
    try:
        await context.bot.send_document(
            chat.id,
            content,
            filename=_file_name(made.home, press, now),
            message_thread_id=thread_of(update),
            protect_content=chat.type != ChatType.PRIVATE or None,
        )
    except TelegramError:
        await send(update, context, texts.EXPORT_FAILED)
        raise


def _file_name(home: Home, press: ExportReport, now: datetime) -> str:
    """Home, report and moment, in letters that every file system takes."""
    name = _NOT_IN_NAMES.sub("-", home.title)[:_NAME_LENGTH].strip("-") or "home"
    kind = "csv" if press.kind is FileKind.CSV else "json"
    return f"{name}-{press.panel.name.lower()}-{now:%Y%m%dT%H%MZ}.{kind}"
