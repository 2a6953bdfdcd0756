"""Virtual time that stands still while a database works: its answers come from real threads."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event

from tests.virtual_time import JumpingSelector, VirtualTimeLoop

if TYPE_CHECKING:
    import selectors
    from collections.abc import AsyncIterator, Callable, Coroutine

    from src.storage.store import Store

T = TypeVar("T")

_POLL_S = 0.05  # real: how long to wait for a thread before looking again
_LAST_S = 5.0


class _PatientSelector(JumpingSelector):
    working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.working and timeout != 0:
            return self.wait_really(_POLL_S)
        if timeout is None and (ready := self.wait_really(_LAST_S)):
            return ready  # a thread of an executor that is being closed
        return super().select(timeout)


class PatientLoop(VirtualTimeLoop):
    """A virtual loop that knows how many calls of a database are under way."""

    selector_class = _PatientSelector

    @property
    def patience(self) -> _PatientSelector:
        """What waits."""
        assert isinstance(self.jumping, _PatientSelector)
        return self.jumping


def run(main: Coroutine[object, object, T]) -> T:
    """Like asyncio.run, in virtual time, around databases that were `watched`."""
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        return runner.run(main)


def real() -> Any:
    """A block in which real time counts, such as opening a database."""
    return _working()


@asynccontextmanager
async def _working() -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PatientLoop)
    loop.patience.working += 1
    try:
        yield
    finally:
        loop.patience.working -= 1


async def watched(store: Store) -> Store:
    """The store, whose transactions take no virtual time; and little real: nothing is synced."""
    database: Any = store.database
    async with _working():
        await database.engine.dispose()
    if database.path is not None:
        event.listen(database.engine.sync_engine, "connect", _never_sync)
    for name in ("reading", "writing"):
        setattr(database, name, _counted(getattr(database, name)))
    return store


def _never_sync(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


def _counted(transaction: Callable[..., Any]) -> Callable[..., Any]:
    @asynccontextmanager
    async def counted(**options: Any) -> AsyncIterator[Any]:
        async with _working(), transaction(**options) as conn:
            yield conn

    return counted
