"""One look: what it asks, and whose fault it is when it sees nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import plume_api_client as plume
from src.models.watching import Blindness, HomeKey, Sight
from src.watch.poller import blindness_of, look
from tests import virtual_time
from tests.fake_plume import CONFIG, HTML_403, JSON_401, JSON_403, FakePlume

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)
KEY = HomeKey(7, "c1", "l1")
NODES = "/api/Customers/c1/locations/l1/nodes"
LOCATION = "/api/Customers/c1/locations/l1"
GATEWAY = {
    "id": "n1",
    "serialNumber": "S1",
    "connectionState": "connected",
    "publicIp": "192.0.2.1",
}


@pytest.fixture
def cloud() -> Iterator[FakePlume]:
    """A cloud with one home of one gateway."""
    fake = FakePlume()
    fake.answers(NODES, {"nodes": [GATEWAY]})
    fake.answers(LOCATION, {"id": "l1", "name": "Home", "serviceLevel": {"status": "fullService"}})
    plume.configure(transport=fake.transport)
    plume.set_user_auth(7, CONFIG)
    yield fake
    plume.user_auth.clear()
    plume.configure()


def see(*, location: bool = False, connected: bool = True, **options: Any) -> Sight | Blindness:
    """Look, in virtual time."""

    async def is_connected(owner: int) -> bool:
        assert owner == KEY.owner
        return connected

    async def main() -> Sight | Blindness:
        try:
            return await look(
                KEY, location=location, clock=lambda: NOW, connected=is_connected, **options
            )
        finally:
            await plume.aclose()

    return virtual_time.run(main())


def test_a_look_asks_for_the_pods_and_now_and_then_for_the_rest(cloud: FakePlume) -> None:
    seen = see()
    assert isinstance(seen, Sight)
    assert (seen.at, seen.online, [pod.id for pod in seen.pods]) == (NOW, True, ["n1"])
    assert cloud.paths == [NODES]
    whole = see(location=True)
    assert isinstance(whole, Sight)
    assert (seen.service_level, whole.service_level) == (None, "fullService")
    assert sorted(cloud.paths) == [LOCATION, NODES, NODES]


@pytest.mark.parametrize("answer", [httpx.Response(500), JSON_403, {"no": "location"}])
def test_the_rarer_call_never_costs_the_look(cloud: FakePlume, answer: Any) -> None:
    cloud.answers(LOCATION, httpx.Response(403, json=answer) if answer is JSON_403 else answer)
    seen = see(location=True)
    assert isinstance(seen, Sight)
    assert seen.service_level is None


FAULTS: list[tuple[Any, str, str]] = [
    (httpx.Response(500), "plume", "500"),
    (httpx.Response(429), "plume", "fewer calls"),
    (HTML_403, "plume", "firewall"),
    (httpx.Response(200, text="<html>"), "plume", "could not be read"),
    (httpx.Response(403, json=JSON_403), "home", "not ours"),
    (httpx.Response(404), "home", "does not exist"),
    (httpx.Response(401, json=JSON_401), "home", "not ours"),
    (httpx.Response(400), "home", "make sense"),
    (httpx.ConnectError("no route"), "network", "reached"),
    (httpx.ReadTimeout("slow"), "network", "in time"),
]


@pytest.mark.parametrize(("answer", "fault", "words"), FAULTS)
def test_a_look_that_sees_nothing_says_whose_fault_that_is(
    cloud: FakePlume, answer: Any, fault: str, words: str
) -> None:
    cloud.answers(NODES, answer)
    found = see(location=True)
    assert isinstance(found, Blindness)
    assert (found.at, found.fault) == (NOW, fault)
    assert words in found.detail


def test_refused_credentials_are_the_credentials_fault(cloud: FakePlume) -> None:
    refusal = {"error": "invalid_client", "error_description": "no"}
    cloud.token_answers = [httpx.Response(401, json=refusal)]
    found = see()
    assert isinstance(found, Blindness)
    assert found.fault == "credential"


def test_an_owner_without_credentials_is_not_asked_about(cloud: FakePlume) -> None:
    found = see(connected=False)
    assert isinstance(found, Blindness)
    assert found.fault == "credential"
    assert cloud.calls == []


def test_a_look_ends_at_its_deadline(cloud: FakePlume) -> None:
    async def hang(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1e6)
        return httpx.Response(200)

    cloud.answers(NODES, hang)
    found = see(deadline_s=3)
    assert isinstance(found, Blindness)
    assert found.fault == "network"


def test_the_bots_own_limit_is_not_called_plumes() -> None:
    ours = blindness_of(plume.PlumeRateLimitedError("our request budget is used up"), NOW)
    theirs = blindness_of(plume.PlumeRateLimitedError("too many", status=429), NOW)
    assert "own limit" in ours.detail
    assert "own limit" not in theirs.detail
