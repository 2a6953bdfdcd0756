"""Homes with one broken hop, made at random: the tree, what the cloud says, what was remembered."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from tests.samples import NOW, Body, gateway, leaf

MOST_PODS = 32


@dataclass
class BrokenHome:
    """`truth` is the broken hop (lower id, upper id); `memory` what earlier looks had seen."""

    seed: int
    nodes: list[Body]
    memory: dict[str, str]
    truth: tuple[str, str]
    behind: set[str]  # the lower end and all that hang below it and have not moved elsewhere
    told: str = field(default="")  # how the home was broken, for a failure's message


def serial(number: int) -> str:
    return f"7K3Q9X{number + 1:04}"


def break_home(seed: int, *, forget: float = 0.02) -> BrokenHome:
    """A random tree with a random hop broken; `forget` is the share of homes never seen before.

    Broken means: all behind it disconnected, or weak, or weak first and disconnected beyond. Some
    Wi-Fi pods behind a dead pod find another parent, as real ones do, and stay well. Dead pods
    report their old way or none; they went within two minutes of each other.
    """
    rng = random.Random(seed)  # noqa: S311 - a seed makes a failing home come back
    parents = _tree(rng)
    lower = rng.randrange(1, len(parents) + 1)
    how = rng.choice(["down", "down", "weak", "mixed"])
    ways = {number: _way(parents, number) for number in parents}
    now_parents = dict(parents)
    if how == "down":
        for child in [child for child, up in parents.items() if up == lower]:
            if rng.random() < 0.25:
                now_parents[child] = parents[lower]
    behind = {n for n in parents if n == lower or lower in _way(now_parents, n)}
    down = _down(rng, how, lower, behind, now_parents)
    cut = NOW - timedelta(minutes=rng.uniform(1, 5000))
    stale = rng.choice([0.0, 0.5, 1.0])
    nodes = [gateway()]
    for number in parents:
        if number in down:
            way = ways[number] if rng.random() < stale else []
            went = cut + timedelta(seconds=rng.uniform(0, 119))
            nodes.append(_dead(number, way, went.isoformat()))
        else:
            nodes.append(_alive(rng, number, _way(now_parents, number), weak=number in behind))
    rng.shuffle(nodes)
    return BrokenHome(
        seed,
        nodes,
        _memory(rng, now_parents, forget),
        (serial(lower), serial(parents[lower])),
        {serial(number) for number in behind},
        how,
    )


def _tree(rng: random.Random) -> dict[int, int]:
    """Child -> parent; 0 is the gateway. Deep and flat homes alike."""
    size = rng.randint(1, MOST_PODS - 1)
    depth = rng.choice([0.0, 0.5, 0.9])
    return {
        number: number - 1 if rng.random() < depth else rng.randrange(number)
        for number in range(1, size + 1)
    }


def _way(parents: dict[int, int], number: int) -> list[int]:
    way = []
    while number:
        number = parents[number]
        way.append(number)
    return way


def _down(
    rng: random.Random, how: str, lower: int, behind: set[int], parents: dict[int, int]
) -> set[int]:
    if how == "down":
        return set(behind)
    if how == "weak":
        return set()
    lost: set[int] = set()
    for number in sorted(behind - {lower}, key=lambda n: len(_way(parents, n))):
        if parents[number] in lost or rng.random() < 0.5:
            lost.add(number)
    return lost


def _memory(rng: random.Random, parents: dict[int, int], forget: float) -> dict[str, str]:
    """Parents as last seen while connected; some homes were never looked at before."""
    if rng.random() < forget:
        return {}
    gaps = set(rng.sample(sorted(parents), 1)) if rng.random() < forget else set()
    return {serial(n): serial(up) for n, up in parents.items() if n not in gaps}


def _dead(number: int, way: list[int], went: str) -> Body:
    return leaf(
        f"Room {number}",
        serial(number),
        connectionState="disconnected",
        connectionStateChangeAt=went,
        health=None,
        backhaulType="unknown",
        leafToRoot=[{"id": serial(up)} for up in way],
        connectedDeviceCount=0,
    )


def _alive(rng: random.Random, number: int, way: list[int], *, weak: bool) -> Body:
    return leaf(
        f"Room {number}",
        serial(number),
        health={"status": rng.choice(["fair", "poor"] if weak else ["good", "excellent"])},
        leafToRoot=[{"id": serial(up), "medium": "wifi"} for up in way],
    )
