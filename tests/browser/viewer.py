"""What several browser tests do and ask."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

__all__ = ["PHONE", "WIDE", "OpenPage", "bubbles", "send", "serious_findings"]

PHONE = (360, 740)
WIDE = (1440, 900)


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
    script = resources.files("axe_playwright_python") / "axe.min.js"
    # Evaluated, not added as a tag: the page's own rules refuse foreign scripts.
    await page.evaluate(script.read_text(encoding="utf-8"))
    results = await page.evaluate("axe.run()")
    assert results["passes"], "axe-core looked at nothing"
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in results["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
