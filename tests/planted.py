"""Every secret that the tests invent, in one place, so that one watch can look for all of them.

None of them is worth anything outside these tests. A test that needs a secret takes it from here;
tests/test_secret_watch.py finds the header or token that was typed anywhere else.
"""

from __future__ import annotations

import base64
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from src.demo.plume_auth import DEMO_CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BOT_TOKEN", "PAGE_TOKEN", "PLANTED", "PRINTED_BY_LIBRARIES", "packed"]

BOT_TOKEN: Final = "700000001:AAFakeTokenForTheEmbeddedServer_000000"
PAGE_TOKEN: Final = "7100000001:a-token-of-the-page-tests"


def packed(client_id: str, client_secret: str) -> str:
    """What follows "Basic " in a header."""
    return base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


def _after_colon(token: str) -> str:
    return token.partition(":")[2]


def _of_the_demo() -> dict[str, str]:
    found = {}
    for credential in DEMO_CREDENTIALS:
        found[f"client secret of {credential.client_id}"] = credential.client_secret
        found[f"header of {credential.client_id}"] = credential.header.split()[1]
    return found


# What it is -> the value; a finding names the first and never shows the second.
PLANTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bot token": _after_colon(BOT_TOKEN),
        "bot token of the page tests": _after_colon(PAGE_TOKEN),
        **_of_the_demo(),
        "header with a wrong secret": packed(DEMO_CREDENTIALS[0].client_id, "wrong"),
        # The first part of each bearer token that the embedded cloud issues.
        "bearer token of the embedded cloud": "eyJraWQiOiJkZW1vIiwiYWxnIjoiUlMyNTYifQ",
        "Wi-Fi key": "not-a-real-wifi-key",
        "PPPoE password": "not-a-real-pppoe-password",
        # tests/fake_plume.py
        "client secret of the fake cloud": "fake-secret",
        "header of the fake cloud": packed("fake-client", "fake-secret"),
        "other header of the fake cloud": packed("other-client", "other-secret"),
        "bearer token of the fake cloud": "fake-token-",
        # tests/storage
        "stored header": "ZmFrZS1pZDpmYWtlLXNlY3JldA==",
        "stored bearer token": "fake-bearer-456",
        "another stored header": "ZmFrZTpmYWtl",
        "password of a database": "fake-password",
        "key of the stored samples": "ZmFrZS1rZXktZm9yLXRoZS1zdG9yYWdlLXNhbXBsZXM=",
    }
)
# python-telegram-bot's own objects say their token in their `repr`; nothing logs them unredacted.
PRINTED_BY_LIBRARIES: Final = frozenset({"bot token", "bot token of the page tests"})
