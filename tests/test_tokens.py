"""Tokens: shared by credential, renewed early, never stampeded, failures never kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from src.net.credentials import Credential
from src.net.errors import PlumeServerError
from src.net.tokens import Token, TokenCache, utc_now

NOW = datetime(2026, 5, 18, 6, 30, tzinfo=UTC)
ONE = Credential("https://sso.example.net/t", "Basic b25lOng=", "one")
TWO = Credential("https://sso.example.net/t", "Basic dHdvOng=", "two")


class Service:
    """Issues numbered tokens; the clock is moved by hand."""

    def __init__(self, life_s: float = 1800) -> None:
        self.now = NOW
        self.life_s = life_s
        self.asked: list[Credential] = []
        self.failures: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()
        self.cache = TokenCache(self.fetch, lambda: self.now)

    async def fetch(self, credential: Credential) -> Token:
        self.asked.append(credential)
        number = len(self.asked)
        await self.open.wait()
        if self.failures:
            raise self.failures.pop(0)
        return Token.issued(f"fake-{number}", self.life_s, self.now)

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("told", "life_s", "usable_s"),
    [
        (1800, 1800, 1740),
        (600, 600, 540),
        (43200.0, 43200, 43140),
        (120, 120, 60),
        (60, 60, 30),
        (10, 10, 5),
        (None, 600, 540),
        ("1800", 600, 540),
        (0, 600, 540),
        (-5, 600, 540),
        (float("nan"), 600, 540),
        (10**400, 86400, 86340),
        (float("inf"), 86400, 86340),
    ],
)
def test_life_of_a_token(told: object, life_s: int, usable_s: float) -> None:
    token = Token.issued("fake", told, NOW)
    assert token.expires_in == life_s
    assert token.expiry == NOW + timedelta(seconds=usable_s)
    assert token.expiry.tzinfo is UTC


def test_a_token_is_in_its_fields_and_not_in_its_repr() -> None:
    token = Token.issued("fake-token", 1800, NOW)
    assert token.fields() == {
        "access_token": "fake-token",
        "expires_in": 1800,
        "token_expiry": NOW + timedelta(seconds=1740),
    }
    assert "fake-token" not in repr(token)


def test_the_default_clock_is_aware_utc() -> None:
    assert utc_now().tzinfo is UTC


async def test_a_token_is_kept_until_a_minute_before_its_end() -> None:
    service = Service(life_s=1800)
    first = await service.cache.get(ONE)
    service.pass_s(1739)
    assert await service.cache.get(ONE) is first
    service.pass_s(1)
    assert service.cache.peek(ONE) is None
    assert await service.cache.get(ONE) is not first
    assert len(service.asked) == 2


async def test_fifty_waiters_ask_once_and_other_credentials_for_themselves() -> None:
    service = Service()
    service.open.clear()
    ones = [asyncio.create_task(service.cache.get(ONE)) for _ in range(50)]
    two = asyncio.create_task(service.cache.get(TWO))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ones[0].cancel()
    service.open.set()
    tokens = await asyncio.gather(*ones[1:])
    assert len({token.access_token for token in tokens}) == 1
    assert (await two).access_token != tokens[0].access_token
    assert service.asked == [ONE, TWO]


async def test_a_token_that_is_too_short_to_keep_still_serves_all_who_waited() -> None:
    service = Service(life_s=1e-9)
    service.open.clear()
    waiters = [asyncio.create_task(service.cache.get(ONE)) for _ in range(10)]
    await asyncio.sleep(0)
    service.open.set()
    assert len(set(await asyncio.gather(*waiters))) == 1
    assert len(service.asked) == 1


async def test_failures_are_never_kept() -> None:
    service = Service()
    service.failures = [PlumeServerError("down")]
    with pytest.raises(PlumeServerError):
        await service.cache.get(ONE)
    assert (await service.cache.get(ONE)).access_token == "fake-2"


async def test_renew_asks_although_a_token_is_there() -> None:
    service = Service()
    first = await service.cache.get(ONE)
    second = await service.cache.renew(ONE)
    assert second != first
    assert await service.cache.get(ONE) == second


async def test_invalidating_drops_only_the_token_meant() -> None:
    service = Service()
    old = await service.cache.get(ONE)
    assert service.cache.invalidate(ONE, old)
    new = await service.cache.get(ONE)
    assert service.cache.invalidate(ONE, old)  # a slow caller, still with the old one
    assert service.cache.peek(ONE) is new


async def test_a_trusted_token_survives_401s_for_a_minute() -> None:
    service = Service()
    token = await service.cache.get(ONE)
    service.cache.trust(ONE, token)
    assert not service.cache.invalidate(ONE, token)
    assert service.cache.peek(ONE) is token
    service.pass_s(60)
    assert service.cache.invalidate(ONE, token)
    assert service.cache.peek(ONE) is None


async def test_forgetting_and_pruning() -> None:
    service = Service(life_s=600)
    await service.cache.get(ONE)
    service.cache.forget(ONE)
    service.cache.forget(ONE)
    assert service.cache.peek(ONE) is None
    await service.cache.get(ONE)
    service.pass_s(600)
    await service.cache.get(TWO)
    assert list(service.cache._tokens) == [TWO.key]
