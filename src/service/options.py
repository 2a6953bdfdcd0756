"""The command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["parse"]


def parse(arguments: Sequence[str] | None, about: str | None) -> argparse.Namespace:
    """The options; `rest` is what belongs to the demo. Ends the process for any other."""
    parser = argparse.ArgumentParser(prog="panoptes_bot.py", description=about)
    parser.add_argument(
        "--demo", action="store_true", help="try everything in a browser, with invented homes"
    )
    parser.add_argument(
        "--demo-plume", action="store_true", help="your Telegram bot with invented homes"
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--check", action="store_true", help="tell what works, start nothing")
    instead.add_argument("--backup", type=Path, metavar="FILE", help="write a copy of the database")
    instead.add_argument("--restore", type=Path, metavar="FILE", help="replace it by such a copy")
    instead.add_argument(
        "--rotate-keys", action="store_true", help="encrypt what is stored with the newest key"
    )
    options, rest = parser.parse_known_args(arguments)
    if not (options.demo or options.demo_plume):
        parser.parse_args(arguments)  # refuses what is left over
    options.rest = ["--demo-plume" if options.demo_plume else "--demo", *rest]
    return options
