"""Devices as messages: numbers that name nobody, and lists on demand that lose nobody."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.clients import count_devices, describe_devices
from src.models.clients import DeviceCounts, DeviceDetail, PodDevices, parse_devices
from src.utils.devices_formatter import device_pages, format_device_counts, format_device_list
from src.utils.markup import clean
from tests.telegram_rules import NASTY, shown
from tests.texts import texts


def pod(**changes: Any) -> PodDevices:
    made: PodDevices = {
        "pod_id": "N2",
        "pod_name": "Study",
        "devices": 3,
        "bands": {"2.4 GHz": 1, "5 GHz": 2},
        "wired": 0,
        "unclear": 0,
        "weak": 0,
    }
    return cast("PodDevices", {**made, **changes})


def counts(**changes: Any) -> DeviceCounts:
    made: DeviceCounts = {
        "known": 5,
        "connected": 3,
        "disconnected": 2,
        "unknown": 0,
        "weak": 0,
        "pods": [pod()],
    }
    return cast("DeviceCounts", {**made, **changes})


def detail(**changes: Any) -> DeviceDetail:
    made: DeviceDetail = {
        "label": "Noras-phone",
        "mac": "02:11:22:33:44:01",
        "ip": "192.168.40.101",
        "kind": "smartPhone",
        "connected": True,
        "state": "connected",
        "since": "2026-05-18T05:58:00+00:00",
        "pod_id": "N2",
        "pod_name": "Study",
        "medium": "wifi",
        "band": "5 GHz",
        "channel": 44,
        "health": "healthy",
        "weak": False,
        "zone": "home",
    }
    return cast("DeviceDetail", {**made, **changes})


TOPS: list[tuple[DeviceCounts | None, list[str]]] = [
    (None, ["⚪ Devices could not be read · Home", "Next: refresh, or ask again in a minute."]),
    (
        counts(known=0, connected=0, disconnected=0, pods=[]),
        [
            "⚪ No devices are known · Home",
            "Next: check that the home is online and that its Wi-Fi is switched on.",
        ],
    ),
    (counts(), ["🟢 3 devices connected · Home", "2 more known, not connected now"]),
    (counts(connected=1, disconnected=0), ["🟢 1 device connected · Home"]),
    (
        counts(weak=1),
        ["🟡 1 of 3 connected devices has a weak link · Home", "2 more known, not connected now"],
    ),
    (
        counts(weak=2, disconnected=0, unknown=2),
        ["🟡 2 of 3 connected devices have a weak link · Home", "State not reported for 2"],
    ),
    (
        counts(connected=0, disconnected=5),
        [
            "⚪ None of 5 known devices is connected · Home",
            "Next: look at /status: is the home online?",
        ],
    ),
    (
        counts(connected=0, disconnected=4, unknown=1),
        [
            "⚪ No device is reported as connected · Home",
            "State not reported for 1",
            "Next: look at /status: is the home online?",
        ],
    ),
]


@pytest.mark.parametrize(("given_", "expected"), TOPS)
def test_the_verdict_comes_first(given_: DeviceCounts | None, expected: list[str]) -> None:
    text = shown(format_device_counts("Home", given_))
    assert text.partition("\n\n")[0].splitlines() == expected
    assert shown(format_device_counts(None, given_)).startswith(expected[0].removesuffix(" · Home"))


PODS: list[tuple[PodDevices, str]] = [
    (pod(), "Study: 3 devices (1 on 2.4 GHz, 2 on 5 GHz)"),
    (pod(weak=1), "Study: 3 devices (1 on 2.4 GHz, 2 on 5 GHz), 1 with a weak link"),
    (pod(devices=1, bands={}, wired=1), "Study: 1 device (1 by cable)"),
    (
        pod(devices=2, bands={"60G": 1}, unclear=1),
        "Study: 2 devices (1 on 60G, 1 not reported how)",
    ),
    (pod(devices=0, bands={}), "Study: no devices"),
    (pod(pod_name=None), "Pod N2: 3 devices (1 on 2.4 GHz, 2 on 5 GHz)"),
    (pod(pod_name=None, pod_id=None), "Pod not reported: 3 devices (1 on 2.4 GHz, 2 on 5 GHz)"),
]


@pytest.mark.parametrize(("one", "expected"), PODS)
def test_a_pod(one: PodDevices, expected: str) -> None:
    text = shown(format_device_counts("Home", counts(pods=[one])))
    assert text.partition("\n\n")[2] == expected


def test_no_pods_reported() -> None:
    assert "\n\n" not in shown(format_device_counts("Home", counts(connected=0, pods=[])))


def test_thirty_two_long_names_fit_and_the_rest_is_counted() -> None:
    pods = [pod(pod_name="🏠" * 300)] * 32
    text = shown(format_device_counts("🏠" * 300, counts(pods=pods)))
    left = int(text.rpartition("… and ")[2].split()[0])
    assert text.count("3 devices (") + left == 32


DEVICES: list[tuple[DeviceDetail, str]] = [
    (detail(), "🟢 Noras-phone (phone): 5 GHz channel 44 via Study"),
    (
        detail(weak=True, health="poor"),
        "🟡 Noras-phone (phone): 5 GHz channel 44 via Study, link poor",
    ),
    (
        detail(kind=None, medium="ethernet", band=None, channel=None),
        "🟢 Noras-phone: by cable via Study",
    ),
    (detail(kind="tv", medium="moca", band=None), "🟢 Noras-phone (TV): by coax cable via Study"),
    (detail(kind="toaster", channel=None), "🟢 Noras-phone (toaster): 5 GHz via Study"),
    (detail(band=None, medium=None), "🟢 Noras-phone (phone): connected via Study"),
    (detail(pod_name=None), "🟢 Noras-phone (phone): 5 GHz channel 44 via N2"),
    (detail(pod_name=None, pod_id=None), "🟢 Noras-phone (phone): 5 GHz channel 44"),
    (detail(zone="guests"), "🟢 Noras-phone (phone): 5 GHz channel 44 via Study, guest network"),
    (detail(zone="lab"), "🟢 Noras-phone (phone): 5 GHz channel 44 via Study, lab"),
    (detail(zone=None), "🟢 Noras-phone (phone): 5 GHz channel 44 via Study"),
    (
        detail(connected=False, state="disconnected"),
        "💤 Noras-phone (phone): not connected since 18 May 2026 07:58 CEST",
    ),
    (detail(connected=False, since=None), "💤 Noras-phone (phone): not connected"),
    (detail(connected=None, state="roaming"), "⚪ Noras-phone (phone): state “roaming”"),
    (detail(connected=None, state=None), "⚪ Noras-phone (phone): state not reported"),
    (
        detail(label="02:11:22:33:44:01"),
        "🟢 device without a name (phone): 5 GHz channel 44 via Study",
    ),
]


@pytest.mark.parametrize(("one", "expected"), DEVICES)
def test_a_device(one: DeviceDetail, expected: str) -> None:
    text = shown(format_device_list("Home", [one], timezone="Europe/Stockholm"))
    on = int(one["connected"] is True)
    assert text == (
        f"📱 1 device, {on} connected · Home\n\n{expected}\n"
        "MAC 02:11:22:33:44:01 · IP 192.168.40.101"
    )


def test_a_device_without_addresses_has_no_line_for_them() -> None:
    assert shown(format_device_list(None, [detail(mac=None, ip=None)])) == (
        "📱 1 device, 1 connected\n\n🟢 Noras-phone (phone): 5 GHz channel 44 via Study"
    )


def test_searching_within() -> None:
    assert shown(format_device_list("Home", [detail()], query="nora<b>")).startswith(
        "📱 1 device for “nora<b>”, 1 connected · Home\n\n"
    )
    assert shown(format_device_list("Home", [], query="nora")) == (
        "⚪ No device found for “nora” · Home\n"
        "Next: try a shorter part of its name, or the last four digits of its MAC address."
    )
    assert shown(format_device_list("Home", [])) == (
        "⚪ No device found · Home\n"
        "Next: check that the home is online and that its Wi-Fi is switched on."
    )


def test_pages() -> None:
    devices = [detail(label=f"Device {number}") for number in range(45)]
    assert [len(page) for page in device_pages(devices)] == [20, 20, 5]
    text = shown(format_device_list("Home", devices, page=1))
    assert text.startswith("📱 45 devices, 45 connected · Home\n21 to 40, page 2 of 3\n\n")
    assert "Device 20 " in text
    assert "Device 40 " not in text
    assert "41 to 45, page 3 of 3" in shown(format_device_list("Home", devices, page=9))


@pytest.mark.parametrize("name", NASTY)
def test_names_arrive_intact(name: str) -> None:
    text = shown(format_device_list(name, [detail(label=name, pod_name=name)]))
    assert text.count(clean(name)) == 3
    text = shown(format_device_counts(name, counts(pods=[pod(pod_name=name)])))
    assert text.count(clean(name)) == 2


_words = st.none() | texts(max_size=320) | st.sampled_from(NASTY)


@settings(max_examples=300)
@given(
    label=texts(max_size=320),
    words=st.lists(_words, min_size=6, max_size=6),
    number=st.integers(1, 60),
    name=_words,
)
def test_any_device_is_on_a_page_that_telegram_takes(
    label: str, words: list[str | None], number: int, name: str | None
) -> None:
    body = {
        "id": "x",
        "name": label,
        "icon": words[0],
        "medium": words[1],
        "freqBand": words[2],
        "channel": words[3],
        "accessZone": words[4],
        "health": words[5],
        "ip": words[0],
        "connectionState": "connected",
        "leafToRoot": [{"id": words[1] or "N"}],
    }
    devices = parse_devices([body] * number)
    pods = {"N": words[2] or "Study"}
    details = describe_devices(devices, pods)
    pages = device_pages(details)
    assert sum(map(len, pages)) == number
    for page in {0, len(pages) - 1}:
        shown(format_device_list(name, details, page=page, query=words[3]))
    shown(format_device_counts(name, count_devices(devices, pods)))
