"""What delivery decided: notices to keep, messages to send, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from src.models.watching import ChatPolicy, Notice, Outgoing, WhyLine

__all__ = ["Draft", "Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """To be written in one transaction; a notice or policy replaces the one of the same key.

    A notice's `message_id` is the sender's: where the stored one has it and this one does not, the
    stored one stays.
    """

    notices: tuple[Notice, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    log: tuple[WhyLine, ...] = ()
    policies: tuple[ChatPolicy, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.notices or self.outgoing or self.log or self.policies)

    def __add__(self, other: Verdict) -> Verdict:
        """Both, this one first."""
        return Verdict(
            self.notices + other.notices,
            self.outgoing + other.outgoing,
            self.log + other.log,
            self.policies + other.policies,
        )


@dataclass(slots=True)
class Draft:
    """A verdict in the making."""

    notices: list[Notice] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    log: list[WhyLine] = field(default_factory=list)
    policies: list[ChatPolicy] = field(default_factory=list)

    def done(self) -> Verdict:
        """As a value."""
        return Verdict(
            tuple(self.notices), tuple(self.outgoing), tuple(self.log), tuple(self.policies)
        )
