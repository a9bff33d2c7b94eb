"""A model in an engine, and a text for it to read."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.words.sentence import say
from app.lab.demo.demo import is_demo
from app.lab.engines.calls import EngineCalls
from app.lab.engines.loading import NO_CONTEXT
from app.lab.engines.opened import OpenedCandidate
from app.lab.engines.room import EngineRoom
from app.resources import resource_path


@dataclass(frozen=True, slots=True)
class CalibrationText:
    """A text that a model reads so that its inputs can be weighed.

    Attributes:
        name: What the matrix calls it.
        data: UTF-8.
        marks: Texts of special tokens stand for those tokens.
    """

    name: str
    data: bytes
    marks: bool = False


def bundled_calibration(model: ModelFile) -> CalibrationText:
    """The text that comes along: several languages, code and data; for the demo model its chats.

    Raises:
        PersonError: It is missing from this installation.
    """
    of_demo = is_demo(model)
    place = ("demo", "calibration.txt") if of_demo else ("texts", "calibration.txt")
    try:
        data = resource_path(*place).read_bytes()
    except OSError as error:
        raise PersonError(say("lab.bundled_texts_missing_installation_name"), str(error)) from error
    return CalibrationText("shrinkscope-demo" if of_demo else "shrinkscope-mixed", data, of_demo)


@contextlib.contextmanager
def reader_of(
    opened: OpenedCandidate, text: CalibrationText, threads: int, room: EngineRoom
) -> Generator[tuple[EngineCalls, str]]:
    """An engine that has loaded a candidate, and the file that the text is in meanwhile.

    Raises:
        PersonError: It cannot be loaded.
    """
    with (
        tempfile.TemporaryDirectory(prefix="imatrix-", dir=room.folder) as scratch,
        room.calls("imatrix") as engine,
    ):
        source = Path(scratch, "text")
        source.write_bytes(text.data)
        room.load(engine, opened, threads, NO_CONTEXT)
        yield engine, str(source)
