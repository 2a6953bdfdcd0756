"""What several browser tests do and ask."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

__all__ = ["PHONE", "WIDE", "OpenPage", "bubbles", "send", "serious_findings"]

PHONE = (360, 740)
WIDE = (1440, 900)

# What passes, megabytes of it, stays in the browser.
_AXE = """async () => {
    const found = await axe.run({ resultTypes: ["violations"] });
    const serious = found.violations.filter(each => ["serious", "critical"].includes(each.impact));
    return [
        found.passes.length,
        serious.flatMap(each => each.nodes.map(
            node => `${each.id}: ${node.target} ${node.failureSummary}`)),
    ];
}"""


class OpenPage(Protocol):
    """Opens a page by URL."""

    async def __call__(self, url: str, *, size: tuple[int, int] = WIDE, dark: bool = False) -> Page:
        """The page, loaded."""


def bubbles(page: Page, text: str) -> Locator:
    """Messages that hold this text."""
    return page.locator(".msg", has_text=text)


async def send(page: Page, text: str) -> None:
    """Type a message and press Enter, as a person does."""
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")


async def serious_findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, as lines that name the place."""
    if not await page.evaluate("'axe' in window"):
        script = resources.files("axe_playwright_python") / "axe.min.js"
        # Evaluated, not added as a tag: the page's own rules refuse foreign scripts.
        await page.evaluate(script.read_text(encoding="utf-8"))
    passed, lines = await page.evaluate(_AXE)
    assert passed, "axe-core looked at nothing"
    return list(lines)
