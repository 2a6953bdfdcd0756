"""What each HTTP answer means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from src.net.answers import MAX_BODY, Answer, decode, error_of, read, token_error_of
from src.net.errors import (
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

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOPBACK = {"error": {"statusCode": 0, "name": "Error", "message": "no", "code": "X"}}


def answer(status: int, body: object = b"", method: str = "GET", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, httpx.Headers(named), raw, method, "/api/Customers")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {}, None),
        (201, {}, None),
        (204, b"", None),
        (301, b"", PlumeResponseError),
        (304, b"", PlumeResponseError),
        (400, LOOPBACK, PlumeRejectedError),
        (401, LOOPBACK, PlumeNotVisibleError),
        (401, b"", PlumeNotVisibleError),
        (403, LOOPBACK, PlumePermissionError),
        (403, b"<html>403 Forbidden</html>", PlumeRateLimitedError),
        (403, {"message": "Forbidden"}, PlumeRateLimitedError),
        (403, b"", PlumeRateLimitedError),
        (404, LOOPBACK, PlumeNotFoundError),
        (404, b"null", PlumeNotFoundError),
        (409, LOOPBACK, PlumeRejectedError),
        (422, b"", PlumeRejectedError),
        (423, {"error": "text"}, PlumeRejectedError),
        (425, b"text", PlumeRejectedError),
        (429, b"", PlumeRateLimitedError),
        (500, LOOPBACK, PlumeServerError),
        (501, LOOPBACK, PlumeRejectedError),
        (502, b"<html>", PlumeServerError),
        (503, b"", PlumeServerError),
        (504, b"", PlumeServerError),
        (100, b"", PlumeResponseError),
    ],
)
def test_errors_by_status(status: int, body: object, kind: type[PlumeAPIError] | None) -> None:
    error = error_of(answer(status, body, x_request_id="r-1"))
    assert type(error) is (kind or type(None))
    if error is not None:
        assert (error.status, error.path, error.request_id) == (status, "/api/Customers", "r-1")
        assert "Forbidden" not in str(error)


def test_only_the_html_403_is_the_firewall() -> None:
    blocked = error_of(answer(403, b"<html>"))
    limited = error_of(answer(429, b"", retry_after="17"))
    assert isinstance(blocked, PlumeRateLimitedError)
    assert isinstance(limited, PlumeRateLimitedError)
    assert (blocked.firewall, blocked.blocked_for_s) == (True, None)
    assert (limited.firewall, limited.blocked_for_s) == (False, 17.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("60", 60.0),
        ("", None),
        ("soon", None),
        ("9" * 400, None),
        ("-1", None),
        ("²", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    made = Answer(429, httpx.Headers([(b"Retry-After", header.encode())]), b"", "GET", "/")
    assert made.retry_after_s == seconds


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({}, None),
        ({"x_request_id": "abc"}, "abc"),
        ({"x_amzn_trace_id": "Root=1-2"}, "Root=1-2"),
        ({"x_request_id": "x" * 500}, "x" * 100),
        ({"x_request_id": "a\tb"}, "ab"),
    ],
)
def test_request_ids(headers: dict[str, str], request_id: str | None) -> None:
    assert answer(200, b"", "GET", **headers).request_id == request_id


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (answer(200, {"a": 1}), {"a": 1}),
        (answer(200, []), []),
        (answer(200, b"null"), None),
        (answer(204, b""), None),
        (answer(204, b"whatever"), None),
        (answer(200, b"", "PUT"), None),
        (answer(202, b" \n", "POST"), None),
        (answer(200, {}, "PUT"), {}),
    ],
)
def test_good_answers(made: Answer, value: object) -> None:
    assert decode(made) == value


@pytest.mark.parametrize(
    "made",
    [
        answer(200, b""),
        answer(200, b"<html><body>Please sign in</body></html>"),
        answer(200, b'{"nodes": [{"id": "a"'),
        answer(200, b"\xff\xfe\x00"),
        answer(200, b"[" * 200_000),
        answer(200, b"<html>", "PUT"),
    ],
)
def test_unreadable_answers(made: Answer) -> None:
    with pytest.raises(PlumeResponseError) as error:
        decode(made)
    assert error.value.status == 200
    assert "sign in" not in str(error.value)


async def test_a_body_that_is_too_large_is_not_read_to_the_end() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65536

    with pytest.raises(PlumeResponseError, match="4 MB"):
        await read(httpx.Response(200, content=endless()), "GET", "/")
    assert sent * 65536 <= MAX_BODY + 65536


async def test_a_body_of_the_largest_size_is_read() -> None:
    whole = await read(httpx.Response(200, content=b"x" * MAX_BODY), "GET", "/api")
    assert (len(whole.body), whole.status, whole.path) == (MAX_BODY, 200, "/api")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, {"error": "invalid_client", "error_description": "x"}, "header"),
        (400, {"error": "invalid_client"}, "header"),
        (400, {"error": "invalid_request"}, "header"),
        (400, {"error": "invalid_scope"}, "partner"),
        (400, {"error": "x", "error_description": "Partner not enabled for M2M"}, "partner"),
        (400, {"error": "unauthorized_client"}, "rights"),
        (403, {"error": "access_denied"}, "rights"),
        (403, LOOPBACK, "rights"),
        (400, {"error": "invalid_grant"}, "other"),
        (400, {"error": "unsupported_grant_type"}, "other"),
        (400, {"error": {}, "error_description": None}, "other"),
        (400, b"", "other"),
        (400, ["invalid_client"], "other"),
        (401, b"<html>", "header"),
        (401, LOOPBACK, "header"),
    ],
)
def test_refused_tokens_say_which_part_is_wrong(status: int, body: object, reason: str) -> None:
    error = token_error_of(answer(status, body))
    assert isinstance(error, PlumeAuthError)
    assert error.reason == reason
    assert error.status == status


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (429, PlumeRateLimitedError),
        (500, PlumeServerError),
        (503, PlumeServerError),
        (302, PlumeResponseError),
        (404, PlumeResponseError),
    ],
)
def test_other_troubles_of_the_token_call(status: int, kind: type[PlumeAPIError] | None) -> None:
    assert type(token_error_of(answer(status))) is (kind or type(None))


def test_what_was_answered_is_in_no_repr() -> None:
    made = Answer(200, httpx.Headers(), b'{"access_token": "t0p-secret"}', "POST", "/token")
    assert "t0p-secret" not in repr(made)
    assert "/token" in repr(made)
