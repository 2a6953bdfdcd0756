"""Any text at all, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["texts"]

# What `st.text()` takes by itself. Asked for as "all that UTF-8 can write" it costs each fresh
# process two seconds.
_ANY_LETTER = st.characters(exclude_categories=["Cs"])


def texts(*, min_size: int = 0, max_size: int) -> st.SearchStrategy[str]:
    """Texts of so many characters, of any kind."""
    return st.text(_ANY_LETTER, min_size=min_size, max_size=max_size)
