"""One Chromium for a test module, a fresh profile for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.stage import Stage
from tests.browser.viewer import WIDE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

    from tests.browser.viewer import OpenPage


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: install Debian's package 'chromium' to run the browser tests")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """The page, with a puppet for a bot."""
    async with Stage() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens a page by URL; any error in its scripts fails the test at its end."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    async def open_url(url: str, *, size: tuple[int, int] = WIDE, dark: bool = False) -> Page:
        width, height = size
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            timezone_id="Europe/Stockholm",
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{error}\n{error.stack}"))
        page.on("console", lambda line: problems.append(line.text) if _serious(line) else None)
        await page.goto(url)
        await page.wait_for_selector("body[data-ready]")
        return page

    yield open_url
    for context in contexts:
        await context.close()
    assert problems == []


def _serious(line: ConsoleMessage) -> bool:
    """A script's own complaint; what the network refuses on purpose is in the log as well."""
    return line.type == "error" and "Failed to load resource" not in line.text
