"""Every button of every screen, to depth 6: no dead end, no silence, no error; Back works."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from tests.bot_harness import Bot, Person, invented_cloud, is_report, labels_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

DEPTH = 6
HOME = f"1|r|s|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}|7d"
STARTS = (HOME, f"1|l|{DEMO_CUSTOMER_ID}|0", "1|q|Lind|0")
WAYS = ("⬅ Back", "🏠 Home")
HARMLESS = ("not modified",)


def _buttons(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            if "callback_data" in button:
                yield button["text"], button["callback_data"]
            else:
                assert "copy_text" in button or "url" in button, button


class Crawler:
    """Opens screens breadth first, and presses what each of them shows."""

    def __init__(self, bot: Bot, person: Person, *, thorough: bool) -> None:
        self.bot, self.person, self.thorough = bot, person, thorough
        self.pressed: set[str] = set()
        self.screens = 0

    async def crawl(self) -> None:
        waiting = deque((start, 1) for start in STARTS)
        known = set(STARTS)
        while waiting:
            data, depth = waiting.popleft()
            screen = await self.open(data)
            self.screens += 1
            for label, target in list(_buttons(screen)):
                if target in self.pressed and not (self.thorough and label in WAYS):
                    continue
                screen = await self.open(data)
                if target not in {each for _, each in _buttons(screen)}:
                    continue  # gone by itself, such as a favourite's other state
                await self.press(label, target, screen)
                self.pressed.add(target)
                if target not in known and depth < DEPTH:
                    known.add(target)
                    waiting.append((target, depth + 1))

    async def open(self, data: str) -> dict[str, Any]:
        """The screen that this data leads to, on the newest message that has buttons."""
        carrier = [m for m in self.person.shown() if list(_buttons(m))][-1]
        if data.startswith(("1|x|", "1|f|")):
            return carrier  # nothing that could be opened: a file, a star
        await self.person.forge(carrier, data)
        await self.settled()
        return self.panel()

    def panel(self) -> dict[str, Any]:
        """The newest screen with buttons."""
        return [m for m in self.person.shown() if list(_buttons(m))][-1]

    async def press(self, label: str, target: str, screen: dict[str, Any]) -> None:
        query = self.bot.telegram.press(
            self.person.user_id, self.person.chat_id, screen["message_id"], target
        )
        answer = await self.person.query_answer(query)
        assert not answer.get("show_alert"), f"{label}: {answer}"
        await self.settled()
        newest = self.panel()
        assert labels_of(newest), f"{label} is a dead end"
        if label in {*WAYS, "🔄 Refresh"}:
            assert is_report(newest), f"{label}: {text_of(newest)}"

    async def settled(self) -> None:
        number = self.person.say("/help")  # the chat is in order: its answer comes last
        told = await self.person.answered(number, "What I can do")
        for passing in (number, told["message_id"]):
            self.bot.telegram.delete(self.person.chat_id, passing)
        self.assert_well()

    def assert_well(self) -> None:
        errors = [c for c in self.bot.telegram.calls if c.error]
        bad = [c for c in errors if not any(word in str(c.error).lower() for word in HARMLESS)]
        assert not bad, bad
        self.bot.telegram.calls.clear()
        said = [text_of(message) for message in self.person.shown()]
        assert not [text for text in said if text.startswith("❌")]
        assert self.bot.telegram.unanswered() == []


async def _where(bot: Bot, place: str) -> Person:
    ann = bot.person("Ann")
    await ann.connect()
    if place == "private":
        return ann
    (there,) = bot.group("Team", ann, topic="North" if place == "topic" else None)
    return there


@pytest.mark.parametrize("place", ["private", "group", "topic"])
async def test_every_button_of_every_screen_leads_on(place: str) -> None:
    async with Bot(cloud=invented_cloud()) as bot:
        person = await _where(bot, place)
        await person.ask(f"/locations {DEMO_CUSTOMER_ID}")
        crawler = Crawler(bot, person, thorough=place == "private")
        await crawler.crawl()
        assert crawler.screens > 20
        assert len(crawler.pressed) > 40
