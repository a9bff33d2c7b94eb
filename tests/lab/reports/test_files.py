"""No report changes unseen: every form of two kept ladders, letter by letter.

A change that is meant is a change of the files in ``golden``: ``python -m
tests.lab.reports.test_files`` writes them anew. Tests app.cli.words.ladder.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from app.cli.terminal.console import Console
from app.cli.words.ladder import show_ladder
from app.lab.reports.files import write_reports
from app.lab.verdict.view import view_of
from tests.lab.reports.golden_ladders import CASES, FOLDER


def written(case: str, folder: Path) -> dict[str, str]:
    """A ladder in every form, by its ending; the last is what the terminal shows."""
    given = CASES[case]()
    view = view_of(given.result, given.about, given.limits, {}, given.votes)
    files = write_reports(view, folder / f"{case}.html")
    texts = {path.suffix: path.read_bytes().decode() for path in files}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        show_ladder(view, Console(quiet=True))
    return texts | {".txt": out.getvalue()}


@pytest.mark.parametrize("case", list(CASES))
def test_no_report_changes_unseen(case: str, tmp_path: Path) -> None:
    for ending, text in written(case, tmp_path).items():
        kept = (FOLDER / f"{case}{ending}").read_bytes().decode()
        if ending == ".json":
            assert json.loads(text) == json.loads(kept)
        assert text == kept, f"{case}{ending} has changed"


if __name__ == "__main__":
    for case in CASES:
        for ending, text in written(case, FOLDER).items():
            Path(FOLDER / f"{case}{ending}").write_bytes(text.encode())
