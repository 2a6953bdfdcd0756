"""The cloud's active alerts in sentences, without what the pods themselves have said already."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from src.utils.wording import alert_word, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.models.history import HomeAlerts
    from src.models.results import PodDetail

__all__ = ["alert_sentences"]

_TYPES_SHOWN = 5


def alert_sentences(alerts: HomeAlerts | None, pods: Sequence[PodDetail]) -> list[str]:
    """Plain sentences, pods first. Devices are counted, not named: who they belong to is personal.

    None, which is "not read", gives none; so does a pod's alert that its own record carries.
    """
    if alerts is None:
        return []
    by_id = {key: pod for pod in pods for key in (pod["serial"], pod["id"]) if key}
    found = []
    for node in alerts.nodes:
        pod = by_id.get(node.id)
        said = {label.lower() for label in pod["alerts"]} if pod else set()
        if pod and pod["health"] == "poor":
            said.add("poorhealth")
        new = [alert_word(label) for label in node.types if label.lower() not in said]
        if new:
            found.append(f"{pod['name'] if pod else node.id}: {', '.join(new[:_TYPES_SHOWN])}")
    devices = Counter(label for device in alerts.devices for label in set(device.types))
    found += [
        f"{count(number, 'device')}: {alert_word(label)}"
        for label, number in devices.most_common(_TYPES_SHOWN)
    ]
    return found
