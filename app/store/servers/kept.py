"""The list of servers: one JSON file, beside the settings, for the window and the command line."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import cast

import msgspec

from app.base.files import read_ordinary, write_whole
from app.base.locks import file_lock
from app.core.errors import PersonError
from app.core.servers.server import Server, checked, is_called
from app.core.words.sentence import say
from app.store.tolerant import NotReadable, convert

_MAX_BYTES = 1 << 20
_LOCK_SECONDS = 5.0


class KeptServers:
    """Reads and writes the list, whole each time: several programs may. Any thread.

    Args:
        path: The file; there need not be one yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Server]:
        """The servers, in the order in which they were added.

        Raises:
            PersonError: The file cannot be read.
        """
        return [server for raw in self._read() if (server := _server(raw)) is not None]

    def find(self, name: str) -> Server | None:
        """The server of a name, None where there is none."""
        return next((each for each in self.all() if is_called(each, name)), None)

    def put(self, server: Server, name: str | None = None) -> Server | None:
        """Keep a server, in place of the one that is called so.

        Args:
            server: What to keep.
            name: Of the one that it replaces; None for one of its own name, or none.

        Returns:
            The one that was there.

        Raises:
            PersonError: Another one has its name, or the list cannot be written.
        """
        name = server.name if name is None else name
        with self._held() as raws:
            at = _place(raws, name)
            if _place(raws, server.name) not in (None, at):
                raise PersonError(say("servers.name_taken", name=server.name))
            before = None if at is None else _server(raws[at])
            value = cast("dict[str, object]", msgspec.to_builtins(server))
            if at is None:
                raws.append(value)
            else:
                raws[at] = value
        return before

    def remove(self, name: str) -> Server:
        """Forget a server, and tell which one it was.

        Raises:
            PersonError: There is none of this name, or the list cannot be written.
        """
        with self._held() as raws:
            at = _place(raws, name)
            server = None if at is None else _server(raws[at])
            if at is None or server is None:
                raise PersonError(say("servers.no_such", name=name))
            del raws[at]
        return server

    @contextlib.contextmanager
    def _held(self) -> Generator[list[object]]:
        """The list, to be changed by nobody else meanwhile; written if nothing is raised."""
        from filelock import Timeout

        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with file_lock(self._path.with_name(self._path.name + ".lock")).acquire(_LOCK_SECONDS):
                raws = self._read()
                yield raws
                text = json.dumps({"servers": raws}, indent=2, ensure_ascii=True)
                write_whole(self._path, text.encode() + b"\n")
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PersonError(say("servers.not_kept", reason=reason), repr(error)) from error

    def _read(self) -> list[object]:
        """The servers as they stand in the file: what a later version wrote of them stays."""
        try:
            value: object = json.loads(read_ordinary(self._path, _MAX_BYTES))
        except FileNotFoundError:
            return []
        except OSError as error:
            said = say("servers.unreadable", path=self._path, reason=error.strerror or error)
            raise PersonError(said, repr(error)) from error
        except (ValueError, RecursionError) as error:
            said = say(
                "servers.unreadable", path=self._path, reason=say("store.file_not_valid_json")
            )
            raise PersonError(said, repr(error)) from error
        within = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        servers = within.get("servers")
        return cast("list[object]", servers) if isinstance(servers, list) else []


def _place(raws: list[object], name: str) -> int | None:
    for number, raw in enumerate(raws):
        server = _server(raw)
        if server is not None and is_called(server, name):
            return number
    return None


def _server(raw: object) -> Server | None:
    try:
        return checked(convert(raw, Server)[0])
    except (NotReadable, PersonError):
        return None
