"""The answers of a batch as a table for spreadsheets, and as JSON lines."""

from __future__ import annotations

import csv
import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import write_whole
from app.core.errors import PersonError
from app.core.text.clean import plain_text
from app.core.text.csv_cells import csv_cell
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.lab.batch.run import BatchPlan, BatchResult

Called = Callable[["Candidate"], str]
"""What a candidate is called."""


def rows(plan: BatchPlan, result: BatchResult, called: Called) -> list[dict[str, object]]:
    """A prompt each, with what was answered to it; who was not asked yet is left out."""
    return [
        {
            "prompt": prompt.prompt,
            **({"system": prompt.system} if prompt.system else {}),
            "answers": [
                {
                    "candidate": called(candidate),
                    **msgspec.to_builtins(answers[number], enc_hook=plain_text),
                }
                for candidate, answers in result.answers.items()
                if number < len(answers)
            ],
        }
        for number, prompt in enumerate(plan.prompts)
    ]


def csv_text(plan: BatchPlan, result: BatchResult, called: Called) -> str:
    """A line a prompt, a column a candidate; what failed says why in round brackets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(csv_cell, ("prompt", *map(called, result.answers))))
    for number, prompt in enumerate(plan.prompts):
        cells = [prompt.prompt]
        for answers in result.answers.values():
            answer = answers[number] if number < len(answers) else None
            failed = f"({answer.error})" if answer is not None and answer.error else ""
            cells.append(failed or (answer.text if answer is not None else ""))
        writer.writerow(map(csv_cell, cells))
    return out.getvalue()


def json_lines(found: list[dict[str, object]]) -> str:
    """The rows, an object a line."""
    return "".join(f"{msgspec.json.encode(row).decode()}\n" for row in found)


def write(texts: Mapping[Path, str]) -> list[PersonError]:
    """Write texts to files, each whole or not at all.

    Returns:
        Which cannot be written, and why; the others are.
    """
    failed: list[PersonError] = []
    for path, text in texts.items():
        try:
            write_whole(path, text.encode("utf-8", "replace"))
        except OSError as error:
            failed.append(_not_written(path, error))
    return failed


def check_targets(paths: Iterable[Path]) -> None:
    """See that files can be written, before anything is asked that is to stand in them.

    Raises:
        PersonError: One of them cannot be, or two are the same.
    """
    seen = set[Path]()
    for path in paths:
        if (place := path.resolve()) in seen:
            raise PersonError(say("batch.same_target", path=path))
        seen.add(place)
        try:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            with tempfile.TemporaryFile(dir=path.parent):
                pass
        except OSError as error:
            raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> PersonError:
    return PersonError(say("batch.not_written", path=path, reason=error.strerror or error))
