"""A window in a process of its own that measures a ladder until somebody kills it.

``python -m tests.e2e.measuring_window HOME CACHE QUESTIONS``: opens the window on the store below
``HOME``, measures the demo model's panes on these questions as a person would, and prints how many
steps are finished, a line each time there are more.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.store.paths import Paths
from app.ui.kit.theme import Theme
from tests.e2e.person import Person

if TYPE_CHECKING:
    from app.ui.pages.ladder.page import LadderPage


def choose_questions(page: LadderPage, path: Path) -> None:
    """Choose a file of questions; the system's dialog is stood for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        page.picker.matters.own_box.click()


def leave_out(page: LadderPage, level: str) -> None:
    """Untick a version."""
    model = page.picker.model
    model.set_checked([file.candidate for file in model.checked if file.level != level])


def main(home: Path, cache: Path, questions: Path) -> None:
    """Never ends by itself."""
    app = QApplication([])
    below = Paths.below(home)
    paths = Paths(below.config, below.data, below.state, cache)
    person = Person(Theme(app), paths, size=(1280, 800))
    person.until(lambda: all(pane.model is not None for pane in person.panes))
    person.until(lambda: not person.session.busy)
    person.until(lambda: person.offers("Measure what each version loses …"))
    person.click("Measure what each version loses …")
    person.until(lambda: person.ladder is not None and person.ladder.page.picker.isVisible())
    assert person.ladder is not None
    page = person.ladder.page
    leave_out(page, "Q2_K")
    choose_questions(page, questions)
    person.click("Measure")
    told = -1
    while True:
        QTest.qWait(5)
        progress = page.entry.progress if page.entry is not None else None
        if progress is not None and progress.done_steps > told:
            told = progress.done_steps
            sys.stdout.write(f"{told}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
