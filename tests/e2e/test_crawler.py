"""Every button of every screen: no dead end, no silence, no error; Back always leads back.

The screens of one home and the lists before it are walked until each of their buttons was pressed
from each of them, however deep it lies. Other homes that a list offers are opened and left again:
their screens are the same ones.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from tests.bot_harness import Bot, Person, invented_cloud, labels_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

STATUS = f"1|r|s|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}|7d"
# The texts behind captions that were cut: this home's captions are short enough.
WHOLE_TEXTS = tuple(STATUS.replace("|s|", f"|{panel}|") for panel in "WO")
STARTS = (STATUS, f"1|l|{DEMO_CUSTOMER_ID}|0", "1|q|Lind|0", *WHOLE_TEXTS)
QUESTION = "1|c"
WAYS = ("⬅ Back", "🏠 Home")
HARMLESS = ("not modified",)
# The deepest of these lies this many presses below the start, and all of them are walked.
DEPTH = 6


class Button(NamedTuple):
    label: str
    target: str


def _buttons(message: dict[str, Any]) -> Iterator[Button]:
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            if "callback_data" in button:
                yield Button(button["text"], button["callback_data"])
            else:
                assert "copy_text" in button or "url" in button, button


class Crawler:
    """Walks from screen to screen by the buttons that were not pressed there yet."""

    def __init__(self, bot: Bot, person: Person) -> None:
        self.bot, self.person = bot, person
        self.left: dict[str, set[Button]] = {}  # screen -> its buttons that are to be pressed
        self.depth: dict[str, int] = {}  # screen -> presses from a start
        self.presses = 0

    async def crawl(self) -> None:
        for start in STARTS:
            await self.open(start)
            self.depth[start] = 1
        here = self.arrive(STARTS[-1], 1)
        while True:
            if not self.left[here]:
                unfinished = [screen for screen, buttons in self.left.items() if buttons]
                if not unfinished:
                    return
                here = await self.go(min(unfinished, key=lambda screen: self.depth[screen]))
            else:
                here = await self.press(here, min(self.left[here]))

    async def go(self, screen: str) -> str:
        """To a screen that has been seen, by a press that a modified client could make."""
        if screen.startswith("1|h|"):  # it changes the buttons of the panel that is there
            await self.open(STATUS)
        await self.open(screen)
        return self.arrive(screen, self.depth[screen])

    async def open(self, data: str) -> None:
        await self.person.forge(self.panel(), data)
        await self.settled()

    def arrive(self, came_by: str, depth: int) -> str:
        """The screen that is shown now; one that is new has all its buttons before it."""
        # In a group a question opens the reply field instead of showing buttons.
        asked = came_by == QUESTION and not any(_buttons(self.person.last()))
        found = set() if asked else set(_buttons(self.panel()))
        screen = _screen(found, came_by)
        self.depth[screen] = min(depth, self.depth.get(screen, depth))
        if screen not in self.left:
            another = "|r|" in screen and DEMO_LOCATION_ID not in screen
            self.left[screen] = set() if another else found
        return screen

    def panel(self) -> dict[str, Any]:
        """The newest message with buttons."""
        return [m for m in self.person.shown() if any(_buttons(m))][-1]

    async def press(self, screen: str, button: Button) -> str:
        """Press it where it is, and see where that leads."""
        self.left[screen].discard(button)
        panel = self.panel()
        if button not in set(_buttons(panel)):
            return screen  # gone by itself, such as a favourite's other state
        query = self.bot.telegram.press(
            self.person.user_id, self.person.chat_id, panel["message_id"], button.target
        )
        answer = await self.person.query_answer(query)
        assert not answer.get("show_alert"), f"{button}: {answer}"
        await self.settled()
        self.presses += 1
        newest = self.panel()
        assert labels_of(newest), f"{button} is a dead end"
        reached = self.arrive(button.target, self.depth[screen] + 1)
        opened = button.target.replace("1|p|", "1|r|s|") + "|7d" * button.target.startswith("1|p|")
        if opened.startswith("1|r|"):
            assert reached == opened, f"{button} of {screen} leads to {reached}: {text_of(newest)}"
        if button.label in WAYS:
            assert reached.startswith("1|r|"), f"{button} of {screen} leads to {reached}"
        return reached

    async def settled(self) -> None:
        """Nothing is under way any more, and nothing went wrong."""
        order = self.bot.application.services.order
        while order.busy:  # noqa: ASYNC110 - nothing tells of the end of the last update
            await asyncio.sleep(0.001)
        calls = list(self.bot.telegram.calls)
        self.bot.telegram.calls.clear()
        errors = [call for call in calls if call.error]
        bad = [c for c in errors if not any(word in str(c.error).lower() for word in HARMLESS)]
        assert not bad, bad
        said = [str(c.params.get("text", c.params.get("caption", ""))) for c in calls]
        assert not [text for text in said if text.startswith("❌")], said
        assert self.bot.telegram.unanswered() == []


def _screen(buttons: set[Button], came_by: str) -> str:
    """What is shown: a report says it itself, by what its Refresh asks for again."""
    more = [each.target for each in buttons if each.target.startswith("1|h|")]
    refresh = next((each.target for each in buttons if each.label == "🔄 Refresh"), None)
    if came_by.startswith("1|d|"):
        return came_by  # devices by name: their Refresh leads back to the numbers
    if more and more[0].endswith("|0"):
        return f"{more[0][:-1]}1"
    return refresh or came_by


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
        crawler = Crawler(bot, person)
        await crawler.crawl()
        own = [screen for screen in crawler.left if DEMO_LOCATION_ID in screen]
        assert len(own) >= 20
        assert crawler.presses > 180
        assert max(crawler.depth.values()) <= DEPTH
