"""Lists that are longer than a message: pages on which nothing is cut and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from src.utils.markup import units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["page_of", "paged"]

T = TypeVar("T")


def paged(items: Sequence[T], write: Callable[[T], str], most: int, room: int) -> list[list[T]]:
    """Items in pages of at most `most`, whose texts fit into `room` units (see markup.units).

    Order is kept; an item that is too long on its own gets a page of its own.
    """
    pages: list[list[T]] = []
    left = 0
    for item in items:
        size = units(write(item)) + 1
        if not pages or len(pages[-1]) >= most or size > left:
            pages.append([])
            left = room
        pages[-1].append(item)
        left -= size
    return pages


def page_of(pages: Sequence[Sequence[T]], page: int) -> tuple[Sequence[T], int, int]:
    """(items, number of the page from 0, number of items before it); a page beyond is the last."""
    if not pages:
        return (), 0, 0
    page = max(0, min(page, len(pages) - 1))
    return pages[page], page, sum(len(items) for items in pages[:page])
