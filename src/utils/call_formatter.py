"""The call card as Telegram HTML, and the two texts behind its copy buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.models.plume import parse_moment
from src.utils.finding_formatter import format_evening, format_finding, line_sentence
from src.utils.markup import MESSAGE_LIMIT, bold, clean, escape, fit
from src.utils.stats_formatter import period_words
from src.utils.when import local_text, since_text, when
from src.utils.wording import (
    BACKHAUL_WORDS,
    SINCE_WORDS,
    count,
    join_names,
    percent,
    severity_title,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from src.models.findings import CallCard, Change, Finding, Hop, HopEnd

__all__ = ["COPY_LIMIT", "customer_text", "format_call_card", "ticket_text"]

# What a copy_text button may carry (core.telegram.org/bots/api#copytextbutton).
COPY_LIMIT = 256
_SENTENCE = 220
_CHANGES_ROOM = 600
_ALERTS_ROOM = 400
# Pods that changed within two minutes of each other are told as one event.
_TOGETHER_S = 120
# Two looks that are nearer to each other tell a moment.
_LOOKS_APART_S = 600
_SHORT = 24
_SERIAL = 20
_REASONS = 2
_CHANGES_TOLD = 3
_CHANGE_WORDS = {
    "reboot": "restarted",
    "disconnected": "disconnected",
    "reconnected": "came back",
    "firmware": "firmware",
    "backhaul": "backhaul",
    "parent": "connected to",
    "address": "address",
}


def format_call_card(
    card: CallCard, location_name: str | None = None, *, now: datetime | None = None
) -> str:
    """The card, verdict first; `now` adds ages to moments."""
    questions = [
        f"{index}. {escape(question, _SENTENCE)}"
        for index, question in enumerate(card["questions"], 1)
    ]
    blocks = [
        _headline(card, location_name, now),
        format_finding(card["finding"], reasons=_REASONS),
        _alerts(card),
        _changes(card),
        "\n".join(["<b>Ask the caller</b>", *questions]),
        f"<b>Next</b>: {escape(card['next_step'], _SENTENCE)}",
        _background(card),
    ]
    return fit([f"{block}\n" for block in blocks if block], MESSAGE_LIMIT).strip()


def _headline(card: CallCard, location_name: str | None, now: datetime | None) -> str:
    name = f" · {bold(location_name)}" if location_name else ""
    lines = [f"<b>{severity_title(card['severity'])}</b>{name}"]
    reason = card["summary"].partition(": ")[2]
    if card["severity"] == "unknown" and reason:
        lines.append(escape(reason[:1].upper() + reason[1:], _SENTENCE))
    if card["since"]:
        lines.append(
            f"{SINCE_WORDS[card['severity']]} {since_text(card['since'], now, card['timezone'])}"
        )
    return "\n".join(lines)


def _alerts(card: CallCard) -> str:
    """What the cloud itself has raised, beside what the pods say."""
    if not card["alerts"]:
        return ""
    lines = [f"⚠️ {escape(sentence, _SENTENCE)}" for sentence in card["alerts"]]
    return f"<b>Alerts</b>\n{fit(lines, _ALERTS_ROOM)}"


def _changes(card: CallCard) -> str:
    title = "<b>Changed in 24 h</b>"
    if not card["changes_known"]:
        return f"{title}: not known"
    if not card["changes"]:
        return f"{title}: nothing reported"
    lines = [_change_line(group, card["timezone"]) for group in _folded(card["changes"])]
    return f"{title}\n{fit(lines, _CHANGES_ROOM)}"


def _folded(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes of one kind at one time belong on one line."""
    groups: list[list[Change]] = []
    for change in changes:
        fitting = (group for group in groups if _same_event(group[0], change))
        group = next(fitting, None)
        if group is None:
            groups.append([change])
        else:
            group.append(change)
    return groups


def _same_event(one: Change, other: Change) -> bool:
    same = ("kind", "before", "after", "times", "reason", "seen_before")
    if any(one.get(key) != other.get(key) for key in same):
        return False
    first, second = parse_moment(one["at"]), parse_moment(other["at"])
    if first is None or second is None:
        return first is second
    return abs((first - second).total_seconds()) <= _TOGETHER_S


def _change_line(group: list[Change], zone: str | None) -> str:
    change = group[-1]  # the earliest: changes come newest first
    names = join_names([clean(each["pod"], _SHORT) for each in group])
    said = f"{names} {_CHANGE_WORDS[change['kind']]}"
    if change["before"] and change["after"]:
        said += f" {_value(change['after'])}, before {_value(change['before'])}"
    if change["kind"] == "reboot":
        said += _reboots(change)
    return f"• {escape(said, _SENTENCE)}{_at(change, zone)}"


def _reboots(change: Change) -> str:
    """How often, and why the last time, where that is told."""
    times, reason = change.get("times", 1), change.get("reason")
    often = f" {times} times" if times > 1 else ""
    return f"{often} ({_value(reason)})" if reason else often


def _at(change: Change, zone: str | None) -> str:
    """The moment; what only two looks tell lies between them, when they are apart."""
    moment, seen = parse_moment(change["at"]), parse_moment(change.get("seen_before"))
    if moment is None:
        return ""
    at, before = when(change["at"], zone), change.get("seen_before")
    if seen is not None and (moment - seen).total_seconds() > _LOOKS_APART_S:
        return f", between {when(before, zone)} and {at}"
    return f", last {at}" if change.get("times", 1) > 1 else f", {at}"


def _value(value: str) -> str:
    return clean(BACKHAUL_WORDS.get(value.lower(), value), 40)


def _background(card: CallCard) -> str:
    """The line's verdict and the history, where they were asked for."""
    lines = []
    if card["line"]:
        lines.append(escape(line_sentence(card["line"]), 300))
    lines.extend(filter(None, [format_evening(card["evening"])]))
    if card["uptime_pct"] is not None and card["history_limit"] is not None:
        period = period_words(card["history_granularity"] or "", card["history_limit"])
        uptime = f"online {percent(card['uptime_pct'])} of the time"
        label = f" ({card['uptime_label']})" if card["uptime_label"] else ""
        lines.append(f"{period}: {uptime}{label}, {count(card['outage_count'], 'outage')}")
    return "\n".join(lines)


def ticket_text(card: CallCard, location_name: str | None = None) -> str:
    """For a ticket: plain, at most 256 units, the essential first, with serials."""
    finding = card["finding"]
    head = severity_title(card["severity"]).partition(" ")[2]
    home = f" at {clean(location_name, _SHORT)}" if location_name else ""
    broken = card["severity"] in {"partial", "offline"}
    since = parse_moment(card["since"]) if broken else None
    dated = f" since {local_text(since, card['timezone'])}" if since else ""
    pieces = [f"{head}{home}{dated}.", _ticket_place(finding, card)]
    pieces.append(f"Next: {card['next_step']}")
    gateway = finding["gateway"]
    if gateway is not None and card["serials"].get(gateway["id"], "") not in pieces[1]:
        pieces.append(f"Gateway {_with_serial(gateway, card)}.")
    if card["line"] and card["line"]["verdict"] != "unknown":
        pieces.append(line_sentence(card["line"]).partition(":")[0] + ".")
    told = {"disconnected", "reconnected"}
    changes = [change for change in card["changes"] if change["kind"] not in told]
    pieces += [_ticket_change(change) for change in changes[:_CHANGES_TOLD]]
    return _packed(pieces)


def _ticket_place(finding: Finding, card: CallCard) -> str:
    sure = finding["certainty"]
    gateway = finding["gateway"]
    if finding["kind"] == "home":
        at = f", gateway {_with_serial(gateway, card)}" if gateway else ""
        return f"Line, power or gateway at the home ({sure}){at}."
    if finding["kind"] == "gateway":
        at = f" {_with_serial(gateway, card)}" if gateway else ""
        return f"The gateway{at} itself ({sure})."
    if finding["kind"] == "none":
        return f"No bad hop ({sure})."
    if not finding["groups"]:
        return "Cause not known."
    ends = [finding["hop"]] if finding["hop"] else [group["hop"] for group in finding["groups"]]
    hops = [_ticket_hop(hop, card) for hop in ends]
    word = "Bad hop" if finding["hop"] else f"{len(hops)} places"
    behind = f", {count(finding['behind'], 'pod')} behind it" if finding["behind"] else ""
    more = f"; {len(hops) - 2} more" if len(hops) > 2 else ""
    return f"{word} ({sure}): {'; '.join(hops[:2])}{more}{behind}."


def _ticket_hop(hop: Hop, card: CallCard) -> str:
    lower = _with_serial(hop["from"], card)
    return f"{lower} to {_with_serial(hop['to'], card)}" if hop["to"] else lower


def _with_serial(end: HopEnd, card: CallCard) -> str:
    serial = clean(card["serials"].get(end["id"], end["id"]), _SERIAL)
    name = clean(end["name"], _SHORT)
    return serial if name == serial else f"{name} {serial}"


def _ticket_change(change: Change) -> str:
    if change["kind"] == "reboot":
        return f"{clean(change['pod'], _SHORT)} restarted{_reboots(change)}."
    after = f" {_value(change['after'])}" if change["after"] else ""
    return f"{clean(change['pod'], _SHORT)} {_CHANGE_WORDS[change['kind']]}{after}."


def customer_text(card: CallCard) -> str:
    """For the customer: plain words without any identifier, at most 256 units."""
    finding = card["finding"]
    kind = finding["kind"]
    if kind == "home" or (kind == "gateway" and finding["trouble"] == "down"):
        gateway = f"your main pod{_quoted(finding['gateway'], card)}"
        return _packed(
            [
                "Your home has no internet connection at the moment.",
                f"Please check that {gateway} has power",
                "and that its cable is firmly in at both ends.",
            ]
        )
    if kind == "gateway":
        return _packed(
            [
                "The connection of your main pod is not as good as it should be.",
                "Please check its network cable, or try another one.",
            ]
        )
    if finding["hop"] is not None:
        return _packed(_customer_hop(finding, finding["hop"], card))
    if kind in {"hops", "unclear"}:
        return _packed(_customer_several(finding, card))
    return _packed(_customer_nothing(card))


def _customer_hop(finding: Finding, hop: Hop, card: CallCard) -> list[str]:
    lower = f"one of your Wi-Fi pods{_quoted(hop['from'], card)}"
    if finding["trouble"] == "down":
        with_it = ", and others that depend on it" if finding["behind"] else ""
        return [
            f"{lower[:1].upper()}{lower[1:]} has lost its connection{with_it}.",
            "Please check that it is plugged in and switched on.",
        ]
    weak = f"The connection of {lower} is weak."
    if card["wired"]:
        return [weak, "Please try another network cable, or another port, there."]
    nearer = _quoted(hop["to"], card).strip() or "the next pod"
    return [
        weak,
        f"Please try it closer to {nearer}, away from metal and large appliances.",
    ]


def _customer_several(finding: Finding, card: CallCard) -> list[str]:
    ends = [group["hop"]["from"] for group in finding["groups"]]
    quoted = [_quoted(end, card).strip() for end in ends]
    names = join_names([name for name in quoted if name])
    said = f": {names}" if names else ""
    weak = all(group["trouble"] == "weak" for group in finding["groups"])
    near = "Please try them closer to the next pod, away from metal and large appliances."
    power = "Please check that each of them is plugged in and switched on."
    return [f"Some of your Wi-Fi pods have trouble{said}.", near if weak else power]


def _customer_nothing(card: CallCard) -> list[str]:
    if card["finding"]["kind"] == "unknown":
        return [
            "We cannot see yet where the fault is.",
            "Please check that all of your Wi-Fi pods are plugged in and switched on.",
        ]
    if card["line"] and card["line"]["verdict"] in {"full", "sometimes"}:
        return [
            "We see no fault on your Wi-Fi, but your internet line is often full in the evening.",
            "Fewer large downloads at that time, or a faster plan, would help.",
        ]
    return [
        "We see no fault on your Wi-Fi pods at the moment.",
        "Please tell us which device has trouble, in which room, and at what time.",
    ]


def _quoted(end: HopEnd | None, card: CallCard) -> str:
    """ " “Kitchen”", or nothing where the name would identify something."""
    name = card["plain_names"].get(end["id"], "") if end else ""
    return f" “{clean(name, _SHORT)}”" if name else ""


def _packed(pieces: Iterable[str]) -> str:
    """Whole pieces, as many as fit into 256 UTF-16 units; the first ones matter most."""
    text = ""
    for piece in pieces:
        longer = f"{text} {piece}".strip()
        if len(longer.encode("utf-16-le")) // 2 <= COPY_LIMIT:
            text = longer
    return text
