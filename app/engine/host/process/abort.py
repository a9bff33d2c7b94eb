"""A flag that llama.cpp reads between two graph nodes without taking Python's lock.

llama.cpp's abort callback is a C function that gets a pointer and answers true to abort.
``strlen`` is one: of a two-byte buffer holding an empty string it answers 0, and 1 after the
first byte was set. A callback written in Python would have to take the interpreter's lock after
every node, which costs up to 5 ms each time another thread is busy.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from typing import Any, cast


class AbortFlag:
    """Ends one command: set from the reader thread, read by llama.cpp's first compute thread.

    A stop names the command that it ends. One for a command that still waits in the queue is
    kept until that begins; one for a command that is over is dropped. Ids only grow.
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._begun_id = 0
        self._running = False
        self._ahead: set[int] = set()

    @property
    def is_set(self) -> bool:
        """Whether the work in progress shall end."""
        return self._event.is_set()

    def begin(self, command_id: int) -> None:
        """The worker takes up a command."""
        with self._lock:
            self._begun_id = command_id
            self._running = True
            if command_id in self._ahead:
                self._set()
            self._ahead = {waiting for waiting in self._ahead if waiting > command_id}

    def end(self) -> None:
        """The worker is through with it."""
        with self._lock:
            self._running = False
            self._buffer[0] = b"\x00"
            self._event.clear()

    def stop(self, command_id: int) -> None:
        """End a command at its next graph node, or as soon as it begins."""
        with self._lock:
            if command_id == self._begun_id and self._running:
                self._set()
            elif command_id > self._begun_id:
                self._ahead.add(command_id)

    def _set(self) -> None:
        self._event.set()
        self._buffer[0] = b"\x01"

    @property
    def address(self) -> ctypes.c_void_p:
        """What the callback is given; valid as long as this object lives."""
        return ctypes.cast(self._buffer, ctypes.c_void_p)

    def callback(self, prototype: Callable[..., object]) -> object:
        """The C function to hand to llama.cpp; keep it as long as the context lives.

        Args:
            prototype: llama.cpp's callback type, made by ``ctypes.CFUNCTYPE``.
        """
        try:
            libc = ctypes.CDLL("msvcrt") if sys.platform == "win32" else ctypes.CDLL(None)
            return ctypes.cast(libc.strlen, cast("Any", prototype))
        except (OSError, AttributeError):
            return prototype(lambda _data: self._event.is_set())
