"""One incident as one chat sees it: the homes that it watches, how it wants to be told, and what.

Everything that delivery says goes through here, so that each message and its reason fit together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from src.models.watching import ChatPolicy, Notice, Outgoing, WhyLine
from src.utils.alert_formatter import about, format_alert, format_recovery
from src.utils.alert_words import pod_name, state_word
from src.utils.markup import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Literal

    from src.models.watching import (
        AffectedHome,
        HomeKey,
        Incident,
        MessageKind,
        Spot,
        Watch,
    )
    from src.watch.verdict import Draft

__all__ = ["Case", "Desk", "buttons_of"]

_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Case:
    """An incident in a chat or topic, at a moment."""

    incident: Incident
    spot: Spot
    policy: ChatPolicy
    homes: tuple[AffectedHome, ...]  # those that are watched here, by the names used here
    elsewhere: int  # the other homes of the incident
    notice: Notice | None
    now: datetime
    watching: bool = True  # False: told, for example by an escalation, but watches none of them

    @property
    def zone(self) -> str | None:
        """The chat's time zone, else the home's."""
        home_zone = self.homes[0].timezone if self.homes else None
        return self.policy.timezone or home_zone

    @property
    def key(self) -> HomeKey | None:
        """The home, where it is only one."""
        return self.homes[0].key if len(self.homes) == 1 else None

    @property
    def location_ids(self) -> list[str]:
        """The homes that it is about here."""
        return [home.key.location_id for home in self.homes]

    @property
    def snoozed(self) -> bool:
        """Whether somebody asked for silence about it here."""
        until = self.notice.snoozed_until if self.notice else None
        return until is not None and self.now < until

    @property
    def headline(self) -> str:
        """ "OFFLINE, Olson family", plain, for lists and reasons."""
        pod = f" {pod}" if (pod := clean(pod_name(self.incident), _NAME)) else ""
        return f"{state_word(self.incident)}{pod}, {clean(about(self.incident, self.homes), _NAME)}"

    def note(self, draft: Draft, notice: Notice) -> Case:
        """Keep this notice; the case as it is then."""
        draft.notices.append(notice)
        return replace(self, notice=notice)

    def fresh(self, state: Literal["told", "held", "withheld", "done"], reason: str = "") -> Notice:
        """The notice with another state; a new one where there is none."""
        if self.notice is None:
            return Notice(self.incident.id, self.spot, state, reason)
        return replace(self.notice, state=state, reason=reason)

    def log(
        self,
        draft: Draft,
        decision: Literal["told", "silent", "held", "withheld", "updated"],
        text: str,
    ) -> None:
        """Remember why; one line for each home that it concerns here."""
        keys: list[HomeKey | None] = [home.key for home in self.homes]
        for key in keys or [None]:
            draft.log.append(
                WhyLine(self.now, self.spot, decision, text, key=key, incident_id=self.incident.id)
            )

    def send(
        self,
        draft: Draft,
        kind: MessageKind,
        text: str,
        nth: str = "",
        *,
        silent: bool = False,
        buttons: str | None = None,
    ) -> None:
        """Put a message about the incident into the outbox; `nth` tells it from others like it."""
        once = f"{kind}:{self.incident.id}:{self.spot.chat_id}:{self.spot.thread_id}"
        key = self.key
        draft.outgoing.append(
            Outgoing(
                once=f"{once}:{nth}" if nth else once,
                spot=self.spot,
                kind=kind,
                text=text,
                created_at=self.now,
                incident_id=self.incident.id,
                silent=silent,
                buttons=buttons_of(self.incident, self.notice) if buttons is None else buttons,
                location_id=key.location_id if key else None,
                customer_id=key.customer_id if key else None,
            )
        )

    def edit(self, draft: Draft, what: str) -> None:
        """Bring the alert up to date, where there is one of its own."""
        if self.notice is None or self.notice.in_summary:
            return
        self.send(draft, "edit", self.alert_text(), f"{what}:{self.now.timestamp():.0f}")

    def alert_text(self) -> str:
        """The alert as it should read now."""
        return format_alert(
            self.incident,
            self.homes,
            elsewhere=self.elsewhere,
            zone=self.zone,
            notice=self.notice,
            after=self._last_word(),
        )

    def _last_word(self) -> str:
        """Under an alert that is not followed here any more although it is open."""
        done = self.notice is not None and self.notice.state == "done"
        if not done or not self.incident.open:
            return ""
        if self.watching:
            return "✅ Over for what is watched here; elsewhere it is not."
        return "👁 Not watched from here any more: this message does not change any more."

    def recovery_text(self) -> str:
        """The message that it is over."""
        return format_recovery(self.incident, self.homes, elsewhere=self.elsewhere, zone=self.zone)


def buttons_of(incident: Incident, notice: Notice | None) -> str:
    """Which keyboard an alert has now."""
    if not incident.open or (notice is not None and notice.state == "done"):
        return "closed"
    if notice is not None and notice.acked_at is not None:
        return "acked"
    snoozed = notice is not None and notice.snoozed_until is not None
    return "snoozed" if snoozed else "open"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who watches what, how each chat wants to be told, and what it was told, at a moment."""

    watches: Sequence[Watch]
    policies: Mapping[Spot, ChatPolicy]
    notices: Mapping[tuple[str, Spot], Notice]
    now: datetime
    _names: dict[Spot, dict[HomeKey, str]] = field(init=False, default_factory=dict, compare=False)

    def names(self, spot: Spot) -> Mapping[HomeKey, str]:
        """What a chat calls the homes that it watches; read once for all chats."""
        if not self._names:
            for watch in self.watches:
                self._names.setdefault(watch.spot, {})[watch.key] = watch.name
        return self._names.get(spot, {})

    def policy(self, spot: Spot) -> ChatPolicy:
        """How this chat wants to be told; the defaults where it never said."""
        return self.policies.get(spot) or ChatPolicy(spot)

    def cases(self, incident: Incident) -> Iterator[Case]:
        """The incident in every chat that it concerns."""
        affected = {home.key for home in incident.homes}
        blind = incident.trigger == "blind"
        spots = {
            watch.spot: None
            for watch in self.watches
            if watch.key in affected or (blind and watch.key.owner == incident.owner)
        }
        for incident_id, spot in self.notices:
            if incident_id == incident.id:
                spots[spot] = None
        for spot in spots:
            yield self.case(incident, spot)

    def case(self, incident: Incident, spot: Spot) -> Case:
        """The incident in one chat, by the names used there.

        A chat that was told although it watches none of the homes (an escalation) sees all.
        """
        names = self.names(spot)
        homes = [
            replace(home, name=names[home.key] or home.name)
            for home in incident.homes
            if home.key in names
        ]
        return Case(
            incident=incident,
            spot=spot,
            policy=self.policy(spot),
            homes=tuple(homes or incident.homes),
            elsewhere=len(incident.homes) - len(homes) if homes else 0,
            notice=self.notices.get((incident.id, spot)),
            now=self.now,
            watching=bool(homes) or (incident.trigger == "blind" and bool(names)),
        )
