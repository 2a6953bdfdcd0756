"""What a start tells of the run before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.handlers.member_texts import RESTARTED
from tests.bot_harness import Bot, Person, text_of

if TYPE_CHECKING:
    from pathlib import Path


def _after(before: Bot, data_dir: Path) -> Bot:
    """The next run: the same files, chats and homes."""
    environment = {"PANOPTES_DATA_DIR": str(data_dir)}
    return Bot(environment=environment, cloud=before.cloud, telegram=before.telegram)


async def _told(bot: Bot, person: Person) -> list[str]:
    """How often this person read of a restart, once the start is over and the bot answers."""
    again = Person(bot, person.user_id, person.chat_id)
    await again.quiet()
    return [text_of(m) for m in again.shown() if "I was restarted" in text_of(m)]


async def test_who_was_in_the_middle_of_setup_is_told_once(tmp_path: Path) -> None:
    async with Bot(environment={"PANOPTES_DATA_DIR": str(tmp_path)}) as first:
        ann, otto = first.person("Ann"), first.person("Otto")
        for person in (ann, otto):
            await person.ask("/setup")
        await otto.ask("/cancel")
    async with _after(first, tmp_path) as second:
        await second.telegram.wait_for(lambda: text_of(ann.last()) == RESTARTED)
        assert not await _told(second, otto), "who stopped it himself was not cut off"
    async with _after(second, tmp_path) as third:
        assert await _told(third, ann) == [RESTARTED]
