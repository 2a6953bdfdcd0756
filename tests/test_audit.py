"""/audit: who did what, newest first, in the time of whoever reads."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.bot_harness import Bot, labels_of, text_of

CLOSED = {"PANOPTES_ADMINS": "500001"}


async def test_an_empty_log_says_so() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina = bot.person("Amina")
        log = await amina.ask("/audit")
        assert text_of(log) == "Nothing was recorded yet."
        assert labels_of(log) == ["👥 People"]
        await amina.press("People", log)
        shown = await amina.becomes(log, "1 people may use")
        await amina.press("Audit log", shown)
        await amina.becomes(log, "Nothing was recorded")
        await amina.forge(log, "1|a|3")
        await amina.becomes(log, "No older entries")


async def test_the_log_names_who_did_what_page_by_page() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, store = bot.person("Amina"), bot.application.services.state.store
        await amina.ask("/whoami")
        await store.record(None, "did this & that", "location:<l>", detail="<b>why</b>")
        for number in range(20):
            await store.record(500001, f"did {number}")
        log = await amina.ask("/audit")
        assert "Amina: did 19" in text_of(log)
        assert "did 4\n" not in text_of(log)
        await amina.press("Older", log)
        older = await amina.becomes(log, "page 2")
        assert "somebody erased: did this & that location:<l> (<b>why</b>)" in text_of(older)
        await amina.press("Newer", older)
        await amina.becomes(log, "did 19")
        await amina.forge(log, "1|a|-5")
        assert "page" not in text_of(await amina.becomes(log, "did 19"))


async def test_times_are_the_readers() -> None:
    async with Bot(environment=CLOSED) as bot:
        amina, store = bot.person("Amina"), bot.application.services.state.store
        store._now = lambda: datetime(2026, 5, 17, 22, 30, tzinfo=UTC)
        await store.record(500001, "did it")
        log = text_of(await amina.ask("/audit"))
        assert "in UTC (/settings changes that)" in log
        assert "17 May 22:30 Amina: did it" in log
        await amina.ask("/settings Kathmandu")
        log = text_of(await amina.ask("/audit"))
        assert "in the time of Asia/Kathmandu" in log
        assert "18 May 04:15 Amina: did it" in log
