"""What handlers expect of the watching service is what it has."""

from __future__ import annotations

import inspect

from src.watch.service import WatchService
from src.watch.watching import Watching


def test_the_service_has_all_of_it_in_the_same_shape() -> None:
    names = [name for name in vars(Watching) if not name.startswith("_")]
    assert names
    for name in names:
        wanted, found = getattr(Watching, name), getattr(WatchService, name)
        if isinstance(wanted, property):
            assert isinstance(found, property), name
            continue
        assert inspect.signature(found).parameters.keys() == (
            inspect.signature(wanted).parameters.keys()
        ), name
        assert inspect.iscoroutinefunction(found) is inspect.iscoroutinefunction(wanted), name
