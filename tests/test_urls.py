"""Only well-formed ids and safe hosts become part of an address."""

from __future__ import annotations

import pytest

from src.net.errors import PlumeInputError
from src.net.urls import checked_id, checked_url, endpoint_path, query_of


@pytest.mark.parametrize(
    "value",
    ["5f00a0b1c2d3e4f5a6b7c8d9", "7K3Q9X0001", "02:11:22:33:44:01", "a", "A_b-c.d", "0" * 64],
)
def test_ids_pass(value: str) -> None:
    assert checked_id(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "../..",
        "..",
        ".",
        "a..b",
        "a b",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "a%2fb",
        "a\n",
        "\na",
        "å",
        "x" * 65,
        "x" * 5000,
        None,
        5,
    ],
)
def test_other_ids_never_reach_an_address(value: object) -> None:
    with pytest.raises(PlumeInputError) as refusal:
        checked_id(value, "customer id")
    assert str(refusal.value) == "a customer id is one word of letters and digits"


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("Customers", "Customers"),
        ("/Customers/abc/locations/", "Customers/abc/locations"),
        ("partners/customers/search/a%20b", "partners/customers/search/a%20b"),
        ("partners/customers/search/%C3%85sa", "partners/customers/search/%C3%85sa"),
        ("partners/customers/search/n@example.net", "partners/customers/search/n@example.net"),
        ("devices/02:11:22:33:44:01", "devices/02:11:22:33:44:01"),
    ],
)
def test_endpoints(endpoint: str, path: str) -> None:
    assert endpoint_path(endpoint) == path


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "/",
        "Customers//locations",
        "Customers/../Groups",
        "Customers/%2e%2e/Groups",
        "Customers/a%2fb",
        "Customers/a%5Cb",
        "Customers/a%00b",
        "Customers/a b",
        "Customers?filter=x",
        "Customers#x",
        "Customers/å",
        "https://evil.example.net/x",
        "a/" * 300,
        "x" * 5000,
        None,
    ],
)
def test_other_endpoints_are_refused(endpoint: object) -> None:
    with pytest.raises(PlumeInputError):
        endpoint_path(endpoint)


def test_query_leaves_out_what_is_not_given() -> None:
    assert query_of({"a": "x", "b": None, "c": 1, "d": True, "e": 1.5}) == {
        "a": "x",
        "c": 1,
        "d": True,
        "e": 1.5,
    }
    assert query_of(None) == {}


def test_query_takes_plain_values_only() -> None:
    with pytest.raises(PlumeInputError, match="parameter filter"):
        query_of({"filter": {"limit": 5}})


@pytest.mark.parametrize(
    "url",
    [
        "https://plume.example.net/api/",
        "https://plume.example.net:8443/api",
        "http://localhost:8000/api",
        "http://127.0.0.1:8000",
        "http://127.9.9.9/api",
        "http://[::1]:8000/api",
        "  https://plume.example.net  ",
    ],
)
def test_safe_addresses(url: str) -> None:
    assert checked_url(url, "plume_api_base") == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "plume.example.net",
        "http://plume.example.net/api",
        "http://localhost.example.net/api",
        "http://10.0.0.1/api",
        "ftp://localhost/api",
        "https://user:fake-secret@plume.example.net/",
        "https://plume.example.net/api?x=1",
        "https://plume.example.net/api#x",
        "https://plume.example.net:port/",
        "https://[::1/",
        "https:///api",
        None,
        7,
    ],
)
def test_unsafe_addresses_are_refused_by_name(url: object) -> None:
    with pytest.raises(PlumeInputError, match="plume_api_base") as refusal:
        checked_url(url, "plume_api_base")
    assert "fake-secret" not in str(refusal.value)
