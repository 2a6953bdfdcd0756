"""The whole product as a stranger meets it: the launcher, both servers, the real bot, a browser."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.viewer import PHONE, bubbles, send

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator, Page

    from tests.browser.viewer import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

ROOT = Path(__file__).parents[2]
WITHIN_MS = 20_000


class Demo:
    """``panoptes_bot.py --demo``, running."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    def bot_pid(self) -> int | None:
        """The bot's own process, a child of the launcher."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return int(children[0]) if children else None


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def demo() -> AsyncIterator[Demo]:
    """One demo for the module; each test takes a person or a home of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "panoptes_bot.py", "--demo", "--no-browser",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    address = re.search(r"http://\S+", line)
    assert address, line
    yield Demo(process, address[0])
    process.send_signal(signal.SIGINT)
    await process.stdout.read()
    assert await process.wait() == 0


def newest(page: Page) -> Locator:
    """The last message."""
    return page.locator(".msg").last


async def ask(page: Page, text: str, answer: str) -> None:
    """Send, and wait for an answer that holds these words."""
    before = await page.locator(".msg.in").count()
    await send(page, text)
    await expect(page.locator(".msg.in")).not_to_have_count(before, timeout=WITHIN_MS)
    await expect(newest(page)).to_contain_text(answer, timeout=WITHIN_MS)


async def press(page: Page, label: str) -> None:
    """Click a button of the newest message."""
    await newest(page).get_by_role("button", name=label).click()


async def follow_hint(page: Page, label: str) -> None:
    """Click what the page suggests next; what lands in the box is sent with Enter."""
    hint = page.get_by_role("region", name="What to try next")
    await hint.get_by_role("button", name=label).click()
    if label.startswith("Put"):
        await expect(page.get_by_label("Message", exact=True)).not_to_have_value("")
        await page.keyboard.press("Enter")


async def look_closely(page: Page) -> None:
    """The picture in the chat opens larger, as sharp as the bot drew it."""
    shot = newest(page).get_by_role("button", name="Open photo")
    await shot.click()
    dialog = page.get_by_role("dialog", name="Photo")
    await expect(dialog.get_by_role("img")).to_be_visible()
    await page.wait_for_function("document.getElementById('photo-img').naturalWidth >= 600")
    small, large = await shot.bounding_box(), await dialog.get_by_role("img").bounding_box()
    assert small is not None
    assert large is not None
    assert large["width"] > small["width"]
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def connect(page: Page) -> None:
    """From nothing to what the bot finds for the first name, by the page's own hints."""
    await follow_hint(page, "Send /start")
    await expect(newest(page)).to_contain_text("Next", timeout=WITHIN_MS)
    await follow_hint(page, "Send /setup")
    await expect(newest(page)).to_contain_text("header", timeout=WITHIN_MS)
    await follow_hint(page, "Put header in box")
    await expect(newest(page)).to_contain_text("partner id", timeout=WITHIN_MS)
    # The bot removed the secret from the chat.
    await expect(page.locator(".msg.out", has_text="Basic")).to_have_count(0)
    await follow_hint(page, "Put partner ID in box")
    await expect(newest(page)).to_contain_text("Connected", timeout=WITHIN_MS)
    await follow_hint(page, "Put a name in box")


async def test_the_whole_journey_and_an_incident(demo: Demo, open_page: OpenPage) -> None:
    page = await open_page(demo.url)
    await connect(page)
    await expect(newest(page)).to_contain_text("2 matches", timeout=WITHIN_MS)
    await press(page, "Nora Lindqvist · Home")
    await expect(newest(page)).to_contain_text("All well", timeout=WITHIN_MS)
    await expect(newest(page)).to_contain_text("4 of 4 pods connected")

    home = page.locator(".home").first
    await home.locator(".home-head").click()
    await home.get_by_role("button", name="Unplug pod: Study").click()
    await expect(home).to_contain_text("Study: unplugged")
    await press(page, "Refresh")
    await expect(newest(page)).to_contain_text("Study is disconnected", timeout=WITHIN_MS)
    await home.get_by_role("button", name="Restore").click()
    await expect(home).not_to_contain_text("Study: unplugged")
    await ask(page, "/status", "All well")

    await ask(page, "/call", "Ask the caller")
    await follow_hint(page, "Send /watch")
    await expect(newest(page)).to_contain_text("is watched from here", timeout=WITHIN_MS)
    hints = page.get_by_role("region", name="What to try next")
    await expect(hints).to_contain_text("clock to ×10")
    await ask(page, "/watches", "1 watched home")

    await ask(page, "/wan", "Internet usage")
    await look_closely(page)
    for command, words in [
        ("/stats", "online"),
        ("/nodes", "Hallway"),
        ("/wifi", "Wi-Fi networks"),
    ]:
        await ask(page, command, words)
    await press(page, "History")
    for period in ("3 Hrs", "24 Hrs", "7 Days"):
        await press(page, period)
        await expect(newest(page).get_by_role("button", name=f"• {period} •")).to_be_visible()
    await press(page, "Change location")
    await expect(newest(page)).to_contain_text("customer id", timeout=WITHIN_MS)
    await ask(page, "/cancel", "")


async def test_two_people_see_their_own_homes(demo: Demo, open_page: OpenPage) -> None:
    page = await open_page(demo.url)
    await page.get_by_role("radio", name="Jonas").click()
    await expect(page.locator("#chat-status")).to_contain_text("Jonas")
    await ask(page, "/status", "/setup")
    await connect(page)
    await expect(newest(page)).not_to_contain_text("customer id", timeout=WITHIN_MS)
    # Maya's customer belongs to the other ISP: her id tells Jonas nothing.
    await ask(page, "/locations", "customer id")
    await send(page, "b1b1b1b1b1b1b1b100000000")
    await expect(newest(page)).not_to_contain_text("customer id (", timeout=WITHIN_MS)
    await expect(page.get_by_text("Summer cottage", exact=True)).to_have_count(1)  # World's own


async def test_the_journey_by_keyboard_on_a_phone(demo: Demo, open_page: OpenPage) -> None:
    page = await open_page(demo.url, size=PHONE, dark=True)
    await page.get_by_role("button", name="Switch person or chat").press("Enter")
    await page.get_by_role("radio", name="Maya").press("ArrowUp")
    await page.keyboard.press("Escape")
    await expect(page.locator("#chat-status")).to_contain_text("Amina")
    box = page.get_by_label("Message", exact=True)
    await box.focus()
    await page.keyboard.type("/start")
    await page.keyboard.press("Enter")
    await expect(newest(page)).to_contain_text("Next", timeout=WITHIN_MS)
    await page.keyboard.type("/setu")
    await expect(page.get_by_role("option", name="/setup")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(newest(page)).to_contain_text("Whose credentials", timeout=WITHIN_MS)
    await newest(page).get_by_role("button", name="For me").press("Enter")
    await expect(newest(page)).to_contain_text("header", timeout=WITHIN_MS)
    await box.focus()
    await page.keyboard.type("/cancel")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "/cancel").last).to_be_visible()


async def test_a_killed_bot_comes_back_and_answers_once(demo: Demo, open_page: OpenPage) -> None:
    page = await open_page(demo.url)
    await page.get_by_role("radio", name="Amina").click()
    await ask(page, "/help", "/setup")
    answers = await page.locator(".msg.in").count()
    pid = demo.bot_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await expect(page.locator("#banner")).to_contain_text("The bot is away")
    await send(page, "/help")
    await expect(page.locator("#banner")).to_be_hidden(timeout=WITHIN_MS)
    await expect(page.locator(".msg.in")).to_have_count(answers + 1, timeout=WITHIN_MS)
    assert demo.bot_pid() != pid
    await ask(page, "/help", "/setup")
    await expect(page.locator(".msg.in")).to_have_count(answers + 2)
