"""Every button of every screen: no dead end, no silence, no error; Back always leads back.

The screens of one home and the lists before it are walked until each of their buttons was pressed
from each of them, however deep it lies. Other homes that a list offers are opened and left again:
their screens are the same ones.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID
from tests.bot_harness import Bot, Person, invented_cloud, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

STATUS = f"1|r|s|{DEMO_CUSTOMER_ID}|{DEMO_LOCATION_ID}|7d"
# The texts behind captions that were cut: this home's captions are short enough.
WHOLE_TEXTS = tuple(STATUS.replace("|s|", f"|{panel}|") for panel in "WO")
STARTS = (STATUS, f"1|l|{DEMO_CUSTOMER_ID}|0", "1|q|Lind|0", *WHOLE_TEXTS)
QUESTION = "1|c"
WATCHING = "1|w"  # how presses about watching and alerts begin
_NUMBER = re.compile(r"(?<=\|)([0-9a-f]{8}|\d+)(?=\||$)")
WAYS = ("⬅ Back", "🏠 Home")
HARMLESS = ("not modified",)
# The deepest of these lies this many presses below the start, and all of them are walked.
DEPTH = 6
PRESSES_MOST = 1000


class Button(NamedTuple):
    shape: str  # what it asks for, whatever number an alert or a time has
    label: str
    target: str


def _buttons(message: dict[str, Any]) -> Iterator[Button]:
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            if "callback_data" in button:
                target = button["callback_data"]
                shape = _NUMBER.sub("#", target) if target.startswith(WATCHING) else target
                yield Button(shape, button["text"], target)
            else:
                assert "copy_text" in button or "url" in button, button


class Crawler:
    """Walks from screen to screen by the buttons that were not pressed there yet."""

    def __init__(self, bot: Bot, person: Person) -> None:
        self.bot, self.person = bot, person
        self.left: dict[str, set[str]] = {}  # screen -> shapes that are to be pressed there
        self.way: dict[str, str] = {}  # screen -> data that leads to it
        self.depth: dict[str, int] = {}  # screen -> presses from a start
        self.presses = 0

    async def crawl(self) -> None:
        for start in STARTS:
            await self.open(start)
            here = self.arrive(start, 1)
        while True:
            if self.left[here]:
                here = await self.press(here, min(self.left[here]))
                continue
            unfinished = [screen for screen, shapes in self.left.items() if shapes]
            if not unfinished:
                return
            here = await self.go(min(unfinished, key=lambda screen: self.depth[screen]))

    async def go(self, screen: str) -> str:
        """To a screen that has been seen, by a press that a modified client could make."""
        if screen.startswith("1|h|"):  # it changes the buttons of the panel that is there
            await self.open(STATUS)
        await self.open(self.way[screen])
        reached = self.arrive(self.way[screen], self.depth[screen])
        if reached != screen:
            assert screen.startswith(WATCHING), f"{screen} is not there any more"
            self.left[screen].clear()  # such as an alert that is over
        return reached

    async def open(self, data: str) -> None:
        await self.person.forge(self.panel(), data)
        await self.settled()

    def arrive(self, came_by: str, depth: int) -> str:
        """The screen that is shown now; one that is new has all its buttons before it."""
        # In a group a question opens the reply field instead of showing buttons.
        asked = came_by == QUESTION and not any(_buttons(self.person.last()))
        found = [] if asked else list(_buttons(self.panel()))
        screen = _screen(found, came_by)
        self.depth[screen] = min(depth, self.depth.get(screen, depth))
        if screen not in self.left:
            another = "|r|" in screen and DEMO_LOCATION_ID not in screen
            self.left[screen] = set() if another else {each.shape for each in found}
            self.way[screen] = came_by if screen.startswith(WATCHING) else screen
        return screen

    def panel(self) -> dict[str, Any]:
        """The newest message with buttons."""
        return [m for m in self.person.shown() if any(_buttons(m))][-1]

    async def press(self, screen: str, shape: str) -> str:
        """Press it where it is, and see where that leads."""
        self.left[screen].discard(shape)
        panel = self.panel()
        button = next((each for each in _buttons(panel) if each.shape == shape), None)
        if button is None:
            return screen  # gone by itself, such as a favourite's other state
        query = self.bot.telegram.press(
            self.person.user_id, self.person.chat_id, panel["message_id"], button.target
        )
        answer = await self.person.query_answer(query)
        # Some settings of alerts make no sense in a private chat, which the answer says.
        explained = button.target.startswith(WATCHING) and answer.get("text")
        assert explained or not answer.get("show_alert"), f"{button}: {answer}"
        await self.settled()
        self.presses += 1
        assert self.presses < PRESSES_MOST, f"always something new: {screen}"
        assert labels_of(self.panel()), f"{button} is a dead end"
        reached = self.arrive(button.target, self.depth[screen] + 1)
        picked = button.target.startswith("1|p|")
        opened = f"{button.target.replace('1|p|', '1|r|s|')}|7d" if picked else button.target
        if opened.startswith("1|r|"):
            assert reached == opened, f"{button} of {screen} leads to {reached}"
        if button.label in WAYS:
            known = reached.startswith("1|r|") or self.depth[reached] <= self.depth[screen]
            assert known, f"{button} of {screen} leads to {reached}"
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


def _screen(buttons: list[Button], came_by: str) -> str:
    """What is shown: a report says it itself, by what its Refresh asks for again."""
    if came_by.startswith("1|d|"):
        return came_by  # devices by name: their Refresh leads back to the numbers
    more = [each.target for each in buttons if each.target.startswith("1|h|")]
    if more and more[0].endswith("|0"):
        return f"{more[0][:-1]}1"
    refresh = next((each.shape for each in buttons if each.label == "🔄 Refresh"), None)
    if came_by.startswith(WATCHING) and refresh is None:
        return f"{WATCHING} {' '.join(sorted({each.shape for each in buttons}))}"
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
        assert crawler.presses > 200
        assert max(crawler.depth.values()) <= DEPTH
