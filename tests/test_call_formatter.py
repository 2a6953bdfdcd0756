"""The call card in words: verdict first, and two texts that fit behind copy buttons."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.call_card import build_call_card
from src.analysis.changes import find_changes
from src.analysis.health import analyze_location_health
from src.analysis.line import judge_line
from src.analysis.root_cause import find_root_cause
from src.utils.call_formatter import COPY_LIMIT, customer_text, format_call_card, ticket_text
from src.utils.stats_processor import process_online_stats
from tests.broken_homes import break_home
from tests.samples import NOW, Body, at, gateway, history, home, leaf, location
from tests.sketches import sketch
from tests.telegram_rules import NASTY, shown
from tests.test_line import FULL, STOCKHOLM, usage
from tests.texts import texts

if TYPE_CHECKING:
    from src.models.findings import CallCard

BUSY = judge_line(usage(dict.fromkeys(range(18, 23), 95.0), STOCKHOLM), FULL, STOCKHOLM, now=NOW)
CALM = judge_line(usage({}, STOCKHOLM), FULL, STOCKHOLM, now=NOW)
PAST = process_online_stats(history("ooxxoooo"), "hours", 3, now=NOW)


def card_of(sketched: str, *, earlier: list[Body] | None = None, **parts: Any) -> CallCard:
    nodes, memory = sketch(sketched)
    health = analyze_location_health(location(), home(*nodes), now=NOW)
    before = analyze_location_health(None, home(*earlier)) if earlier else None
    changes = find_changes(health, before, now=NOW)
    return build_call_card(
        health,
        find_root_cause(health, last_parents=memory),
        parts.get("line"),
        parts.get("history"),
        parts.get("changes", changes),
    )


def test_the_whole_card() -> None:
    card = card_of(
        "Hallway 9000, Kitchen>Hallway off 30, Attic>Kitchen off 31, Loft>Hallway 9000",
        line=CALM,
        history=PAST,
    )
    assert shown(format_call_card(card, "Summer cottage", now=NOW)) == (
        "🟠 Some pods disconnected · Summer cottage\n"
        "Since 18 May 2026 08:11 CEST, 31 min ago\n\n"
        "Only the hop Kitchen to Hallway: Hallway is fine; Kitchen and the pod behind it are not, "
        "since 18 May 2026 08:12 CEST.\n"
        "Sure: Hallway is connected, health excellent; Kitchen was last seen connected to Hallway; "
        "1 more.\n\n"
        "Changed in 24 h\n"
        "• Kitchen and Attic disconnected, 18 May 2026 08:11 CEST\n"
        "• Hallway restarted, 18 May 2026 00:36 CEST\n\n"
        "Ask the caller\n"
        "1. Does Kitchen show a light: is it plugged in and the socket switched on?\n"
        "2. Was Kitchen moved, or put into or behind something?\n"
        "3. What else changed at home at that time?\n\n"
        "Next: Ask the customer to check the power of Kitchen first: "
        "the pod behind it should follow.\n\n"
        "The line has room, look at the Wi-Fi: never above 80% of what speed tests proved "
        "(↓ download 100 Mbit/s, ↑ upload 100 Mbit/s) between 18:00 and 23:00.\n"
        "Last 3 hours: online 75% of the time (Critical), 1 outage"
    )


def test_what_is_not_known_is_said() -> None:
    health = analyze_location_health(None, None)
    text = shown(format_call_card(build_call_card(health, find_root_cause(health))))
    assert text.startswith("⚪ Unknown\nThe pods could not be read\n\nWhether anything is broken")
    assert "Changed in 24 h: not known" in text


def test_no_change_is_said_too() -> None:
    text = shown(format_call_card(card_of("Hallway", changes=[])))
    assert "Changed in 24 h: nothing reported" in text


OLD = {"connectionStateChangeAt": at(days=9), "bootAt": at(days=9)}


def test_changes_with_their_values_and_folded() -> None:
    new = home(gateway(**OLD), *(leaf(name, name, **OLD, firmwareVersion="6.4") for name in "AB"))
    old = home(
        gateway(**OLD),
        leaf("A", "A", **OLD, firmwareVersion="6.2", backhaulType="ethernet"),
        leaf("B", "B", **OLD, firmwareVersion="6.2"),
    )
    health = analyze_location_health(location(), new, now=NOW)
    changes = find_changes(health, analyze_location_health(None, old), now=NOW)
    card = build_call_card(health, find_root_cause(health), changes_24h=changes)
    lines = shown(format_call_card(card)).split("\n")
    assert "• A and B firmware 6.4, before 6.2" in lines
    assert "• A backhaul Wi-Fi, before cable" in lines
    assert "A firmware 6.4." in ticket_text(card)


TEXTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a hop gone": (
        "Hallway, Kitchen>Hallway off 30, Attic>Kitchen off 30, Study>Hallway",
        {},
        (
            "Some pods disconnected at Cottage since 18 May 2026 08:12 CEST. Bad hop (sure): "
            "Kitchen 7K3Q9X0710 to Hallway 7K3Q9X0722, 1 pod behind it. Next: Ask the customer "
            "to check the power of Kitchen first: the pod behind it should follow. Hallway "
            "restarted."
        ),
        (
            "One of your Wi-Fi pods “Kitchen” has lost its connection, and others that depend "
            "on it. Please check that it is plugged in and switched on."
        ),
    ),
    "a weak hop": (
        "Hallway, Kitchen>Hallway poor",
        {},
        (
            "Degraded at Cottage. Bad hop (sure): Kitchen 7K3Q9X0710 to Hallway 7K3Q9X0722. "
            "Next: Ask the customer to move Kitchen closer to Hallway. Hallway restarted."
        ),
        (
            "The connection of one of your Wi-Fi pods “Kitchen” is weak. Please try it closer "
            "to “Hallway”, away from metal and large appliances."
        ),
    ),
    "a weak hop to nobody knows what": (
        "Hallway, Study>Hallway, Kitchen>? poor",
        {},
        (
            "Degraded at Cottage. Bad hop (not sure): Kitchen 7K3Q9X0710. Next: Ask the "
            "customer to move Kitchen closer to the next pod. Gateway Hallway 7K3Q9X0722. "
            "Hallway restarted."
        ),
        (
            "The connection of one of your Wi-Fi pods “Kitchen” is weak. Please try it closer "
            "to the next pod, away from metal and large appliances."
        ),
    ),
    "a slow cable": (
        "Hallway, Kitchen>Hallway slow",
        {},
        (
            "Degraded at Cottage. Bad hop (sure): Kitchen 7K3Q9X0710 to Hallway 7K3Q9X0722. "
            "Next: Ask for another cable or port at Kitchen. Hallway restarted."
        ),
        (
            "The connection of one of your Wi-Fi pods “Kitchen” is weak. Please try another "
            "network cable, or another port, there."
        ),
    ),
    "several": (
        "Hallway, Study>Hallway, A>Hallway off 30, B>Study off 900, C>Study poor",
        {},
        (
            "Some pods disconnected at Cottage since 17 May 2026 17:42 CEST. 3 places (sure): "
            "A 7K3Q9X0065 to Hallway 7K3Q9X0722; B 7K3Q9X0066 to Study 7K3Q9X0537; 1 more. "
            "Next: Start with A: check its power. Hallway restarted."
        ),
        (
            "Some of your Wi-Fi pods have trouble: “A”, “B” and “C”. Please check that each of "
            "them is plugged in and switched on."
        ),
    ),
    "several weak": (
        "Hallway, Study>Hallway poor, A>Hallway fair",
        {},
        (
            "Degraded at Cottage. 2 places (sure): A 7K3Q9X0065 to Hallway 7K3Q9X0722; Study "
            "7K3Q9X0537 to Hallway 7K3Q9X0722. Next: Look at Hallway first: every bad hop "
            "leads to it. Hallway restarted."
        ),
        (
            "Some of your Wi-Fi pods have trouble: “A” and “Study”. Please try them closer to "
            "the next pod, away from metal and large appliances."
        ),
    ),
    "all gone": (
        "Hallway off 60, Kitchen>Hallway off 60",
        {},
        (
            "Offline at Cottage since 18 May 2026 07:42 CEST. Line, power or gateway at the "
            "home (likely), gateway Hallway 7K3Q9X0722. Next: Ask the customer to check the power "
            "of Hallway and the cable to the modem. Hallway restarted."
        ),
        (
            "Your home has no internet connection at the moment. Please check that your main "
            "pod “Hallway” has power and that its cable is firmly in at both ends."
        ),
    ),
    "slow gateway": (
        "Hallway slow, Kitchen>Hallway",
        {},
        (
            "Degraded at Cottage. The gateway Hallway 7K3Q9X0722 itself (sure). Next: Ask for "
            "another cable or port at Hallway. Hallway restarted."
        ),
        (
            "The connection of your main pod is not as good as it should be. Please check its "
            "network cable, or try another one."
        ),
    ),
    "all well": (
        "Hallway, Kitchen>Hallway, Study>Hallway",
        {},
        (
            "All well at Cottage. No bad hop (sure). Next: Look at the device that has "
            "trouble: its pod, its band, its state. Gateway Hallway 7K3Q9X0722. Hallway "
            "restarted."
        ),
        (
            "We see no fault on your Wi-Fi pods at the moment. Please tell us which device has "
            "trouble, in which room, and at what time."
        ),
    ),
    "the line is full": (
        "Hallway, Kitchen>Hallway, Study>Hallway",
        {"line": BUSY},
        (
            "All well at Cottage. No bad hop (sure). Next: Talk about what fills the line in "
            "the evening, or about a faster plan. Gateway Hallway 7K3Q9X0722. The line is full "
            "in the evening. Hallway restarted."
        ),
        (
            "We see no fault on your Wi-Fi, but your internet line is often full in the "
            "evening. Fewer large downloads at that time, or a faster plan, would help."
        ),
    ),
}


@pytest.mark.parametrize(("sketched", "parts", "ticket", "customer"), TEXTS.values(), ids=TEXTS)
def test_texts_to_copy(sketched: str, parts: dict[str, Any], ticket: str, customer: str) -> None:
    card = card_of(sketched, **parts)
    assert ticket_text(card, "Cottage") == ticket
    assert customer_text(card) == customer


def test_nothing_known_has_texts_too() -> None:
    health = analyze_location_health(None, None)
    card = build_call_card(health, find_root_cause(health))
    assert ticket_text(card).startswith("Unknown. Cause not known. Next: Refresh")
    assert customer_text(card).startswith("We cannot see yet where the fault is.")


def test_offline_by_the_clouds_word_alone() -> None:
    record = location(networkStatus={"status": "offline"}, summary=None)
    health = analyze_location_health(record, None, now=NOW)
    card = build_call_card(health, find_root_cause(health))
    assert "Line, power or gateway at the home (not sure). Next" in ticket_text(card)
    assert "your main pod has power" in customer_text(card)


def test_pods_without_a_name_are_called_by_none() -> None:
    nodes = home(gateway(), leaf(nickname=None, health={"status": "poor"}))
    health = analyze_location_health(location(), nodes, now=NOW)
    card = build_call_card(health, find_root_cause(health))
    assert customer_text(card).startswith("The connection of one of your Wi-Fi pods is weak.")
    assert "Bad hop (sure): 7K3Q9X0002 to Hallway 7K3Q9X0001." in ticket_text(card)


_MARK = re.compile(r"7K3Q9X|(?:[0-9a-f]{2}[:-]){5}|\d+\.\d+\.\d+\.\d+", re.IGNORECASE)


@settings(max_examples=400)
@given(
    seed=st.integers(0, 10_000),
    names=st.lists(
        st.sampled_from(NASTY)
        | texts(max_size=310)
        | st.sampled_from(["7K3Q9X0002", "box 7k3q-9x0003", "02:00:5E:10:00:01", "192.168.40.12"]),
        min_size=1,
        max_size=4,
    ),
    place=st.none() | texts(max_size=310) | st.sampled_from(NASTY),
    known=st.booleans(),
)
def test_any_card_fits_and_names_nobodys_hardware_to_a_customer(
    seed: int, names: list[str], place: str | None, known: bool
) -> None:
    broken = break_home(seed)
    for index, node in enumerate(broken.nodes):
        node["nickname"] = names[index % len(names)]
    health = analyze_location_health(location(), home(*broken.nodes), now=NOW)
    finding = find_root_cause(health, last_parents=broken.memory if known else None)
    changes = find_changes(health, now=NOW) if known else None
    card = build_call_card(health, finding, BUSY if known else None, PAST, changes)
    text = shown(format_call_card(card, place, now=NOW))
    for words in ("Ask the caller", "3. ", "Next: ", "Last 3 hours"):
        assert words in text
    for copied in (ticket_text(card, place), customer_text(card)):
        assert 0 < len(copied.encode("utf-16-le")) // 2 <= COPY_LIMIT
        assert copied.strip() == copied
    assert not _MARK.search(customer_text(card))
    if finding["hop"] is not None and place is None:
        assert finding["hop"]["from"]["id"] in ticket_text(card)


def change(kind: str, **values: Any) -> Any:
    moment = (NOW - timedelta(hours=2)).isoformat()
    empty = {"before": None, "after": None}
    return {"kind": kind, "pod_id": "x", "pod": "Study", "at": moment, **empty, **values}


TOLD: list[tuple[list[Any], str, str]] = [
    ([change("reboot")], "• Study restarted, 18 May 2026 06:42 CEST", "Study restarted."),
    (
        [change("reboot", times=1, reason="power loss")],
        "• Study restarted (power loss), 18 May 2026 06:42 CEST",
        "Study restarted (power loss).",
    ),
    (
        [change("reboot", times=4, reason=None)],
        "• Study restarted 4 times, last 18 May 2026 06:42 CEST",
        "Study restarted 4 times.",
    ),
    (
        [
            change("reboot", times=1, reason="power loss"),
            change("reboot", times=1, reason="power loss", pod="Attic"),
        ],
        "• Study and Attic restarted (power loss), 18 May 2026 06:42 CEST",
        "Attic restarted (power loss).",
    ),
    (
        [change("firmware", before="6.2", after="6.4", seen_before=at(hours=30))],
        "• Study firmware 6.4, before 6.2, between 17 May 2026 02:42 CEST and 18 May 2026 06:42",
        "Study firmware 6.4.",
    ),
    (
        [change("parent", before="Attic", after="Hallway", seen_before=at(hours=2.1))],
        "• Study connected to Hallway, before Attic, 18 May 2026 06:42 CEST",
        "Study connected to Hallway.",
    ),
]


@pytest.mark.parametrize(("changes", "line", "ticket"), TOLD)
def test_changes_say_how_often_why_and_between_which_looks(
    changes: list[Any], line: str, ticket: str
) -> None:
    card = card_of("Hallway 9000, Kitchen>Hallway 9000", changes=changes)
    assert line in shown(format_call_card(card, "Home", now=NOW))
    assert ticket in ticket_text(card)


def test_the_clouds_alerts_stand_before_the_changes() -> None:
    card = card_of("Hallway 9000, Kitchen>Hallway 9000")
    text = shown(format_call_card({**card, "alerts": ["2 devices: <hot>"]}, "Home", now=NOW))
    assert "Alerts\n⚠️ 2 devices: <hot>\n\nChanged in 24 h" in text
