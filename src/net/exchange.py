"""The exchange: everything between a checked request and its answer, shared by the process."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx

from src import telemetry
from src.net.answers import Answer, decode, error_of, read, token_error_of
from src.net.callers import PERSON_DEADLINE_S, current_turn
from src.net.cloud_clock import CloudClock
from src.net.errors import (
    PlumeAPIError,
    PlumeConnectionError,
    PlumeInputError,
    PlumeRateLimitedError,
    PlumeResponseError,
    PlumeTimeoutError,
)
from src.net.flight import SingleFlight
from src.net.tokens import BearerAuth, Token, TokenCache, utc_now
from src.net.transport import CONNECT_S, GaveUpError, build_transport, retry_until
from src.version import VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from src.net.budget import RequestBudget
    from src.net.callers import Turn
    from src.net.credentials import Credential
    from src.net.urls import Query

__all__ = ["Exchange"]

logger = logging.getLogger(__name__)

API_READ_S = 15.0
REPORTS_READ_S = 30.0

_TOKEN_READ_S = 10.0
_SEARCHED = re.compile(r"(/search/)[^/]+")
# What may stand in a header; anything else would end up, as text, in an error about that header.
_TOKEN_TEXT = re.compile(r"[\x21-\x7e]{1,16384}")


class Exchange:
    """One process's dealings with the cloud: budget, tokens, and a pooled client per event loop."""

    def __init__(
        self,
        budget: RequestBudget,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.budget = budget
        self.tokens = TokenCache(self._fetch_token, now)
        self.clock = CloudClock(now)
        self._now = now
        self._transport = transport
        # Credentials (by key) whose reports are refused unless the client id is sent along.
        self.names_client: set[str] = set()
        self._flights: SingleFlight[Answer] = SingleFlight()
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            WeakKeyDictionary()
        )

    async def request(
        self,
        credential: Credential,
        method: str,
        url: str,
        *,
        params: Query | None = None,
        json_data: object = None,
        read_s: float = API_READ_S,
    ) -> Any:
        """The JSON of one call. Identical reads at the same time share one call.

        A shared answer is decoded for each caller, so that none sees another's changes.
        """
        turn = current_turn()
        request = self._build(method, url, params, json_data, read_s, turn=turn)
        async with _deadline(turn, _nameless(request.url.path)):
            if method == "GET":
                key = (credential.key, turn.kind, str(request.url))
                answer = await self._flights.run(key, lambda: self._send(credential, request))
            else:
                answer = await self._send(credential, request)
        error = error_of(answer)
        if error is not None:
            raise error
        return decode(answer)

    async def new_token(self, credential: Credential) -> Token:
        """A token straight from the cloud, remembered for the calls that follow."""
        async with _deadline(current_turn(), urlsplit(credential.sso_url).path):
            return await self.tokens.renew(credential)

    async def aclose(self) -> None:
        """Close this event loop's connections. The next call opens new ones."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _build(
        self,
        method: str,
        url: str,
        params: Query | None,
        json_data: object,
        read_s: float,
        *,
        turn: Turn,
    ) -> httpx.Request:
        try:
            return self._client().build_request(
                method,
                url,
                params=params or None,
                json=json_data,
                timeout=httpx.Timeout(read_s, connect=CONNECT_S),
                extensions={"turn": turn, "retry": retry_until(turn.ends_at)},
            )
        except (httpx.InvalidURL, TypeError, ValueError):
            # Without `from`: the chained error would carry what was given.
            raise PlumeInputError("the request cannot be written down") from None

    async def _send(self, credential: Credential, request: httpx.Request) -> Answer:
        answer = await self._complete(request, BearerAuth(self.tokens, credential))
        error = error_of(answer)
        if error is None:  # a proxy's or firewall's idea of the time is not the cloud's
            self.clock.note(answer.headers.get("date"))
        if isinstance(error, PlumeRateLimitedError) and error.firewall:
            self.budget.block()
        return answer

    async def _fetch_token(self, credential: Credential) -> Token:
        ends_at = asyncio.get_running_loop().time() + PERSON_DEADLINE_S
        request = self._client().build_request(
            "POST",
            credential.sso_url,
            data={
                "grant_type": "client_credentials",
                "scope": f"partnerId:{credential.partner_id} role:partnerIdAdmin",
            },
            headers={"Authorization": credential.auth_header},
            timeout=httpx.Timeout(_TOKEN_READ_S, connect=CONNECT_S),
            extensions={"retry": retry_until(ends_at, "POST")},
        )
        answer = await self._complete(request, None)
        error = token_error_of(answer)
        if error is not None:
            raise error
        body = decode(answer)
        text = body.get("access_token") if isinstance(body, Mapping) else None
        if not isinstance(text, str) or not _TOKEN_TEXT.fullmatch(text):
            raise PlumeResponseError(
                "the token service sent no token", status=answer.status, path=answer.path
            )
        return Token.issued(text, body.get("expires_in"), self._now())

    async def _complete(self, request: httpx.Request, auth: httpx.Auth | None) -> Answer:
        """Send and read to the end; network trouble becomes ours. One DEBUG line per call."""
        method, path = request.method, _nameless(request.url.path)
        started = time.perf_counter()
        outcome = "cancelled"
        try:
            with _network_errors(path):
                answer = await _sent(self._client(), request, auth)
            outcome = str(answer.status)
        except PlumeAPIError as error:
            outcome = type(error).__name__
            raise
        finally:
            spent_s = time.perf_counter() - started
            logger.debug("%s %s %s %.0f ms", method, path, outcome, spent_s * 1000)
            telemetry.report(telemetry.PlumeCall(method, path, outcome, spent_s))
        return answer

    def _client(self) -> httpx.AsyncClient:
        """The client of the running event loop; connections cannot be used across loops."""
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = httpx.AsyncClient(
                transport=build_transport(self.budget, self._transport),
                headers={"Accept": "application/json", "User-Agent": f"panoptes/{VERSION}"},
            )
            self._clients[loop] = client
        return client


def _nameless(path: str) -> str:
    """The path for logs and errors, without what was searched for: addresses, names, accounts."""
    return _SEARCHED.sub(r"\1*", path)


async def _sent(
    client: httpx.AsyncClient, request: httpx.Request, auth: httpx.Auth | None
) -> Answer:
    method, path = request.method, _nameless(request.url.path)
    try:
        response = await client.send(request, auth=auth, stream=True)
    except GaveUpError as last:
        return Answer(last.response.status_code, last.response.headers, b"", method, path)
    try:
        return await read(response, method, path)
    finally:
        await response.aclose()


@asynccontextmanager
async def _deadline(turn: Turn, path: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout_at(turn.ends_at):
            yield
    except TimeoutError as error:
        raise PlumeTimeoutError("no answer before the deadline", path=path) from error


@contextmanager
def _network_errors(path: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise PlumeTimeoutError("no answer in time", path=path) from error
    except httpx.DecodingError as error:
        raise PlumeResponseError("the answer cannot be unpacked", path=path) from error
    except (httpx.HTTPError, OSError) as error:
        raise PlumeConnectionError("the connection failed", path=path) from error
