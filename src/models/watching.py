"""What watching works with: looks at homes, incidents, watches, and the messages about them.

Plain frozen values with aware UTC times. The engine makes incidents out of looks; delivery makes
messages out of incidents; storage keeps them. `None` always means "not reported".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - pydantic reads these annotations to store values
from typing import Literal, NamedTuple, get_args

__all__ = [
    "MOMENTARY",
    "TRIGGERS",
    "AffectedHome",
    "Blindness",
    "ChatPolicy",
    "Digest",
    "Ending",
    "HomeKey",
    "Incident",
    "IncidentEvent",
    "Level",
    "Maintenance",
    "MessageKind",
    "Mode",
    "Notice",
    "Outgoing",
    "PodRef",
    "PodSight",
    "QuietHours",
    "Sight",
    "SpeedSight",
    "Spot",
    "Trigger",
    "Watch",
    "WhyLine",
]

# What an incident is about. "neighbourhood": several homes offline at once, which share something;
# "unreadable": this one home cannot be read any more; "blind": nothing can be read for an owner.
Trigger = Literal[
    "home_offline",
    "neighbourhood",
    "pod_offline",
    "poor_health",
    "fair_health",
    "plume_alert",
    "reboot",
    "reboot_loop",
    "backhaul_fallback",
    "parent_change",
    "slow_speed",
    "service_level",
    "address_change",
    "unreadable",
    "blind",
]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
# These happen and are over: one message, no recovery.
MOMENTARY: frozenset[Trigger] = frozenset(
    {"reboot", "parent_change", "service_level", "address_change"}
)

Level = Literal["critical", "warning", "info"]

# Why an incident is over. "swallowed": a larger incident explains it (`Incident.swallowed_by`).
Ending = Literal["recovered", "swallowed", "new normal", "unwatched"]

Mode = Literal["loud", "silent", "off"]


class HomeKey(NamedTuple):
    """A watched home; `owner` is whose credentials look at it: a user id, or TEAM of storage."""

    owner: int
    customer_id: str
    location_id: str


class Spot(NamedTuple):
    """Where messages go: a chat, or one topic of it (`thread_id` 0 is no topic)."""

    chat_id: int
    thread_id: int = 0


# ------------------------------------------------------------------------------------- a look


@dataclass(frozen=True, slots=True)
class PodSight:
    """One pod as a look saw it."""

    id: str
    name: str
    connected: bool | None
    since: datetime | None = None  # in this connection state, as the cloud reports it
    is_gateway: bool = False
    health: str | None = None  # excellent, good, fair, poor, or a raw unknown word
    alerts: tuple[str, ...] = ()
    backhaul: str | None = None
    parent_id: str | None = None
    hops: int | None = None
    booted_at: datetime | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class SpeedSight:
    """A successful speed test of the gateway, Mbit/s."""

    at: datetime
    download_mbps: float
    upload_mbps: float | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at a home saw. Fields that were not asked for this time are None.

    `online` is None when the pods do not tell; `speed` is the newest test, seen again and again.
    """

    at: datetime
    online: bool | None
    pods: tuple[PodSight, ...] = ()
    since: datetime | None = None  # of `online`, as the cloud reports it
    service_level: str | None = None
    public_address: str | None = None
    isp: str | None = None
    timezone: str | None = None
    speed: SpeedSight | None = None


@dataclass(frozen=True, slots=True)
class Blindness:
    """A look that saw nothing, and whose fault that is.

    "home": only this home is refused (gone, or not ours any more); "credential": Plume refuses the
    owner's credentials; "plume": the cloud fails, blocks or limits us; "network": it cannot be
    reached. `detail` is a plain sentence without secrets.
    """

    at: datetime
    fault: Literal["home", "credential", "plume", "network"]
    detail: str = ""


# ---------------------------------------------------------------------------------- incidents


@dataclass(frozen=True, slots=True)
class PodRef:
    """A pod that an incident names."""

    id: str
    name: str
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class AffectedHome:
    """A home inside an incident, with its own begin and end."""

    key: HomeKey
    name: str
    began_at: datetime
    ended_at: datetime | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that broke, from its confirmation to its end.

    `id` is made from owner, home, trigger, subject, begin and the look that found it: nothing else
    ever has it, not even the same fault that is found again after it was a part of a larger one.
    `began_at` is the cloud's own moment where it gives a plausible one (`began_reported`), else the
    first look that saw it.
    """

    id: str
    owner: int
    trigger: Trigger
    level: Level
    homes: tuple[AffectedHome, ...]  # one; several of a neighbourhood; none when blind
    subject: str  # pod id, alert word, or cause of blindness; "" for the home itself
    began_at: datetime
    opened_at: datetime  # when it was confirmed
    cause: str  # one plain sentence
    began_reported: bool = False
    pod: PodRef | None = None  # the pod that it is about
    pods: tuple[PodRef, ...] = ()  # those that it takes with it
    evidence: tuple[str, ...] = ()  # plain sentences
    flips: int = 0
    unstable: bool = False
    shared: tuple[str, ...] = ()  # what the homes of a neighbourhood have in common, in words
    unaffected: int | None = None  # watched homes of the same owner that are not affected
    ended_at: datetime | None = None  # the first look that saw it over, or the cloud's moment
    closed_at: datetime | None = None  # when that was confirmed
    ending: Ending | None = None
    swallowed_by: str | None = None
    frozen_s: float = 0.0  # how much of it nobody could look

    @property
    def open(self) -> bool:
        """Whether it is not over yet."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """What a look changed.

    opened: confirmed; grew: more or fewer pods or homes, or the words changed; unstable: it flips;
    closed: over, see `incident.ending`.
    """

    kind: Literal["opened", "grew", "unstable", "closed"]
    incident: Incident
    at: datetime


# ------------------------------------------------------------------------- who is told, and how


@dataclass(frozen=True, slots=True)
class Watch:
    """One chat (or topic) watches one home."""

    key: HomeKey
    spot: Spot
    name: str
    created_by: int
    created_at: datetime
    timezone: str | None = None  # the home's


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Between two hours of the chat's day nothing below `floor` is loud or sent: it is held."""

    start_min: int  # minutes after midnight, local to the policy's zone
    end_min: int  # may be smaller than the start: over midnight
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0; the day on which it starts
    floor: Level = "critical"  # from this level on it breaks through


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Announced work: nothing is said, and nothing echoes. Once, or every week at that time."""

    id: str
    start: datetime
    end: datetime
    location_id: str | None = None  # None: all homes of the chat
    weekly: bool = False
    by: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """When the chat wants its summary."""

    hour: int
    minute: int = 0
    weekday: int | None = None  # None: every day


@dataclass(frozen=True, slots=True)
class ChatPolicy:
    """How one chat or topic wants to be told. Triggers that are not in `modes` have the default."""

    spot: Spot
    modes: dict[Trigger, Mode] = field(default_factory=dict)
    timezone: str | None = None
    quiet: QuietHours | None = None
    maintenance: tuple[Maintenance, ...] = ()
    escalate_to: Spot | None = None
    escalate_after_s: int = 1800
    digest: Digest | None = None
    digest_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What one chat was told of one incident.

    told: sent; held: waits for the end of the quiet hours; withheld: nothing is sent (`reason` says
    why, for /why); done: the end was told too, or needs no telling. What is withheld because of
    maintenance has `next_reminder_at`: if it is still open then, it is told.
    """

    incident_id: str
    spot: Spot
    state: Literal["told", "held", "withheld", "done"]
    reason: str = ""  # plain sentence
    silent: bool = False
    message_id: int | None = None  # of the alert, once it is sent
    told_at: datetime | None = None
    reminders: int = 0
    next_reminder_at: datetime | None = None
    escalate_at: datetime | None = None
    acked_by: int | None = None
    acked_name: str = ""
    acked_at: datetime | None = None
    snoozed_until: datetime | None = None  # datetime.max with UTC: until it recovers
    snoozed_by: str = ""
    snoozed_at: datetime | None = None
    in_summary: bool = False  # told by a summary: there is no message of its own to edit


MessageKind = Literal[
    "alert", "recovery", "reminder", "escalation", "summary", "note", "digest", "edit", "board"
]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in the outbox. `once` makes it unique: writing it again changes nothing.

    An "edit" goes to the alert of its incident (a later one replaces an earlier one that was not
    sent yet); "recovery" and "reminder" are replies to it.
    """

    once: str
    spot: Spot
    kind: MessageKind
    text: str  # Telegram HTML
    created_at: datetime
    incident_id: str | None = None
    silent: bool = False
    buttons: str = ""  # which keyboard: "open", "closed", "acked", "" for none
    location_id: str | None = None  # of the home that a button opens
    customer_id: str | None = None
    not_before: datetime | None = None
    message_id: int | None = None  # kind "board": the message that is edited


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One decision about telling, for /why; `text` is a plain sentence without markup.

    `key` is None where it concerns all homes of the chat, such as a digest.
    """

    at: datetime
    spot: Spot
    decision: Literal["told", "silent", "held", "withheld", "updated"]
    text: str
    key: HomeKey | None = None
    incident_id: str | None = None
