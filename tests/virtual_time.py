"""An event loop whose clock jumps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

_TICK_S = 1e-9


class JumpingSelector(selectors.SelectSelector):
    """Never sleeps: the time that it was asked to wait has then passed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits for something that nobody will do")
        # As with a real clock, some time passes between two looks at it. Without that, a timer
        # that is due in less than a float can tell apart would come due for ever.
        self.now += max(_TICK_S, 0.0 if ready else timeout or 0.0)
        return ready

    def wait_really(self, seconds: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Sleep in real time, in which no virtual time passes."""
        return super().select(seconds)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Timers, sleeps and timeouts work as ever; an hour takes no time."""

    selector_class = JumpingSelector

    def __init__(self) -> None:
        self.jumping = self.selector_class()
        super().__init__(self.jumping)

    def time(self) -> float:
        """Seconds since the loop was made, plus what was slept away."""
        return self.jumping.now


def run(main: Coroutine[object, object, T]) -> T:
    """Like asyncio.run, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def now() -> float:
    """The running loop's clock."""
    return asyncio.get_running_loop().time()
