"""The kinds of home that the simulated ISP serves, and the invented names that fill the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from src.demo.world_ids import PARTNER_ID, SECOND_PARTNER_ID

__all__ = [
    "FIRST_NAMES",
    "LAST_NAMES",
    "PLACES",
    "ROOMS",
    "SPECIAL_CUSTOMERS",
    "CustomerSpec",
    "HomeSpec",
    "Place",
    "TroubleSpec",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a home is; `zone` None means that the cloud never learned its time zone."""

    city: str
    country: str
    zone: str | None
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class TroubleSpec:
    """Something already wrong when the world begins: effect kind, node, hours before the start."""

    effect: str
    node: int | None = None
    hours: float = 24.0


@dataclass(frozen=True, slots=True)
class HomeSpec:
    """What is special about one home; `parents` is (parent ordinal, medium) of nodes 1, 2, ..."""

    kind: str = "ordinary"
    name: str = "Home"
    place: str | None = None
    parents: tuple[tuple[int, str], ...] | None = None
    rooms: tuple[str | None, ...] = ()
    ssid: str | None = None
    network_mode: str = "auto"
    service_level: str | None = "fullService"
    onboarded: bool = True
    troubles: tuple[TroubleSpec, ...] = ()
    bad_week: bool = False
    devices: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerSpec:
    """A customer with a role in the demo. `copies` more homes follow, built from the last one."""

    name: str
    email: str
    partner_id: str = PARTNER_ID
    homes: tuple[HomeSpec, ...] = field(default_factory=lambda: (HomeSpec(),))
    copies: int = 0


PLACES: dict[str, Place] = {
    "Stockholm": Place("Stockholm", "Sweden", "Europe/Stockholm", 59.33, 18.07),
    "New York": Place("New York", "United States", "America/New_York", 40.71, -74.01),
    "London": Place("London", "United Kingdom", "Europe/London", 51.51, -0.13),
    "Kathmandu": Place("Kathmandu", "Nepal", "Asia/Kathmandu", 27.72, 85.32),
    "Lord Howe Island": Place(
        "Lord Howe Island", "Australia", "Australia/Lord_Howe", -31.55, 159.08
    ),
    "Nowhere": Place("", "", None, 0.0, 0.0),
}

_CHAIN = ((0, "wifi"), (1, "wifi"), (0, "ethernet"))
_PAIR = ((0, "wifi"), (0, "wifi"))
_MARKUP = "_*[]()~>#+-=|{}.!<&>\"'`\\"
_LONG = "The long, long name of a house at the end of a long, long road "


def _tree(count: int) -> tuple[tuple[int, str], ...]:
    """A hotel: a wired pod on each floor, each with Wi-Fi pods below it."""
    return tuple(
        (0, "ethernet") if n % 8 == 1 else (n - (n - 1) % 8, "wifi") for n in range(1, count)
    )


# Index in this table = index of the customer. The first is the one the demo begins with.
SPECIAL_CUSTOMERS: tuple[CustomerSpec, ...] = (
    CustomerSpec(
        "Nora Lindqvist",
        "nora.lindqvist@example.com",
        homes=(
            HomeSpec(
                "healthy",
                place="Stockholm",
                parents=_CHAIN,
                rooms=("Hallway", "Study", None, "Garage"),
                ssid="Lindqvist-Home",
                devices=17,
            ),
            HomeSpec(
                "pod_offline",
                "Summer cottage",
                place="Stockholm",
                parents=_PAIR,
                rooms=("Kitchen", "Boathouse", "Loft"),
                ssid="Lindqvist-Cottage",
                troubles=(TroubleSpec("node", 1, 30.0),),
            ),
        ),
    ),
    CustomerSpec(
        "Marcus Whitfield",
        "marcus.whitfield@example.com",
        homes=(
            HomeSpec(
                "pod_offline",
                place="New York",
                parents=_CHAIN,
                troubles=(TroubleSpec("node", 3, 12.4),),
            ),
        ),
    ),
    CustomerSpec(
        "Priya Raman",
        "priya.raman@example.org",
        homes=(
            HomeSpec(
                "dark", place="London", parents=_PAIR, troubles=(TroubleSpec("node", 0, 3.2),)
            ),
        ),
    ),
    CustomerSpec(
        "Sunita Shrestha",
        "sunita.shrestha@example.com",
        homes=(
            HomeSpec(
                "poor_pod",
                place="Kathmandu",
                parents=_PAIR,
                troubles=(TroubleSpec("weak", 2, 50.0),),
            ),
        ),
    ),
    CustomerSpec(
        "Callum Hartigan",
        "callum.hartigan@example.net",
        homes=(HomeSpec("bridge", place="Lord Howe Island", parents=_PAIR, network_mode="bridge"),),
    ),
    CustomerSpec(
        "Elodie Marchand",
        "elodie.marchand@example.com",
        homes=(HomeSpec("not_onboarded", place="Nowhere", onboarded=False),),
    ),
    CustomerSpec(
        "Tomasz Wierzbicki",
        "tomasz.wierzbicki@example.com",
        homes=(HomeSpec("single_gateway", place="London", parents=(), rooms=("Gateway",)),),
    ),
    CustomerSpec(
        "Ruth Abernathy",
        "ruth.abernathy@example.org",
        homes=(HomeSpec("no_service", place="New York", parents=_PAIR, service_level="noService"),),
    ),
    CustomerSpec(
        "Brightwater Lettings",
        "office@brightwater.example.com",
        homes=(HomeSpec("many_locations", "Flat 1", place="London"),),
        copies=23,
    ),
    CustomerSpec(
        "Ýrsa Þórðardóttir 🦊",
        "yrsa@example.com",
        homes=(
            HomeSpec(
                "unicode",
                "Húsið við ána 🏡",
                place="London",
                parents=_PAIR,
                rooms=("Eldhús 🍳", "غرفة الجلوس", "書斎"),
                ssid="Þráðlaust ☕",
            ),
            HomeSpec("unicode", "בית הקיץ", place="Kathmandu", ssid="رشته‌ی خانه"),
            HomeSpec("unicode", "山の家", place="Stockholm", ssid="🛜🛜🛜"),
        ),
    ),
    CustomerSpec(
        f"Markup {_MARKUP} & <b>Sons</b>",
        "markup@example.com",
        homes=(
            HomeSpec(
                "markup",
                f"{_MARKUP} <i>home</i> &amp;",
                place="Stockholm",
                parents=_PAIR,
                rooms=(f"<b>Hall {_MARKUP}", "Attic & <code>", "*bold* _it_ [x](http://a.example)"),
                ssid=f"<script> & {_MARKUP}"[:32],
            ),
        ),
    ),
    CustomerSpec(
        (_LONG * 5)[:300],
        "long@example.com",
        homes=(
            HomeSpec(
                "long_names",
                (_LONG * 5)[:300],
                place="Stockholm",
                parents=_PAIR,
                rooms=((_LONG * 5)[:300], "Y" * 300, "🏚" * 150),
                ssid="S" * 32,
            ),
        ),
    ),
    CustomerSpec(
        "Castle Hotel",
        "it@castle-hotel.example.com",
        homes=(
            HomeSpec(
                "many_pods",
                "Castle Hotel",
                place="London",
                parents=_tree(32),
                troubles=(
                    TroubleSpec("node", 6, 7.0),
                    TroubleSpec("weak", 12, 20.0),
                    TroubleSpec("unavailable", 31, 90.0),
                ),
                devices=140,
            ),
        ),
    ),
    CustomerSpec(
        "Harbour Estates",
        "desk@harbour-estates.example.com",
        homes=(HomeSpec("very_many_locations", "Unit 1", place="New York"),),
        copies=299,
    ),
    CustomerSpec(
        "Ingrid Solheim",
        "ingrid.solheim@example.com",
        homes=(HomeSpec("bad_week", place="Stockholm", parents=_PAIR, bad_week=True),),
    ),
    CustomerSpec(
        "Oskar Fjellheim",
        "oskar.fjellheim@example.no",
        partner_id=SECOND_PARTNER_ID,
        homes=(HomeSpec("healthy", place="Stockholm", parents=_PAIR, ssid="Fjellheim"),),
    ),
)

FIRST_NAMES = (
    "Ada", "Amara", "Anton", "Beatriz", "Bilal", "Carmen", "Chen", "Dagny", "Diego", "Elif",
    "Emil", "Farah", "Felix", "Greta", "Hiro", "Ida", "Ivan", "Jonas", "Kamala", "Karin",
    "Leif", "Lucia", "Mads", "Maya", "Nadia", "Noel", "Olga", "Omar", "Petra", "Quentin",
    "Rosa", "Samir", "Signe", "Tariq", "Ulla", "Vera", "Wanda", "Yara", "Zeno",
)  # fmt: skip
LAST_NAMES = (
    "Abara", "Almeida", "Bergstrom", "Castell", "Dahl", "Eriksen", "Farkas", "Galanis", "Haddad",
    "Iversen", "Jansson", "Kowalski", "Laurent", "Moreau", "Nakamura", "Okafor", "Petrov",
    "Quist", "Rossi", "Sandoval", "Tanaka", "Ueda", "Vance", "Wexler", "Ximenes", "Yilmaz",
    "Zielinski", "Ashdown", "Birk", "Corrigan", "Devlin", "Ekwall", "Fonseca", "Grieg", "Holt",
    "Ismail", "Jurado", "Keller", "Lindahl", "Mbeki", "Novak",
)  # fmt: skip
ROOMS = (
    "Living Room", "Kitchen", "Hallway", "Bedroom", "Office", "Study", "Attic", "Basement",
    "Garage", "Nursery", "Guest Room", "Dining Room", "Landing", "Workshop", "Conservatory",
    "Laundry",
)  # fmt: skip
