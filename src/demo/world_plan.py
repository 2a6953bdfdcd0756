"""What each customer has: homes, nodes, devices, networks. Pure: the same seed, the same plan."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from src.demo import world_ids as ids
from src.demo.world_kinds import (
    FIRST_NAMES,
    LAST_NAMES,
    PLACES,
    ROOMS,
    SPECIAL_CUSTOMERS,
    HomeSpec,
    Place,
    TroubleSpec,
)

__all__ = [
    "FIRST_SERVICE",
    "CustomerPlan",
    "DevicePlan",
    "HomePlan",
    "LinePlan",
    "NetworkPlan",
    "NodePlan",
    "home_count",
    "partner_name",
    "partner_of",
    "plan_customer",
    "plan_home",
]

FIRST_SERVICE = 88_120
_CREATED = datetime(2025, 2, 3, 9, 12, 43, 871000, tzinfo=UTC)
_LINES = ((1000.0, 1000.0, 3.2), (500.0, 100.0, 6.8), (250.0, 50.0, 9.1), (100.0, 20.0, 14.5))
_ICONS = (
    ("smartPhone", "phone", "wifi", 0.75),
    ("laptop", "laptop", "wifi", 0.55),
    ("tv", "television", "ethernet", 0.8),
    ("tablet", "tablet", "wifi", 0.4),
    ("speaker", "speaker", "wifi", 0.97),
    ("lightbulb", "lamp", "wifi", 0.98),
    ("gamingConsole", "console", "ethernet", 0.35),
    ("camera", "camera", "wifi", 0.99),
    ("printer", "printer", "wifi", 0.9),
    ("desktop", "desktop", "ethernet", 0.5),
)
_POD_MODELS = ("PP403Z", "PP403Z", "PP443Z", "PP603X", "PP203X")
_WORDS_FOR_PARTNER = {
    ids.PARTNER_ID: ("Northwind Fibre", "NWF"),
    ids.SECOND_PARTNER_ID: ("Fjordlink", "FJL"),
}


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A subscriber."""

    index: int
    id: str
    name: str
    email: str
    account_id: str
    partner_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NodePlan:
    """A pod or gateway as installed. `level` is its link's usual score, 5 best."""

    ordinal: int
    id: str
    mac: str
    parent: int | None
    medium: str
    nickname: str | None
    default_name: str
    model: str
    level: float
    can_roam: bool
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """A client device; `presence` is the share of evenings at which it is there."""

    ordinal: int
    mac: str
    name: str
    nickname: str | None
    icon: str
    medium: str
    band: str | None
    node: int
    presence: float
    zone: str


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """A Wi-Fi network."""

    id: str
    ssid: str
    enable: bool
    wpa_mode: str
    broadcast: bool
    kind: str


@dataclass(frozen=True, slots=True)
class LinePlan:
    """The access line: Mbit/s down and up, milliseconds, and how busy its evenings are."""

    down_mbps: float
    up_mbps: float
    rtt_ms: float
    evening_mbps: float


@dataclass(frozen=True, slots=True)
class HomePlan:
    """A location as installed; nothing here changes with time."""

    customer: CustomerPlan
    ordinal: int
    id: str
    name: str
    kind: str
    place: Place
    isp: str
    service_id: str | None
    network_mode: str
    service_level: str | None
    onboarded: bool
    bad_week: bool
    troubles: tuple[TroubleSpec, ...]
    line: LinePlan
    nodes: tuple[NodePlan, ...]
    devices: tuple[DevicePlan, ...]
    networks: tuple[NetworkPlan, ...]
    created_at: datetime

    @property
    def wan_ip(self) -> str:
        """A public address from a documentation range."""
        return f"203.0.113.{1 + (self.customer.index * 7 + self.ordinal) % 254}"


def partner_name(partner_id: str) -> str:
    """The ISP's trading name."""
    return _WORDS_FOR_PARTNER[partner_id][0]


def partner_of(index: int) -> str:
    """The id of the ISP whose customer this is."""
    if index < len(SPECIAL_CUSTOMERS):
        return SPECIAL_CUSTOMERS[index].partner_id
    return ids.SECOND_PARTNER_ID if index % 3 == 0 else ids.PARTNER_ID


def plan_customer(index: int) -> CustomerPlan:
    """The customer with this index; cheap enough to be made 100,000 times for a search."""
    partner = partner_of(index)
    if index < len(SPECIAL_CUSTOMERS):
        spec = SPECIAL_CUSTOMERS[index]
        name, email = spec.name, spec.email
    else:
        first = FIRST_NAMES[index % len(FIRST_NAMES)]
        last = LAST_NAMES[(index * 7 + index // len(FIRST_NAMES)) % len(LAST_NAMES)]
        name, email = f"{first} {last}", f"{first}.{last}.{index}@example.net".lower()
    has_account = index % 11 != 10
    account = f"{_WORDS_FOR_PARTNER[partner][1]}-{index + 417:06d}"
    return CustomerPlan(
        index=index,
        id=ids.customer_id(index),
        name=name,
        email=email,
        account_id=account if has_account else ids.group_digits(index),
        partner_id=partner,
        created_at=_CREATED + timedelta(minutes=37 * (index % 40_000)),
    )


def home_count(index: int) -> int:
    """How many locations the customer with this index has."""
    if index < len(SPECIAL_CUSTOMERS):
        spec = SPECIAL_CUSTOMERS[index]
        return len(spec.homes) + spec.copies
    return 2 if index % 9 == 0 else 1


def plan_home(seed: int, index: int, ordinal: int) -> HomePlan:
    """The home number `ordinal` of the customer with this index."""
    customer = plan_customer(index)
    spec = _home_spec(index, ordinal)
    rng = random.Random(f"{seed}/{index}/{ordinal}/plan")
    place = _place(spec, index)
    nodes = _plan_nodes(rng, spec, index, ordinal) if spec.onboarded else ()
    down, up, rtt = _LINES[0 if spec.kind == "many_pods" else rng.randrange(len(_LINES))]
    return HomePlan(
        customer=customer,
        ordinal=ordinal,
        id=ids.location_id(index, ordinal),
        name=spec.name,
        kind=spec.kind,
        place=place,
        isp=partner_name(customer.partner_id),
        service_id=_service_id(rng, index, ordinal),
        network_mode=spec.network_mode,
        service_level=spec.service_level,
        onboarded=spec.onboarded,
        bad_week=spec.bad_week or (spec.kind == "ordinary" and rng.random() < 0.1),
        troubles=spec.troubles,
        line=LinePlan(down, up, rtt, min(rng.uniform(4, 22), down * 0.15)),
        nodes=nodes,
        devices=_plan_devices(rng, spec, index, ordinal, nodes),
        networks=_plan_networks(rng, spec, customer),
        created_at=customer.created_at + timedelta(hours=ordinal + 1),
    )


def _service_id(rng: random.Random, index: int, ordinal: int) -> str | None:
    """A contract id, three for each customer; absent until somebody sets it."""
    has_one = rng.random() < 0.8 and ordinal < 3
    return f"SVC-{FIRST_SERVICE + index * 3 + ordinal}" if has_one else None


def _home_spec(index: int, ordinal: int) -> HomeSpec:
    if index >= len(SPECIAL_CUSTOMERS):
        return HomeSpec(name="Home" if ordinal == 0 else "Cabin")
    homes = SPECIAL_CUSTOMERS[index].homes
    if ordinal < len(homes):
        return homes[ordinal]
    last = homes[-1]
    word = last.name.rsplit(" ", 1)[0]
    return HomeSpec(last.kind, f"{word} {ordinal + 1}", place=last.place)


def _place(spec: HomeSpec, index: int) -> Place:
    if spec.place is not None:
        return PLACES[spec.place]
    named = [place for place in PLACES.values() if place.zone]
    return named[index % len(named)]


def _plan_nodes(
    rng: random.Random, spec: HomeSpec, index: int, ordinal: int
) -> tuple[NodePlan, ...]:
    parents = spec.parents if spec.parents is not None else _random_tree(rng)
    rooms = rng.sample(ROOMS, k=len(ROOMS))
    first = _CREATED + timedelta(minutes=37 * (index % 40_000) + 27)
    nodes = []
    for number, (parent, medium) in enumerate(((None, "ethernet"), *parents)):
        room = rooms[number % len(rooms)] + ("" if number < len(rooms) else f" {number}")
        named = spec.rooms[number] if number < len(spec.rooms) else _nickname(rng, room)
        nodes.append(
            NodePlan(
                ordinal=number,
                id=ids.node_id(index, ordinal, number),
                mac=ids.node_mac(index, ordinal, number),
                parent=parent,
                medium=medium,
                nickname=named,
                default_name=room,
                model=_model(rng, spec, number),
                level=5.0 if medium == "ethernet" else rng.choice((5.0, 4.0, 4.0, 4.0, 3.0)),
                can_roam=medium == "wifi" and (spec.parents is not None or rng.random() < 0.8),
                claimed_at=first + timedelta(seconds=50 * number),
            )
        )
    return tuple(nodes)


def _random_tree(rng: random.Random) -> tuple[tuple[int, str], ...]:
    count = rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4, 5))
    return tuple(
        (rng.randrange(min(number + 1, 3)), "ethernet" if rng.random() < 0.2 else "wifi")
        for number in range(count)
    )


def _nickname(rng: random.Random, room: str) -> str | None:
    return room if rng.random() < 0.6 else None


def _model(rng: random.Random, spec: HomeSpec, number: int) -> str:
    if number:
        return rng.choice(_POD_MODELS)
    return "NWF-GW1" if spec.kind == "single_gateway" else "PP603X"


def _plan_devices(
    rng: random.Random, spec: HomeSpec, index: int, ordinal: int, nodes: tuple[NodePlan, ...]
) -> tuple[DevicePlan, ...]:
    if not nodes:
        return ()
    count = spec.devices if spec.devices is not None else rng.randint(4, 26)
    owner = plan_customer(index).name.split(" ")[0][:20]
    devices = []
    for number in range(count):
        icon, word, medium, presence = _ICONS[number % len(_ICONS)]
        mac = ids.device_mac(index, ordinal, number)
        devices.append(
            DevicePlan(
                ordinal=number,
                mac=mac,
                name=mac if number % 7 == 6 else f"{owner}s-{word}-{number + 1}",
                nickname=f"{word.capitalize()} {number}" if rng.random() < 0.3 else None,
                icon=icon,
                medium=medium,
                band=rng.choice(("2.4G", "5G", "5G", "6G")) if medium == "wifi" else None,
                node=rng.randrange(len(nodes)),
                presence=presence,
                zone="guests" if rng.random() < 0.1 else "home",
            )
        )
    return tuple(devices)


def _plan_networks(
    rng: random.Random, spec: HomeSpec, customer: CustomerPlan
) -> tuple[NetworkPlan, ...]:
    if not spec.onboarded:
        return ()
    ssid = spec.ssid or f"{customer.name.split(' ')[-1]}-{spec.name}"[:32]
    stem = ssid.removesuffix("-Home")[:26]
    serves = spec.service_level != "noService"
    home = NetworkPlan("default", ssid, serves, rng.choice(("sae-mixed", "psk2")), True, "home")
    guest = NetworkPlan(
        _network_id(customer.index, 1), f"{stem}-Guest", serves, "psk2", True, "captivePortal"
    )
    things = NetworkPlan(
        _network_id(customer.index, 2), f"{stem}-IoT", False, "psk2", False, "fronthaul"
    )
    return (home, guest, things)[: rng.choice((2, 3, 3)) if not spec.ssid else 3]


def _network_id(index: int, number: int) -> str:
    return f"d3d3d3d3d3d3{index:08x}{number:04x}"
