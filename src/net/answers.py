"""What an HTTP answer means: JSON, or one of the errors, by what Plume is known to send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from src.net.errors import (
    AuthReason,
    PlumeAPIError,
    PlumeAuthError,
    PlumeNotFoundError,
    PlumeNotVisibleError,
    PlumePermissionError,
    PlumeRateLimitedError,
    PlumeRejectedError,
    PlumeResponseError,
    PlumeServerError,
)
from src.net.firewall import is_firewall_block

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "decode", "error_of", "read", "token_error_of"]

# The longest lists known (500 customers, a month of quarter hours) stay below 1 MB.
MAX_BODY = 4 * 1024 * 1024

_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "x-amzn-trace-id", "x-okta-request-id")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: status, headers, and the body as bytes.

    The body may be a token, or say who lives where; it is in no `repr`.
    """

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)
    method: str
    path: str

    @property
    def request_id(self) -> str | None:
        """The name under which the cloud logged this call, for its support."""
        found = (self.headers.get(name) for name in _REQUEST_ID_HEADERS)
        text = next((value for value in found if value), None)
        return "".join(c for c in text if c.isprintable())[:100] if text else None

    @property
    def retry_after_s(self) -> float | None:
        """Seconds from Retry-After; None when absent, or a date, which only proxies send."""
        text = self.headers.get("retry-after", "").strip()
        return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


async def read(response: httpx.Response, method: str, path: str) -> Answer:
    """The whole body of a streamed response; PlumeResponseError as soon as it is too large."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > MAX_BODY:
            raise PlumeResponseError(
                "the answer is larger than 4 MB", status=response.status_code, path=path
            )
        chunks.append(chunk)
    return Answer(response.status_code, response.headers, b"".join(chunks), method, path)


_UNREADABLE: Final = object()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _UNREADABLE


def decode(answer: Answer) -> Any:
    """The JSON of a good answer; None where there is none to be expected.

    Raises PlumeResponseError for HTML, cut JSON, or an empty answer to a read.
    """
    if answer.status == 204 or (not answer.body.strip() and answer.method != "GET"):
        return None
    value = _json(answer.body)
    if value is _UNREADABLE:
        raise PlumeResponseError(
            "the answer is not JSON",
            status=answer.status,
            path=answer.path,
            request_id=answer.request_id,
        )
    return value


def error_of(answer: Answer) -> PlumeAPIError | None:
    """The error that an API answer stands for, None for a good one.

    A 401 arrives here only when a new token did not help.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    facts = _Facts(status, answer.path, answer.request_id)
    if status == 429:
        return facts.limited("the cloud asks for fewer calls", answer.retry_after_s)
    if is_firewall_block(status, _json(answer.body)):
        return facts.limited("the cloud's firewall blocks us", None, firewall=True)
    kind, message = _KNOWN.get(status) or _CLASSES.get(status // 100) or _ODD
    return facts.of(kind, message)


_Meaning = tuple[type[PlumeAPIError], str]

_REFUSED: _Meaning = (PlumeRejectedError, "the cloud refuses the request")
_KNOWN: dict[int, _Meaning] = {
    401: (PlumeNotVisibleError, "not found or not yours"),
    403: (PlumePermissionError, "not allowed"),
    404: (PlumeNotFoundError, "not found"),
    501: _REFUSED,  # a feature that this cloud does not have; it will not have it later either
}
_CLASSES: dict[int, _Meaning] = {4: _REFUSED, 5: (PlumeServerError, "the cloud failed")}
# Redirects are not followed: a token must not travel to another address.
_ODD: _Meaning = (PlumeResponseError, "an answer of an unexpected kind")


# Codes of the token call. invalid_scope is also the answer for partners that are not enabled
# for machine-to-machine access.
_REASONS: dict[str, AuthReason] = {
    "invalid_client": "header",
    "invalid_request": "header",
    "invalid_scope": "partner",
    "unauthorized_client": "rights",
    "access_denied": "rights",
}
_REASON_OF_STATUS: dict[int, AuthReason] = {401: "header", 403: "rights"}


def token_error_of(answer: Answer) -> PlumeAPIError | None:
    """The error that an answer to the token call stands for, None for a good one."""
    status = answer.status
    facts = _Facts(status, answer.path, answer.request_id)
    if 200 <= status < 300:
        return None
    if status == 429:
        return facts.limited("the token service asks for fewer calls", answer.retry_after_s)
    if status >= 500:
        return facts.of(PlumeServerError, "the token service failed")
    if status not in (400, 401, 403):
        return facts.of(PlumeResponseError, "the token address answers something else")
    return PlumeAuthError(
        "the token was refused",
        reason=_reason(status, _json(answer.body)),
        status=status,
        path=answer.path,
        request_id=answer.request_id,
    )


def _reason(status: int, body: object) -> AuthReason:
    error = body.get("error") if isinstance(body, Mapping) else None
    text = str(body.get("error_description") or "").lower() if isinstance(body, Mapping) else ""
    if isinstance(error, str) and error in _REASONS:
        return _REASONS[error]
    if status == 400 and ("not enabled" in text or "machine" in text or "partner" in text):
        return "partner"
    return _REASON_OF_STATUS.get(status, "other")


@dataclass(frozen=True, slots=True)
class _Facts:
    status: int
    path: str
    request_id: str | None

    def of(self, kind: type[PlumeAPIError], message: str) -> PlumeAPIError:
        return kind(message, status=self.status, path=self.path, request_id=self.request_id)

    def limited(
        self, message: str, blocked_for_s: float | None, *, firewall: bool = False
    ) -> PlumeRateLimitedError:
        return PlumeRateLimitedError(
            message,
            blocked_for_s=blocked_for_s,
            firewall=firewall,
            status=self.status,
            path=self.path,
            request_id=self.request_id,
        )
