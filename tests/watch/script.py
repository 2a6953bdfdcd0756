"""A month in the life of a thousand homes, written in advance: what breaks, and what is to be told.

Everything follows from the seed. Each home has its faults one after the other, far enough apart
that what is to be told of each is certain.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from src.models.watching import Blindness, HomeKey, PodSight, Sight, SpeedSight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
DAY_S: Final = 86400
LOOK_S: Final = 60
TEAM, ANN = 0, 55
# Two looks and three minutes.
PROMISED_S: Final = 2 * LOOK_S + 180

Kind = Literal["alert", "recovery"]
Since = Literal["good", "none", "stale", "future"]


def moment(seconds: float) -> datetime:
    """So long after the beginning."""
    return START + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Expected:
    """One thing that is to be told, once; `over` is None for what has no end to be told."""

    trigger: str
    homes: tuple[int, ...]
    subject: str
    began_s: float
    over_s: float | None
    told_from_s: float  # earliest moment at which anybody could see it
    told_by_s: float
    over_by_s: float = 0.0
    ends_s: tuple[float, ...] = ()  # of each home of a neighbourhood
    unstable: bool = False


@dataclass(frozen=True)
class Span:
    """For a while something is different about a home."""

    start_s: float
    end_s: float
    change: Callable[[dict[str, Any], float], None]


@dataclass
class ScriptedHome:
    """One home: what it is, what happens to it, and what it looks like at each moment."""

    number: int
    key: HomeKey
    pods: dict[str, PodSight]
    facts: dict[str, Any]
    says_since: Since
    spans: list[Span] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)
    moved: bool = False
    edges: list[float] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)

    def is_free(self, start_s: float, end_s: float) -> bool:
        """Whether nothing else happens then."""
        return all(end_s < first or last < start_s for first, last in self.busy)

    def build(self, until_s: float) -> None:
        """Work out what each look will see."""
        marks = {0.0, *(s.start_s for s in self.spans), *(s.end_s for s in self.spans)}
        self.edges = sorted(mark for mark in marks if mark <= until_s)
        self.sights = [self._at(mark) for mark in self.edges]

    def seen(self, now_s: float) -> Sight:
        """What a look sees."""
        return self.sights[bisect_right(self.edges, now_s) - 1]

    def next_change(self, now_s: float) -> float | None:
        """When it will look different."""
        place = bisect_right(self.edges, now_s)
        return self.edges[place] if place < len(self.edges) else None

    def _at(self, now_s: float) -> Sight:
        state: dict[str, Any] = {"pods": dict(self.pods), **self.facts}
        for span in self.spans:
            if span.start_s <= now_s < span.end_s:
                span.change(state, span.start_s)
        pods = tuple(state["pods"].values())
        online, gateway = _online(pods), state["pods"].get(f"{self.number}-gw")
        since = gateway.since if gateway is not None and online is not None else None
        return Sight(
            at=START,
            online=online,
            pods=pods,
            since=since,
            service_level=state.get("level"),
            public_address=state.get("address") if online else None,
            isp=state.get("isp"),
            timezone=state.get("timezone"),
            speed=state.get("speed"),
        )

    def told_since(self, now_s: float) -> datetime | None:
        """The cloud's moment of a change, as truthful as this home's is."""
        return {
            "good": moment(now_s),
            "none": None,
            "stale": moment(-40 * DAY_S),
            "future": moment(400 * DAY_S),
        }[self.says_since]


def _online(pods: Iterable[PodSight]) -> bool | None:
    """As a report judges it."""
    up = any(pod.connected for pod in pods)
    root = next((pod for pod in pods if pod.is_gateway), None)
    if root is None or root.connected is None:
        return True if up else None
    if root.connected:
        return True
    return None if up else False


@dataclass
class Outage:
    """While it lasts nobody of this owner can be looked at; `owner` None: we ourselves are off."""

    start_s: float
    end_s: float
    owner: int | None
    fault: Literal["plume", "network", "credential"] = "plume"


@dataclass
class Script:
    """All homes, all outages of ours, and what is to be told."""

    seed: int
    homes: list[ScriptedHome]
    days: int
    outages: list[Outage] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    @property
    def end_s(self) -> float:
        """When it is over."""
        return self.days * DAY_S

    def blind(self, owner: int, now_s: float) -> Blindness | None:
        """Why this owner's homes cannot be seen now."""
        for outage in self.outages:
            if outage.owner == owner and outage.start_s <= now_s < outage.end_s:
                return Blindness(START, outage.fault, "Plume answered with an error")
        return None

    def pause(self, now_s: float) -> float | None:
        """When we are back, if we are off now."""
        off = [o for o in self.outages if o.owner is None and o.start_s <= now_s < o.end_s]
        return off[0].end_s if off else None


# ------------------------------------------------------------------------------- the homes


def _home(number: int, rng: random.Random, owners: int) -> ScriptedHome:
    block = number // 10
    owner = ANN if number >= owners else TEAM
    gateway = f"{number}-gw"
    names = [f"{number}-{letter}" for letter in "abcd"[: rng.randint(1, 4)]]
    ways = {0: gateway, 1: f"{number}-a", 2: gateway, 3: f"{number}-c"}
    healths = ["good", "excellent", "good", "fair", None]
    says: Since = rng.choice(["good", "good", "good", "good", "none", "stale", "future"])
    boot = moment(-rng.randint(2, 40) * DAY_S)
    pods = {
        gateway: PodSight(
            gateway,
            "Hall",
            True,
            None,
            True,
            "good",
            backhaul="ethernet",
            hops=0,
            booted_at=boot,
            model=f"PP60{number % 5}",
            firmware=f"6.{number % 5}.0",
        )
    }
    for place, name in enumerate(names):
        way = ways[place]
        pods[name] = PodSight(
            name,
            f"Pod {name[-1]}",
            True,
            None,
            False,
            rng.choice(healths),
            backhaul="ethernet" if place == 2 and number % 3 == 0 else "wifi",
            parent_id=way,
            hops=1 if way == gateway else 2,
            booted_at=boot,
            model="PP403Z",
        )
    facts = {
        "level": rng.choice(["fullService", "fullService", None]),
        "address": f"203.{block // 250}.{block % 250}.{number % 10 + 1}",
        "isp": ["Northwind", "Contoso", "Fabrikam", "Tailspin"][block % 4],
        "timezone": rng.choice(["Europe/Oslo", "America/New_York", None]),
    }
    key = HomeKey(owner, f"customer-{number}", f"home-{number}")
    return ScriptedHome(number, key, pods, facts, says)


# ------------------------------------------------------------------------------ the faults


class Author:
    """Writes faults into homes; each method returns whether there was room."""

    def __init__(self, script: Script, rng: random.Random) -> None:
        self.script = script
        self.rng = rng
        self.gone_at: dict[int, list[float]] = {}  # address block -> when its homes went

    def pick(
        self, lasts_s: float, *, owner: int | None = None
    ) -> tuple[ScriptedHome, float] | None:
        """A home and a moment with room for something that lasts so long."""
        for _ in range(40):
            home = self.rng.choice(self.script.homes)
            start = self.rng.uniform(2 * 3600, self.script.end_s - lasts_s - 3 * 3600)
            if (owner is None or home.key.owner == owner) and self.book(home, start, lasts_s):
                return home, start
        return None

    def book(self, home: ScriptedHome, start: float, lasts_s: float) -> bool:
        """Keep the home for this fault; what flips before and after it would count together."""
        span = (start - 2400, start + lasts_s + 3600)
        if not home.is_free(*span) or self._is_dim(home, *span):
            return False
        home.busy.append(span)
        return True

    def _is_dim(self, home: ScriptedHome, start: float, end: float) -> bool:
        return any(
            outage.owner in {None, home.key.owner}
            and outage.start_s - 900 < end
            and start < outage.end_s + 900
            for outage in self.script.outages
        )

    def lonely(self, home: ScriptedHome, start: float) -> bool:
        """Whether no neighbour goes at about the same time, which would be another story."""
        times = self.gone_at.setdefault(home.number // 10, [])
        if any(abs(one - start) < 1500 for one in times):
            return False
        times.append(start)
        return True

    def tell(
        self, trigger: str, home: ScriptedHome, start: float, end: float | None, **more: Any
    ) -> None:
        """Expect to be told of this, once."""
        more = {"subject": "", "seen_s": start, "back_s": end, **more}
        seen, back = more.pop("seen_s"), more.pop("back_s")
        over_by = back + PROMISED_S if back is not None else 0.0
        self.script.expected.append(
            Expected(
                trigger,
                (home.number,),
                began_s=start,
                over_s=end,
                told_from_s=seen,
                told_by_s=seen + PROMISED_S,
                over_by_s=over_by,
                **more,
            )
        )

    def lose(self, home: ScriptedHome, pod: str, start: float, end: float) -> None:
        """The pod is disconnected for this long; afterwards it says since when it is back."""
        away, back = home.told_since(start), home.told_since(end)

        def gone(state: dict[str, Any], _: float) -> None:
            state["pods"][pod] = replace(
                state["pods"][pod],
                connected=False,
                since=away,
                health=None,
                backhaul=None,
                parent_id=None,
                hops=None,
                alerts=(),
            )

        def returned(state: dict[str, Any], _: float) -> None:
            state["pods"][pod] = replace(state["pods"][pod], since=back)

        home.spans += [Span(end, float("inf"), returned), Span(start, end, gone)]

    # ---------------------------------------------------------------- homes

    def outage(self) -> bool:
        """A whole home, its pods noticed and back one after the other, sometimes with odd words."""
        lasts = self.rng.choice([600, 900, 1800, 4 * 3600, 20 * 3600]) + self.rng.uniform(0, 300)
        found = self.pick(lasts)
        if found is None or not self.lonely(*found):
            return False
        home, start = found
        seen = self._dark(home, start, start + lasts)
        if lasts > 1500 and self.rng.random() < 0.4:
            self._mumble(home, start + 700, start + 700 + self.rng.uniform(60, 500))
        self.tell("home_offline", home, start, start + lasts, seen_s=seen)
        return True

    def _dark(self, home: ScriptedHome, start: float, end: float) -> float:
        """All pods; from when on it is to be seen that nothing is connected."""
        seen = start
        for pod in home.pods:
            early = 0.0 if pod.endswith("gw") else self.rng.uniform(-90, 45)
            late = 0.0 if pod.endswith("gw") else self.rng.uniform(0, 440)
            self.lose(home, pod, start + early, end + late)
            seen = max(seen, start + early)
        return seen

    def _mumble(self, home: ScriptedHome, start: float, end: float) -> None:
        """Words that nobody knows, or no pods at all."""
        how = self.rng.choice(["words", "nothing"])

        def odd(state: dict[str, Any], _: float) -> None:
            if how == "nothing":
                state["pods"] = {}
            for name, pod in state["pods"].items():
                state["pods"][name] = replace(pod, connected=None, since=None, health="splendid")

        home.spans.append(Span(start, end, odd))

    def blip(self) -> bool:
        """Too short to be told."""
        found = self.pick(170)
        if found is None or not self.lonely(*found):
            return False
        home, start = found
        end = start + self.rng.uniform(20, 100)
        for pod in home.pods:
            self.lose(home, pod, start, end + (0 if pod.endswith("gw") else 60))
        return True

    def noise(self) -> bool:
        """Odd words and missing pods, of which nothing follows."""
        found = self.pick(3600)
        if found is None:
            return False
        home, start = found
        self._mumble(home, start, start + self.rng.uniform(30, 3000))
        return True

    def flapping(self) -> bool:
        """Up and down again and again: one message with a count."""
        found = self.pick(1500)
        if found is None or not self.lonely(*found):
            return False
        home, start = found
        now = start
        for _ in range(7):
            down, up = self.rng.uniform(61, 110), self.rng.uniform(61, 110)
            for pod in home.pods:
                self.lose(home, pod, now, now + down)
            now += down + up
        last = now - up
        # From the third time on it is known to be unstable; it is over when it has been quiet.
        self.script.expected.append(
            Expected(
                "home_offline",
                (home.number,),
                "",
                start,
                last,
                start,
                last + LOOK_S,
                last + 1800 + 2 * LOOK_S,
                unstable=True,
            )
        )
        return True

    def street(self) -> bool:
        """Most homes of an address block go at once, and come back when they like."""
        block = self.rng.randrange(len(self.script.homes) // 10)
        start = self.rng.uniform(3 * 3600, self.script.end_s - 8 * 3600)
        homes = self.script.homes[block * 10 : block * 10 + 10][: self.rng.randint(4, 9)]
        if any(abs(one - start) < 4 * 3600 for one in self.gone_at.setdefault(block, [])):
            return False
        if not all(home.is_free(start - 2400, start + 3 * 3600) for home in homes):
            return False
        if any(self._is_dim(home, start - 2400, start + 3 * 3600) for home in homes):
            return False
        self.gone_at[block].append(start)
        first, ends, seen = start + 100, [], start
        for home in homes:
            home.busy.append((start - 2400, start + 3 * 3600))
            went, end = start + self.rng.uniform(0, 60), start + 1500 + self.rng.uniform(0, 3600)
            seen = max(seen, self._dark(home, went, end))
            first = min(first, went)
            ends.append(end)
        self.script.expected.append(
            Expected(
                "neighbourhood",
                tuple(home.number for home in homes),
                "",
                first,
                max(ends),
                first,
                seen + PROMISED_S,
                max(ends) + PROMISED_S,
                tuple(ends),
            )
        )
        return True

    # ----------------------------------------------------------------- pods

    def pod_gone(self) -> bool:
        """A pod, with those behind it, noticed and back one after the other."""
        lasts = self.rng.choice([600, 1200, 7200, 30 * 3600]) + self.rng.uniform(0, 300)
        found = self.pick(lasts + 700)
        if found is None:
            return False
        home, start = found
        pod = self.rng.choice([name for name in home.pods if not name.endswith("gw")])
        self.lose(home, pod, start, start + lasts)
        for other, sight in home.pods.items():
            if sight.parent_id == pod:
                early, late = self.rng.uniform(-60, 100), self.rng.uniform(0, 440)
                self.lose(home, other, start + early, start + lasts + late)
        self.tell("pod_offline", home, start, start + lasts, subject=pod)
        return True

    def pod_flapping(self) -> bool:
        """A pod that is told as gone, and then comes and goes."""
        found = self.pick(3000)
        if found is None:
            return False
        home, start = found
        pod = f"{home.number}-a"
        now, down, last = start, 500.0, start
        for _ in range(5):
            self.lose(home, pod, now, now + down)
            last = now + down
            now, down = last + self.rng.uniform(61, 100), self.rng.uniform(61, 150)
        self.script.expected.append(
            Expected(
                "pod_offline",
                (home.number,),
                pod,
                start,
                last,
                start,
                start + PROMISED_S,
                last + 1800 + 2 * LOOK_S,
                unstable=True,
            )
        )
        return True

    def says(self) -> bool:
        """Poor health, an alert of Plume's, or a cable that is not used any more."""
        lasts = self.rng.uniform(700, 9000)
        found = self.pick(lasts)
        if found is None:
            return False
        home, start = found
        pod = self.rng.choice([name for name in home.pods if not name.endswith("gw")])
        wired = home.pods[pod].backhaul == "ethernet"
        trigger = self.rng.choice(["poor_health", "plume_alert", "backhaul_fallback"])
        words: dict[str, Any] = {"health": "poor"}
        if trigger == "plume_alert":
            words = {"alerts": ("overheating",)}
        elif trigger == "backhaul_fallback":
            words = {"backhaul": "wifi"}

        def change(state: dict[str, Any], _: float) -> None:
            state["pods"][pod] = replace(state["pods"][pod], **words)

        home.spans.append(Span(start, start + lasts, change))
        if trigger == "backhaul_fallback" and not wired:
            return True  # nothing has changed, so nothing is told
        if trigger == "poor_health" and home.pods[pod].health is None:
            # Where health is not said, poor health is to be seen, but never that it is over.
            home.spans.append(Span(start + lasts, float("inf"), self._health(pod)))
        subject = f"{pod} overheating" if trigger == "plume_alert" else pod
        self.tell(trigger, home, start, start + lasts, subject=subject)
        return True

    def _health(self, pod: str) -> Callable[[dict[str, Any], float], None]:
        def well(state: dict[str, Any], _: float) -> None:
            state["pods"][pod] = replace(state["pods"][pod], health="good")

        return well

    # --------------------------------------------------------------- changes

    def reboot(self) -> bool:
        """Once, or again and again."""
        found = self.pick(5400)
        if found is None:
            return False
        home, start = found
        pod = f"{home.number}-a"
        times = self.rng.choice([1, 1, 4])
        boots = [start + n * 1050 + self.rng.uniform(0, 90) for n in range(times)]
        for boot in boots:
            self.lose(home, pod, boot, boot + 70)
            home.spans.append(Span(boot + 70, float("inf"), self._booted(pod, boot + 30)))
        for boot in boots[:2]:
            self.tell("reboot", home, boot + 30, None, subject=pod, seen_s=boot + 70)
        if times > 1:
            self.tell(
                "reboot_loop",
                home,
                boots[0] + 30,
                boots[-1] + 30,
                subject=pod,
                seen_s=boots[2] + 70,
                back_s=boots[-1] + 3600,
            )
        return True

    def _booted(self, pod: str, boot: float) -> Callable[[dict[str, Any], float], None]:
        def booted(state: dict[str, Any], _: float) -> None:
            state["pods"][pod] = replace(state["pods"][pod], booted_at=moment(boot))

        return booted

    def moved(self) -> bool:
        """Another service level, another address, or a longer way to the gateway; for good."""
        found = self.pick(600)
        if found is None:
            return False
        home, start = found
        if home.moved:
            return False
        home.moved = True
        what = self.rng.choice(["level", "address", "way"])
        if what == "way" and f"{home.number}-c" in home.pods:
            pod = f"{home.number}-c"

            def farther(state: dict[str, Any], _: float) -> None:
                way = {"parent_id": f"{home.number}-a", "hops": 2}
                known = state["pods"][pod]
                if known.connected:
                    state["pods"][pod] = replace(known, **way)

            home.spans.append(Span(start, float("inf"), farther))
            home.busy.append((start, self.script.end_s))  # its tree is another one now
            self.tell("parent_change", home, start, None, subject=pod)
        elif what == "address":
            fact = f"{home.facts['address'].rsplit('.', 1)[0]}.{self.rng.randint(100, 250)}"
            home.spans.append(Span(start, float("inf"), _fact("address", fact)))
            home.busy.append((start, self.script.end_s))
            self.tell("address_change", home, start, None)
        elif what == "level" and home.facts["level"] is not None:
            home.spans.append(Span(start, float("inf"), _fact("level", "basicService")))
            home.busy.append((start, self.script.end_s))
            self.tell("service_level", home, start, None)
        return True

    def slow(self) -> bool:
        """A test every three hours: as usual for two weeks, then slow for a day, then as usual."""
        homes = [home for home in self.script.homes if not home.busy]
        if not homes or self.script.days < 20:
            return False
        home = self.rng.choice(homes)
        start = 15 * DAY_S + self.rng.uniform(0, DAY_S)
        home.busy.append((0, self.script.end_s))
        slow: list[float] = []
        first_well = 0.0
        for number in range(self.script.days * 8 - 1):
            at = number * 3 * 3600 + 1000.0
            is_slow = start <= at < start + DAY_S
            if is_slow:
                slow.append(at)
            elif slow and not first_well:
                first_well = at
            mbps = (180 if is_slow else 480) + self.rng.uniform(-20, 20)
            test = SpeedSight(moment(at), mbps, 90.0)
            home.spans.append(Span(at + 30, at + 3 * 3600 + 30, _fact("speed", test)))
        self.tell(
            "slow_speed", home, slow[0], first_well, seen_s=slow[1] + 30, back_s=first_well + 30
        )
        return True

    # ------------------------------------------------------------- our own blindness

    def dim(self, outage: Outage) -> None:
        """Nobody of the owner can be seen; around it, three homes break at awkward moments."""
        script, start, end = self.script, outage.start_s, outage.end_s
        script.outages.append(outage)
        owners = {TEAM, ANN} if outage.owner is None else {outage.owner}
        if outage.owner is not None:
            script.expected.append(
                Expected(
                    "blind",
                    (),
                    outage.fault,
                    start,
                    end,
                    start,
                    start + PROMISED_S,
                    end + PROMISED_S,
                )
            )
        homes = [
            home
            for home in script.homes
            if home.key.owner in owners
            and home.says_since in {"good", "none"}
            and home.is_free(start - 7200, end + 7200)
        ]
        self.rng.shuffle(homes)
        for home, (went, back) in zip(
            homes,
            (
                (start - 1200, (start + end) / 2),  # ends while nobody looks
                ((start + end) / 2, end + 2400),  # begins while nobody looks
                (start + 100, end - 100),  # nobody ever sees it
                (start - 1300, end + 2000),  # goes on behind it
            ),
            strict=False,
        ):
            if not self.lonely(home, went):
                continue
            home.busy.append((start - 7200, end + 7200))
            for pod in home.pods:
                self.lose(home, pod, went, back)
            if (went, back) == (start + 100, end - 100):
                continue
            known = home.says_since == "good"
            began = went if known or went < start else end
            over = back if known or back > end else end
            self.tell(
                "home_offline",
                home,
                began,
                over,
                seen_s=max(went, end if went > start else went),
                back_s=max(back, end),
            )


def _fact(name: str, value: object) -> Callable[[dict[str, Any], float], None]:
    def change(state: dict[str, Any], _: float) -> None:
        state[name] = value

    return change


def write(seed: int, *, homes: int = 1000, days: int = 30, faults: int = 1000) -> Script:
    """The whole script of a seed."""
    rng = random.Random(seed)  # noqa: S311 - the script is seeded, not secret
    script = Script(seed, [_home(number, rng, homes * 9 // 10) for number in range(homes)], days)
    author = Author(script, rng)
    for number, (owner, fault, lasts) in enumerate(
        [
            (TEAM, "plume", 1500),
            (ANN, "credential", 5400),
            (None, "plume", 1500),
            (ANN, "network", 1500),
            (None, "plume", 2 * 3600),
        ]
    ):
        start = (number + 0.6) * days * DAY_S / 5.5 + rng.uniform(0, 3600)
        author.dim(Outage(start, start + lasts, owner, fault))  # type: ignore[arg-type]  # these words
    for _ in range(min(2, homes // 100)):
        author.slow()
    for _ in range(max(2, faults // 60)):
        author.street()
    kinds = [author.outage] * 5 + [author.pod_gone] * 5 + [author.says] * 3 + [author.noise] * 2
    kinds += [author.blip, author.flapping, author.pod_flapping, author.reboot]
    for _ in range(faults):
        rng.choice(kinds)()
    for _ in range(faults // 20):
        author.moved()
    for home in script.homes:
        home.spans.sort(key=lambda span: span.start_s)
        home.build(script.end_s)
    return script
