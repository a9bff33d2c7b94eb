"""Where the measured windows open: a virtual X screen, or nowhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Self

import psutil

from app.preflight import window_obstacle

if TYPE_CHECKING:
    from types import TracebackType

SCREEN = "1920x1080x24"


class Display:
    """A virtual X server for as long as the block lasts, where there is one.

    Without Xvfb, or without the libraries that Qt needs for X, windows are painted offscreen.

    Attributes:
        words: Where windows open, for the report.
    """

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._number = ""
        self.words = "Qt's offscreen platform"

    def __enter__(self) -> Self:
        """Start the server."""
        server = shutil.which("Xvfb")
        if server is None:
            return self
        read_fd, write_fd = os.pipe()
        self._server = subprocess.Popen(
            [server, "-displayfd", str(write_fd), "-screen", "0", SCREEN, "-nolisten", "tcp"],
            pass_fds=[write_fd],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write_fd)
        with os.fdopen(read_fd) as pipe:
            self._number = pipe.readline().strip()
        # Whether it answers could be asked of this process's own display only; it has just said so.
        lacking = window_obstacle(self.environment(), connect=lambda _platform: True)
        if not self._number or lacking is not None:
            self.close()
        else:
            self.words = f"Xvfb, {SCREEN}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        self.close()

    def close(self) -> None:
        """End the server; windows open offscreen from here on."""
        server, self._server = self._server, None
        if server is not None:
            server.terminate()
            server.wait()

    def environment(self) -> dict[str, str]:
        """Variables that send a window here."""
        if self._server is None:
            return {"QT_QPA_PLATFORM": "offscreen"}
        return {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{self._number}"}

    def resident_bytes(self) -> int:
        """Memory that the server holds; 0 without one."""
        return 0 if self._server is None else psutil.Process(self._server.pid).memory_info().rss

    def cpu_seconds(self) -> float:
        """Processor time the server has taken; 0 without one."""
        if self._server is None:
            return 0.0
        times = psutil.Process(self._server.pid).cpu_times()
        return times.user + times.system
