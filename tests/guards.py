"""Watches that fail a test for what it does besides its job."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import traceback
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    import pytest

PATIENCE_S = 30.0
"""How long something that is on its way out may take on a busy PC, in seconds."""


class NetworkGuard:
    """Lets sockets reach this PC only, and remembers every other attempt."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the guard before every way out that Python's sockets have."""
        for name, place in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
            original = getattr(socket.socket, name)
            monkeypatch.setattr(socket.socket, name, self._guarded(original, place))
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            if host is not None and not is_local(host):
                self._refuse(str(host))
            return resolve(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    def _guarded(self, original: Callable[..., Any], place: int) -> Callable[..., Any]:
        def call(sock: socket.socket, *args: Any) -> Any:
            address = args[place]
            if isinstance(address, tuple) and not is_local(address[0]):
                self._refuse(f"{address[0]}:{address[1]}")
            return original(sock, *args)

        return call

    def _refuse(self, target: str) -> None:
        self.attempts.append(target)
        raise OSError(f"the tests have no network, and this is beyond this PC: {target}")


def is_local(host: str | bytes) -> bool:
    """Tell whether a host name or address means this PC."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


class StateWatch:
    """Remembers what holds for the whole process; what a test changed is named and put back."""

    def __init__(self) -> None:
        self._environment = _environment()
        self._folder = Path.cwd()
        self._handlers = _handlers()
        self._before = self._settings()

    def changes(self) -> list[str]:
        """Return a line for everything that is not as it was, and put it back."""
        changes: list[str] = []
        for name, _value in set(_environment().items()) ^ set(self._environment.items()):
            changes.append(f"environment variable {name}: {os.environ.pop(name, None)!r}")
            if name in self._environment:
                os.environ[name] = self._environment[name]
        now = self._settings()
        for (name, was, put_back), (_, is_now, _) in zip(self._before, now, strict=True):
            if was != is_now:
                changes.append(f"{name}: {is_now!r} in place of {was!r}")
                put_back(was)
        for handler in set(_handlers()) - set(self._handlers):
            changes.append(f"handler of the log: {handler!r}")
            logging.root.removeHandler(handler)
            handler.close()
        return changes

    def _settings(self) -> list[tuple[str, Any, Callable[[Any], object]]]:
        """What has one value: its name, the value, how it is set."""
        found: list[tuple[str, Any, Callable[[Any], object]]] = [
            ("folder", Path.cwd(), os.chdir),
            ("level of the log", logging.root.level, logging.root.setLevel),
            ("mask", _mask(), os.umask),
            ("locale", QLocale().name(), lambda name: QLocale.setDefault(QLocale(name))),
        ]
        found += [
            (each.name, signal.getsignal(each), partial(signal.signal, each))
            for each in (signal.SIGINT, signal.SIGTERM)
        ]
        application = QApplication.instance()
        if isinstance(application, QApplication):
            found += [
                ("direction", application.layoutDirection(), application.setLayoutDirection),
                (
                    "end with the last window",
                    application.quitOnLastWindowClosed(),
                    application.setQuitOnLastWindowClosed,
                ),
            ]
        return found


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def _handlers() -> list[logging.Handler]:
    """The log's handlers, without those of pytest."""
    handlers = logging.root.handlers
    return [each for each in handlers if not type(each).__module__.startswith("_pytest")]


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


class LeakWatch:
    """Remembers what runs before a test and names what a test added and did not end."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._children = set(psutil.Process().children(recursive=True))
        self._started: list[tuple[weakref.ref[QObject], str]] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Note the line that starts each timer and each Qt thread from here on."""
        for kind in (QTimer, QThread):
            original = kind.start

            def start(started: QObject, *args: Any, _original: Any = original, **kw: Any) -> Any:
                self._started.append((weakref.ref(started), _calling_line()))
                return _original(started, *args, **kw)

            monkeypatch.setattr(kind, "start", start)

    def leaks(self) -> list[str]:
        """Return a line for everything that still runs after a grace for what is ending."""
        if not gc.isenabled():
            gc.enable()  # the window switches it off for its process
        if self._started:
            gc.collect()
        _finish_deletions()
        return [*self._qt_leaks(), *self._thread_leaks(), *self._child_leaks()]

    def _qt_leaks(self) -> list[str]:
        leaks: list[str] = []
        for reference, line in self._started:
            thing = reference()
            if thing is None or not shiboken6.isValid(thing):
                continue
            name = thing.objectName() or type(thing).__name__
            if isinstance(thing, QTimer) and thing.isActive():
                thing.stop()
                leaks.append(f"running timer {name}, started at {line}")
            elif isinstance(thing, QThread) and not _ends(thing):
                leaks.append(f"running thread {name}, started at {line}")
        if not QThreadPool.globalInstance().waitForDone(int(PATIENCE_S * 1000)):
            leaks.append("a job in Qt's global thread pool")
        return leaks

    def _thread_leaks(self) -> list[str]:
        leaks: list[str] = []
        for thread in set(threading.enumerate()) - self._threads:
            if not thread.daemon or _is_ours(thread):
                thread.join(PATIENCE_S)
                if thread.is_alive():
                    leaks.append(f"thread {thread.name}, now at {_position(thread)}")
        return leaks

    def _child_leaks(self) -> list[str]:
        added = set(psutil.Process().children(recursive=True)) - self._children
        _, alive = psutil.wait_procs([child for child in added if _runs(child)], timeout=PATIENCE_S)
        leaks: list[str] = []
        for child in alive:
            try:
                leaks.append(f"child process {child.pid}: {' '.join(child.cmdline())}")
                child.kill()
            except psutil.NoSuchProcess:
                continue
        return leaks


def _calling_line() -> str:
    """Return the innermost line outside this module that is being run."""
    for frame in reversed(traceback.extract_stack()):
        if frame.filename != __file__:
            return f"{frame.filename}:{frame.lineno} ({frame.line})"
    return "an unknown line"


def _finish_deletions() -> None:
    """Let Qt end what was told to end: deleteLater, and deliveries that are under way."""
    application = QCoreApplication.instance()
    if application is not None:
        application.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _ends(thread: QThread) -> bool:
    return not thread.isRunning() or thread.wait(int(PATIENCE_S * 1000))


def _is_ours(thread: threading.Thread) -> bool:
    """Tell whether the project started a thread, daemon or not."""
    target = getattr(thread, "_target", None)
    module = getattr(target, "__module__", None) or type(thread).__module__
    return module.partition(".")[0] == "app"


def _position(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - there is no other way
    return traceback.format_stack(frame)[-1].strip() if frame is not None else "an unknown line"


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
