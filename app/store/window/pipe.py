"""The doorbell on Windows: a named pipe, and a key in the state folder that both ends must know.

Windows lets others of the PC open a pipe of this kind for reading, and anybody make one of this
name first. Neither helps without the key, which lies where only this account may read. Both ends
prove that they know it before anything else is said; nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import hmac
import os
import secrets
import struct
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any, TypeVar

_KEY_BYTES = _NONCE_BYTES = _PROOF_BYTES = 32
_HANDSHAKE_SECONDS = 2.0
_HELLO = struct.Struct(f"<{_NONCE_BYTES}sI")

T = TypeVar("T")


class NotOurs(PermissionError):
    """The other end does not know the key."""


def pipe_name(place: Path) -> str:
    """The name of the pipe for a store, different for each account and folder."""
    words = f"{getpass.getuser()}\n{place.absolute()}"
    return rf"\\.\pipe\shrinkscope-{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()}"


class PipeLine:
    """A connection whose other end knows the key."""

    def __init__(self, connection: Connection[Any, Any], pid: int | None) -> None:
        self._connection = connection
        self._pid = pid

    @property
    def pid(self) -> int | None:
        """The other process, as it says."""
        return self._pid

    def send(self, data: bytes) -> None:
        """Send a line; raises ``OSError``."""
        self._connection.send_bytes(data)

    def receive(self, most_bytes: int, timeout_s: float) -> bytes:
        """One line, empty where the other end is gone.

        Raises:
            OSError: It is too long, or the connection broke; ``TimeoutError`` where it is late.
        """
        if not self._connection.poll(timeout_s):
            raise TimeoutError
        try:
            return self._connection.recv_bytes(most_bytes).partition(b"\n")[0]
        except EOFError:
            return b""

    def hung_up(self) -> bool:
        """Whether the other end has gone, nothing more being expected of it."""
        try:
            return self._connection.poll(0)  # nothing follows but the end
        except (OSError, EOFError):
            return True

    def close(self) -> None:
        """End it."""
        self._connection.close()


class PipeEar:
    """Listens under a name, with a key of its own each time.

    Args:
        address: The pipe's name.
        place: The key lies beside it.
        family: As :mod:`multiprocessing.connection` names ways; the tests have no pipes.

    Raises:
        OSError: The key cannot be written, or there is a pipe of this name.
    """

    def __init__(self, address: str, place: Path, family: str = "AF_PIPE") -> None:
        self._address = address
        self._family = family
        self._key_file = _key_file(place)
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._closing = threading.Event()
        self._listener = Listener(address, family)
        try:
            _write_key(self._key_file, self._key)
        except BaseException:
            self._listener.close()
            raise

    def wait(self) -> PipeLine | None:
        """The next connection that knows the key; None after the close."""
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                if self._closing.is_set():
                    return None
                continue  # who rang is gone again
            if self._closing.is_set():
                connection.close()
                self._listener.close()
                return None
            try:
                return _welcome(connection, self._key)
            except (OSError, EOFError, struct.error):
                connection.close()

    def close(self) -> None:
        """Listen no more; any thread."""
        if self._closing.is_set():
            return
        self._closing.set()
        with contextlib.suppress(OSError):
            self._key_file.unlink()
        with contextlib.suppress(OSError):
            # Nothing else wakes a thread that waits for a pipe to be opened.
            Client(self._address, self._family).close()


def pipe_line(
    address: str, place: Path, timeout_s: float, family: str = "AF_PIPE"
) -> PipeLine | None:
    """A connection to who listens under a name; None where nobody does.

    Raises:
        OSError: It cannot be had; ``TimeoutError`` where it takes too long.
    """
    try:
        key = _key_file(place).read_bytes()
    except OSError:
        return None
    if len(key) != _KEY_BYTES:
        return None
    try:
        connection = _within(timeout_s, lambda: Client(address, family))
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        return _introduce(connection, key, timeout_s)
    except EOFError:
        connection.close()
        return None
    except (OSError, struct.error) as error:
        connection.close()
        raise error if isinstance(error, OSError) else NotOurs(str(error)) from error


def _welcome(connection: Connection[Any, Any], key: bytes) -> PipeLine:
    """The window's side of the proof."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    connection.send_bytes(_HELLO.pack(nonce, os.getpid()))
    answer = _received(connection, _NONCE_BYTES + _PROOF_BYTES)
    theirs, proof = answer[:_NONCE_BYTES], answer[_NONCE_BYTES:]
    if not hmac.compare_digest(proof, _proof(key, b"start", nonce, theirs)):
        raise NotOurs
    connection.send_bytes(_proof(key, b"window", theirs, nonce))
    return PipeLine(connection, None)


def _introduce(connection: Connection[Any, Any], key: bytes, timeout_s: float) -> PipeLine:
    """The second start's side."""
    theirs, pid = _HELLO.unpack(_received(connection, _HELLO.size, timeout_s))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    connection.send_bytes(nonce + _proof(key, b"start", theirs, nonce))
    proof = _received(connection, _PROOF_BYTES, timeout_s)
    if not hmac.compare_digest(proof, _proof(key, b"window", nonce, theirs)):
        raise NotOurs
    _let_come_to_the_front(pid)
    return PipeLine(connection, pid)


def _received(
    connection: Connection[Any, Any], most_bytes: int, timeout_s: float = _HANDSHAKE_SECONDS
) -> bytes:
    if not connection.poll(timeout_s):
        raise TimeoutError
    return connection.recv_bytes(most_bytes)


def _proof(key: bytes, side: bytes, first: bytes, second: bytes) -> bytes:
    return hmac.digest(key, side + first + second, "sha256")


def _key_file(place: Path) -> Path:
    return place.with_name(f"{place.name}.key")


def _write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, key)
    finally:
        os.close(descriptor)


def _let_come_to_the_front(pid: int) -> None:
    """Windows lets only the program that the person works with give the front away."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(pid)


def _within(timeout_s: float, do: Callable[[], T]) -> T:
    """Do something that knows no time limit; what comes too late is left to itself.

    Raises:
        TimeoutError: It took longer.
    """
    results: list[T] = []
    errors: list[OSError] = []

    def run() -> None:
        try:
            results.append(do())
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="doorbell-connect", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if results:
        return results[0]
    raise errors[0] if errors else TimeoutError
