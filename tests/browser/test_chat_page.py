"""The chat page in a real browser, with a puppet for a bot: what Telegram shows, it shows."""

from __future__ import annotations

import asyncio
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.stage import AMINA, JONAS, MAYA, Stage
from tests.browser.viewer import PHONE, WIDE, bubbles, send, serious_findings

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from tests.browser.viewer import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RICH = (
    "<b>Bold</b> <i>slanted</i> <u>under</u> <s>gone</s> <code>7K1</code> &lt;tag&gt; 🟢\n"
    "<blockquote expandable>one\ntwo\nthree\nfour\nfive</blockquote>"
    "<tg-spoiler>hidden <b>word</b></tg-spoiler> "
    '<tg-time unix="1763000000" format="dt">then</tg-time> '
    '<a href="https://example.org/a?b=1&amp;c=2">notes</a> and /wan\n'
    '<pre><code class="language-sh">ping 10.0.0.1</code></pre>'
)
KEYS = {
    "inline_keyboard": [
        [{"text": "Refresh", "callback_data": "v1:r"}, {"text": "Stop", "callback_data": "v1:s"}],
        [
            {"text": "Copy serial", "copy_text": {"text": "7K00001"}},
            {"text": "Manual", "url": "https://example.org/manual"},
        ],
    ]
}


def png(width: int, height: int) -> bytes:
    """A plain picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = b"".join(b"\0" + bytes((20, 120, 140)) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


async def greeted(stage: Stage, open_page: OpenPage, **options: object) -> Page:
    """Maya's chat, opened, after she has written once (bots cannot write first)."""
    page = await open_page(stage.url, **options)  # type: ignore[arg-type]  # passed on as given
    await send(page, "/start")
    await expect(bubbles(page, "/start")).to_be_visible()
    return page


async def test_texts_look_as_in_telegram(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    await stage.say(RICH)
    message = bubbles(page, "Bold")
    for tag, text in [
        ("strong", "Bold"), ("em", "slanted"), ("u", "under"), ("s", "gone"),
        ("code", "7K1"), ("pre code", "ping 10.0.0.1"),
    ]:  # fmt: skip
        await expect(message.locator(f".text {tag}").first).to_have_text(text)
    await expect(message).to_contain_text("<tag> 🟢")
    await expect(message.locator("a", has_text="notes")).to_have_attribute(
        "href", "https://example.org/a?b=1&c=2"
    )
    # 1763000000 is 02:13 UTC; the reader sits in Stockholm.
    await expect(message.locator("time.moment")).to_have_text("13/11/2025, 03:13")

    await expect(message.locator("blockquote")).to_contain_text("five")
    await message.get_by_role("button", name="Show more").click()
    await expect(message.get_by_role("button", name="Show less")).to_be_visible()

    spoiler = message.get_by_role("button", name="Hidden text, press to show")
    await spoiler.click()
    await expect(message.get_by_text("hidden word")).to_be_visible()

    await message.get_by_role("button", name="/wan").click()
    await expect(page.locator(".msg.out", has_text="/wan")).to_be_visible()
    assert stage.telegram.texts(MAYA)[-1] == "/wan"


async def test_crossing_and_nested_entities_keep_every_character(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await greeted(stage, open_page)
    text = "😀 a bold <b>code</b> end"
    entities = [
        {"type": "bold", "offset": 3, "length": 6},
        {"type": "italic", "offset": 5, "length": 9},
        {"type": "code", "offset": 10, "length": 11},
    ]
    await stage.bot("sendMessage", chat_id=MAYA, text=text, entities=entities)
    await expect(page.locator(".msg.in .text")).to_have_text(text)


async def test_a_pressed_button_spins_until_the_bot_answers(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await greeted(stage, open_page)
    await stage.say("Report", reply_markup=KEYS)
    refresh = page.get_by_role("button", name="Refresh", exact=True)
    stop_button = page.get_by_role("button", name="Stop", exact=True)
    await refresh.click()
    await expect(refresh).to_have_attribute("aria-busy", "true")
    query = await stage.pressed()
    assert (query["data"], query["from"]["id"]) == ("v1:r", MAYA)
    await stage.bot("answerCallbackQuery", callback_query_id=query["id"], text="Up to date")
    await expect(page.locator(".toast")).to_have_text("Up to date")
    await expect(refresh).not_to_have_attribute("aria-busy", "true")

    await stop_button.click()
    query = await stage.pressed()
    await stage.bot(
        "answerCallbackQuery", callback_query_id=query["id"], text="Not yours", show_alert=True
    )
    await expect(page.get_by_role("dialog")).to_contain_text("Not yours")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_copy_and_link_buttons(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    await stage.say("Report", reply_markup=KEYS)
    await page.get_by_role("button", name="Copy serial").click()
    await expect(page.locator(".toast")).to_contain_text("7K00001")
    assert await page.evaluate("navigator.clipboard.readText()") == "7K00001"
    manual = page.get_by_role("link", name="Manual")
    await expect(manual).to_have_attribute("href", "https://example.org/manual")
    await expect(manual).to_have_attribute("rel", "noopener noreferrer")


async def test_messages_change_and_vanish_in_place(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    first = await stage.say("Loading…")
    second = await stage.say("Second")
    await page.evaluate(
        "document.querySelectorAll('.msg').forEach((item, at) => item.dataset.at = at)"
    )
    await stage.edit(first, "Loaded", reply_markup=KEYS)
    texts = page.locator(".msg .text")
    await expect(texts).to_have_text(["/start", "Loaded", "Second"])
    await expect(bubbles(page, "Loaded").locator(".meta")).to_contain_text("edited")
    # The reader's place on the keyboard survives the next edit.
    await page.get_by_role("button", name="Stop").focus()
    await stage.edit(first, "Again", reply_markup=KEYS)
    await expect(bubbles(page, "Again")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_be_focused()
    await stage.bot("deleteMessage", chat_id=MAYA, message_id=second["message_id"])
    await expect(texts).to_have_text(["/start", "Again"])


async def test_photos_open_large_and_documents_download(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    await stage.bot(
        "sendPhoto", chat_id=MAYA, caption="WAN of 24 h", photo=("wan.png", png(400, 200))
    )
    shot = page.get_by_role("button", name="Open photo: WAN of 24 h")
    await shot.click()
    dialog = page.get_by_role("dialog", name="Photo")
    large = dialog.get_by_role("img")
    await expect(large).to_be_visible()
    await page.wait_for_function("document.getElementById('photo-img').naturalWidth === 400")
    small = await width(shot)
    assert await width(large) > small
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(shot).to_be_focused()

    await stage.bot(
        "sendDocument", chat_id=MAYA, document=("notes.html", b"<script>alert(1)</script>")
    )
    async with page.expect_download() as download:
        await page.get_by_role("link", name="notes.html").click()
    assert (await download.value).suggested_filename == "notes.html"


async def test_the_bot_is_seen_typing(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    await stage.bot("sendChatAction", chat_id=MAYA, action="typing")
    await expect(page.get_by_text("Panoptes is typing")).to_be_visible()
    await stage.say("Done")
    await expect(page.get_by_text("Panoptes is typing")).to_be_hidden()


async def test_commands_come_from_the_bot(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    commands = [("start", "Say hello"), ("status", "The home now"), ("stats", "Online history")]
    await stage.bot(
        "setMyCommands",
        commands=[{"command": name, "description": text} for name, text in commands],
    )
    box = page.get_by_label("Message", exact=True)
    await box.press_sequentially("/stat")
    menu = page.get_by_role("listbox", name="Commands")
    await expect(menu.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "/stats")).to_be_visible()
    await page.get_by_role("button", name="Commands").click()
    await menu.get_by_role("option", name="/status").click()
    await expect(page.locator(".msg.out .text").last).to_have_text("/status")


async def test_people_and_the_group_are_apart(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    stage.telegram.send_text(JONAS, "/start")
    await stage.say("For Jonas only", chat=JONAS)
    jonas = page.get_by_role("radio", name="Jonas")
    await expect(jonas).to_contain_text("1")
    await expect(page.get_by_text("For Jonas only")).to_have_count(0)
    await jonas.click()
    await expect(bubbles(page, "For Jonas only")).to_be_visible()
    await expect(jonas).not_to_contain_text("1")

    await page.get_by_role("button", name="Night shift").click()
    await expect(page.locator("#chat-title")).to_have_text("Night shift")
    await send(page, "/status@panoptes_demo_bot")
    answer = await stage.say("Status for the shift", chat=stage.group)
    await page.get_by_role("radio", name="Amina").click()
    await page.get_by_role("button", name="Night shift").click()
    await expect(page.locator("#chat-title")).to_have_text("Night shift")
    await expect(bubbles(page, "Status for the shift")).to_be_visible()
    await expect(bubbles(page, "/status@panoptes_demo_bot").locator(".sender")).to_have_text(
        "Jonas"
    )
    await page.get_by_role("button", name="Reply to Panoptes").click()
    await send(page, "thanks")
    await expect(bubbles(page, "thanks")).to_be_visible()
    reply = stage.telegram.messages(stage.group)[-1]
    assert reply["reply_to_message"]["message_id"] == answer["message_id"]
    assert reply["from"]["id"] == AMINA


async def test_an_incident_in_the_world_shows_there(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(stage.url)
    world = page.get_by_role("complementary", name="World: the invented ISP")
    home = world.locator(".home").first
    await home.get_by_role("button", name="Online").click()
    await home.get_by_role("button", name="Cut the line: Home").click()
    await expect(home.locator(".state")).to_have_text("Offline")
    await expect(home).to_contain_text("line cut")
    await world.get_by_role("button", name="Not online").click()
    await expect(home).to_contain_text("Nora Lindqvist")
    await home.get_by_role("button", name="Restore").click()
    await world.get_by_role("button", name="All homes").click()
    await expect(home.locator(".state")).to_have_text("Online")
    await world.get_by_role("button", name="×60", exact=True).click()
    await expect(world.get_by_role("button", name="×60", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(world.locator(".hint")).to_contain_text("told after 20 seconds")
    await world.get_by_role("button", name="Down", exact=True).click()
    await expect(page.locator(".toast").last).to_contain_text("Plume down")
    assert stage.plume_mode == "down"
    await expect(world.locator(".hint")).to_contain_text("its own clock")


async def test_the_keyboard_alone_is_enough(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(stage.url)
    focused = page.locator(":focus")
    await expect(focused).to_have_attribute("id", "message")
    await page.keyboard.type("/start")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "/start")).to_be_visible()
    await stage.say("Report", reply_markup=KEYS)
    await expect(bubbles(page, "Report")).to_be_visible()
    for _ in range(12):  # back from the box: hints, then the newest keyboard
        await page.keyboard.press("Shift+Tab")
        if await focused.inner_text() == "Stop":
            break
    await expect(focused).to_have_text("Stop")
    ring = await focused.evaluate("node => getComputedStyle(node).outlineStyle")
    assert ring != "none"
    await page.keyboard.press("Enter")
    query = await stage.pressed()
    await stage.bot("answerCallbackQuery", callback_query_id=query["id"], text="Stopped")
    await expect(page.locator(".toast")).to_have_text("Stopped")

    await page.get_by_role("radio", name="Maya").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#chat-status")).to_contain_text("Jonas")
    await page.locator(".skip").focus()
    await page.keyboard.press("Enter")
    await expect(focused).to_have_attribute("id", "message")


async def test_new_messages_are_announced_and_old_ones_are_not(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await greeted(stage, open_page)
    await stage.say("Pod <b>Attic</b> is back")
    live = page.locator("#announcer")
    await expect(live).to_have_text("Panoptes: Pod Attic is back")
    await page.reload()
    await expect(bubbles(page, "is back")).to_be_visible()
    await expect(live).to_have_text("")


async def test_a_phone_of_360_pixels(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page, size=PHONE)
    await stage.say(RICH, reply_markup=KEYS)
    await stage.say("<pre>" + "x" * 300 + "</pre>" + "y" * 300)
    await expect(bubbles(page, "yyy")).to_be_visible()
    await no_sideways_scroll(page)
    await page.get_by_role("button", name="World").click()
    world = page.get_by_role("complementary", name="World: the invented ISP")
    await expect(world.get_by_role("button", name="Close World")).to_be_focused()
    await world.locator(".home-head").first.click()
    await no_sideways_scroll(page)
    await world.get_by_role("button", name="Put customer ID").first.click()
    await expect(page.get_by_label("Message", exact=True)).to_have_value("b1b1b1b1b1b1b1b100000000")
    await page.get_by_role("button", name="Switch person or chat").click()
    await page.get_by_role("radio", name="Jonas").click()
    await expect(page.locator("#chat-status")).to_contain_text("Jonas")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("")
    await page.get_by_role("button", name="Switch person or chat").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Switch person or chat")).to_be_focused()


async def width(place: Locator) -> float:
    """In pixels, on the screen."""
    box = await place.bounding_box()
    assert box is not None
    return box["width"]


async def no_sideways_scroll(page: Page) -> None:
    """Nothing is wider than the screen."""
    wider = await page.evaluate(
        """[document.documentElement, ...document.querySelectorAll("#scroll, #world, #people")]
            .filter(node => node.scrollWidth > node.clientWidth)
            .map(node => node.id || node.tagName)"""
    )
    assert wider == []


async def test_dark_follows_the_system_until_the_reader_decides(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await open_page(stage.url, dark=True)
    root = page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Dark theme").click()
    await expect(root).to_have_attribute("data-theme", "light")
    await page.reload()
    await expect(root).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1440px", "360px"])
async def test_axe_finds_nothing_serious(
    stage: Stage, open_page: OpenPage, size: tuple[int, int], *, dark: bool
) -> None:
    page = await greeted(stage, open_page, size=size, dark=dark)
    commands = [{"command": "start", "description": "Say hello"}]
    await stage.bot("setMyCommands", commands=commands)
    await stage.say(RICH, reply_markup=KEYS)
    await stage.bot("sendPhoto", chat_id=MAYA, caption="WAN", photo=("wan.png", png(40, 20)))
    await expect(page.get_by_role("button", name="Open photo")).to_be_visible()
    assert await serious_findings(page) == []
    await page.get_by_label("Message", exact=True).press_sequentially("/")
    await expect(page.locator("#commands [role=option]")).to_have_count(1)
    if size == PHONE:
        await page.get_by_role("button", name="World").click()
    await page.locator(".home-head").first.click()
    assert await serious_findings(page) == []


async def test_a_broken_link_loses_and_doubles_nothing(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    await stage.say("one")
    await expect(bubbles(page, "one")).to_be_visible()
    port = await stage.disconnect()
    await expect(page.locator("#banner")).to_contain_text("The demo is not answering")
    for text in ("two", "three"):
        await stage.say(text)
    await send(page, "not lost")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("not lost")
    await stage.reconnect(port)
    await expect(bubbles(page, "three")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator(".msg .text")).to_have_text(
        ["/start", "one", "two", "three", "not lost"]
    )


async def test_a_thousand_messages_stay_light(stage: Stage, open_page: OpenPage) -> None:
    page = await greeted(stage, open_page)
    for number in range(1000):
        stage.telegram.send_text(MAYA, f"message {number}")
        if number % 100 == 0:
            await asyncio.sleep(0)  # the page's stream gets its turn
    await expect(bubbles(page, "message 999")).to_be_visible()
    assert await page.locator(".msg").count() <= 120
    # What a keystroke costs the page, as the browser itself times it.
    await page.get_by_label("Message", exact=True).press_sequentially("still quick", delay=1)
    blocked = await page.evaluate(
        """() => new Promise(done => {
            const start = performance.now();
            const finish = () => done(performance.now() - start);
            requestAnimationFrame(() => requestAnimationFrame(finish));
        })"""
    )
    assert blocked < 1000
    seen: set[str] = set()
    for _ in range(30):
        seen.update(await page.locator(".msg .text").all_inner_texts())
        if "message 0" in seen:
            break
        await page.evaluate("document.getElementById('scroll').scrollTop = 0")
        older = page.get_by_role("button", name="Show earlier messages")
        await page.wait_for_timeout(60)
        if await older.is_visible():
            await older.click()
    assert seen >= {f"message {number}" for number in range(1000)}
    assert await page.locator(".msg").count() <= 300
    await stage.say("the newest")
    # What is out of sight in the conversation makes the page itself no taller.
    assert await page.evaluate(
        "document.documentElement.scrollHeight === document.documentElement.clientHeight"
    )
    await page.get_by_role("button", name="jump to newest").click()
    await expect(bubbles(page, "the newest")).to_be_in_viewport()
