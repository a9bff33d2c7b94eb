"""Writes a ladder's report: HTML with everything beside it, or one form alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import write_whole
from app.base.rights import usual_rights
from app.core.errors import PersonError
from app.core.text.clean import json_text
from app.core.words.sentence import say
from app.lab.reports.document import ladder_document
from app.lab.reports.html import html_text
from app.lab.reports.sharing import shareable
from app.lab.reports.text import csv_text, markdown_text

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView


_WRITERS: dict[str, Callable[[LadderView], str]] = {
    ".html": html_text,
    ".json": lambda view: json_text(ladder_document(view)) + "\n",  # for ``rerun``
    ".md": markdown_text,
    ".csv": csv_text,
}
REPORT_ENDINGS = tuple(_WRITERS)


def write_reports(view: LadderView, target: Path) -> list[Path]:
    """Write a report by its ending; beside an HTML file also JSON, Markdown and CSV.

    Each file appears when it is complete. None holds folders of this PC or pieces of the
    person's own chats.

    Returns:
        What was written.

    Raises:
        PersonError: A file cannot be written.
    """
    ending = target.suffix.lower()
    view = shareable(view)
    endings = REPORT_ENDINGS if ending == ".html" else (ending,)
    written: list[Path] = []
    for one in endings:
        path = target if one == ending else target.with_suffix(one)
        try:
            text = _WRITERS[one](view)
            with usual_rights():
                write_whole(path, text.encode())
        except OSError as error:
            raise PersonError(
                say("lab.path_cannot_be_written", path=path, reason=error.strerror or error)
            ) from error
        written.append(path)
    return written
