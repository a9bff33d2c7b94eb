from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.chats.chat import Turn
from app.ui.pages.compare.session_adapter import SessionSignals

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def heard(signals: SessionSignals) -> list[tuple[object, ...]]:
    said: list[tuple[object, ...]] = []
    signals.panes_changed.connect(lambda: said.append(("panes",)))
    signals.turns_changed.connect(lambda: said.append(("turns",)))
    signals.chats_changed.connect(lambda: said.append(("chats",)))
    signals.pane_changed.connect(lambda key: said.append(("pane", key)))
    signals.answer_changed.connect(lambda turn, key: said.append(("answer", turn.id, key)))
    return said


def test_many_changes_of_one_moment_are_told_once_lists_first(qtbot: QtBot) -> None:
    signals = SessionSignals()
    said = heard(signals)
    turn = Turn(7, "Hello")
    for _ in range(30):
        signals.listener.answer_changed(turn, "a")
        signals.listener.pane_changed("a")
        signals.listener.pane_changed("b")
    signals.listener.turns_changed()
    signals.listener.panes_changed()
    assert said == []
    qtbot.waitUntil(lambda: len(said) >= 5)
    assert said == [
        ("panes",),
        ("turns",),
        ("pane", "a"),
        ("pane", "b"),
        ("answer", 7, "a"),
    ]


def test_a_change_made_while_telling_is_told_later(qtbot: QtBot) -> None:
    signals = SessionSignals()
    told: list[str] = []

    def again(key: str) -> None:
        told.append(key)
        if len(told) == 1:
            signals.listener.pane_changed("second")

    signals.pane_changed.connect(again)
    signals.listener.pane_changed("first")
    qtbot.waitUntil(lambda: told == ["first", "second"])


def test_points_of_the_speed_plot_keep_their_time(qtbot: QtBot) -> None:
    signals = SessionSignals()
    with qtbot.waitSignal(signals.speed_sampled) as sampled:
        signals.listener.speed_sampled("a", 2**53 + 1, 31.5)
    assert sampled.args == ["a", 2**53 + 1, 31.5]


def test_sentences_are_passed_on(qtbot: QtBot) -> None:
    signals = SessionSignals()
    with qtbot.waitSignal(signals.said) as said:
        signals.listener.said("B went to sleep.")
    assert said.args == ["B went to sleep."]
