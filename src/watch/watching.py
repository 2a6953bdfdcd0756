"""What commands and buttons need of the watching service: see, change in one transaction, look.

`WatchService` is this in production. Everything that changes something takes the same lock as
looks and timers do, is written first, and only then seen by `desk` and `incidents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from src.models.watching import HomeKey, Incident, Spot, Watch
    from src.storage.records import Board
    from src.watch.cases import Desk
    from src.watch.engine import HomeState
    from src.watch.schedule import Pace
    from src.watch.verdict import Verdict

__all__ = ["Watching"]


class Watching(Protocol):
    """The watching service, as handlers use it. Every `async` call may raise StorageError."""

    @property
    def pace(self) -> Pace:
        """How often each home is looked at now."""

    def desk(self) -> Desk:
        """All watches, policies and notices, as of this moment."""

    def incidents(self) -> Mapping[str, Incident]:
        """By id: those that are open, and those that ended within the last eight days."""

    def home(self, key: HomeKey) -> HomeState:
        """A watched home, as the engine sees it."""

    async def change(self, decide: Callable[[Desk], Verdict]) -> Verdict:
        """Decide with the lock held, write, take over, and wake the sender; what was decided."""

    async def add_watch(self, watch: Watch) -> bool:
        """Watch the home from there, and tell what is open (`delivery.follow`); False: it was."""

    async def remove_watch(self, key: HomeKey, spot: Spot) -> bool:
        """Stop it (`delivery.leave`); who is watched by nobody is forgotten. False: no such."""

    async def look_now(self, key: HomeKey) -> HomeState:
        """Look at a watched home at once, as the poller would; how it is seen then."""

    async def save_board(self, board: Board) -> None:
        """Keep this board up to date, instead of the one before in the same chat or topic."""

    async def forget_board(self, spot: Spot) -> bool:
        """Keep the board there no longer; False when there was none."""

    def boards(self) -> Sequence[Board]:
        """The boards that are kept up to date."""
