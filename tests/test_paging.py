"""Pages: nothing is cut, nothing is lost, and every page fits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from src.utils.markup import units
from src.utils.paging import page_of, paged
from tests.texts import texts


@settings(max_examples=300)
@given(
    items=st.lists(texts(max_size=30), max_size=30),
    most=st.integers(1, 9),
    room=st.integers(5, 90),
)
def test_every_item_once_in_order_on_pages_that_fit(items: list[str], most: int, room: int) -> None:
    pages = paged(items, lambda item: item, most, room)
    assert [item for page in pages for item in page] == items
    for page in pages:
        assert 1 <= len(page) <= most
        assert len(page) == 1 or sum(units(item) + 1 for item in page) <= room


def test_pages_are_full() -> None:
    assert [len(page) for page in paged(range(20), str, 8, 1000)] == [8, 8, 4]
    assert [len(page) for page in paged(["x" * 9] * 5, str, 8, 20)] == [2, 2, 1]


def test_a_page() -> None:
    pages = [["a", "b"], ["c"]]
    assert page_of(pages, 0) == (["a", "b"], 0, 0)
    assert page_of(pages, 1) == (["c"], 1, 2)
    assert page_of(pages, 99) == (["c"], 1, 2)
    assert page_of(pages, -1) == (["a", "b"], 0, 0)
    assert page_of([], 3) == ((), 0, 0)
