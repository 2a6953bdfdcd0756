"""Watches, policies, notices and incidents in memory, as the store has them.

Only what was written is taken over, so this and the store never disagree.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from src.watch.cases import Desk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from src.models.watching import ChatPolicy, HomeKey, Incident, Notice, Spot, Watch
    from src.storage.records import WatchState
    from src.watch.verdict import Verdict

__all__ = ["CLOSED_FOR", "Ledger"]

# A weekly digest speaks of the last seven days.
CLOSED_FOR: Final = timedelta(days=8)


class Ledger:
    """What delivery decides on."""

    def __init__(self, state: WatchState) -> None:
        self.watches: list[Watch] = list(state.watches)
        self._homes: dict[HomeKey, str] | None = None
        self.policies: dict[Spot, ChatPolicy] = dict(state.policies)
        self.notices: dict[tuple[str, Spot], Notice] = dict(state.notices)
        self.incidents: dict[str, Incident] = {each.id: each for each in state.incidents}

    def homes(self) -> Mapping[HomeKey, str]:
        """Every watched home once, by the name that it was first watched under."""
        if self._homes is None:  # asked for at every look
            # From the newest on, so that the oldest name stays.
            self._homes = {watch.key: watch.name for watch in reversed(self.watches)}
        return self._homes

    def add(self, watch: Watch) -> None:
        """It was written."""
        self.watches.append(watch)
        self._homes = None

    def remove(self, key: HomeKey, spot: Spot) -> None:
        """It was removed from the store."""
        self.watches = [each for each in self.watches if (each.key, each.spot) != (key, spot)]
        self._homes = None

    def desk(self, now: datetime) -> Desk:
        """For delivery, at this moment."""
        return Desk(self.watches, self.policies, self.notices, now)

    def open_incidents(self) -> list[Incident]:
        """Those that are not over, oldest first."""
        return [each for each in self.incidents.values() if each.open]

    def take(self, verdict: Verdict, incidents: Iterable[Incident] = ()) -> None:
        """Take over what was just written."""
        for incident in incidents:
            self.incidents[incident.id] = incident
        for notice in verdict.notices:
            place = notice.incident_id, notice.spot
            known = self.notices.get(place)
            if known is not None and notice.message_id is None:
                notice = replace(notice, message_id=known.message_id)  # noqa: PLW2901 - the sender's part
            self.notices[place] = notice
        for policy in verdict.policies:
            self.policies[policy.spot] = policy

    def sent(self, incident_id: str, spot: Spot, message_id: int) -> None:
        """An alert has become this message."""
        notice = self.notices.get((incident_id, spot))
        if notice is not None and notice.message_id is None:
            self.notices[incident_id, spot] = replace(notice, message_id=message_id)

    def prune(self, now: datetime) -> None:
        """Forget incidents that nobody speaks of any more."""
        old = {
            each.id
            for each in self.incidents.values()
            if each.closed_at is not None and each.closed_at < now - CLOSED_FOR
        }
        if old:
            self.incidents = {k: v for k, v in self.incidents.items() if k not in old}
            self.notices = {k: v for k, v in self.notices.items() if k[0] not in old}
