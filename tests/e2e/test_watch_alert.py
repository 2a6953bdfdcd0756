"""A home breaks and mends under a real process that is killed in between: nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from src.demo.plume_auth import DEMO_CREDENTIALS
from src.demo.plume_cloud import PlumeCloud
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from src.demo.world_ids import DEMO_CUSTOMER_ID, DEMO_LOCATION_ID, DEMO_POD_ID
from src.storage.database import DATABASE_FILE
from tests.chatting import text_of
from tests.e2e.bot_process import Surroundings
from tests.e2e.people import Technician

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e

SPEED = (
    600.0  # ten minutes of the cloud in a second: what is confirmed by time is confirmed at once
)


def nodes_calls(cloud: PlumeCloud) -> int:
    """How often the home was looked at."""
    return sum(call.path.endswith(f"{DEMO_LOCATION_ID}/nodes") for call in cloud.requests)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that no message and no call tells of."""
    async with asyncio.timeout(25):
        while not true():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


def is_recorded(surroundings: Surroundings) -> bool:
    """Whether everything that was sent is written down as sent."""
    file = surroundings.data_dir / "data" / DATABASE_FILE
    with contextlib.closing(sqlite3.connect(file)) as database:
        waiting = "SELECT count(*) FROM outbox WHERE done_at IS NULL"
        return bool(database.execute(waiting).fetchone() == (0,))


@contextlib.asynccontextmanager
async def another_monitor() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Somebody who wants to hear that the bot is alive: the address, and what was asked for."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ping/0a1b2c3d", asked


async def test_an_alert_and_its_recovery_survive_a_kill_in_between(tmp_path: Path) -> None:
    cloud = PlumeCloud(World(clock=VirtualClock(speed=SPEED)))
    environment = {"PANOPTES_WATCH_INTERVAL": "1"}
    async with (
        another_monitor() as (url, asked),
        Surroundings(
            tmp_path,
            cloud=cloud,
            extra_env=environment | {"PANOPTES_HEARTBEAT_URL": url},
            warm=True,
        ) as surroundings,
    ):
        nora = Technician.join(surroundings.telegram, "Nora")
        await nora.connect(DEMO_CREDENTIALS[0])
        await nora.choose(DEMO_CUSTOMER_ID, "Home")
        cloud.world.apply("unplug_pod", DEMO_LOCATION_ID, DEMO_POD_ID)
        before = nodes_calls(cloud)
        watching = await nora.ask("/watch")
        number = watching["message_id"]
        await until(lambda: nodes_calls(cloud) > before)

        await surroundings.stop(signal.SIGKILL)  # seen once, told to nobody
        await surroundings.start()
        alert = await nora.answered(number, "POD DOWN")

        await until(lambda: is_recorded(surroundings))
        await surroundings.stop(signal.SIGKILL)  # told
        cloud.world.restore(DEMO_LOCATION_ID)
        await surroundings.start()
        await nora.press("Test again", alert)
        well_since = cloud.world.now()  # and must stay so for three minutes
        await until(lambda: cloud.world.now() - well_since > timedelta(minutes=4))
        await nora.press("Test again", alert)
        recovery = await nora.answered(alert["message_id"], "Back since")
        assert recovery["reply_to_message"]["message_id"] == alert["message_id"]
        await nora.becomes(alert, "RESOLVED")
        told = [text_of(message) for message in nora.shown(number)]
        assert sum("🟠 POD DOWN" in text for text in told) == 0, told  # it says that it is over
        assert sum("Repeated" in text for text in told) == 0
        assert await surroundings.stop() == 0
        assert "Traceback" not in surroundings.log
        assert asked[0].startswith(b"GET /ping/0a1b2c3d HTTP/1.1")
        assert "0a1b2c3d" not in surroundings.log
