"""Pictures that people show: read by a child process, and kept by their contents.

A decoder is code that meets files of strangers. So a process of its own reads each of them, within
limits on bytes, pixels, memory and time, and may die of it: the window and the engines only ever
see the plain PNG that it wrote. Qt reads more kinds than llama.cpp's own decoder, turns upright
what a camera held otherwise, and knows colour spaces and transparency; the program has it anyway.
"""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from app.base.files import TooLargeError, read_ordinary
from app.core.chats.pictures import MOST_PICTURES, MOST_SOURCE_BYTES, Picture, PictureReading
from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.core.words.sentence import say, size
from app.engine.local.starting import engine_environment, program_command
from app.engine.protocol.command_line import PICTURE_READER

log = logging.getLogger(__name__)

_SECONDS = 60.0
_MOST_SAID_BYTES = 1 << 16
_UNUSED_SECONDS = 24 * 3600.0


class PictureShelf:
    """The folder of kept pictures. Any thread.

    Args:
        folder: Made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file_of(self, picture: Picture) -> str:
        """Where a picture is kept."""
        return str(self._folder / picture.file_name)

    def take(self, source: Path) -> Picture:
        """Read a person's file and keep what is shown of it; takes up to seconds.

        Raises:
            PersonError: It is no picture, broken, or beyond the limits; nothing is kept of it.
        """
        try:
            data = read_ordinary(source, MOST_SOURCE_BYTES)
        except TooLargeError as error:
            raise _too_large(source.name) from error
        except OSError as error:
            reason = error.strerror or str(error)
            said = say("pictures.cannot_be_read", name=source.name, reason=reason)
            raise PersonError(said, str(error)) from error
        return self.take_bytes(data, source.name)

    def take_bytes(self, data: bytes, name: str = "") -> Picture:
        """As :meth:`take`, of a file's contents: what was pasted, say.

        Args:
            data: An image file of any kind that Qt reads.
            name: What it is called; for people.
        """
        if len(data) > MOST_SOURCE_BYTES:
            raise _too_large(name)
        name = whole_text(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [*program_command(), PICTURE_READER, str(self._folder), name]
        try:
            ran = subprocess.run(
                command,
                input=data,
                capture_output=True,
                env=engine_environment(),
                cwd=self._folder,
                timeout=_SECONDS,
                check=False,
            )
            reading = msgspec.json.decode(ran.stdout[:_MOST_SAID_BYTES], type=PictureReading)
        except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
            raise PersonError(say("pictures.broken", name=name), repr(error)) from error
        if reading.picture is None:
            raise PersonError(reading.said or say("pictures.broken", name=name), reading.detail)
        return reading.picture

    def sweep(self, used: Collection[str]) -> None:
        """Remove pictures that no message shows any more and that nobody just chose.

        Args:
            used: Digests of those that are shown.
        """
        names = {f"{digest}.png" for digest in used}
        oldest = time.time() - _UNUSED_SECONDS
        try:
            for path in self._folder.glob("*.png"):
                if path.name not in names and path.stat().st_mtime < oldest:
                    path.unlink()
        except OSError as error:
            log.info("pictures could not be looked through: %s", error)


def check_count(pictures: Sequence[Picture]) -> None:
    """See that a message does not carry too many pictures.

    Raises:
        PersonError: It does.
    """
    if len(pictures) > MOST_PICTURES:
        raise PersonError(say("pictures.too_many", most=MOST_PICTURES))


def _too_large(name: str) -> PersonError:
    return PersonError(say("pictures.too_many_bytes", name=name, most=size(MOST_SOURCE_BYTES)))
