"""Moments in messages: the reader's zone where the client can, the home's in the fallback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from src.utils.when import clock, local_text, since_text, when
from tests.samples import NOW, at

UNIX = int(NOW.timestamp())


def test_a_moment_carries_its_zone() -> None:
    assert local_text(NOW, "Europe/Stockholm") == "18 May 2026 08:42 CEST"
    assert local_text(NOW, None) == "18 May 2026 06:42 UTC"
    assert when(NOW, "Europe/Stockholm") == (
        f'<tg-time unix="{UNIX}" format="Dt">18 May 2026 08:42 CEST</tg-time>'
    )
    assert when(NOW.isoformat()) == when(NOW)


@pytest.mark.parametrize("nothing", [None, "", "soon"])
def test_not_reported_is_a_dash(nothing: Any) -> None:
    assert when(nothing) == clock(nothing, weekday=True) == since_text(nothing, NOW) == "–"


@pytest.mark.parametrize("outside", ["1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z"])
def test_what_telegram_would_ignore_stays_text(outside: str) -> None:
    assert "<" not in when(outside)
    assert outside[:4] in when(outside)


def test_clock() -> None:
    assert clock(NOW, "Asia/Kolkata", weekday=False) == (
        f'<tg-time unix="{UNIX}" format="t">12:12</tg-time>'
    )
    assert clock(NOW, None, weekday=True) == (
        f'<tg-time unix="{UNIX}" format="wt">Mon 06:42</tg-time>'
    )


def test_since() -> None:
    assert since_text(at(hours=2.5), NOW).endswith("</tg-time>, 2 h 30 min ago")
    assert since_text(at(hours=2.5), None).endswith("UTC</tg-time>")
    elsewhere = datetime.fromisoformat("2026-05-18T08:42:00+02:00")
    assert since_text(NOW, elsewhere).endswith(", just now")
    assert elsewhere.astimezone(UTC) == NOW
