"""The embedded token service, and how it refuses."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from src.demo.plume_auth import MAX_TOKENS
from src.demo.plume_cloud import DEMO_CREDENTIALS, Credential, PlumeCloud
from tests.demo.plume_kit import HOME, NORA, TOKEN, Caller, HandTime, ask_token, make_world

if TYPE_CHECKING:
    import httpx

GRANT = {"grant_type": "client_credentials", "scope": NORA.scope}
INTROSPECT = TOKEN.replace("/token", "/introspect")


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.fixture
def http() -> httpx.AsyncClient:
    return Caller(PlumeCloud(make_world(), token_life_s=900)).http


@pytest.mark.parametrize("who", DEMO_CREDENTIALS)
async def test_a_token_for_the_right_request(http: httpx.AsyncClient, who: Credential) -> None:
    answer = await ask_token(http, who)
    body = answer.json()
    middle = body["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))

    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 900, who.scope)
    assert claims["cid"] == who.client_id
    assert claims["exp"] - claims["iat"] == 900
    assert claims["scp"] == who.scope.split()


async def test_every_token_is_another(http: httpx.AsyncClient) -> None:
    tokens = {(await ask_token(http, NORA)).json()["access_token"] for _ in range(5)}

    assert len(tokens) == 5


@pytest.mark.parametrize(
    ("headers", "form", "status", "error"),
    [
        ({}, GRANT, 401, "invalid_client"),
        ({"Authorization": basic("nobody:nothing")}, GRANT, 401, "invalid_client"),
        ({"Authorization": basic(f"{NORA.client_id}:wrong")}, GRANT, 401, "invalid_client"),
        ({"Authorization": basic("no colon")}, GRANT, 400, "invalid_request"),
        ({"Authorization": "Basic %%%"}, GRANT, 400, "invalid_request"),
        ({"Authorization": "Basic /////w=="}, GRANT, 400, "invalid_request"),
        ({"Authorization": f"Basic {NORA.header}"}, GRANT, 400, "invalid_request"),
        ({"Authorization": f"Bearer {NORA.header[6:]}"}, GRANT, 400, "invalid_request"),
        ({"Authorization": NORA.header}, {"scope": NORA.scope}, 400, "invalid_request"),
        (
            {"Authorization": NORA.header},
            GRANT | {"grant_type": "password"},
            400,
            "unsupported_grant_type",
        ),
        ({"Authorization": NORA.header}, GRANT | {"scope": ""}, 400, "invalid_scope"),
        (
            {"Authorization": NORA.header},
            GRANT | {"scope": DEMO_CREDENTIALS[1].scope},
            400,
            "invalid_scope",
        ),
        (
            {"Authorization": NORA.header},
            GRANT | {"scope": NORA.scope.replace("Admin", "Viewer")},
            400,
            "invalid_scope",
        ),
        (
            {"Authorization": NORA.header},
            GRANT | {"client_id": NORA.client_id, "client_secret": "x"},
            400,
            "invalid_request",
        ),
        (
            {"Authorization": NORA.header},
            GRANT | {"scope": [NORA.scope, NORA.scope]},
            400,
            "invalid_request",
        ),
    ],
)
async def test_refusals(
    http: httpx.AsyncClient, headers: dict[str, str], form: dict[str, Any], status: int, error: str
) -> None:
    answer = await http.post(TOKEN, data=form, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]
    assert NORA.client_secret not in answer.text


async def test_a_json_body_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post(TOKEN, json=GRANT, headers={"Authorization": NORA.header})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_the_order_of_the_scope_does_not_matter(http: httpx.AsyncClient) -> None:
    turned = " ".join(reversed(NORA.scope.split()))

    assert (await ask_token(http, NORA, scope=turned)).status_code == 200


async def test_introspection_knows_live_tokens_only() -> None:
    time = HandTime()
    cloud = PlumeCloud(make_world(), token_life_s=60, monotonic=time)
    http = Caller(cloud).http
    token = (await ask_token(http, NORA)).json()["access_token"]
    form = {"token": token, "token_type_hint": "access_token"}
    headers = {"Authorization": NORA.header}

    live = (await http.post(INTROSPECT, data=form, headers=headers)).json()
    time.now += 60
    dead = (await http.post(INTROSPECT, data=form, headers=headers)).json()

    assert live["active"] is True
    assert (live["client_id"], live["scope"]) == (NORA.client_id, NORA.scope)
    assert dead == {"active": False}


@pytest.mark.parametrize(
    ("headers", "form", "status", "error"),
    [
        ({}, {"token": "x"}, 401, "invalid_client"),
        ({"Authorization": NORA.header}, {"hint": "x"}, 400, "invalid_request"),
    ],
)
async def test_introspection_refuses(
    http: httpx.AsyncClient, headers: dict[str, str], form: dict[str, str], status: int, error: str
) -> None:
    answer = await http.post(INTROSPECT, data=form, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_expires_in_can_be_left_out() -> None:
    cloud = PlumeCloud(make_world())
    cloud.shapes.set(expires_in="missing")

    assert "expires_in" not in (await ask_token(Caller(cloud).http, NORA)).json()


async def test_old_tokens_make_room() -> None:
    time = HandTime()
    cloud = PlumeCloud(make_world(), token_life_s=60, monotonic=time)
    caller = Caller(cloud)
    for _ in range(3):
        await caller.log_in()
    cloud.tokens._tokens.update(
        dict.fromkeys(map(str, range(MAX_TOKENS)), next(iter(cloud.tokens._tokens.values())))
    )
    time.now += 60

    await caller.log_in()

    assert len(cloud.tokens._tokens) == 1
    assert (await caller.get(HOME)).status_code == 200


def test_no_secret_in_a_repr() -> None:
    for who in DEMO_CREDENTIALS:
        assert who.client_secret not in repr(who)
        assert who.client_id in repr(who)
