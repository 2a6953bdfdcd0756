"""What can be done through the API, and how the home changes afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from src.demo import world_ids as ids
from src.demo.plume_cloud import PlumeCloud
from src.demo.world_clock import iso
from tests.demo.plume_kit import (
    BEDROOM,
    HOME,
    START,
    STUDY,
    Caller,
    home_path,
    make_world,
    open_caller,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

GATEWAY = ids.DEMO_GATEWAY_ID
STUDY_PATH = f"{HOME}/nodes/{STUDY}"


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def nora(cloud: PlumeCloud) -> AsyncIterator[Caller]:
    async for caller in open_caller(cloud):
        yield caller


async def states(nora: Caller) -> dict[str, str]:
    return {key: node["connectionState"] for key, node in (await nora.nodes()).items()}


@pytest.mark.parametrize("how", ["data", "json"])
async def test_rename(nora: Caller, how: str) -> None:
    answer = await nora.http.put(STUDY_PATH, **{how: {"nickname": "Library <b>"}})  # type: ignore[arg-type]  # both ways are httpx's

    assert answer.status_code == 200
    assert answer.json()["nickname"] == "Library <b>"
    assert (await nora.nodes())[STUDY]["nickname"] == "Library <b>"


async def test_a_reboot_goes_and_comes_back_with_a_new_boot_time(
    cloud: PlumeCloud, nora: Caller
) -> None:
    before = (await nora.nodes())[STUDY]

    answer = await nora.http.put(f"{STUDY_PATH}/reboot", data={"delay": "5"})
    waiting = await states(nora)
    cloud.world.clock.advance(6)
    rebooting = await states(nora)
    cloud.world.clock.advance(200)
    after = (await nora.nodes())[STUDY]

    assert (answer.status_code, answer.content) == (204, b"")
    assert waiting[STUDY] == "connected"
    assert rebooting[STUDY] == "disconnected"
    assert rebooting[BEDROOM] == "connected"  # moved to the gateway meanwhile
    assert after["connectionState"] == "connected"
    assert before["bootAt"] < iso(START) < after["bootAt"] < after["connectionStateChangeAt"]


async def test_a_reboot_of_the_gateway_or_the_home_darkens_it(
    cloud: PlumeCloud, nora: Caller
) -> None:
    for path in (f"{HOME}/nodes/{GATEWAY}/reboot", f"{HOME}/reboot"):
        assert (await nora.http.put(path)).status_code == 204
        cloud.world.clock.advance(10)
        during = await nora.json(HOME)
        cloud.world.clock.advance(200)
        after = await nora.json(HOME)

        assert during["networkStatus"]["status"] == "offline"
        assert after["networkStatus"]["status"] == "online"


@pytest.mark.parametrize("path", [f"{HOME}/nodes/{GATEWAY}/speedTest", f"{HOME}/ispSpeedTest"])
async def test_a_speed_test_has_its_result_after_half_a_minute(
    cloud: PlumeCloud, nora: Caller, path: str
) -> None:
    request_id = (await nora.http.post(path)).json()["requestId"]
    result = f"{HOME}/nodes/{GATEWAY}/speedTestResults/{request_id}"

    early = await nora.get(result)
    cloud.world.clock.advance(35)
    body = await nora.json(result)
    node = (await nora.nodes())[GATEWAY]

    assert early.status_code == 404
    assert body["status"] == "succeeded"
    assert body["trigger"] == "manual"
    assert node["speedTest"] == body
    assert body["startedAt"] == iso(START)


async def test_a_speed_test_keeps_the_callers_request_id(nora: Caller) -> None:
    answer = await nora.http.post(f"{STUDY_PATH}/speedTest", json={"requestId": "mine"})

    assert answer.json() == {"requestId": "mine"}


async def test_a_snoozed_alert_is_silent_until_reset(nora: Caller) -> None:
    poor = ids.node_id(3, 0, 2)
    path = f"{home_path(3)}/nodes/{poor}/alerts/poorHealth"

    snoozed = (await nora.http.put(path, data={"state": "snooze"})).json()
    reset = (await nora.http.put(path, data={"state": "reset"})).json()

    assert snoozed["alerts"] == []
    assert reset["alerts"] == [{"type": "poorHealth"}]


async def test_led_optimize_and_names(cloud: PlumeCloud, nora: Caller) -> None:
    led = await nora.http.put(f"{STUDY_PATH}/ledMode", data={"mode": "locate"})
    optimized = await nora.http.post(f"{HOME}/optimize")
    patched = await nora.http.patch(HOME, json={"serviceId": "S-1", "name": "New home"})
    level = await nora.http.patch(f"{HOME}/serviceLevel", json={"status": "noService"})
    home = await nora.json(HOME, include="summary")

    assert led.json() == {"mode": "locate"}
    assert (optimized.status_code, patched.status_code) == (200, 200)
    assert home["summary"]["optimization"] == {
        "state": "idle",
        "stateChangedAt": iso(START),
        "trigger": "manual",
    }
    assert (home["serviceId"], home["name"]) == ("S-1", "New home")
    assert level.json()["status"] == home["serviceLevel"]["status"] == "noService"
    assert home["serviceLevel"]["auto"] is False


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("PUT", STUDY_PATH, {}, 400),
        ("PUT", STUDY_PATH, {"nickname": "  "}, 400),
        ("PUT", STUDY_PATH, {"nickname": 7}, 400),
        ("PUT", f"{STUDY_PATH}/ledMode", {"mode": "disco"}, 422),
        ("PUT", f"{STUDY_PATH}/alerts/poorHealth", {"state": "scream"}, 422),
        ("PUT", f"{STUDY_PATH}/alerts/noSuchType", {"state": "snooze"}, 422),
        ("PUT", f"{STUDY_PATH}/reboot", {"delay": -1}, 422),
        ("PUT", f"{STUDY_PATH}/reboot", {"delay": 100_001}, 422),
        ("PUT", f"{STUDY_PATH}/reboot", {"delay": "soon"}, 422),
        ("PUT", f"{STUDY_PATH}/reboot", {"delay": None}, 422),
        ("PUT", f"{HOME}/nodes/NOSUCHNODE/reboot", {}, 404),
        ("PUT", f"{home_path(15)}/reboot", {}, 403),
        ("PUT", f"{home_path(2)}/nodes/{ids.node_id(2, 0, 1)}/reboot", {}, 422),
        ("POST", f"{home_path(2)}/ispSpeedTest", {}, 422),
        ("POST", f"{home_path(5)}/ispSpeedTest", {}, 422),
        ("PATCH", HOME, {"name": ""}, 422),
        ("PATCH", HOME, {"serviceId": 7}, 422),
        ("PATCH", f"{HOME}/serviceLevel", {"status": "gold"}, 422),
    ],
)
async def test_bad_actions_change_nothing(
    nora: Caller, method: str, path: str, fields: dict[str, Any], status: int
) -> None:
    before = await nora.json(HOME, include="summary"), await nora.nodes()

    answer = await nora.http.request(method, path, json=fields)

    assert answer.status_code == status, answer.text
    assert (await nora.json(HOME, include="summary"), await nora.nodes()) == before


@pytest.mark.parametrize("content", [b"{", b"[1]"])
async def test_a_body_that_is_no_object_is_400(nora: Caller, content: bytes) -> None:
    headers = {"content-type": "application/json"}

    assert (await nora.http.put(STUDY_PATH, content=content, headers=headers)).status_code == 400


async def test_actions_on_a_home_without_pods(nora: Caller) -> None:
    assert (await nora.http.put(f"{home_path(5)}/reboot")).status_code == 204
