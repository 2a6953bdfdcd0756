"""Takes the pictures for the README: ``python -m tests.browser.screenshots``.

It starts the real demo, walks to a home with a fault, and writes ``Documentation/images/*.png``
for both widths and both themes. It is no test: it fails loudly when the walk does not work.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Locator, async_playwright, expect

from tests.browser.chromium import ARGUMENTS, chromium_path

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "Documentation" / "images"
SIZES = {"wide": (1440, 1000), "phone": (360, 780)}
THEMES = {False: "light", True: "dark"}
WITHIN_MS = 20_000
# As sharp as a picture needs to be that the README shows at this width: below 300 KB each.
SCALE = {"wide": 1, "phone": 1.5, "report": 1.5}
# Three homes for the board; the last one is broken.
WATCHED = (
    ("Ingrid Solheim", None),  # one match opens by itself
    ("Lindqvist", "Nora Lindqvist · Summer cottage"),
    ("Lindqvist", "Nora Lindqvist · Home"),
)
# Confirmed after 3 minutes of the world's clock, which runs ten times as fast for this.
TOLD_WITHIN_MS = 90_000
REPORTS = (
    ("/call", "Ask the caller", "call-card"),
    ("/wan", "Internet usage", "wan-report"),
)


async def main() -> None:
    """One demo, one walk, all pictures."""
    path = chromium_path()
    if path is None:
        raise SystemExit("no Chromium: install Debian's package 'chromium'")
    IMAGES.mkdir(parents=True, exist_ok=True)
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "panoptes_bot.py", "--demo", "--no-browser",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert demo.stdout is not None
        address = re.search(r"http://\S+", (await demo.stdout.readline()).decode())
        assert address is not None
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
            await _take_all(browser, address[0])
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()


async def _take_all(browser: Browser, url: str) -> None:
    page = await _open(browser, url, "wide", dark=False)
    await _save(page, "demo-first-visit")
    await _walk(page)
    await page.context.close()
    for name in SIZES:
        for dark in (False, True):
            page = await _open(browser, url, name, dark=dark)
            theme = THEMES[dark]
            await _to_verdict(page)
            await _save(page, f"demo-{name}-{theme}")
            if name == "phone":
                await page.get_by_role("button", name="World").click()
            await page.locator(".home-head").first.click()
            await _save(page, f"demo-{name}-{theme}-world")
            await page.context.close()
    page = await _open(browser, url, "report", dark=False)
    await _save(_newest(page), "status-report")
    for command, words, name in REPORTS:
        await _say(page, command, words)
        await _save(_newest(page), name)
    await page.context.close()
    await _watching(browser, url)


async def _watching(browser: Browser, url: str) -> None:
    """A pod is unplugged and plugged in again, and the bot tells it by itself."""
    page = await _open(browser, url, "wide", dark=False)
    await page.get_by_role("button", name="Repair all").click()
    await page.get_by_role("button", name="×10", exact=True).click()
    for name, label in WATCHED:
        await _say(page, name, "match" if label else "Read at")
        if label:
            await _newest(page).get_by_role("button", name=label).click()
        await expect(_newest(page)).to_contain_text("Read at", timeout=WITHIN_MS)
        await _say(page, "/watch", "is watched from here")
    await page.locator(".home-head").first.click()
    await page.get_by_role("button", name="Unplug pod: Study").click()
    await _told(page, "POD DOWN · Study")
    await _in_both_themes(browser, url, "POD DOWN · Study", "watch-alert")
    await _say(page, "/watches", "3 watched homes")
    await _in_both_themes(browser, url, "3 watched homes", "watch-board")
    await page.locator(".home").first.get_by_role("button", name="Restore").click()
    await _told(page, "Back since")
    await _in_both_themes(browser, url, "Back since", "watch-recovery")
    await page.context.close()


async def _told(page: Page, words: str) -> None:
    told = page.locator(".msg", has_text=words)
    await expect(told.last).to_be_visible(timeout=TOLD_WITHIN_MS)


async def _in_both_themes(browser: Browser, url: str, words: str, name: str) -> None:
    """The newest message with these words, as a phone shows it."""
    for dark in (False, True):
        page = await _open(browser, url, "phone", dark=dark)
        await _save(page.locator(".msg", has_text=words).last, f"{name}-{THEMES[dark]}")
        await page.context.close()


async def _open(browser: Browser, url: str, size: str, *, dark: bool) -> Page:
    width, height = SIZES.get(size, (1440, 1500))
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        device_scale_factor=SCALE[size],
        locale="en-GB",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_selector("body[data-ready]")
    await expect(page.locator("#banner")).to_be_hidden(timeout=WITHIN_MS)
    return page


async def _walk(page: Page) -> None:
    """Maya connects, finds a home, a pod loses its power, and the report shows it."""
    hints = page.get_by_role("region", name="What to try next").locator(".primary")
    for words in ("Next", "header", "partner id", "Connected", "2 matches"):
        await hints.click()
        box = page.get_by_label("Message", exact=True)
        if await box.input_value():
            await box.press("Enter")
        await expect(_newest(page)).to_contain_text(words, timeout=WITHIN_MS)
    await _newest(page).get_by_role("button", name="Nora Lindqvist · Home").click()
    await expect(_newest(page)).to_contain_text("All well", timeout=WITHIN_MS)
    await page.locator(".home-head").first.click()
    await page.get_by_role("button", name="Unplug pod: Study").click()
    await expect(page.locator(".home").first).to_contain_text("Study: unplugged")
    await _newest(page).get_by_role("button", name="Refresh").click()
    await expect(_newest(page)).to_contain_text("Study is disconnected", timeout=WITHIN_MS)


async def _say(page: Page, command: str, words: str) -> None:
    box = page.get_by_label("Message", exact=True)
    await box.fill(command)
    await box.press("Enter")
    await expect(_newest(page)).to_contain_text(words, timeout=WITHIN_MS)


def _newest(page: Page) -> Locator:
    return page.locator(".msg").last


async def _to_verdict(page: Page) -> None:
    """A report begins with what is wrong, so that is what a picture shows of a long one."""
    await _newest(page).evaluate("item => item.scrollIntoView({ block: 'start' })")


async def _save(place: Page | Locator, name: str) -> None:
    page = place.page if isinstance(place, Locator) else place
    await page.wait_for_timeout(400)  # the panel's pictures settle
    await place.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
