"""How the rows of another chat come into being: one at a time, and seen only when complete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QTimer

from app.lab.compare.open_chat import SessionListener
from app.ui.pages.compare.panes.column import Column
from app.ui.pages.compare.turns import view as rows
from app.ui.pages.compare.turns.answer_view import AnswerView
from tests.ui.pages.compare.conftest import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.ui.pages.compare.conftest import Shown
    from tests.ui.pages.compare.scripted_session import ScriptedSession

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

ANSWER = "A line of an answer.\n\n" * 4


def open_another_chat(shown: Shown, turns: int = 12) -> None:
    """The session opens a chat of other candidates; the page has heard of it, no more."""
    answered = [(f"Question {i}", f"{i}. {ANSWER}") for i in range(turns)]
    other = shown.session.store_chat(*answered, levels=("F16", "Q4_0", "TQ1_0"))
    shown.session.open_chat(other)
    shown.signals.flush()


def complete(shown: Shown) -> bool:
    return shown.page.panes.updatesEnabled()


def rested(shown: Shown) -> None:
    """Wait until the panes have nothing left to make."""
    shown.until(lambda: not shown.page.panes.findChild(QTimer, "fill").isActive())


def test_the_picture_stands_still_until_the_panes_are_complete(shown: Shown) -> None:
    rested(shown)
    open_another_chat(shown)
    assert not complete(shown)
    shown.until(lambda: complete(shown))
    transcript = shown.page.panes.transcript
    assert transcript.views()[-1].turn is shown.session.chat.turns[-1]
    assert not transcript.views()[-1].missing
    assert transcript.verticalScrollBar().maximum() > 0
    shown.until(lambda: len(transcript.views()) == 10)


def test_a_chat_that_does_not_fill_its_panes_is_complete_with_all_its_turns(shown: Shown) -> None:
    rested(shown)
    open_another_chat(shown, turns=2)
    shown.until(lambda: complete(shown))
    assert [len(view.answers) for view in shown.page.panes.views()] == [2, 2, 2]


def test_answers_are_made_one_in_a_turn_of_the_loop(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested(shown)
    loop_turn = 0
    made_at: list[int] = []

    class Watched(AnswerView):
        def __init__(self, *arguments: Any) -> None:
            made_at.append(loop_turn)
            super().__init__(*arguments)

    def count() -> None:
        nonlocal loop_turn
        loop_turn += 1

    monkeypatch.setattr(rows, "AnswerView", Watched)
    clock = QTimer()
    clock.timeout.connect(count)
    clock.start(0)
    open_another_chat(shown)
    shown.until(lambda: complete(shown))
    clock.stop()
    assert len(made_at) == len(set(made_at)) >= 3


def test_what_is_told_of_a_column_meanwhile_is_shown(shown: Shown) -> None:
    rested(shown)
    open_another_chat(shown)
    last = shown.session.key("C")
    shown.page.panes.focus_pane(last)
    assert shown.page.panes.focused_key == last
    first = shown.session.key("A")
    shown.page.panes.note_turns(first)
    shown.page.panes.note_answer(shown.session.chat.turns[-1], first)
    shown.until(lambda: complete(shown))
    assert [view.key for view in shown.page.panes.views()] == [
        pane.key for pane in shown.session.panes
    ]


def test_a_chat_may_change_again_before_it_is_complete(shown: Shown) -> None:
    rested(shown)
    open_another_chat(shown)
    open_another_chat(shown, turns=1)
    shown.session.remove_candidate(shown.session.key("B"))
    shown.signals.flush()
    shown.until(lambda: complete(shown))
    assert [view.pane.letter for view in shown.page.panes.views()] == ["A", "C"]
    rested(shown)
    assert len(shown.page.panes.findChildren(Column)) == 2


def test_a_pane_may_be_closed_before_it_is_made(shown: Shown) -> None:
    rested(shown)
    open_another_chat(shown)
    listener, shown.session.listener = shown.session.listener, SessionListener()
    for letter in "ABC":
        shown.session.remove_candidate(shown.session.key(letter))
    # The page has not heard of it: it makes none, and waits for the news.
    assert shown.page.panes.views() == []
    rested(shown)
    shown.session.listener = listener
    listener.panes_changed()
    shown.settle()
    assert shown.page.empty.isVisible()


def test_the_same_panes_show_another_chat_when_all_are_ready(shown: Shown) -> None:
    shown.session.with_turns(("One", "1"))
    shown.settle()
    rested(shown)
    views = shown.page.panes.views()
    shown.session.open_chat(shown.session.store_chat(("Two", "2"), ("Three", "3")))
    shown.signals.flush()
    assert not complete(shown)
    shown.until(lambda: complete(shown))
    assert shown.page.panes.views() == views
    assert [row.turn.prompt for row in views[0].transcript.views()] == ["Two", "Three"]


def test_another_pane_or_place_needs_no_stillness_of_those_that_stay(shown: Shown) -> None:
    rested(shown)
    before = shown.page.panes.views()
    shown.session.move_candidate(shown.session.key("A"), 2)
    shown.signals.flush()
    assert complete(shown)
    shown.page.open_files([Path("/models/one.gguf")])
    shown.signals.flush()
    shown.until(lambda: complete(shown))
    assert set(before) < set(shown.page.panes.views())


def test_hiding_the_panes_ends_the_stillness(shown: Shown) -> None:
    rested(shown)
    open_another_chat(shown)
    shown.page.hide()
    assert complete(shown)
    shown.page.show()
    shown.until(lambda: shown.page.panes.at_rest)


def test_the_first_sight_is_complete_at_once(
    qtbot: QtBot, sessions: Callable[[], ScriptedSession]
) -> None:
    session = sessions().with_panes("Q8_0", "Q2_K")
    session.with_turns(*[(f"Question {i}", ANSWER) for i in range(5)])
    shown = show(qtbot, session)
    assert complete(shown)
    newest = shown.page.panes.transcript.views()[-1]
    assert newest.turn is session.chat.turns[-1]
    assert not newest.missing


def test_nothing_ticks_while_nothing_happens(shown: Shown) -> None:
    def ticking() -> list[QTimer]:
        return [timer for timer in shown.page.panes.findChildren(QTimer) if timer.isActive()]

    shown.until(lambda: not ticking())
    shown.session.ask("Hello")
    shown.until(lambda: bool(ticking()))
    shown.session.say("A", "Hi")
    shown.until(lambda: shown.pane("A").answers[-1].text.toPlainText() == "Hi")
    for letter in "ABC":
        shown.session.finish(letter)
    shown.until(lambda: not ticking())
