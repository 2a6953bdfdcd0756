"""The watching service between both embedded servers, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import plume_api_client as plume
from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, TOKEN_PATH, PlumeCloud
from src.demo.world import World
from src.demo.world_clock import VirtualClock
from src.handlers.watching import start_watching
from src.models.watching import HomeKey, Spot, Watch
from src.storage import TEAM
from tests import patient_time
from tests.bot_harness import PLUME, Shared
from tests.watch.post import START, PostOffice, now, post_office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from src.demo.telegram_server import TelegramServer
    from src.watch.service import WatchService

ADMIN = 500_900
HOME = HomeKey(TEAM, ids.DEMO_CUSTOMER_ID, ids.DEMO_LOCATION_ID)
COTTAGE = HomeKey(TEAM, ids.DEMO_CUSTOMER_ID, ids.DEMO_COTTAGE_ID)
POD = ids.DEMO_POD_ID
MINUTE_S, HOUR_S = 60.0, 3600.0


def homes(count: int) -> list[HomeKey]:
    """Homes of the world, one of each customer of the team's partner."""
    return [
        HomeKey(TEAM, ids.customer_id(index), ids.location_id(index, 0)) for index in range(count)
    ]


@dataclass
class Station:
    """A bot of a team that watches, without anybody's commands."""

    post: PostOffice
    cloud: PlumeCloud
    watching: WatchService

    @property
    def world(self) -> World:
        """Where homes break."""
        return self.cloud.world

    async def person(self, name: str = "Ann") -> Spot:
        """The private chat of an operator."""
        spot = self.post.person(name)
        await self.post.state.set_role(spot.chat_id, "operator")
        return spot

    async def watch(self, spot: Spot, key: HomeKey = HOME, name: str = "Olson") -> bool:
        """A chat watches a home."""
        return await self.watching.add_watch(Watch(key, spot, name, ADMIN, now()))

    def calls(self, *parts: str) -> list[Any]:
        """Calls to Plume's API whose path has all these in it, tokens left out."""
        found = [call for call in self.cloud.requests if call.path != TOKEN_PATH]
        return [call for call in found if all(part in call.path for part in parts)]

    async def until(self, true: Callable[[], object], *, within_s: float = HOUR_S) -> float:
        """Wait for it; how many seconds that took."""
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(within_s):
            while not true():  # noqa: ASYNC110 - time is virtual
                await asyncio.sleep(1)
        return asyncio.get_running_loop().time() - began


def make_cloud(**options: Any) -> PlumeCloud:
    """A cloud that lives in the loop's time."""
    clock = VirtualClock(START, monotonic=asyncio.get_running_loop().time)
    return PlumeCloud(World(clock=clock, customers=options.pop("customers", 40)), **options)


@asynccontextmanager
async def station(
    data_dir: Path,
    cloud: PlumeCloud | None = None,
    server: TelegramServer | None = None,
    **environment: str,
) -> AsyncIterator[Station]:
    """A bot that has just started, on what an earlier one left in `data_dir`."""
    cloud = cloud or make_cloud()
    settings = {
        "PLUME_API_BASE": f"{PLUME}/api/",
        "PLUME_REPORTS_BASE": f"{PLUME}/reports/",
        "PLUME_SSO_URL": f"{PLUME}{TOKEN_PATH}",
        "PANOPTES_ADMINS": str(ADMIN),
    }
    plume.user_auth.clear()
    plume.configure(transport=Shared(cloud.app), now=now)
    async with post_office(data_dir, environment=settings | environment, server=server) as post:
        async with patient_time.real():
            credential = DEMO_CREDENTIALS[0]
            config = {"auth_header": credential.header, "partner_id": credential.partner_id}
            if not await post.state.has_team_credential():
                await post.state.connect_team(config)
        try:
            await start_watching(post.bot, post.services)
            yield Station(post, cloud, post.services.watching)
        finally:
            await post.services.watching.stop()
            await plume.aclose()
            plume.user_auth.clear()
