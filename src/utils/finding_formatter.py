"""Findings, the line's verdict and usual values as Telegram HTML: the sentence, then why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.models.plume import parse_moment
from src.utils.markup import DASH, clean, escape
from src.utils.timezones import to_local
from src.utils.when import when
from src.utils.wording import count, join_names, number, percent, rate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from src.models.findings import (
        Comparison,
        EveningPeaks,
        Finding,
        FindingKind,
        Hop,
        LineVerdict,
        UnhappyGroup,
        Usual,
        WorstHour,
    )

__all__ = [
    "finding_sentence",
    "format_evening",
    "format_finding",
    "format_line",
    "format_usual",
    "line_sentence",
]

# Names of up to 300 characters would push the sense of a sentence off the screen.
_NAME = 60
_PLACE = 300
_REASON = 200
_REASONS_SHOWN = 4
_HOPS_SHOWN = 3
_UPPER_WORDS = {
    "fine": "fine",
    "connected": "connected",
    "reached": "reached by other pods",
}
_DIRECTIONS = {"download": "↓ download", "upload": "↑ upload"}


def format_finding(finding: Finding, *, reasons: int = _REASONS_SHOWN) -> str:
    """Where it breaks in one sentence, then how sure that is and by what evidence.

    `reasons` limits the sentences for and against that are shown; the rest are counted.
    """
    place, rest = _sentence(finding)
    tail = f": {escape(rest, 2 * _PLACE)}" if rest else ""
    return f"<b>{escape(place, _PLACE)}</b>{tail}{_since(finding)}.\n{_why(finding, reasons)}"


def finding_sentence(finding: Finding) -> str:
    """The finding in one plain sentence, without its time."""
    place, rest = _sentence(finding)
    return f"{place}: {rest}." if rest else f"{place}."


def _sentence(finding: Finding) -> tuple[str, str]:
    """The place, and what is said of it."""
    if finding["hop"] is not None:
        return _hop(finding, finding["hop"])
    return _SENTENCES[finding["kind"]](finding)


def _nothing(finding: Finding) -> tuple[str, str]:
    place, total = "No bad hop", finding["pods_total"]
    if finding["certainty"] != "sure":
        return place, f"nothing bad is reported of {count(total, 'pod')}"
    if total == 1:
        return place, "the only pod is connected and not weak"
    return place, f"{_all(total)} are connected and none is weak"


def _all(total: int) -> str:
    return "both pods" if total == 2 else f"all {total} pods"


def _hop(finding: Finding, hop: Hop) -> tuple[str, str]:
    lower, upper, behind = _name(hop["from"]["name"]), hop["to"], finding["behind"]
    state = {"down": "disconnected", "weak": "weak"}.get(finding["trouble"] or "", "weak or gone")
    tail = {0: "", 1: " and the pod behind it"}.get(behind, f" and the {behind} pods behind it")
    verb = "are" if behind else "is"
    if upper is None:
        return f"Only {lower}{tail} {verb} {state}", "nothing else is reported bad"
    above = _name(upper["name"])
    if behind and finding["trouble"] == "down":
        state = "not"
    return (
        f"Only the hop {lower} to {above}",
        f"{above} is {_UPPER_WORDS[finding['upper'] or 'connected']}; {lower}{tail} {verb} {state}",
    )


def _hops(finding: Finding) -> tuple[str, str]:
    groups, shared = finding["groups"], finding["shared"]
    if shared is not None:
        names = join_names([_name(group["hop"]["from"]["name"]) for group in groups], _HOPS_SHOWN)
        all_of = "both" if len(groups) == 2 else "all of them"
        place = f"{len(groups)} bad hops, {all_of} to {_name(shared['name'])}"
        return place, f"{names} {_troubles(groups)}"
    shown = [_place(finding, group) for group in groups[:_HOPS_SHOWN]]
    more = len(groups) - len(shown)
    return f"{len(groups)} separate places", "; ".join([*shown, *([f"{more} more"] * bool(more))])


def _place(finding: Finding, group: UnhappyGroup) -> str:
    lower, upper = group["hop"]["from"], group["hop"]["to"]
    gateway = finding["gateway"]
    behind = len(group["pods"]) - 1
    others = f", {count(behind, 'pod')} behind it" if behind else ""
    name = _name(lower["name"])
    if gateway is not None and lower["id"] == gateway["id"]:
        return f"the gateway {name} itself"
    hop = f"{name} to {_name(upper['name'])}" if upper else f"{name} to an unknown pod"
    return f"{hop} ({_troubles([group])}{others})"


def _troubles(groups: Sequence[UnhappyGroup]) -> str:
    """The state that groups of one kind share, with a verb for several."""
    words = {"down": "disconnected", "weak": "weak"}
    state = words.get(groups[0]["trouble"], "weak or gone")
    return state if len(groups) == 1 else f"are {state}"


def _gateway(finding: Finding) -> tuple[str, str]:
    name = _name((finding["gateway"] or {"name": "without a name"})["name"])
    if finding["trouble"] == "down":
        return f"The gateway {name}", "it went first and the other pods after it"
    return f"The gateway {name} itself", "no hop behind it is bad"


def _home(finding: Finding) -> tuple[str, str]:
    gone, total = len(finding["affected"]), finding["pods_total"]
    if finding["together"]:
        pods = _all(total) if gone == total else f"{gone} of {total} pods"
        return "Line or power at the home", f"{pods} vanished together"
    if finding["certainty"] == "likely":
        return "Line or power at the home", "the last pods vanished together"
    gateway = finding["gateway"]
    said = (
        f"the gateway {_name(gateway['name'])} is disconnected"
        if gateway and gone
        else "it is offline"
    )
    return "Line, power or gateway at the home", said


def _unclear(finding: Finding) -> tuple[str, str]:
    place = "Where it breaks cannot be told"
    gone, total = len(finding["affected"]), finding["pods_total"]
    if finding["together"]:
        return place, f"{gone} of {count(total, 'pod')} vanished together"
    return place, f"{gone} of {count(total, 'pod')} {'is' if gone == 1 else 'are'} not well"


def _unknown(_finding: Finding) -> tuple[str, str]:
    return "Whether anything is broken cannot be told", "too little is reported"


_SENTENCES: dict[FindingKind, Callable[[Finding], tuple[str, str]]] = {
    "none": _nothing,
    "hops": _hops,
    "gateway": _gateway,
    "home": _home,
    "unclear": _unclear,
    "unknown": _unknown,
}


def _since(finding: Finding) -> str:
    if finding["since"] is None:
        return ""
    vanished = finding["kind"] == "home" and finding["certainty"] == "likely"
    word = "on" if vanished or (finding["together"] and finding["kind"] != "hop") else "since"
    return f", {word} {when(finding['since'], finding['timezone'])}"


def _why(finding: Finding, most: int) -> str:
    evidence, doubts = _reasons(finding["evidence"], most), _reasons(finding["doubts"], most)
    if finding["certainty"] == "not sure":
        seen = f" Seen: {evidence}." if evidence else ""
        return f"Not sure: {doubts or 'the reports are too few'}.{seen}"
    but = f" But: {doubts}." if doubts else ""
    word = "Sure" if finding["certainty"] == "sure" else "Likely"
    return f"{word}: {evidence}.{but}"


def _reasons(sentences: Sequence[str], most: int) -> str:
    shown = [escape(sentence, _REASON) for sentence in sentences[:most]]
    more = len(sentences) - len(shown)
    return "; ".join([*shown, *([f"{more} more"] * bool(more))])


def _name(name: str) -> str:
    return clean(name, _NAME)


def format_line(verdict: LineVerdict) -> str:
    """Line or Wi-Fi: the verdict, the shares behind it, the worst hour."""
    place, rest = _line(verdict)
    lines = [f"<b>{escape(place)}</b>: {escape(rest)}."]
    worst = verdict["worst_hour"]
    if worst is not None and worst["above_pct"]:
        lines.append(_worst(worst, verdict))
    if verdict["tested_intervals"]:
        left_out = count(verdict["tested_intervals"], "interval")
        lines.append(f"Left out: {left_out} in which a speed test ran.")
    return "\n".join(lines)


def line_sentence(verdict: LineVerdict) -> str:
    """The line's verdict in one plain sentence."""
    place, rest = _line(verdict)
    return f"{place}: {rest}."


def _line(verdict: LineVerdict) -> tuple[str, str]:
    if verdict["verdict"] == "unknown":
        return "Line or Wi-Fi cannot be told", verdict["reason"] or "too little is reported"
    place = {
        "full": "The line is full in the evening",
        "sometimes": "The line is full at times in the evening",
        "room": "The line has room, look at the Wi-Fi",
    }[verdict["verdict"]]
    return place, verdict["reason"] or _shares(verdict)


def _shares(verdict: LineVerdict) -> str:
    """The share of full evening intervals of each direction that has one."""
    said, never = [], []
    for direction, share, proven in (
        ("download", verdict["evening_download_pct"], verdict["capacity_download_mbps"]),
        ("upload", verdict["evening_upload_pct"], verdict["capacity_upload_mbps"]),
    ):
        if share is not None:
            said.append(f"{_DIRECTIONS[direction]} in {percent(share)} (of {rate(proven)})")
            never.append(f"{_DIRECTIONS[direction]} {rate(proven)}" if share == 0 else "")
    hours = f"{verdict['evening_from_hour']}:00 and {verdict['evening_to_hour']}:00"
    limit = f"above {number(verdict['limit_pct'])}% of what speed tests proved"
    if all(never):
        return f"never {limit} ({', '.join(never)}) between {hours}"
    return f"{limit}, {', '.join(said)} of the intervals between {hours}"


def _worst(worst: WorstHour, verdict: LineVerdict) -> str:
    zone = "the home's time" if verdict["timezone_known"] else "UTC, the home's zone is unknown"
    hour = f"{worst['hour']:02}:00–{(worst['hour'] + 1) % 24:02}:00"
    share = f"{_DIRECTIONS[worst['direction']]} above the limit in {percent(worst['above_pct'])}"
    peaks = f"peaks {escape(rate(worst['mean_max_mbps']))} on average"
    evening = verdict["evening_from_hour"] <= worst["hour"] < verdict["evening_to_hour"]
    outside = "" if evening or not verdict["timezone_known"] else ", which is not the evening"
    return f"Worst hour: {hour} ({zone}){outside}, {share}, {peaks}."


def format_evening(peaks: EveningPeaks | None) -> str:
    """The last evening's peaks beside the usual ones; "" until there is a usual."""
    if peaks is None:
        return ""
    said = [
        f"{sign} {format_usual(value, normal, beside)}"
        for sign, value, normal, beside in (
            ("↓", peaks["download_mbps"], peaks["usual_download"], peaks["download"]),
            ("↑", peaks["upload_mbps"], peaks["usual_upload"], peaks["upload"]),
        )
        if value is not None and normal["median"] is not None
    ]
    at = parse_moment(peaks["at"])
    if not said or at is None:
        return ""
    day = to_local(at, peaks["timezone"])
    return f"Peaks in the evening of {day.day} {day:%b}: {', '.join(said)}."


def format_usual(
    value: float | None,
    normal: Usual,
    comparison: Comparison,
    unit: Callable[[float | None], str] = rate,
) -> str:
    """A figure beside its normal: "486 Mbit/s (usual 470 to 510)".

    `unit` writes one figure with its unit; the range repeats the unit only where it differs.
    """
    if value is None:
        return DASH
    shown = unit(value)
    if normal["low"] is None or normal["high"] is None:
        return escape(f"{shown} ({comparison['text'].replace(' (', ': ').rstrip(')')})")
    low, high = unit(normal["low"]), unit(normal["high"])
    usual_range = _range(low, high, shown)
    if comparison["verdict"] == "usual":
        return escape(f"{shown} (usual {usual_range})")
    return escape(f"{shown} ({comparison['text']}: {usual_range})")


def _range(low: str, high: str, shown: str) -> str:
    """ "470 to 510" when all share a unit, "900 Mbit/s to 1.1 Gbit/s" when they do not."""
    if low == high:
        return low
    units = [text.partition(" ")[2] for text in (low, high, shown)]
    if len(set(units)) == 1:
        return f"{low.partition(' ')[0]} to {high.partition(' ')[0]}"
    return f"{low} to {high}"
