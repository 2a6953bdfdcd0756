"""The token service of the embedded Plume cloud: client credentials in, bearer tokens out."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from src.demo.plume_errors import oauth_error, unauthorized
from src.demo.world_ids import PARTNER_ID, SECOND_PARTNER_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from src.demo.plume_shapes import Shapes

__all__ = ["DEMO_CREDENTIALS", "Credential", "TokenDesk"]

ROLE = "role:partnerIdAdmin"
MAX_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class Credential:
    """What the partner portal hands to a person: an OAuth client that acts for one partner."""

    client_id: str
    client_secret: str = field(repr=False)
    partner_id: str

    @property
    def header(self) -> str:
        """The complete value of the Authorization header, `Basic ...`, as people paste it."""
        pair = f"{self.client_id}:{self.client_secret}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    @property
    def scope(self) -> str:
        """The scope that goes with it."""
        return f"partnerId:{self.partner_id} {ROLE}"


# Invented, and good for nothing but this embedded cloud. Two technicians of different ISPs, and
# an admin of the first one's.
DEMO_CREDENTIALS: tuple[Credential, Credential, Credential] = (
    Credential("0oademo1northwind", "not-a-secret-northwind", PARTNER_ID),
    Credential("0oademo2fjordlink", "not-a-secret-fjordlink", SECOND_PARTNER_ID),
    Credential("0oademo3admin", "not-a-secret-admin", PARTNER_ID),
)


class TokenRefusedError(Exception):
    """A token request that fails, with the code of RFC 6749 that says why."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class _Token:
    credential: Credential
    expires: float
    claims: dict[str, Any]


class TokenDesk:
    """Issues tokens, and knows whose they are. `life_s` may be changed at any time."""

    def __init__(
        self,
        credentials: Iterable[Credential],
        shapes: Shapes,
        *,
        life_s: float,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.life_s = life_s
        self._credentials = {credential.client_id: credential for credential in credentials}
        self._shapes = shapes
        self._monotonic = monotonic
        self._wall = wall
        self._tokens: dict[str, _Token] = {}

    async def token(self, request: Request) -> Response:
        """`POST /oauth2/{authServerId}/v1/token`."""
        try:
            form = await _form(request)
            credential = self._authenticate(request, form)
            _check_grant(form, credential)
        except TokenRefusedError as refusal:
            return oauth_error(refusal.status, refusal.code, str(refusal))
        body = {
            "token_type": "Bearer",
            "expires_in": int(self.life_s),
            "access_token": self._issue(credential, str(request.url), form["scope"]),
            "scope": form["scope"],
        }
        if self._shapes["expires_in"] == "missing":
            del body["expires_in"]
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def introspect(self, request: Request) -> Response:
        """`POST /oauth2/{authServerId}/v1/introspect`."""
        try:
            form = await _form(request)
            self._authenticate(request, form)
        except TokenRefusedError as refusal:
            return oauth_error(refusal.status, refusal.code, str(refusal))
        if "token" not in form:
            return oauth_error(400, "invalid_request", "The 'token' parameter is required.")
        token = self._live(form["token"])
        if token is None:
            return JSONResponse({"active": False})
        claims = {key: value for key, value in token.claims.items() if key not in {"scp", "cid"}}
        about = {"active": True, "token_type": "Bearer", "client_id": token.credential.client_id}
        return JSONResponse({**about, "scope": token.credential.scope, **claims})

    def holder(self, request: Request) -> Credential:
        """Whose bearer token the request carries; the 401 refusal when nobody's."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        token = self._live(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise unauthorized()
        return token.credential

    def client_of(self, authorization: str) -> str | None:
        """The client id behind an Authorization header of either scheme, for the log."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() == "bearer":
            token = self._tokens.get(text.strip())
            return token.credential.client_id if token else None
        try:
            return _decode_basic(authorization)[0]
        except TokenRefusedError:
            return None

    def revoke_all(self) -> None:
        """Make every token worthless at once, as after a change in the portal."""
        self._tokens.clear()

    def _authenticate(self, request: Request, form: dict[str, str]) -> Credential:
        header = request.headers.get("authorization", "")
        if header and ("client_secret" in form or "client_id" in form):
            raise TokenRefusedError(
                400, "invalid_request", "Cannot supply multiple client credentials."
            )
        if not header:
            raise TokenRefusedError(401, "invalid_client", "Client authentication is missing.")
        client_id, secret = _decode_basic(header)
        known = self._credentials.get(client_id)
        if known is None or not secrets.compare_digest(
            known.client_secret.encode(), secret.encode()
        ):
            raise TokenRefusedError(401, "invalid_client", "Client authentication failed.")
        return known

    def _issue(self, credential: Credential, url: str, scope: str) -> str:
        now = int(self._wall())
        claims: dict[str, Any] = {
            "ver": 1,
            "jti": f"AT.{secrets.token_urlsafe(12)}",
            "iss": url.rsplit("/v1/", 1)[0],
            "aud": "plume-demo",
            "iat": now,
            "exp": now + int(self.life_s),
            "cid": credential.client_id,
            "scp": scope.split(),
            "sub": credential.client_id,
        }
        head = {"kid": "demo", "alg": "RS256"}
        token = ".".join((_part(head), _part(claims), secrets.token_urlsafe(32)))
        self._prune()
        self._tokens[token] = _Token(credential, self._monotonic() + self.life_s, claims)
        return token

    def _live(self, text: str) -> _Token | None:
        token = self._tokens.get(text)
        return token if token is not None and self._monotonic() < token.expires else None

    def _prune(self) -> None:
        if len(self._tokens) >= MAX_TOKENS:
            now = self._monotonic()
            live = {text: token for text, token in self._tokens.items() if token.expires > now}
            self._tokens = dict(list(live.items())[-MAX_TOKENS // 2 :])


async def _form(request: Request) -> dict[str, str]:
    """The form fields. Refused: another content type, and a field that is given twice."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise TokenRefusedError(
            400, "invalid_request", "The body must be application/x-www-form-urlencoded."
        )
    body = await request.body()
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenRefusedError(400, "invalid_request", "Duplicate parameters are not allowed.")
    return form


def _decode_basic(header: str) -> tuple[str, str]:
    scheme, _, text = header.partition(" ")
    try:
        pair = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    client_id, colon, secret = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise TokenRefusedError(400, "invalid_request", "The authorization header is malformed.")
    return client_id, secret


def _check_grant(form: dict[str, str], credential: Credential) -> None:
    if "grant_type" not in form:
        raise TokenRefusedError(400, "invalid_request", "The 'grant_type' parameter is required.")
    if form["grant_type"] != "client_credentials":
        raise TokenRefusedError(400, "unsupported_grant_type", "The grant type is not supported.")
    if sorted(form.get("scope", "").split()) != sorted(credential.scope.split()):
        raise TokenRefusedError(400, "invalid_scope", "One or more scopes are not configured.")


def _part(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
