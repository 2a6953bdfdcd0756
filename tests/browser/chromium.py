"""Finds Chromium for the browser tests, or installs Debian's package when run as root."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["ARGUMENTS", "chromium_path"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
INSTALL_WITHIN_S = 300

# Nothing here needs a sandbox, a GPU or the network; as root Chromium does not start with one.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@functools.cache
def chromium_path() -> str | None:
    """The executable, or None when there is none and none can be installed."""
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        # Parallel test processes arrive here together; dpkg lets in one.
        with Path(tempfile.gettempdir(), "panoptes-chromium.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = _find() or _install()
    return found


def _find() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


def _install() -> str | None:
    for command in (INSTALL, ["apt-get", "update"], INSTALL):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            subprocess.run(
                command,
                env=environment,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=INSTALL_WITHIN_S,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        if found := _find():
            return found
    return None
