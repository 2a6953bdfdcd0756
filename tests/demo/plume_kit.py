"""What the tests of the embedded Plume cloud share: a fixed moment, hand-moved time, a caller."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from src.demo import world_ids as ids
from src.demo.plume_cloud import DEMO_CREDENTIALS, Credential, PlumeCloud
from src.demo.world import World
from src.demo.world_clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime(2026, 5, 18, 18, 40, 2, tzinfo=UTC)
TOKEN = "/oauth2/any/v1/token"
CUSTOMER = f"/api/Customers/{ids.DEMO_CUSTOMER_ID}"
HOME = f"{CUSTOMER}/locations/{ids.DEMO_LOCATION_ID}"
REPORTS = HOME.replace("/api/", "/reports/")
STUDY, BEDROOM, GARAGE = (ids.node_id(0, 0, number) for number in (1, 2, 3))
NORA = DEMO_CREDENTIALS[0]
OTHER = DEMO_CREDENTIALS[1]


class HandTime:
    """A monotonic clock that moves when it is told to; also a sleep that moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def make_world(customers: int = 40, seed: int = 7) -> World:
    """A world that begins at START and stands still until its clock is advanced."""
    return World(seed, VirtualClock(START, speed=0), customers)


class Caller:
    """A client of a cloud, in-process, with a token of one credential."""

    def __init__(self, cloud: PlumeCloud, who: Credential = NORA) -> None:
        transport = httpx.ASGITransport(cloud.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://plume.test")
        self.who = who

    async def log_in(self) -> Caller:
        """Fetch a token and use it from now on."""
        answer = await ask_token(self.http, self.who)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET with these query parameters."""
        return await self.http.get(path, params=query)

    async def json(self, path: str, **query: Any) -> Any:
        """The body of a GET that must answer 200."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def nodes(self, path: str = HOME) -> dict[str, Any]:
        """The nodes of a home by id."""
        return {node["id"]: node for node in (await self.json(f"{path}/nodes"))["nodes"]}


async def ask_token(http: httpx.AsyncClient, who: Credential, **form: str) -> httpx.Response:
    """The token request, with form fields replaced."""
    fields = {"grant_type": "client_credentials", "scope": who.scope, **form}
    return await http.post(TOKEN, data=fields, headers={"Authorization": who.header})


async def open_caller(cloud: PlumeCloud, who: Credential = NORA) -> AsyncIterator[Caller]:
    """A caller with a token, closed at the end; for fixtures."""
    caller = await Caller(cloud, who).log_in()
    yield caller
    await caller.http.aclose()


def home_path(index: int, ordinal: int = 0, base: str = "api") -> str:
    """The path of a customer's home."""
    return f"/{base}/Customers/{ids.customer_id(index)}/locations/{ids.location_id(index, ordinal)}"
