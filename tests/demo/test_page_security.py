"""Only the holder of the key, from our own address, gets through to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from src.demo.page_security import PageGuard, is_loopback

if TYPE_CHECKING:
    from starlette.requests import Request

KEY = "key-of-this-test"


async def _secret(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("inside", headers={"Referrer-Policy": "unsafe-url"})


def guarded(bound_host: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client of a guarded page."""
    inner = Starlette(routes=[Route(f"/{KEY}/", _secret, methods=["GET", "POST"])])
    app = PageGuard(inner, key=KEY, bound_host=bound_host)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("bound", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8000", 200),
        ("127.0.0.1", "localhost:8000", 200),
        ("127.0.0.1", "[::1]:8000", 200),
        ("127.0.0.1", "evil.example", 403),
        ("127.0.0.1", "127.0.0.1.evil.example:8000", 403),
        ("127.0.0.1", "192.0.2.7:8000", 403),
        ("127.0.0.1", "user@127.0.0.1:8000", 403),
        ("127.0.0.1", "127.0.0.1:port", 403),
        ("127.0.0.1", "[::1", 403),
        ("127.0.0.1", "", 403),
        ("0.0.0.0", "192.0.2.7:8080", 200),
        ("0.0.0.0", "127.0.0.1:8080", 200),
        ("0.0.0.0", "evil.example:8080", 403),
        ("0.0.0.0", "me@192.0.2.7:8080", 403),
    ],
)
async def test_a_foreign_host_is_refused(bound: str, host: str, status: int) -> None:
    async with guarded(bound) as client:
        answer = await client.get(f"/{KEY}/", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://127.0.0.1:8000", 200),
        ("http://127.0.0.1:9999", 403),
        ("https://127.0.0.1:8000", 403),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
async def test_a_foreign_origin_is_refused(origin: str | None, status: int) -> None:
    headers = {} if origin is None else {"Origin": origin}
    async with guarded() as client:
        answer = await client.post(f"/{KEY}/", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path", ["/", "/wrong/", f"/{KEY}x/", f"/{KEY.upper()}/", "/%C3%A9/", f"//{KEY}/"]
)
async def test_without_the_key_there_is_nothing(path: str) -> None:
    async with guarded() as client:
        answer = await client.get(path)
    assert answer.status_code == 403
    assert "terminal" in answer.text
    assert KEY not in answer.text


async def test_every_answer_carries_the_protective_headers() -> None:
    async with guarded() as client:
        answers = [await client.get(f"/{KEY}/"), await client.get("/")]
    for answer in answers:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.0.2.7", False),
        ("demo.example", False),
    ],
)
def test_loopback(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected
