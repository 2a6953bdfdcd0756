"""Firmware that is behind: compared with pods of the same model only, and it is said with which."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from src.models.findings import OutdatedFirmware
    from src.models.results import PodDetail

__all__ = ["learn_firmware", "outdated_firmware", "version_key"]

# Numbers with dots, then perhaps a build number: "6.4.0-41-example". The rest is not ordered.
_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9})+)(?:[-_](\d{1,9}))?", re.ASCII)
_MODELS_MOST = 1000


def version_key(text: str | None) -> tuple[tuple[int, ...], int] | None:
    """What orders versions; None for a text that is not one, which is never judged."""
    found = _VERSION.match((text or "").strip())
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), int(found[2] or 0)


def learn_firmware(known: dict[str, str], pods: Sequence[PodDetail]) -> None:
    """Keep in `known` (model to version) the newest firmware that any home was seen to run."""
    for pod in pods:
        model, firmware = pod["model"], pod["firmware"]
        if not model or not firmware or (model not in known and len(known) >= _MODELS_MOST):
            continue
        if _is_newer(firmware, known.get(model)):
            known[model] = firmware


def outdated_firmware(
    pods: Sequence[PodDetail], elsewhere: Mapping[str, str] | None = None
) -> dict[str, OutdatedFirmware]:
    """Pod id -> the newer version that its model runs in this home, else `elsewhere`.

    `elsewhere` is what `learn_firmware` has kept. Different models are never compared.
    """
    here: dict[str, PodDetail] = {}
    for pod in pods:
        best = here.get(pod["model"] or "")
        if pod["model"] and _is_newer(pod["firmware"], best["firmware"] if best else None):
            here[pod["model"]] = pod
    found: dict[str, OutdatedFirmware] = {}
    for pod in pods:
        near, far = here.get(pod["model"] or ""), (elsewhere or {}).get(pod["model"] or "")
        if near is not None and near["firmware"] and _is_behind(pod, near["firmware"]):
            found[pod["id"]] = {"newer": near["firmware"], "pod": near["name"]}
        elif far and _is_behind(pod, far):
            found[pod["id"]] = {"newer": far, "pod": None}
    return found


def _is_newer(firmware: str | None, than: str | None) -> bool:
    own, other = version_key(firmware), version_key(than)
    return own is not None and (other is None or own > other)


def _is_behind(pod: PodDetail, newest: str) -> bool:
    return version_key(pod["firmware"]) is not None and _is_newer(newest, pod["firmware"])
