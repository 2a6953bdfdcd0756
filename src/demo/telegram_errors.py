"""Refusals of the embedded Telegram server, in the words of the Bot API."""

from __future__ import annotations

from typing import Any

__all__ = ["ApiError", "bad_request", "conflict", "forbidden", "invalid", "too_many"]


class ApiError(Exception):
    """A refused call: HTTP status, description as Telegram words it, and ``parameters`` if any."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def body(self) -> dict[str, Any]:
        """The JSON that goes out."""
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(words: str, **parameters: Any) -> ApiError:
    """400, with the first letter in lower case as the real server writes it."""
    return ApiError(400, f"Bad Request: {words[:1].lower()}{words[1:]}", parameters)


def invalid(code_word: str) -> ApiError:
    """400 with one of Telegram's upper-case codes, such as ``BUTTON_DATA_INVALID``."""
    return ApiError(400, f"Bad Request: {code_word}")


def forbidden(words: str) -> ApiError:
    """403: blocked, kicked, or never met."""
    return ApiError(403, f"Forbidden: {words}")


def conflict(words: str) -> ApiError:
    """409: two pollers, or polling beside a webhook."""
    return ApiError(409, f"Conflict: {words}")


def too_many(retry_after: int) -> ApiError:
    """429, with the wait in whole seconds in both places where clients look for it."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after}",
        {"retry_after": retry_after},
    )
