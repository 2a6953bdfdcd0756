"""How this process reaches Telegram."""

from __future__ import annotations

from typing import Final
from urllib.request import getproxies

from telegram.request import HTTPXRequest

from src.net.lanes import Lanes

__all__ = ["telegram_request"]

_TIMEOUT_S: Final = 15.0
_CONNECT_S: Final = 10.0
_TURN_S: Final = 60.0  # a crowd waiting for its turn is no fault of the road


def telegram_request(connections: int) -> HTTPXRequest:
    """What calls Telegram, on this many connections at most.

    Behind a proxy (HTTPS_PROXY and its like) the library's own, slower pool is used, which knows
    how to take one.
    """
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=_CONNECT_S,
        read_timeout=_TIMEOUT_S,
        write_timeout=_TIMEOUT_S,
        pool_timeout=_TURN_S,
        httpx_kwargs={} if getproxies() else {"transport": Lanes(connections)},
    )
