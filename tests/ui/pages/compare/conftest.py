"""The Compare page over a scriptable session."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.lab.compare import answers
from app.ui.pages.compare.page import ComparePage
from app.ui.pages.compare.session_adapter import SessionSignals
from tests.ui.pages.compare.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from app.core.chats.chat import Turn
    from app.ui.pages.compare.panes.column import Column
    from app.ui.pages.compare.turns.answer_view import AnswerView
    from app.ui.pages.compare.turns.parts import PromptCard
    from app.ui.pages.compare.turns.view import TurnRow


PATIENCE_MS = 60_000


@dataclass
class FakeFiles:
    """Answers the page's questions for files as a test wants."""

    chosen: list[Path] = field(default_factory=list)
    target: Path | None = None

    def models(self, title: str = "") -> list[Path]:
        return self.chosen

    def moved_model(self, path: Path) -> Path | None:
        return next(iter(self.chosen), None)

    def export_target(self, title: str, form: str) -> Path | None:
        return self.target


@dataclass
class Cell:
    """A candidate's answer in a row."""

    row: TurnRow
    key: str

    @property
    def turn(self) -> Turn:
        return self.row.turn

    @property
    def prompt(self) -> PromptCard:
        return self.row.prompt

    @property
    def answer(self) -> AnswerView:
        answer = self.row.answer(self.key)
        assert answer is not None
        return answer


@dataclass
class Shown:
    """A page on the screen with what is behind it."""

    page: ComparePage
    session: ScriptedSession
    signals: SessionSignals
    files: FakeFiles
    qtbot: QtBot

    def settle(self) -> None:
        """Let the page hear and show everything that has happened, without waiting for it."""
        self.session.pump()
        self.signals.flush()
        for view in self.page.panes.views():
            view.show_grown()
            view.tick()
        while self.page.panes.fill_one():
            pass
        self.page.figures.refresh()

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the event loop run until something holds; busy machines get the time they need."""
        self.qtbot.waitUntil(holds, timeout=PATIENCE_MS)

    def pane(self, letter: str) -> Column:
        return self.page.panes.view(self.session.key(letter))

    def last_turn(self, letter: str) -> Cell:
        key = self.session.key(letter)
        rows = self.pane(letter).transcript.views()
        return Cell(next(row for row in reversed(rows) if row.answer(key) is not None), key)

    def calls(self, method: str) -> list[tuple[object, ...]]:
        return [arguments for name, arguments in self.session.calls if name == method]


@pytest.fixture
def sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], ScriptedSession]]:
    """Makes sessions without panes; they end with the test."""
    monkeypatch.setattr(answers, "TELL_SECONDS", 0.0)  # every growth is told at once
    made: list[ScriptedSession] = []

    def new() -> ScriptedSession:
        folder = tmp_path / f"session-{len(made)}"
        folder.mkdir()
        made.append(ScriptedSession(folder))
        return made[-1]

    yield new
    for session in made:
        assert session.close()


@pytest.fixture
def session(sessions: Callable[[], ScriptedSession]) -> ScriptedSession:
    """Three ready panes, no turns."""
    return sessions().with_panes("Q8_0", "Q4_K_M", "Q2_K")


@pytest.fixture
def shown(qtbot: QtBot, session: ScriptedSession) -> Shown:
    """The page, shown."""
    return show(qtbot, session)


def show(qtbot: QtBot, session: ScriptedSession) -> Shown:
    """Show a page over a session."""
    signals = SessionSignals()
    session.listener = signals.listener
    files = FakeFiles()
    page = ComparePage(session, signals, files=files)  # pyright: ignore[reportArgumentType]
    signals.setParent(page)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    shown = Shown(page, session, signals, files, qtbot)
    shown.settle()
    return shown
