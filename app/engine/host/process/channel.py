"""The engine's end of the channel: commands in, events out."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

from app.core.words.sentence import say
from app.engine.protocol.codec import CodecError, decode_command, event_lines
from app.engine.protocol.messages import MAX_LINE_BYTES, Command, Event
from app.engine.protocol.running import NO_COMMAND, Failed, FailureKind, Stop


class Channel:
    """Reads commands on a thread of its own and writes events from any thread.

    Stop commands are not queued behind the work that they end: they call ``on_stop`` with the id
    of the command to end at once, on the reader thread. End of file means that the window process
    is gone: the process exits there and then, whatever the worker is doing, so that no engine
    outlives the window.
    """

    def __init__(self, read_fd: int, write_fd: int, on_stop: Callable[[int], None]) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._on_stop = on_stop
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._write_lock = threading.Lock()

    def start(self) -> None:
        """Begin to read; call once."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()

    def next_command(self) -> Command:
        """Wait for the next command other than Stop."""
        return self._commands.get()

    def emit(self, event: Event) -> None:
        """Write one event; a window process that is gone ends this one."""
        lines = event_lines(event)
        with self._write_lock:
            try:
                for line in lines:
                    while line:
                        line = line[os.write(self._write_fd, line) :]
            except OSError:
                os._exit(0)

    def _read(self) -> None:
        pending = b""
        while True:
            chunk = os.read(self._read_fd, 1 << 16)
            if not chunk:
                os._exit(0)
            pending += chunk
            *lines, pending = pending.split(b"\n")
            for line in lines:
                self._take(line)
            if len(pending) > MAX_LINE_BYTES:
                os._exit(3)

    def _take(self, line: bytes) -> None:
        try:
            command = decode_command(line)
        except CodecError as error:
            said = say("engine.engine_sent_something_does_not")
            self.emit(Failed(NO_COMMAND, FailureKind.PROTOCOL, said, str(error)))
            return
        if isinstance(command, Stop):
            self._on_stop(command.id)
        else:
            self._commands.put(command)
