"""Original weights made into a model file: by llama.cpp's converter, without a network."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.convert.child import ChildFailed, run_child

if TYPE_CHECKING:
    from app.core.words.sentence import Sentence
    from app.lab.convert.environment import Converter
    from app.lab.convert.originals import Original

_SHARE = re.compile(r"Writing:\s+(\d{1,3})%")
_UNSUPPORTED = re.compile(r"Model (\S{1,100}) is not supported")
_TOKENIZER = re.compile(r"pre-tokenizer was not recognized")
_CODE = re.compile(r"execute the code|trust_remote_code")
_FULL = re.compile(r"No space left")
_SHOWN = 200


def convert(
    original: Original,
    target: Path,
    converter: Converter,
    on_progress: Callable[[int, int], None],
) -> None:
    """Write a model file that loses nothing of plain weights.

    Args:
        original: What is converted.
        target: The file to write; whoever asks for it removes what is left of a failure.
        converter: With what; it has to be there.
        on_progress: Told per cent done, and 100.

    Raises:
        PersonError: It cannot be done.
    """
    if not converter.is_there:
        raise PersonError(say("convert.not_there"))
    words = [
        *converter.words,
        str(original.folder),
        "--outfile",
        str(target),
        "--outtype",
        original.level.lower(),
        "--model-name",
        original.name,
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "PYTHON"))
    }
    environment |= {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HOME": str(converter.folder / "nothing"),
    }

    def hear(line: str) -> None:
        if found := _SHARE.search(line):
            on_progress(min(100, int(found[1])), 100)

    on_progress(0, 100)
    converter.log.write_bytes(b"")
    try:
        run_child(words, environment, converter.log, say("convert.failed"), hear)
    except ChildFailed as error:
        raise PersonError(_why(original, error), error.tail) from error
    if not target.is_file():
        raise PersonError(say("convert.failed"))


def _why(original: Original, error: ChildFailed) -> Sentence:
    """A sentence for what the converter said last."""
    tail = error.tail
    name = original.name
    if _UNSUPPORTED.search(tail):
        return say("convert.unsupported", name=name, architecture=original.architecture)
    if _TOKENIZER.search(tail):
        return say("convert.tokenizer_unknown", name=name)
    if _CODE.search(tail):
        return say("convert.wants_code", name=name)
    if _FULL.search(tail):
        return say("convert.disk_full", name=name)
    last = [line for line in tail.splitlines() if line.strip() and not line.startswith("(")]
    return (
        say("convert.failed_because", name=name, reason=last[-1][:_SHOWN]) if last else error.said
    )
