"""What is on screen as a file, and the reports that came with the search."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.bot_harness import Bot, Person, is_report, labels_of, text_of


async def _file(bot: Bot, ann: Person, command: str, label: str) -> tuple[str, bytes]:
    shown = await ann.ask(command)
    if "⋯ More" in labels_of(shown):
        await ann.press("More", shown)
        shown = await ann.offered(shown, label)
    await ann.press(label, shown)
    await ann.quiet()
    (sent,) = [m["document"] for m in ann.shown() if "document" in m]
    stored = bot.telegram.state.files.get(sent["file_id"])
    assert stored is not None
    return str(sent["file_name"]), stored.content


HEADERS = {
    "/status": "serial",
    "/wan": "download_MB",
    "/stats": "length_s",
    "/nodes": "mac",
    "/wifi": "ssid",
    "/devices": "devices",
    "/speed": "download_Mbit/s",
}


@pytest.mark.parametrize("command", HEADERS)
async def test_every_report_with_figures_is_a_csv_with_units(command: str) -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        name, content = await _file(bot, ann, command, "CSV")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert HEADERS[command] in rows[0]
        assert len(rows) > 1
        assert name.startswith("Home-")
        assert name.endswith(".csv")


async def test_json_carries_the_analysis_too() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        _, content = await _file(bot, ann, "/wan", "JSON")
        body: dict[str, Any] = json.loads(content)
        assert body["report"]["peak_download"]["mbps"] > 0
        assert body["rows"][0]["start"].endswith("Z")


async def test_a_cloud_that_fails_is_told_instead_of_a_file() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        shown = await ann.ask("/wifi")
        bot.break_plume("500")
        await ann.press("CSV", shown)
        assert "fault of its own" in text_of(await ann.answered(shown["message_id"]))


async def test_devices_show_numbers_first_and_names_after_a_press() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        shown = await ann.ask("/devices")
        assert "MAC" not in text_of(shown)
        await ann.press("Names and addresses", shown)
        named = await ann.becomes(shown, "MAC")
        assert not any("CSV" in label for label in labels_of(named)), "no file of names"
        await ann.press("Only numbers", named)
        await ann.becomes(named, "devices connected")
        found = await ann.ask("/devices phone")
        assert "for “phone”" in text_of(found)


async def test_the_call_card_has_two_texts_to_copy() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        await ann.ready()
        card = await ann.ask("/call")
        assert is_report(card)
        assert "Ask the caller" in text_of(card)
        rows = card["reply_markup"]["inline_keyboard"]
        copied = [b["copy_text"]["text"] for row in rows for b in row if "copy_text" in b]
        assert len(copied) == 2
        assert all(0 < len(text) <= 256 for text in copied)


async def test_the_mesh_is_drawn_on_demand() -> None:
    async with Bot() as bot:
        ann = bot.person("Ann")
        panel = await ann.ready()
        await ann.press("More", panel)
        await ann.press("Mesh picture", await ann.offered(panel, "Mesh picture"))
        await ann.quiet()
        (drawn,) = [m for m in ann.shown() if m["message_id"] == panel["message_id"]]
        assert drawn["photo"]
