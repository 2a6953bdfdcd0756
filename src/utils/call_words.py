"""What to ask a caller and what to do next, chosen by the finding: plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.utils.markup import clean
from src.utils.next_steps import next_steps
from src.utils.wording import join_names

if TYPE_CHECKING:
    from src.models.findings import Finding, Hop, LineVerdict
    from src.models.results import LocationHealth, PodDetail

__all__ = ["call_questions", "next_best_step"]

_NAME = 60
_LIGHTS = "Which lights show on the pods, and in which colour?"
_MOVED = "Was something moved, unplugged or newly connected at that time?"
_WHICH_DEVICE = "Which device has trouble, and does another one right next to it work?"
_WHERE = "Is it by Wi-Fi or by cable, and in which room?"
_WHEN = "Since when, and at which times of the day?"


def call_questions(
    finding: Finding, health: LocationHealth, line: LineVerdict | None = None
) -> list[str]:
    """Three questions for the caller, the most telling one first."""
    kind = finding["kind"]
    if kind == "home" or (kind == "gateway" and finding["trouble"] == "down"):
        return _ask_home(finding, health)
    if kind == "gateway":
        return _ask_gateway(finding, health)
    if finding["hop"] is not None:
        return _ask_hop(finding["hop"], finding, health)
    if kind in {"hops", "unclear"}:
        return _ask_several(finding)
    if kind == "none":
        return _ask_nothing(line)
    return [_LIGHTS, "What can still go online, and what cannot?", _WHEN]


def _ask_home(finding: Finding, health: LocationHealth) -> list[str]:
    name = _gateway(finding)
    return [
        "Is there power everywhere at home, and was there a power cut?",
        f"Does {name} show a light, and in which colour?",
        f"Is the cable between {name} and the {_ahead(health)} firmly in at both ends?",
    ]


def _ask_gateway(finding: Finding, health: LocationHealth) -> list[str]:
    name = _gateway(finding)
    return [
        f"Is the cable between {name} and the {_ahead(health)} firmly in, or damaged?",
        "Is it slow on a device that is connected by cable, too?",
        f"Is there another cable or port to try at {name}?",
    ]


def _ask_hop(hop: Hop, finding: Finding, health: LocationHealth) -> list[str]:
    pod, lower, upper = _ends(hop, health)
    if finding["trouble"] == "down":
        cable = f"Is the network cable of {lower} firmly in at both ends?"
        moved = f"Was {lower} moved, or put into or behind something?"
        return [
            f"Does {lower} show a light: is it plugged in and the socket switched on?",
            cable if pod and pod["backhaul"] == "ethernet" else moved,
            "What else changed at home at that time?",
        ]
    if pod and pod["backhaul"] == "ethernet":
        return [
            f"Is there another cable or port to try at {lower}?",
            f"Does the trouble go away close to {upper}?",
            _WHEN,
        ]
    return [
        f"Where does {lower} stand: how many walls and floors from {upper}?",
        f"What is next to {lower}: metal, a fridge, a microwave oven, a television?",
        f"Does the trouble go away close to {upper}?",
    ]


def _ask_several(finding: Finding) -> list[str]:
    named = [group["hop"]["from"]["name"] for group in finding["groups"]]
    names = join_names([_name(name) for name in named])
    power = "Is there power in every room, or has a fuse gone?"
    lights = f"Does {names} show a light?" if len(named) == 1 else f"Which of {names} show a light?"
    third = "What can still go online, and what cannot?"
    return [power, lights, _MOVED] if finding["together"] else [lights, _MOVED, third]


def _ask_nothing(line: LineVerdict | None) -> list[str]:
    if line and line["verdict"] in {"full", "sometimes"}:
        return [
            "What runs in the evening: downloads, backups, consoles, video calls?",
            "Is it as bad on a device that is connected by cable?",
            _WHEN,
        ]
    return [_WHICH_DEVICE, _WHERE, _WHEN]


def next_best_step(
    finding: Finding, health: LocationHealth, line: LineVerdict | None = None
) -> str:
    """The one thing to do first."""
    if finding["hop"] is not None:
        return _step_hop(finding["hop"], finding, health)
    if finding["kind"] == "hops":
        return _step_several(finding)
    if finding["kind"] == "unclear":
        return "Ask the customer which pods show a light, then refresh."
    return next(iter(next_steps(health)), None) or _step_else(finding, line)


def _step_else(finding: Finding, line: LineVerdict | None) -> str:
    """Where the health of the home asks for no step of its own."""
    if finding["kind"] in {"home", "gateway"}:
        return f"Check the line, and the cables at {_gateway(finding)}."
    if line and line["verdict"] in {"full", "sometimes"}:
        return "Talk about what fills the line in the evening, or about a faster plan."
    return "Look at the device that has trouble: its pod, its band, its state."


def _step_hop(hop: Hop, finding: Finding, health: LocationHealth) -> str:
    pod, lower, upper = _ends(hop, health)
    wired = pod is not None and pod["backhaul"] == "ethernet"
    if finding["trouble"] == "down":
        behind = finding["behind"]
        pods = "the pod" if behind == 1 else f"the {behind} pods"
        follow = f" first: {pods} behind it should follow" if behind else ""
        return f"Ask the customer to check the power of {lower}{' and its cable' * wired}{follow}."
    if wired:
        return f"Ask for another cable or port at {lower}."
    return f"Ask the customer to move {lower} closer to {upper}."


def _step_several(finding: Finding) -> str:
    first, shared = finding["groups"][0], finding["shared"]
    if finding["together"]:
        return "Ask the customer about a power cut or a fuse: all of them went at once."
    if shared is not None:
        return f"Look at {_name(shared['name'])} first: every bad hop leads to it."
    name = _name(first["hop"]["from"]["name"])
    what = "check its power" if first["trouble"] == "down" else "check its place and its cable"
    return f"Start with {name}: {what}."


def _ends(hop: Hop, health: LocationHealth) -> tuple[PodDetail | None, str, str]:
    """The lower pod, its name, and the name of what it hangs off."""
    lower, upper = hop["from"], hop["to"]
    pod = next((pod for pod in health["pod_details"] if pod["id"] == lower["id"]), None)
    return pod, _name(lower["name"]), _name(upper["name"]) if upper else "the next pod"


def _gateway(finding: Finding) -> str:
    return _name(finding["gateway"]["name"]) if finding["gateway"] else "the gateway"


def _ahead(health: LocationHealth) -> str:
    return "router before it" if health["network_mode"] == "bridge" else "modem"


def _name(name: str) -> str:
    return clean(name, _NAME)
