"""Watching's values as JSON text. Where they are for stands in columns, so a chat can move."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from src.models.watching import Spot

__all__ = ["pack", "unpack"]

T = TypeVar("T")

_ADAPTERS: Final[dict[type[Any], TypeAdapter[Any]]] = {}


def pack(value: Any) -> str:
    """The dataclass as JSON, without its spot."""
    fields = _adapter(type(value)).dump_python(value, mode="json")
    fields.pop("spot", None)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def unpack(kind: type[T], text: str, spot: Spot | None = None) -> T:
    """The dataclass again, at `spot` if it has one."""
    if spot is not None:  # put in as text: a restart reads thousands of them
        text = f'{{"spot":[{spot.chat_id},{spot.thread_id}],{text[1:]}'
    return _adapter(kind).validate_json(text)


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    found = _ADAPTERS.get(kind)
    if found is None:  # building one takes milliseconds
        found = _ADAPTERS[kind] = TypeAdapter(kind)
    return found
