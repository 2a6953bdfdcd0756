"""Addresses of calls: only well-formed ids become part of one, only safe hosts are called."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from src.net.errors import PlumeInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Query", "checked_id", "checked_url", "endpoint_path", "query_of"]

Query = dict[str, str | int | float | bool]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_SEGMENT = re.compile(r"[A-Za-z0-9_.:@~+,%-]{1,192}")
_MAX_ENDPOINT = 512


def checked_id(value: object, what: str = "id") -> str:
    """A customer, location or node id (or MAC), ready to stand in a path.

    Raises PlumeInputError naming `what`, without the value.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value) or ".." in value:
        raise PlumeInputError(f"a {what} is one word of letters and digits")
    return quote(value, safe=":")


def endpoint_path(endpoint: object) -> str:
    """An endpoint such as `Customers/abc/locations`, checked and quoted segment by segment.

    Other characters than letters, digits and `_.:@~+,-` come percent-encoded.
    """
    if not isinstance(endpoint, str) or len(endpoint) > _MAX_ENDPOINT:
        raise PlumeInputError("an endpoint is a path of at most 512 characters")
    return "/".join(_checked_segment(segment) for segment in endpoint.strip("/").split("/"))


def _checked_segment(segment: str) -> str:
    plain = unquote(segment)
    hidden = plain in (".", "..") or "/" in plain or "\\" in plain or not plain.isprintable()
    if hidden or not _SEGMENT.fullmatch(segment):
        raise PlumeInputError("an endpoint is made of names and ids, without query or spaces")
    return quote(plain, safe=":@~+,")


def query_of(params: Mapping[str, object] | None) -> Query:
    """Query parameters without the ones that are None; other values must be plain."""
    query: Query = {}
    for name, value in (params or {}).items():
        if value is None:
            continue
        if not isinstance(value, str | int | float | bool):
            raise PlumeInputError(f"the parameter {name} is text, a number or a flag")
        query[name] = value
    return query


def checked_url(value: object, what: str) -> str:
    """An https address; plain http for this machine only. Raises PlumeInputError."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError:
        raise PlumeInputError(f"{what} is not an address") from None
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise PlumeInputError(f"{what} is an address like https://host/path")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise PlumeInputError(f"{what} starts with https://")
    return text


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
