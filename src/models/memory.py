"""What is remembered of a home between two looks: plain JSON values, without any secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from src.models.findings import Change

__all__ = ["MEMORY_VERSION", "HomeMemory", "PodMemory"]

# A memory of another version is forgotten, not converted: the next look makes a new one.
MEMORY_VERSION = 1


class PodMemory(TypedDict):
    """A pod as it was last seen; names as in `PodDetail`."""

    firmware: str | None
    ip: str | None
    backhaul: str | None
    parent_name: str | None
    connected: bool | None


class HomeMemory(TypedDict):
    """A home as it was last seen, and what had changed by then."""

    version: int
    at: str  # of the last look, ISO
    gateway_id: str | None
    parents: dict[str, str]  # pod id -> the pod that it was last connected to
    pods: dict[str, PodMemory]
    changes: list[Change]  # noted in the 24 hours before `at`, oldest first
    devices: list[tuple[str, int]]  # connected devices at a moment, at most one an hour
