"""Bearer tokens: one per credential, asked for once however many wait, never kept too long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from src import telemetry
from src.net.flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from src.net.credentials import Credential

__all__ = ["BearerAuth", "Token", "TokenCache", "utc_now"]

_MARGIN_S = 60.0
# 600 s is the shortest life that a portal offers, so the safe guess when none is told.
_LIFE_WHEN_UNKNOWN_S = 600.0
_LIFE_MAX_S = 86_400.0
# How long a token that a 401 has just proved innocent is not suspected again.
_TRUST_S = 60.0


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `expires_in` is the cloud's word in seconds; `expiry` is when we stop."""

    access_token: str = field(repr=False)
    expires_in: int
    expiry: datetime

    @classmethod
    def issued(cls, access_token: str, expires_in: object, now: datetime) -> Token:
        """A token just received: it ends a minute early, because clocks differ."""
        life_s = _LIFE_WHEN_UNKNOWN_S
        if isinstance(expires_in, int | float) and expires_in > 0:  # false for NaN, too
            life_s = min(expires_in, _LIFE_MAX_S)
        # A token of less than two minutes would otherwise be over before it is used.
        margin_s = min(_MARGIN_S, life_s / 2)
        return cls(access_token, int(life_s), now + timedelta(seconds=life_s - margin_s))

    def fields(self) -> dict[str, object]:
        """As the token appears in a user's auth dictionary."""
        return {
            "access_token": self.access_token,
            "expires_in": self.expires_in,
            "token_expiry": self.expiry,
        }


class TokenCache:
    """Fresh tokens by credential. Failures are never kept: the next caller asks anew."""

    def __init__(
        self,
        fetch: Callable[[Credential], Awaitable[Token]],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._tokens: dict[str, Token] = {}
        self._trusted: dict[str, tuple[str, datetime]] = {}
        self._flights: SingleFlight[Token] = SingleFlight()

    async def get(self, credential: Credential) -> Token:
        """A token that is good for now, from memory or from the cloud."""
        return self.peek(credential) or await self.renew(credential)

    async def renew(self, credential: Credential) -> Token:
        """A new token in any case; everybody who asks meanwhile gets the same one."""
        return await self._flights.run(credential.key, lambda: self._ask(credential))

    def peek(self, credential: Credential) -> Token | None:
        """The token in memory, None when there is none that is still good."""
        token = self._tokens.get(credential.key)
        return token if token and token.expiry > self._now() else None

    def put(self, credential: Credential, token: Token) -> None:
        """Remember a token, and forget the ones that are over."""
        now = self._now()
        self._tokens = {key: kept for key, kept in self._tokens.items() if kept.expiry > now}
        self._tokens[credential.key] = token

    def invalidate(self, credential: Credential, stale: Token) -> bool:
        """A call with `stale` was answered 401. Says whether trying a newer token makes sense.

        Only that very token is dropped: a slow caller must not throw away its successor. A token
        that `trust` has vouched for stays, because Plume answers 401 for invisible customers too,
        and each of those must not cost everybody their token.
        """
        trusted, until = self._trusted.get(credential.key, ("", self._now()))
        if trusted == stale.access_token and self._now() < until:
            return False
        if self._tokens.get(credential.key) == stale:
            del self._tokens[credential.key]
        return True

    def trust(self, credential: Credential, token: Token) -> None:
        """A token fresh from the cloud got a 401 as well, so the token was not the reason."""
        until = self._now() + timedelta(seconds=_TRUST_S)
        self._trusted[credential.key] = (token.access_token, until)

    def forget(self, credential: Credential) -> None:
        """Drop what is known for a credential that nobody uses any more."""
        self._tokens.pop(credential.key, None)
        self._trusted.pop(credential.key, None)

    async def _ask(self, credential: Credential) -> Token:
        with telemetry.timed(telemetry.TokenRenewal):
            token = await self._fetch(credential)
        self.put(credential, token)
        return token


class BearerAuth(httpx.Auth):
    """Adds the credential's token; after a 401, tries once more with a newer one."""

    def __init__(self, tokens: TokenCache, credential: Credential) -> None:
        self._tokens = tokens
        self._credential = credential

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """One or two requests, as httpx drives it."""
        token = await self._tokens.get(self._credential)
        request.headers["Authorization"] = f"Bearer {token.access_token}"
        response = yield request
        if response.status_code != 401 or not self._tokens.invalidate(self._credential, token):
            return
        token = await self._tokens.get(self._credential)
        request.headers["Authorization"] = f"Bearer {token.access_token}"
        response = yield request
        if response.status_code == 401:
            self._tokens.trust(self._credential, token)
