"""Parameters of Bot API calls: read from any of the four encodings, and typed.

The real server reads a query string, an urlencoded or multipart form, or a JSON body, and takes
``"5"`` for 5 everywhere. It ignores what it does not know; we refuse it, since an unknown name is
a misspelt one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from src.demo.telegram_errors import ApiError, bad_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from src.demo.telegram_state import TelegramState

__all__ = ["Invocation", "Kind", "Method", "Upload", "decode", "read_request"]

MAX_BODY_BYTES = 52 * 1024 * 1024
Kind = str
TEXT, INT, BOOL, CHAT, OBJECT, ARRAY, FILE = (
    "String",
    "Integer",
    "Boolean",
    "Chat",
    "Object",
    "Array",
    "File",
)


class Upload(NamedTuple):
    """A file that came with the call."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Method:
    """One Bot API method: what runs, what it takes, and what it says when something is missing."""

    name: str
    run: Callable[[Invocation], Any | Awaitable[Any]]
    takes: Mapping[str, Kind] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    """Required parameter -> Telegram's words when it is missing."""


@dataclass(slots=True)
class Invocation:
    """A call with its typed parameters."""

    state: TelegramState
    values: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)
    hung_up: Callable[[], Awaitable[None]] | None = None
    """Returns when the caller has gone; long polls end then."""

    def __getitem__(self, name: str) -> Any:
        """A required parameter."""
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """An optional parameter."""
        return self.values.get(name, default)

    def has(self, name: str) -> bool:
        """Whether the parameter came at all."""
        return name in self.values


async def read_request(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """All parameters and files of a request, still untyped."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    values: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values.update(_read_json(await request.body()))
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        await _read_form(request, values, uploads)
    return values, uploads


async def _read_form(request: Request, values: dict[str, Any], uploads: dict[str, Upload]) -> None:
    try:
        async with request.form(max_part_size=MAX_BODY_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    uploads[name] = Upload(
                        value.filename or "file", content, value.content_type or ""
                    )
                else:
                    values[name] = value
    except HTTPException:  # how Starlette says that the form is broken
        raise bad_request("can't parse the form in the request body") from None


def decode(
    method: Method, values: Mapping[str, Any], uploads: Mapping[str, Upload]
) -> dict[str, Any]:
    """Typed parameters; refuses unknown, missing and ill-typed ones."""
    _refuse_unsendable(values)
    known = {name.lower(): name for name in method.takes}
    decoded: dict[str, Any] = {}
    for given, value in values.items():
        name = known.get(given.lower())
        if name is None:
            raise bad_request(f"unexpected parameter {given}")
        if value is not None:
            decoded[name] = _DECODERS[method.takes[name]](name, value)
    for name in uploads:
        if method.takes.get(name) == FILE:
            decoded[name] = f"attach://{name}"
    for name, words in method.needs.items():
        if decoded.get(name, "") == "":
            raise bad_request(words)
    _refuse_stray_files(decoded, uploads)
    return decoded


def _refuse_stray_files(decoded: Mapping[str, Any], uploads: Mapping[str, Upload]) -> None:
    if not uploads:
        return
    text = json.dumps(decoded)
    for name in uploads:
        if f'"attach://{name}"' not in text:
            raise bad_request(f"unexpected parameter {name}")


def _refuse_unsendable(values: Mapping[str, Any]) -> None:
    """What could not be sent on as JSON in UTF-8: half an emoji, or not a number."""
    try:
        json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON body") from None
    if not isinstance(found, dict):
        raise bad_request("object expected as JSON body")
    return found


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_request(f"parameter {name} must be a String")
    return str(value)


def _int(name: str, value: Any) -> int:
    if not isinstance(value, bool):
        try:
            return int(value if not isinstance(value, float) or value.is_integer() else "no")
        except (TypeError, ValueError):
            pass
    raise bad_request(f"parameter {name} must be an Integer")


def _bool(name: str, value: Any) -> bool:
    word = str(value).strip().lower()
    if word in {"true", "1", "yes", "t", "y"}:
        return True
    if word in {"false", "0", "no", "f", "n", ""}:
        return False
    raise bad_request(f"parameter {name} must be a Boolean")


def _chat(name: str, value: Any) -> int | str:
    text = _text(name, value).strip()
    try:
        return int(text)
    except ValueError:
        return text


def _json_of(shape: type, called: str) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if isinstance(value, str):
            if not value.strip():
                return shape()
            try:
                value = json.loads(value)
            except ValueError:
                raise bad_request(f"can't parse {name} JSON object") from None
        if not isinstance(value, shape):
            raise bad_request(f"{called} expected as {name}")
        return value

    return read


_DECODERS: Mapping[Kind, Callable[[str, Any], Any]] = {
    TEXT: _text,
    INT: _int,
    BOOL: _bool,
    CHAT: _chat,
    OBJECT: _json_of(dict, "object"),
    ARRAY: _json_of(list, "array"),
    FILE: _text,
}
