"""Errors and error bodies of the embedded Plume cloud, in the shapes that the real one sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "PlumeRefusedError",
    "bad_request",
    "firewall_page",
    "forbidden",
    "invalid",
    "loopback_error",
    "not_found",
    "oauth_error",
    "unauthorized",
]

FIREWALL_HTML = (
    "<html><head><title>403 Forbidden</title></head>"
    "<body><center><h1>403 Forbidden</h1></center></body></html>"
)


class PlumeRefusedError(Exception):
    """A request that the cloud refuses; carries the status, text and code of the error body."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    def response(self) -> Response:
        """The answer that says so."""
        return loopback_error(self.status, self.message, self.code)


def loopback_error(
    status: int, message: str, code: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The error body of LoopBack, the framework that the real cloud runs on."""
    error: dict[str, object] = {"statusCode": status, "name": "Error", "message": message}
    if code:
        error["code"] = code
    return JSONResponse({"error": error}, status, headers=dict(headers or {}))


def oauth_error(status: int, error: str, description: str) -> Response:
    """The error body of the token service."""
    return JSONResponse({"error": error, "error_description": description}, status)


def firewall_page() -> Response:
    """What the web application firewall sends in place of every answer: HTML, not JSON."""
    return HTMLResponse(FIREWALL_HTML, 403)


def unauthorized() -> PlumeRefusedError:
    """No valid token, or a customer that does not exist: the cloud does not tell which."""
    return PlumeRefusedError(401, "Authorization Required", "AUTHORIZATION_REQUIRED")


def forbidden(message: str = "Resource is owned by another partner") -> PlumeRefusedError:
    """Known, but of another partner."""
    return PlumeRefusedError(403, message, "FORBIDDEN")


def not_found(what: str) -> PlumeRefusedError:
    """Something that is not there."""
    return PlumeRefusedError(404, f"{what} not found", "MODEL_NOT_FOUND")


def bad_request(message: str) -> PlumeRefusedError:
    """A missing or malformed argument."""
    return PlumeRefusedError(400, message, "BAD_REQUEST")


def invalid(message: str) -> PlumeRefusedError:
    """A value that fails validation."""
    return PlumeRefusedError(422, message, "VALIDATION_FAILED")
