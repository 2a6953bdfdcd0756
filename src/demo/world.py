"""The simulated ISP: customers and homes made on demand from a seed, and what happens to them."""

from __future__ import annotations

import heapq
import re
from collections import deque
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from src.demo import world_ids as ids
from src.demo.world_clock import VirtualClock
from src.demo.world_home import Home, Incident
from src.demo.world_incidents import (
    CLOUD_MODES,
    INCIDENT_KINDS,
    IncidentError,
    make_incident,
)
from src.demo.world_plan import (
    FIRST_SERVICE,
    CustomerPlan,
    home_count,
    partner_of,
    plan_customer,
    plan_home,
)
from src.demo.world_scenarios import Scenario, ScenarioEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["World"]

MAX_IDLE_HOMES = 4096
MAX_NEIGHBOURS = 25
NEIGHBOURS_OF_ONE = 3  # homes of the same customer
MAX_RECORDED = 10_000


class World:
    """A seeded, deterministic ISP; `customers=100_000` costs nothing until they are looked at.

    Everything is a function of the seed, the moment on `clock`, and what was applied. `epoch` is
    the moment at which the world began: before it lies generated history.
    """

    def __init__(
        self, seed: int = 7, clock: VirtualClock | None = None, customers: int = 40
    ) -> None:
        if customers < 1:
            raise ValueError("a world needs at least one customer")
        self.seed = seed
        self.clock = clock if clock is not None else VirtualClock()
        self.epoch = self.clock.now()
        self.customer_count = customers
        self.cloud_mode = "ok"
        self._homes: dict[str, Home] = {}
        self._recorded: deque[ScenarioEvent] = deque(maxlen=MAX_RECORDED)
        self._due: list[tuple[datetime, int, ScenarioEvent]] = []
        self._order = count()
        self._partners: dict[str, list[int]] = {}
        self._search_rows: list[tuple[str, str, str]] | None = None

    # -- looking around --------------------------------------------------------------------

    def now(self) -> datetime:
        """The virtual moment, after everything that was due by then has happened."""
        now = self.clock.now()
        while self._due and self._due[0][0] <= now:
            due, _, event = heapq.heappop(self._due)
            self._perform(event, due)
        return now

    def customer(self, customer_id: str) -> CustomerPlan | None:
        """The customer with this id, of whichever partner."""
        index = ids.customer_index(customer_id)
        return plan_customer(index) if index is not None and self._has(index) else None

    def customers_of(self, partner_id: str) -> list[int]:
        """The indices of a partner's customers, in order."""
        if partner_id not in self._partners:
            everyone = range(self.customer_count)
            self._partners[partner_id] = [i for i in everyone if partner_of(i) == partner_id]
        return self._partners[partner_id]

    def home(self, location_id: str) -> Home | None:
        """The home with this location id."""
        key = ids.location_key(location_id)
        if key is None or not self._has(key[0]) or key[1] >= home_count(key[0]):
            return None
        home = self._homes.get(location_id)
        if home is None:
            self._forget_idle_homes()
            home = Home(self.seed, plan_home(self.seed, *key), self.epoch)
            self._homes[location_id] = home
        return home

    def homes_of(self, index: int, limit: int | None = None) -> list[Home]:
        """The homes of the customer with this index, or the first `limit` of them."""
        number = home_count(index) if limit is None else min(limit, home_count(index))
        found = (self.home(ids.location_id(index, ordinal)) for ordinal in range(number))
        return [home for home in found if home is not None]

    def node(self, serial: str) -> tuple[Home, int] | None:
        """The home and ordinal of the node with this serial, whatever its case."""
        key = ids.node_key(serial)
        home = self.home(ids.location_id(key[0], key[1])) if key else None
        if key is None or home is None or key[2] >= len(home.plan.nodes):
            return None
        return home, key[2]

    def home_of_service(self, service_id: str, partner_id: str) -> Home | None:
        """A partner's home by the contract id of its line."""
        found = re.fullmatch(r"SVC-(\d{5,})", service_id)
        guess = (int(found[1]) - FIRST_SERVICE) // 3 if found else -1
        candidates = [home for home in self._homes.values() if home.touched]
        candidates += self.homes_of(guess, limit=3) if self._has(guess) else []
        for home in candidates:
            owner = home.plan.customer
            if home.service_id == service_id and owner.partner_id == partner_id:
                return home
        return None

    def matching(
        self, field: str, text: str, *, exact: bool, start: bool, partner_id: str
    ) -> Iterator[CustomerPlan]:
        """A partner's customers whose name, email or accountId fits, ignoring case."""
        place = ("name", "email", "accountId").index(field)
        wanted = text.casefold()
        rows = self._rows()
        for index in self.customers_of(partner_id):
            value = rows[index][place]
            fits = value == wanted if exact else wanted in value
            if start and not exact:
                fits = value.startswith(wanted)
            if fits:
                yield plan_customer(index)

    # -- making things happen --------------------------------------------------------------

    def apply(
        self,
        kind: str,
        location: str | None = None,
        node: str | None = None,
        *,
        at: datetime | None = None,
        delay_s: float = 1.0,
    ) -> Incident | None:
        """Let the named incident happen now; None for those of the cloud and for "restore".

        Raises IncidentError with one clear sentence for names and places that do not exist.
        """
        moment = at if at is not None else self.now()
        if kind in CLOUD_MODES:
            self.cloud_mode = CLOUD_MODES[kind]
            self._record(moment, kind)
            return None
        home, ordinal = self._place(kind, location, node)
        if kind == "restore":
            home.restore(moment)
            incident = None
        elif kind == "neighbourhood_outage":
            incident = self._neighbourhood_outage(home, moment)
        else:
            incident = make_incident(kind, home, ordinal, moment, delay_s)
            home.add(incident)
        self._record(moment, kind, home.plan.id, node)
        return incident

    def restore(self, location: str | None = None) -> None:
        """End every incident of a home, or of all homes and the cloud.

        One home is also cured of what its kind has wrong; all homes keep that, so that the
        demo still has something to look at.
        """
        if location is not None:
            self.apply("restore", location)
            return
        now = self.now()
        self._due.clear()
        self.cloud_mode = "ok"
        for home in self._homes.values():
            home.restore(now, troubles=False)

    def play(self, scenario: Scenario) -> None:
        """Let a scenario happen from now on. IncidentError when it names unknown places."""
        for event in scenario.events:
            if event.kind not in CLOUD_MODES and event.kind != "clock":
                self._place(event.kind, event.location, event.node)
        start = self.clock.now()
        for event in scenario.events:
            due = start + timedelta(seconds=event.at_s)
            heapq.heappush(self._due, (due, next(self._order), event))
        self.now()

    def recording(self, name: str = "recording") -> dict[str, Any]:
        """What was done since the world began, as a scenario that `parse_scenario` reads."""
        events = [
            {key: value for key, value in asdict(event).items() if value is not None}
            for event in self._recorded
        ]
        return {"name": name, "title": name, "events": events}

    def active_homes(self) -> list[Home]:
        """The homes in which an incident is going on."""
        now = self.now()
        return [home for home in self._homes.values() if home.active_incidents(now)]

    # -- inside ----------------------------------------------------------------------------

    def _has(self, index: int) -> bool:
        return 0 <= index < self.customer_count

    def _rows(self) -> list[tuple[str, str, str]]:
        if self._search_rows is None:
            plans = (plan_customer(index) for index in range(self.customer_count))
            self._search_rows = [
                (plan.name.casefold(), plan.email.casefold(), plan.account_id.casefold())
                for plan in plans
            ]
        return self._search_rows

    def _forget_idle_homes(self) -> None:
        if len(self._homes) >= MAX_IDLE_HOMES:
            self._homes = {key: home for key, home in self._homes.items() if home.touched}

    def _place(self, kind: str, location: str | None, node: str | None) -> tuple[Home, int | None]:
        if kind not in INCIDENT_KINDS:
            raise IncidentError(f"There is no incident '{kind}'.")
        if INCIDENT_KINDS[kind].needs == "node":
            found = self.node(node) if node else None
            if found is None:
                raise IncidentError(f"'{kind}' needs the id of a node that exists.")
            if location is not None and location != found[0].plan.id:
                raise IncidentError("That node is not in that home.")
            return found
        home = self.home(location) if location else None
        if home is None:
            raise IncidentError(f"'{kind}' needs the id of a location that exists.")
        return home, None

    def _neighbourhood_outage(self, home: Home, at: datetime) -> Incident:
        """The line is cut for the home and for others of the same ISP in the same place."""
        first = make_incident("cut_line", home, None, at)
        label = f"Neighbourhood outage ({home.plan.place.city or 'area unknown'})"
        for neighbour in (home, *self._neighbours(home)):
            neighbour.add(Incident("neighbourhood_outage", label, at, first.effects))
        return home.incidents[-1]

    def _neighbours(self, home: Home) -> list[Home]:
        partner, city = home.plan.customer.partner_id, home.plan.place.city
        candidates = (
            other
            for index in islice(self.customers_of(partner), 1_000)
            for other in self.homes_of(index, limit=NEIGHBOURS_OF_ONE)
        )
        near = (
            other
            for other in candidates
            if other is not home and other.plan.place.city == city and other.plan.onboarded
        )
        return list(islice(near, MAX_NEIGHBOURS))

    def _perform(self, event: ScenarioEvent, at: datetime) -> None:
        if event.kind == "clock":
            self.clock.set_speed(event.speed or 0.0)
            return
        try:
            self.apply(event.kind, event.location, event.node, at=at)
        except IncidentError:
            # Another event was in the way, such as a cable that is already out.
            return

    def _record(
        self, at: datetime, kind: str, location: str | None = None, node: str | None = None
    ) -> None:
        at_s = round((at - self.epoch).total_seconds(), 3)
        self._recorded.append(ScenarioEvent(at_s, kind, location, node))
