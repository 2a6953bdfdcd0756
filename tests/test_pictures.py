"""One panel whatever it shows: pictures in place, ids used again, texts when there is none."""

from __future__ import annotations

import pytest

from src.handlers.pictures import FileIds, caption_of
from src.utils.markup import units
from tests import quick_painter
from tests.bot_harness import Bot, Person, is_report, labels_of, text_of


async def _ready(bot: Bot) -> Person:
    ann = bot.person("Ann")
    await ann.ready()
    return ann


@pytest.mark.parametrize("command", ["/wan", "/stats"])
async def test_a_drawn_report_is_one_message_with_its_words_as_caption(command: str) -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        number = ann.say(command)
        shown = await ann.answered(number)
        assert shown["photo"]
        assert "Read at" in shown["caption"]
        assert units(shown["caption"]) <= 1024
        assert ann.shown(number) == [shown]


async def test_a_picture_that_was_sent_before_is_not_uploaded_again() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        first, second = await ann.ask("/stats"), await ann.ask("/stats")
        assert first["photo"][-1]["file_id"] == second["photo"][-1]["file_id"]
        other = await ann.ask("/wan")
        assert other["photo"][-1]["file_id"] != first["photo"][-1]["file_id"]


async def test_text_and_picture_take_each_others_place_and_one_panel_is_left() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        panel = await ann.ready()
        await ann.press("WAN", panel)
        drawn = await ann.becomes(panel, "usage")
        assert drawn["photo"], "a text becomes a picture in place"
        await ann.press("Week", drawn)
        await ann.quiet()
        (week,) = [m for m in ann.shown() if m["message_id"] == panel["message_id"]]
        assert "• Week •" in labels_of(week)
        await ann.press("Back", week)
        await ann.quiet()
        (left,) = [m for m in ann.shown() if is_report(m)]
        assert left["message_id"] > panel["message_id"]
        assert "photo" not in left


async def test_when_drawing_fails_the_whole_text_goes_out() -> None:
    async with Bot(painter=quick_painter.BROKEN) as bot:
        ann = await _ready(bot)
        shown = await ann.ask("/wan")
        assert "photo" not in shown
        assert "Busiest hours" in text_of(shown)
        await ann.press("Week", shown)
        await ann.quiet()
        (week,) = [m for m in ann.shown() if m["message_id"] == shown["message_id"]]
        assert "• Week •" in labels_of(week)


async def test_an_id_that_telegram_forgot_is_uploaded_anew() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        first = await ann.ask("/stats")
        bot.telegram.state.files._kept.clear()
        second = await ann.ask("/stats")
        assert second["photo"][-1]["file_id"] != first["photo"][-1]["file_id"]


async def test_an_old_panel_that_cannot_be_deleted_loses_its_buttons() -> None:
    async with Bot() as bot:
        ann = await _ready(bot)
        drawn = await ann.ask("/wan")
        bot.telegram.faults.set("deleteMessage", kind="forbidden")
        await ann.press("Back", drawn)
        await ann.quiet()
        (old,) = [m for m in ann.shown() if m["message_id"] == drawn["message_id"]]
        assert labels_of(old) == []


@pytest.mark.parametrize(
    ("text", "kept", "whole"),
    [
        ("short", "short\n\nend", True),
        ("a" * 20 + "\n\n" + "b" * 20 + "\n\n" + "c" * 20, "a" * 20 + "\n…\n\nend", False),
        (
            "a" * 20 + "\n" + "b" * 5 + "\n" + "c" * 20,
            "a" * 20 + "\n" + "b" * 5 + "\n…\n\nend",
            False,
        ),
        ("a" * 90, "…\n\nend", False),
        ("a\n\n<blockquote>b\n\nc" + "d" * 40 + "</blockquote>", "a\n…\n\nend", False),
    ],
)
def test_a_caption_is_cut_between_paragraphs_or_lines(text: str, kept: str, whole: bool) -> None:
    assert caption_of(text, "end", 40) == (kept, whole)


def test_ids_are_kept_for_messages_with_a_picture_only_and_can_be_forgotten() -> None:
    ids = FileIds()
    ids.learn("key", message=True)
    assert ids.get("key") is None
    ids.forget("key")


async def test_pictures_are_dark_where_that_was_set() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        state = bot.application.services.state
        drawn: dict[str, set[bytes]] = {}
        for theme in ("light", "dark", "light"):
            await state.set_setting(ann.chat_id, "theme", theme)
            shown = await ann.ask("/wan")
            stored = bot.telegram.state.files.get(shown["photo"][-1]["file_id"])
            assert stored is not None
            drawn.setdefault(theme, set()).add(stored.content)
        assert len(drawn["light"]) == len(drawn["dark"]) == 1
        assert drawn["light"] != drawn["dark"]
