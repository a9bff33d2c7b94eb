"""Where the keyboard is after something was done, and what is there at the first paint."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget

from app.bootstrap import open_house
from app.lab.works.ladders.entry import LadderState
from app.store.paths import Paths
from app.ui.shell.rail import Rail
from app.ui.window import PARTS, Window
from tests.e2e.measuring_window import choose_questions
from tests.e2e.person import Person
from tests.helpers.gguf_files import write_scripted_model

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme

pytestmark = pytest.mark.e2e


@pytest.fixture
def person(theme: Theme, tmp_path: Path) -> Iterator[Person]:
    """Before a window with two models."""
    models = [
        write_scripted_model(tmp_path / f"a-{level}.gguf", [*"42"]) for level in ("F16", "Q8_0")
    ]
    made = Person(theme, Paths.default(), models, size=(1200, 800))
    yield made
    made.close()


def press(person: Person, button: QPushButton) -> None:
    """As one does who has no mouse, once it can be pressed."""
    person.until(lambda: button.isVisible() and button.isEnabled())
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def is_at(person: Person, button: QPushButton) -> None:
    """The keyboard comes there."""
    person.until(lambda: QApplication.focusWidget() is button, "the keyboard is elsewhere")


def test_the_keyboard_stays_with_what_is_measured(person: Person, tmp_path: Path) -> None:
    person.until(lambda: all(pane.model for pane in person.panes))
    person.window.requests.measure.tell([pane.candidate for pane in person.panes])
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    person.until(page.picker.isVisible)
    questions = tmp_path / "questions.jsonl"
    asked = [{"prompt": f"{n} + 1?", "answer": n + 1} for n in range(300)]
    questions.write_text("\n".join(map(json.dumps, asked)))
    choose_questions(page, questions)
    press(person, page.picker.measure_button)
    person.window.main.activateWindow()  # nobody does so here once a dialog is gone
    person.until(lambda: QApplication.activeWindow() is person.window.main)
    strip, entry = page.board.strip, page.entry
    assert entry is not None
    person.until(lambda: entry.state is LadderState.MEASURING and strip.pause_button.isVisible())
    press(person, strip.pause_button)
    person.until(lambda: entry.state is LadderState.PAUSED)
    is_at(person, strip.go_on_button)
    press(person, strip.go_on_button)
    person.until(lambda: entry.state is LadderState.MEASURING)
    is_at(person, strip.pause_button)
    press(person, strip.cancel_button)
    person.until(lambda: entry.state is LadderState.UNFINISHED)
    is_at(person, strip.go_on_button)


def test_the_rail_is_complete_from_the_first_paint(theme: Theme, tmp_path: Path) -> None:
    house = open_house(Paths.below(tmp_path))
    window = Window(theme, house)
    rail = window.main.findChild(Rail)
    shown = [button.text() for button in rail.findChildren(QToolButton)]
    assert shown == [*(part.page.title for part in window.parts), "Help"]
    assert len(shown) == len(PARTS) + 1
    window.take_down()
    window.main.close_for_good()
    house.close()
    window.main.deleteLater()
    window.deleteLater()


class Shown(QObject):
    """Notes what is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(type(watched).__name__)
        return super().eventFilter(watched, event)


def test_no_page_shows_a_window_of_its_own_while_it_is_made(person: Person) -> None:
    shown = Shown()
    QApplication.instance().installEventFilter(shown)
    for part in person.window.parts:
        person.window.main.show_page(part.page.id)
    person.until(lambda: person.ladder is not None)
    person.window.requests.measure.tell([pane.candidate for pane in person.panes])
    person.until(lambda: person.ladder is not None and person.ladder.page.picker.isVisible())
    assert shown.windows == []


def test_the_first_paint_waits_for_no_measuring() -> None:
    code = "import sys, app.ui.application; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "app.ui.pages.compare.page" in loaded
    later = {"app.lab.ladder.plan", "app.lab.quality.plan", "app.ui.picking.add_dialog"}
    pages = {"app.ui.pages.settings.page", "app.ui.pages.about.page", "app.ui.pages.ladder.page"}
    assert not loaded & {"numpy", "pyqtgraph", *later, *pages}
