"""Lists of incidents: whatever they are called and however many, within one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from src.models.watching import AffectedHome, HomeKey, Notice, PodRef
from src.utils.digest_formatter import (
    Period,
    format_alerts,
    format_digest,
    format_handover,
    format_summary,
)
from tests.telegram_rules import NASTY, shown
from tests.watch.incidents import NIGHT, START, at, incident, over

DAY = timedelta(days=1)


def _entries(number: int, name: str) -> list[Period.Entry]:
    home = AffectedHome(HomeKey(0, "c", "l"), name, START)
    what = incident("pod_offline", homes=(home,), pod=PodRef("p", name), cause=name)
    notice = Notice(what.id, NIGHT, "told", acked_name=name, acked_at=at(1), snoozed_until=at(60))
    return [Period.Entry(what, (home,), notice if n % 2 else None) for n in range(number)]


def _ended(entries: list[Period.Entry]) -> list[Period.Entry]:
    return [entry._replace(incident=over(entry.incident, 14)) for entry in entries]


@pytest.mark.parametrize("number", [1, 200])
@pytest.mark.parametrize("name", NASTY)
def test_every_list_fits(name: str, number: int) -> None:
    open_, done = _entries(number, name), _ended(_entries(number, name))
    period = Period(START, START + DAY, 9, open_, done, 1, [(name, 9)] * 3)
    items = [(entry.incident, entry.homes) for entry in open_]
    gone = [(entry.incident, entry.homes) for entry in done]
    for text in (
        format_digest(period, weekly=True),
        format_handover(period),
        format_summary(items, gone, items, START + DAY),
        format_alerts(open_, START + DAY, zone=None),
    ):
        assert ("more" in shown(text)) is (number == 200)


def test_open_incidents_worst_first_then_oldest() -> None:
    kitchen, offline = incident("pod_offline"), incident("home_offline", began_at=at(5))
    later = replace(offline, id="later", began_at=at(9))
    entries = [Period.Entry(each, each.homes, None) for each in (kitchen, later, offline)]
    text = shown(format_alerts(entries, at(65), zone=None))
    assert text.startswith(
        "3 open incidents, worst first\n🔴 OFFLINE · Ann's home, since Mon 10:05"
    )
    assert text.index("10:05") < text.index("10:09") < text.index("POD DOWN")
    assert "Line or power at the home" in text


def test_nothing_open() -> None:
    said = shown(format_alerts([], START, zone=None))
    assert said == "🟢 No open incidents in the homes that are watched here."
