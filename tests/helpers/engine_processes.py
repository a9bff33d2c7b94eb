"""The engines that this process has started, as the system knows them."""

from __future__ import annotations

import contextlib

import psutil


def engine_processes() -> list[psutil.Process]:
    """Those that live; one that goes while it is looked at is none."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "--engine-host" in child.cmdline():
                found.append(child)
    return found
