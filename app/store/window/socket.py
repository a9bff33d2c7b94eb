"""The doorbell on Unix: a socket in the state folder, of this account alone."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import stat
import struct
import sys
import time
from collections.abc import Generator
from pathlib import Path

# What fits into the address of a socket, with its end, on Linux and the BSDs.
_MOST_ADDRESS_BYTES = 107 if sys.platform.startswith("linux") else 103
_BACKLOG = 16
# macOS: SOL_LOCAL, LOCAL_PEERCRED, LOCAL_PEERPID; struct xucred begins with version and uid.
_SOL_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2
_XUCRED_BYTES = 76


class SocketLine:
    """A connection whose other end is of this account."""

    def __init__(self, connection: socket.socket, pid: int | None) -> None:
        self._socket = connection
        self._pid = pid

    @property
    def pid(self) -> int | None:
        """The other process, None where the system does not tell."""
        return self._pid

    def send(self, data: bytes) -> None:
        """Send a line; raises ``OSError``."""
        self._socket.sendall(data)

    def receive(self, most_bytes: int, timeout_s: float) -> bytes:
        """What came up to an end of line, the end of the connection, or the bound.

        Raises:
            TimeoutError: All of it took longer; however slowly it came in.
            OSError: The connection broke.
        """
        end_s = time.monotonic() + timeout_s
        data = bytearray()
        while b"\n" not in data and len(data) <= most_bytes:
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            self._socket.settimeout(left_s)
            piece = self._socket.recv(most_bytes + 1 - len(data))
            if not piece:
                break
            data += piece
        return bytes(data).partition(b"\n")[0]

    def hung_up(self) -> bool:
        """Whether the other end has gone, nothing more being expected of it."""
        self._socket.setblocking(False)
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._socket.setblocking(True)

    def close(self) -> None:
        """End it."""
        self._socket.close()


class SocketEar:
    """Listens at a path. What an earlier owner left there after a kill is removed.

    Raises:
        OSError: The folder takes no sockets, the path is too long, or something else lies there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if os.path.lexists(path):
            _remove_socket(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _address(path) as address:
                self._socket.bind(address)
            # Before it listens nobody gets through, whatever the rights are at first.
            path.chmod(0o600)
            self._socket.listen(_BACKLOG)
            self._socket.setblocking(False)
        except BaseException:
            self._socket.close()
            raise
        self._bell, self._clapper = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)

    def wait(self) -> SocketLine | None:
        """The next connection of this account, others are closed at once; None after the close."""
        while True:
            ready = [key.fileobj for key, _ in self._selector.select()]
            if self._bell in ready:
                self._end()
                return None
            with contextlib.suppress(OSError):  # who rang is gone again
                connection, _ = self._socket.accept()
                line = _checked(connection)
                if line is not None:
                    return line

    def close(self) -> None:
        """Remove the socket's file and end :meth:`wait`; any thread."""
        with contextlib.suppress(OSError):
            _remove_socket(self._path)
        with contextlib.suppress(OSError):
            self._clapper.send(b"!")

    def _end(self) -> None:
        self._selector.close()
        for each in (self._socket, self._bell, self._clapper):
            each.close()


def socket_line(path: Path, timeout_s: float) -> SocketLine | None:
    """A connection to who listens at a path; None where nobody does.

    Raises:
        PermissionError: It is another account's.
        TimeoutError: So many wait already that it takes no more.
        OSError: It cannot be reached for another reason.
    """
    try:
        found = path.lstat()
    except OSError:
        return None  # no folder yet, or none for this person
    if not stat.S_ISSOCK(found.st_mode):
        return None
    if found.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to user {found.st_uid}")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        with _address(path) as address:
            connection.connect(address)
    except (ConnectionRefusedError, FileNotFoundError):
        connection.close()  # its owner was killed, or has just removed it
        return None
    except BaseException:
        connection.close()
        raise
    line = _checked(connection)
    if line is None:
        raise PermissionError(f"another user listens at {path}")
    return line


def _checked(connection: socket.socket) -> SocketLine | None:
    """The connection with this process's timeout; None, and closed, for another account's."""
    connection.setblocking(True)
    uid, pid = _peer(connection)
    if uid == os.geteuid():
        return SocketLine(connection, pid)
    connection.close()
    return None


def _peer(connection: socket.socket) -> tuple[int, int | None]:
    """Account and process at the other end, as the system knows them."""
    if sys.platform.startswith("linux"):
        form = struct.Struct("3i")
        data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size)
        pid, uid, _gid = form.unpack(data)
        return uid, pid or None
    data = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES)
    _version, uid = struct.unpack_from("=II", data)
    pid: int | None = None
    with contextlib.suppress(OSError):
        pid = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID)
    return uid, pid or None


@contextlib.contextmanager
def _address(path: Path) -> Generator[str]:
    """The path as a socket's address, which has room for about a hundred bytes."""
    if len(os.fsencode(path)) <= _MOST_ADDRESS_BYTES:
        yield str(path)
        return
    if not sys.platform.startswith("linux"):
        raise OSError(f"the path is too long for a socket: {path}")
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _remove_socket(path: Path) -> None:
    """Remove a socket; anything else stays, and is an error."""
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise FileExistsError(f"{path} is no socket")
    path.unlink()
