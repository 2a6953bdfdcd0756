"""What the Plume cloud sends, read tolerantly: the edge where odd shapes become typed values.

Every field but an id may be missing, null or of another type than documented; such a field
becomes `None` and never spoils the rest. Enumerations are open strings that keep the raw word.
Secrets (Wi-Fi, PPPoE and backhaul keys) have no field here, so they end at this edge.
Numbers in brackets name the contradiction of the public Plume documents that a reading answers,
as listed in Documentation/BOT_ARCHITECTURE.md.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

__all__ = [
    "Customer",
    "GeoIp",
    "Health",
    "Hop",
    "LinkState",
    "Location",
    "LocationSummary",
    "NetworkStatus",
    "Node",
    "OnlineStats",
    "PlumeModel",
    "RadioStat",
    "ServiceLevel",
    "ShapeError",
    "SpeedTest",
    "StatePoint",
    "WanPoint",
    "WanStats",
    "WifiNetwork",
    "alert_labels",
    "filled",
    "parse_customers",
    "parse_location",
    "parse_locations",
    "parse_moment",
    "parse_nodes",
    "parse_number",
    "parse_online_stats",
    "parse_state",
    "parse_wan_stats",
    "parse_wifi_networks",
    "read_list",
    "tolerant_tuple",
    "unwrap",
]

logger = logging.getLogger(__name__)

# Epoch values from here on are milliseconds: as seconds this would be the year 33658. [7]
_EPOCH_MS_FROM = 1e12
# 65535 Mbit/s is what a node reports for a port without a link.
_NO_LINK = 65535


def parse_moment(value: object) -> datetime | None:
    """ISO text (with or without zone and milliseconds) or epoch s/ms as aware UTC. [7]"""
    try:
        if isinstance(value, str):
            text = value.strip()
            moment = _since_epoch(int(text)) if text.isdecimal() else datetime.fromisoformat(text)
        elif isinstance(value, datetime):
            moment = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = _since_epoch(value)
        else:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _since_epoch(value: float) -> datetime:
    seconds = value / 1000 if abs(value) >= _EPOCH_MS_FROM else value
    return datetime.fromtimestamp(seconds, UTC)


def parse_number(value: object) -> float | None:
    """A finite number, also from text; booleans and anything else are "not reported"."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # anything may come; TypeError is caught
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _count(value: object) -> int | None:
    number = parse_number(value)
    return int(number) if number is not None and number >= 0 else None


def _text(value: object) -> str | None:
    """Text with something in it; numbers become text, an empty string is "not reported"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str | int | float):
        return _whole(str(value)).strip() or None
    return None


def _whole(text: str) -> str:
    """Text that can be encoded: JSON may carry half a character, which no log or database takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _flag(value: object) -> bool | None:
    """A boolean, also as the text "true" or "false" that some endpoints send."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    return None


def _channel(value: object) -> int | str | None:
    """A radio channel: a number where it can be one, else the raw text. [15]"""
    number = parse_number(value)
    return int(number) if number is not None else _text(value)


def _items(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def filled(value: object) -> object:
    """An object with something in it, else "not reported" (the cloud sends `{}` and null)."""
    return value if isinstance(value, BaseModel) or (isinstance(value, Mapping) and value) else None


def alert_labels(value: object) -> tuple[str, ...]:
    """Alert items come as {type}, {name} or bare text. [14]"""
    labels = []
    for item in _items(value):
        raw = (item.get("type") or item.get("name")) if isinstance(item, Mapping) else item
        label = _text(raw)
        if label:
            labels.append(label)
    return tuple(labels)


Moment = Annotated[datetime | None, BeforeValidator(parse_moment)]
Number = Annotated[float | None, BeforeValidator(parse_number)]
Count = Annotated[int | None, BeforeValidator(_count)]
Text = Annotated[str | None, BeforeValidator(_text)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Id = Annotated[str, BeforeValidator(lambda v: _whole(v) if isinstance(v, str) else v)]
Channel = Annotated[int | str | None, BeforeValidator(_channel)]


class PlumeModel(BaseModel):
    """Base of everything the cloud sends: frozen, camelCase, unknown keys ignored."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True
    )

    @model_validator(mode="wrap")
    @classmethod
    def _tolerate(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """One odd optional field becomes its default; an unusable id still fails the item.

        Null says the same as absent; dropping it lets the next alias have its turn.
        """
        if not isinstance(value, Mapping):
            return handler(value)
        sent = {key: item for key, item in value.items() if item is not None}
        try:
            return handler(sent)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            odd = {_field_of(cls, one["loc"][0]) for one in found if one["loc"]}
            if None in odd or any(cls.model_fields[name].is_required() for name in odd if name):
                raise
        for name in odd:
            logger.warning("unreadable %s.%s left out", cls.__name__, name)
        return handler({key: item for key, item in sent.items() if _field_of(cls, key) not in odd})


def _field_of(model: type[PlumeModel], key: object) -> str | None:
    """The field that this key of an answer is read into; the first where several read it."""
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        if key in {name, *(alias.choices if isinstance(alias, AliasChoices) else (alias,))}:
            return name
    return None


class ShapeError(ValueError):
    """The body has none of the known shapes: unreadable, which is not the same as empty."""


_Model = TypeVar("_Model", bound=PlumeModel)


def tolerant_tuple(model: type[_Model], value: object) -> tuple[_Model, ...]:
    """The items that can be read; bad items are dropped and counted in the log, never the list."""
    kept, bad = [], 0
    for item in _items(value):
        if isinstance(item, model):
            kept.append(item)
        elif isinstance(item, Mapping):
            try:
                kept.append(model.model_validate(item))
            except ValidationError:
                bad += 1
    if bad:
        logger.warning("unreadable %s left out (%d)", model.__name__, bad)
    return tuple(kept)


def read_list(model: type[_Model], value: object) -> tuple[_Model, ...]:
    """Like `tolerant_tuple`, but nothing readable where something was sent is a ShapeError."""
    kept = tolerant_tuple(model, value)
    if not kept and (not isinstance(value, list | tuple) or value):
        raise ShapeError(f"no readable {model.__name__}")
    return kept


def unwrap(body: object, *names: str) -> object:
    """Strip envelopes such as {"nodes": {"nodes": [...]}}, however often doubled. [1, 2]"""
    for _ in range(8):
        if not isinstance(body, Mapping):
            break
        name = next((n for n in (*names, "data", "items", "results") if n in body), None)
        if name is None:
            break
        body = body[name]
    return body


class GeoIp(PlumeModel):
    """Where the home's public address is; carries its time zone and provider."""

    ip: Text = None
    country: Text = None
    city: Text = None
    timezone: Text = None
    isp: Text = Field(default=None, validation_alias=AliasChoices("ISP", "isp"))


class ServiceLevel(PlumeModel):
    """fullService, basicService, noService or a raw word."""

    status: Text = None
    auto: Flag = None
    updated_at: Moment = None


class NetworkStatus(PlumeModel):
    """The cloud's word for the home's state; its values are not documented. [24]"""

    status: Text = None
    status_changed_at: Moment = None
    updated_at: Moment = None


class SpeedTest(PlumeModel):
    """One speed test: Mbit/s and milliseconds. Only `status` "succeeded" has usable figures."""

    status: Text = None
    download: Number = None
    upload: Number = None
    rtt: Number = None
    started_at: Moment = None
    ended_at: Moment = None
    trigger: Text = None
    gateway: Flag = None
    server_name: Text = None
    isp: Text = None

    @property
    def at(self) -> datetime | None:
        """When it ran: the end when known, else the start."""
        return self.ended_at or self.started_at


class LocationSummary(PlumeModel):
    """Counts that come with `include=summary`."""

    onboarding_status: Text = None
    gateway_connection_state: Text = None
    node_connected_count: Count = None
    node_claimed_count: Count = None
    connected_device_count: Count = None
    network_mode_realized: Text = None
    timestamp: Moment = None  # when the cloud counted


class Location(PlumeModel):
    """A home: state and configuration (`GET /Customers/{c}/locations/{l}`)."""

    id: Id = Field(validation_alias=AliasChoices("id", "_id", "locationId"))
    name: Text = None
    customer_id: Text = None
    account_id: Text = None
    partner_id: Text = None
    service_id: Text = None
    profile: Text = None
    network_mode: Text = None
    service_level: Annotated[ServiceLevel | None, BeforeValidator(filled)] = None
    network_status: Annotated[NetworkStatus | None, BeforeValidator(filled)] = None
    geo_ip: Annotated[GeoIp | None, BeforeValidator(filled)] = None
    summary: Annotated[LocationSummary | None, BeforeValidator(filled)] = None
    speed_test: Annotated[SpeedTest | None, BeforeValidator(filled)] = Field(
        default=None, validation_alias=AliasChoices("speedTest", "ispSpeedTestResult", "speed_test")
    )
    onboarded_at: Moment = None
    created_at: Moment = None
    updated_at: Moment = None


class Health(PlumeModel):
    """Link health of a node: a word, and a score where 5 is best. [13]"""

    status: Text = None
    score: Number = None

    @model_validator(mode="before")
    @classmethod
    def _accept_word(cls, value: object) -> object:
        return {"status": value} if isinstance(value, str) else value


class Hop(PlumeModel):
    """One step of `leafToRoot`: the parent on the way to the gateway."""

    id: Id = Field(validation_alias=AliasChoices("id", "parentId"))
    medium: Text = None
    channel: Channel = None
    radio: Text = Field(default=None, validation_alias=AliasChoices("radio", "freqBand"))


class RadioStat(PlumeModel):
    """A radio of a node."""

    freq_band: Text = None
    channel_width: Channel = None


class LinkState(PlumeModel):
    """An Ethernet port. `link_speed` is Mbit/s, None without a link."""

    if_name: Text = None
    duplex: Text = None
    link_speed: Count = None
    is_uplink: Flag = None
    has_eth_client: Flag = None

    @property
    def has_link(self) -> bool | None:
        """False for a port without a cable (65535), None when not reported."""
        return None if self.link_speed is None else self.link_speed not in (0, _NO_LINK)


class Node(PlumeModel):
    """A pod or gateway (`GET .../nodes`). `leaf_to_root` is None when not reported."""

    id: Id = Field(validation_alias=AliasChoices("id", "serialNumber"))
    serial_number: Text = None
    nickname: Text = None
    default_name: Text = None
    model: Text = None
    firmware_version: Text = None
    connection_state: Text = None
    connection_state_change_at: Moment = None
    boot_at: Moment = None
    claimed_at: Moment = None
    health: Annotated[
        Health | None, BeforeValidator(lambda v: v if isinstance(v, str) and v else filled(v))
    ] = None
    alerts: Annotated[tuple[str, ...], BeforeValidator(alert_labels)] = ()
    backhaul_type: Text = None
    backhaul_channel: Channel = None
    leaf_to_root: Annotated[
        tuple[Hop, ...] | None,
        BeforeValidator(lambda v: None if v is None else tolerant_tuple(Hop, v)),
    ] = None
    connected_device_count: Count = None
    network_mode: Text = None
    residential_gateway: Flag = None
    ip: Text = None
    wan_ip: Text = None
    public_ip: Text = None
    mac: Text = Field(
        default=None, validation_alias=AliasChoices("mac", "ethernetMac", "radioMac24")
    )  # [23]
    link_states: Annotated[
        tuple[LinkState, ...], BeforeValidator(lambda v: tolerant_tuple(LinkState, v))
    ] = ()
    radio_stats: Annotated[
        tuple[RadioStat, ...], BeforeValidator(lambda v: tolerant_tuple(RadioStat, v))
    ] = ()
    speed_test: Annotated[SpeedTest | None, BeforeValidator(filled)] = None

    @property
    def name(self) -> str:
        """What people call it: the nickname, else the cloud's name, else the serial."""
        return self.nickname or self.default_name or self.serial_number or self.id

    @property
    def connected(self) -> bool | None:
        """None for anything but the two documented words for it."""
        word = (self.connection_state or "").lower()
        return {"connected": True, "disconnected": False, "unavailable": False}.get(word)


class WifiNetwork(PlumeModel):
    """A configured network, without its key."""

    ssid: Text = None
    enabled: Flag = Field(
        default=None, validation_alias=AliasChoices("enable", "enabled")
    )  # [4]: missing is unknown, not disabled
    wpa_mode: Text = None
    encryption: Text = None
    ssid_broadcast: Flag = None
    kind: Text = Field(default=None, validation_alias=AliasChoices("type", "vapType", "kind"))
    network_id: Text = Field(default=None, validation_alias=AliasChoices("networkId", "id"))


class Customer(PlumeModel):
    """A subscriber (`GET /Customers`)."""

    id: Id = Field(validation_alias=AliasChoices("id", "customerId"))
    name: Text = None
    email: Text = None
    account_id: Text = None
    partner_id: Text = None


class WanPoint(PlumeModel):
    """One interval of the line: MB moved, and the highest Mbit/s inside it. rx is download."""

    timestamp: Annotated[datetime, BeforeValidator(parse_moment)]
    rx_mbytes: Number = None
    tx_mbytes: Number = None
    rx_max_mbps: Number = None
    tx_max_mbps: Number = None


class WanStats(PlumeModel):
    """Consumption points, oldest first; order and number as sent are not relied on. [11]"""

    points: tuple[WanPoint, ...] = ()


class StatePoint(BaseModel):
    """The home's state from `timestamp` on. `state`: online, offline, partial or unknown.

    Nothing to tolerate: `parse_online_stats` makes it of what is read already, by the hundred.
    """

    model_config = ConfigDict(frozen=True)

    timestamp: AwareDatetime
    state: str = "unknown"
    raw: str | None = None


class OnlineStats(PlumeModel):
    """Online history, oldest first; `start` and `end` as the cloud dates the period. [8]"""

    start: datetime | None = None
    end: datetime | None = None
    points: tuple[StatePoint, ...] = ()


_WORDS = {
    "online": "online",
    "connected": "online",
    "true": "online",
    "up": "online",
    "offline": "offline",
    "disconnected": "offline",
    "false": "offline",
    "down": "offline",
    "partial": "partial",
    "intermittent": "partial",
    "degraded": "partial",
}


def parse_state(value: object) -> str:
    """A history value as online, offline, partial or unknown; words, booleans, numbers. [9]"""
    if isinstance(value, bool):
        return "online" if value else "offline"
    number = parse_number(value)
    if number is not None:
        if number in (0, 1):
            return "online" if number else "offline"
        return "partial" if 0 < number < 1 else "unknown"
    return _WORDS.get(value.strip().lower(), "unknown") if isinstance(value, str) else "unknown"


def parse_customers(body: object) -> tuple[Customer, ...]:
    """Customers from any envelope that the clouds use; ShapeError when there is none."""
    return read_list(Customer, unwrap(body, "customers"))


def parse_location(body: object) -> Location:
    """One home; ShapeError when the body holds none."""
    found = parse_locations(body)
    if not found:
        raise ShapeError("no readable Location")
    return found[0]


def parse_locations(body: object) -> tuple[Location, ...]:
    """Homes; a lone object counts as a list of one. ShapeError when unreadable. [5]"""
    inner = unwrap(body, "locations", "location")
    return read_list(Location, [inner] if isinstance(inner, Mapping) else inner)


def parse_nodes(body: object) -> tuple[Node, ...]:
    """Pods from {"nodes": [...]}, doubled envelopes or a bare list; else ShapeError. [1]"""
    return read_list(Node, unwrap(body, "nodes"))


def parse_wifi_networks(body: object) -> tuple[WifiNetwork, ...]:
    """Networks from the list call, or the primary one from the single call. [3]"""
    inner = unwrap(body, "wifiNetworks", "wifiNetwork")
    return read_list(WifiNetwork, [inner] if isinstance(inner, Mapping) else inner)


def parse_wan_stats(body: object) -> WanStats:
    """Points from the first list whose rows carry byte counts; else ShapeError. [11, 12]"""
    points = read_list(WanPoint, _wan_rows(body))
    return WanStats(points=tuple(sorted(points, key=lambda point: point.timestamp)))


_WAN_KEYS = {"rxMbytes", "txMbytes", "rxMaxMbps", "txMaxMbps"}


def _wan_rows(body: object) -> object:
    """The rows, whatever key they hang on; a null or empty list is "no data", not an error."""
    if not isinstance(body, Mapping):
        return body
    lists = [value for value in body.values() if isinstance(value, list)]
    for rows in lists:
        if any(isinstance(row, Mapping) and row.keys() & _WAN_KEYS for row in rows):
            return rows
    if body.get("fifteenMins", ...) is None or [] in lists:
        return []
    return _wan_rows(body["wanStats"]) if "wanStats" in body else None


def parse_online_stats(body: object) -> OnlineStats:
    """History points, oldest first, and the period in any of its three shapes. [8, 9, 10]

    A null list is "no data"; a body without a list of states is a ShapeError.
    """
    outer: Mapping[str, object] = body if isinstance(body, Mapping) else {"locationState": body}
    if "locationState" not in outer:
        nested = (v for v in outer.values() if isinstance(v, Mapping) and "locationState" in v)
        outer = next(nested, {"locationState": ...})
    rows = outer["locationState"]
    points = sorted(_state_points(rows), key=lambda point: point.timestamp)
    if not points and rows not in (None, []):
        raise ShapeError("no readable online history")
    start, end = _date_range(outer.get("statsDateRange"))
    return OnlineStats(start=start, end=end, points=tuple(points))


def _state_points(rows: object) -> Iterable[StatePoint]:
    read: dict[str, dict[str, str | None]] = {}  # a history is a few words, many times
    for row in _items(rows):
        when = parse_moment(row.get("timestamp")) if isinstance(row, Mapping) else None
        if when is not None:
            raw = row.get("value")
            word = repr(raw)  # tells 1, True and "1" apart
            state = read.get(word) or read.setdefault(word, _state(raw))
            yield StatePoint(timestamp=when, **state)


def _state(raw: object) -> dict[str, str | None]:
    shown = None if raw is None else _whole(str(raw)[:40])
    return {"state": parse_state(raw), "raw": shown}


def _date_range(value: object) -> tuple[datetime | None, datetime | None]:
    """{start, end}, {startAt, endAt}, or a list of such, whose values may be lists. [8]"""
    ranges = [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, Mapping)]
    starts = [m for r in ranges for m in _moments(r.get("start", r.get("startAt")))]
    ends = [m for r in ranges for m in _moments(r.get("end", r.get("endAt")))]
    return (min(starts) if starts else None, max(ends) if ends else None)


def _moments(value: object) -> Iterable[datetime]:
    for item in value if isinstance(value, list) else [value]:
        moment = parse_moment(item)
        if moment is not None:
            yield moment
