"""The typed context refuses to be used where it makes no sense."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from telegram.ext import Application

from panoptes_bot import build_services
from src.handlers.context import PanoptesContext, Timing, UserState
from src.settings import load_settings
from tests.bot_harness import TOKEN, Bot


async def test_an_update_without_a_user_has_no_draft() -> None:
    async with Bot() as bot:
        context = PanoptesContext(cast("Any", bot.application))
        assert context.services is bot.application.services
        with pytest.raises(ValueError, match="no draft"):
            _ = context.draft


def test_another_application_has_no_services() -> None:
    other = Application.builder().token("1:x").build()
    with pytest.raises(TypeError, match="PanoptesApplication"):
        _ = PanoptesContext(cast("Any", other)).services


def test_the_deadline_leaves_time_to_answer_within_fifteen_seconds() -> None:
    assert Timing().deadline_s + 0.5 < 15


def test_production_has_an_aware_clock() -> None:
    settings = load_settings({"TELEGRAM_BOT_TOKEN": TOKEN}, dotenv=None)
    assert build_services(settings).clock().utcoffset() == timedelta(0)


async def test_drafts_do_not_print_secrets_and_can_be_dropped() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ask("/setup")
        await ann.ask(ann.credential.header)
        draft: UserState = bot.application.user_data[ann.user_id]
        assert draft.header is not None
        assert ann.credential.header not in repr(draft)
        draft.forget()
        assert draft == UserState()
