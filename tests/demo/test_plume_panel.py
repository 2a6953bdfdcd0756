"""The World panel: its picture agrees with the API, and its buttons do what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from src.demo import world_ids as ids
from src.demo.plume_cloud import PlumeCloud
from src.demo.plume_panel import MAX_BODY
from src.demo.world_clock import iso
from src.demo.world_incidents import INCIDENT_KINDS
from src.demo.world_scenarios import scenario_names
from tests.demo.plume_kit import BEDROOM, GARAGE, HOME, START, STUDY, Caller, make_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOCATION = ids.DEMO_LOCATION_ID


@pytest.fixture
def cloud() -> PlumeCloud:
    return PlumeCloud(make_world())


@pytest.fixture
async def panel(cloud: PlumeCloud) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(cloud.panel)
    async with httpx.AsyncClient(transport=transport, base_url="http://panel.test") as http:
        yield http


async def post(panel: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await panel.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def row(state: dict[str, Any], location: str = LOCATION) -> dict[str, Any]:
    found: dict[str, Any] = next(h for h in state["homes"] if h["location_id"] == location)
    return found


async def test_the_picture_at_the_start(panel: httpx.AsyncClient) -> None:
    state = (await panel.get("/state")).json()

    assert state["clock"] == {"now": iso(START), "speed": 0.0}
    assert state["cloud"] == {"mode": "ok"}
    assert [kind["kind"] for kind in state["incidents"]] == list(INCIDENT_KINDS)
    assert {kind["needs"] for kind in state["incidents"]} == {"node", "location", "cloud"}
    assert state["scenarios"] == scenario_names()
    assert row(state) == row(state) | {
        "customer_id": ids.DEMO_CUSTOMER_ID,
        "customer_name": "Nora Lindqvist",
        "location_name": "Home",
        "place": "Stockholm",
        "state": "online",
        "verdict": "all well",
        "incidents": [],
    }
    assert row(state)["nodes"][2] == {
        "id": BEDROOM,
        "name": row(state)["nodes"][2]["name"],
        "state": "connected",
        "health": "excellent",
        "backhaul": "wifi",
        "parent": STUDY,
        "gateway": False,
    }


@pytest.mark.parametrize(
    ("index", "state", "verdict"),
    [
        (1, "online", "1 of 4 pods disconnected"),
        (2, "offline", "offline"),
        (3, "online", "a pod with a poor link"),
        (5, "unknown", "not onboarded"),
        (7, "online", "no Wi-Fi service"),
    ],
)
async def test_verdicts(panel: httpx.AsyncClient, index: int, state: str, verdict: str) -> None:
    home = row((await panel.get("/state")).json(), ids.location_id(index, 0))

    assert (home["state"], home["verdict"]) == (state, verdict)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ({"kind": "unplug_pod", "node": STUDY}, "1 of 4 pods disconnected"),
        ({"kind": "weaken_pod", "node": STUDY}, "a pod with a poor link"),
        ({"kind": "backhaul_to_wifi", "node": GARAGE}, "all well"),
        ({"kind": "cut_line", "location": LOCATION}, "offline"),
        ({"kind": "power_cut", "location": LOCATION}, "offline"),
        ({"kind": "flap", "location": LOCATION}, "offline"),
        ({"kind": "slow_speed_test", "location": LOCATION}, "slow line"),
        ({"kind": "neighbourhood_outage", "location": LOCATION}, "offline"),
    ],
)
async def test_incidents_and_restore(
    panel: httpx.AsyncClient, body: dict[str, str], verdict: str
) -> None:
    happened = row(await post(panel, "/incident", **body))
    restored = row(await post(panel, "/restore", location=LOCATION))

    assert happened["verdict"] == verdict
    assert len(happened["incidents"]) == 1
    assert (restored["verdict"], restored["incidents"]) == ("all well", [])


async def test_what_is_done_here_is_what_the_api_shows(
    cloud: PlumeCloud, panel: httpx.AsyncClient
) -> None:
    nora = await Caller(cloud).log_in()
    await post(panel, "/incident", kind="unplug_pod", node=STUDY)

    node = (await nora.nodes())[STUDY]

    assert (node["connectionState"], node["connectionStateChangeAt"]) == (
        "disconnected",
        iso(START),
    )
    assert (await nora.json(HOME, include="summary"))["summary"]["nodeConnectedCount"] == 3


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("plume_down", "down"),
        ("plume_slow", "slow"),
        ("plume_rate_limiting", "rate_limiting"),
        ("plume_ok", "ok"),
    ],
)
async def test_the_clouds_mode(panel: httpx.AsyncClient, kind: str, mode: str) -> None:
    assert (await post(panel, "/incident", kind=kind))["cloud"] == {"mode": mode}
    assert (await post(panel, "/restore"))["cloud"] == {"mode": "ok"}


async def test_the_clock(cloud: PlumeCloud, panel: httpx.AsyncClient) -> None:
    assert (await post(panel, "/clock", speed=600))["clock"]["speed"] == 600
    assert cloud.world.clock.speed == 600


async def test_a_shipped_scenario(cloud: PlumeCloud, panel: httpx.AsyncClient) -> None:
    begun = await post(panel, "/scenario", name="line_cut_and_repair")
    cloud.world.clock.advance(1201)
    ended = (await panel.get("/state")).json()

    assert (row(begun)["state"], row(ended)["state"]) == ("offline", "online")


async def test_a_recording_can_be_played_again(panel: httpx.AsyncClient) -> None:
    await post(panel, "/incident", kind="cut_line", location=LOCATION)
    recording = (await panel.get("/recording")).json()
    fresh = httpx.AsyncClient(
        transport=httpx.ASGITransport(PlumeCloud(make_world()).panel), base_url="http://p.test"
    )

    state = await post(fresh, "/scenario", **recording)

    assert row(state)["incidents"] == ["line cut"]


async def test_homes_in_trouble_are_shown_wherever_they_are(panel: httpx.AsyncClient) -> None:
    hidden = ids.location_id(13, 250)
    before = (await panel.get("/state")).json()
    state = await post(panel, "/incident", kind="cut_line", location=hidden)

    assert hidden not in {home["location_id"] for home in before["homes"]}
    assert row(state, hidden)["state"] == "offline"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/incident", {}, "'kind' names"),
        ("/incident", {"kind": 7}, "'kind' is a text"),
        ("/incident", {"kind": "earthquake"}, "no incident 'earthquake'"),
        ("/incident", {"kind": "cut_line"}, "needs the id of a location"),
        ("/incident", {"kind": "cut_line", "location": "x"}, "needs the id of a location"),
        ("/incident", {"kind": "unplug_pod"}, "needs the id of a node"),
        ("/incident", {"kind": "unplug_pod", "node": "x"}, "needs the id of a node"),
        (
            "/incident",
            {"kind": "unplug_pod", "node": STUDY, "location": ids.DEMO_COTTAGE_ID},
            "not in that home",
        ),
        ("/incident", {"kind": "weaken_pod", "node": ids.DEMO_GATEWAY_ID}, "is the gateway"),
        ("/incident", {"kind": "backhaul_to_wifi", "node": STUDY}, "has no cable"),
        ("/incident", {"kind": "cut_line", "location": ids.location_id(5, 0)}, "no pods yet"),
        ("/restore", {"location": "x"}, "needs the id of a location"),
        ("/clock", {}, "'speed' is a number"),
        ("/clock", {"speed": True}, "'speed' is a number"),
        ("/clock", {"speed": "60"}, "'speed' is a number"),
        ("/clock", {"speed": -1}, "from 0 to 100,000"),
        ("/scenario", {}, "no scenario 'None'"),
        ("/scenario", {"name": "../../etc/passwd"}, "no scenario"),
        ("/scenario", {"events": [{"kind": "earthquake"}]}, "unknown kind"),
        (
            "/scenario",
            {"events": [{"kind": "cut_line", "location": "x"}]},
            "needs the id of a location",
        ),
    ],
)
async def test_bad_input_is_one_sentence_and_changes_nothing(
    panel: httpx.AsyncClient, path: str, body: dict[str, Any], words: str
) -> None:
    before = (await panel.get("/state")).json()

    answer = await panel.post(path, json=body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert answer.json()["error"].endswith(".")
    assert (await panel.get("/state")).json() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not JSON"),
        (b"1" * (MAX_BODY + 1), "too large"),
        (b'{"speed":1e999}', "'speed' is a number"),
        (b'{"speed":NaN}', "'speed' is a number"),
    ],
)
async def test_bad_bodies(panel: httpx.AsyncClient, content: bytes, words: str) -> None:
    answer = await panel.post("/clock", content=content)

    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
