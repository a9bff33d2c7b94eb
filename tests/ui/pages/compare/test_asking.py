from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.core.chats.chat import StopReason
from app.ui.pages.compare.panes.welcome import Welcome, demo_prompts, general_prompts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.ui.pages.compare.conftest import Shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_the_page_opens_ready_to_write(shown: Shown) -> None:
    assert QApplication.focusWidget() is shown.page.prompt.edit


def test_control_enter_asks_every_model_and_empties_the_box(shown: Shown, qtbot: QtBot) -> None:
    qtbot.keyClicks(shown.page.prompt.edit, "Why is the sky blue?")
    qtbot.keyClick(shown.page.prompt.edit, Qt.Key.Key_Return, CONTROL)
    assert shown.calls("ask") == [("Why is the sky blue?", None, [])]
    assert shown.page.prompt.text() == ""


def test_shift_and_enter_make_a_line_and_the_big_box_grows(shown: Shown, qtbot: QtBot) -> None:
    edit = shown.page.prompt.edit
    low = edit.height()
    qtbot.keyClicks(edit, "One")
    for _ in range(3):
        qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert shown.calls("ask") == []
    four_lines = edit.height()
    assert four_lines > low
    for _ in range(20):
        qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    six_lines = edit.height()
    assert four_lines < six_lines < low * 6


def test_send_follows_what_is_written(shown: Shown, qtbot: QtBot) -> None:
    send = shown.page.prompt.send_button
    assert not send.isEnabled()
    qtbot.keyClicks(shown.page.prompt.edit, "Hello")
    assert send.isEnabled()
    qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
    assert shown.calls("ask") == [("Hello", None, [])]


def test_the_field_asks_one_alone(shown: Shown, qtbot: QtBot) -> None:
    prompt = shown.page.prompt
    prompt.menu.aboutToShow.emit()
    prompt.menu.actions()[2].trigger()
    assert prompt.send_button.text() == "Ask B"
    qtbot.keyClicks(prompt.edit, "Only")
    qtbot.keyClick(prompt.edit, Qt.Key.Key_Return, SHIFT)
    qtbot.keyClicks(prompt.edit, "you")
    qtbot.keyClick(prompt.edit, Qt.Key.Key_Return)
    (asked,) = shown.calls("ask")
    assert str(asked[0]).split() == ["Only", "you"]
    assert asked[1] == [shown.session.key("B")]
    assert prompt.text() == ""
    shown.settle()
    assert len(shown.pane("B").answers) == 1
    assert shown.pane("A").answers == []
    # It goes on asking that one until another is chosen.
    assert prompt.only == shown.session.key("B")
    prompt.menu.aboutToShow.emit()
    prompt.menu.actions()[0].trigger()
    assert prompt.only is None


def test_who_is_asked_alone_and_goes_leaves_all(shown: Shown) -> None:
    shown.page.prompt.ask_only(shown.session.key("C"))
    shown.session.remove_candidate(shown.session.key("C"))
    shown.settle()
    assert shown.page.prompt.only is None
    assert shown.page.prompt.edit.placeholderText().startswith("Ask both …")


def test_control_enter_asks_all_whoever_is_chosen(shown: Shown, qtbot: QtBot) -> None:
    prompt = shown.page.prompt
    prompt.ask_only(shown.session.key("C"))
    qtbot.keyClicks(prompt.edit, "Everybody")
    qtbot.keyClick(prompt.edit, Qt.Key.Key_Return, CONTROL)
    assert shown.calls("ask") == [("Everybody", None, [])]
    assert prompt.text() == ""


def test_control_enter_asks_the_one_where_enter_makes_a_line(shown: Shown, qtbot: QtBot) -> None:
    prompt = shown.page.prompt
    prompt.set_enter_sends(False)
    prompt.ask_only(shown.session.key("C"))
    qtbot.keyClicks(prompt.edit, "You")
    qtbot.keyClick(prompt.edit, Qt.Key.Key_Return, CONTROL)
    assert shown.calls("ask") == [("You", [shown.session.key("C")], [])]


def test_a_refused_prompt_is_kept_and_the_reason_said_in_place(shown: Shown, qtbot: QtBot) -> None:
    shown.session.refuse = "These 3 together need more memory than there is."
    qtbot.keyClicks(shown.page.prompt.edit, "Precious words")
    qtbot.keyClick(shown.page.prompt.edit, Qt.Key.Key_Return, CONTROL)
    assert shown.page.prompt.text() == "Precious words"
    assert shown.page.notice.isVisible()
    assert shown.page.notice.sentence == shown.session.refuse
    shown.session.refuse = None
    qtbot.keyClick(shown.page.prompt.edit, Qt.Key.Key_Return, CONTROL)
    assert not shown.page.notice.isVisible()
    assert shown.page.prompt.text() == ""


def test_a_draft_stays_when_another_chat_is_opened(shown: Shown, qtbot: QtBot) -> None:
    qtbot.keyClicks(shown.page.prompt.edit, "Half a thou")
    shown.page.commands.new_chat.trigger()
    shown.settle()
    assert shown.page.prompt.text() == "Half a thou"


def test_escape_stops_every_answer(shown: Shown, qtbot: QtBot) -> None:
    assert not shown.page.prompt.stop_button.isEnabled()
    shown.session.ask("Hello")
    shown.session.say("A", "Hel")
    shown.settle()
    assert shown.page.prompt.stop_button.isEnabled()
    qtbot.keyClick(shown.page, Qt.Key.Key_Escape)
    assert shown.calls("stop") == [(None,)]
    shown.settle()
    assert not shown.page.prompt.stop_button.isEnabled()
    assert shown.last_turn("A").answer.stop_label.text() == "stopped"


def test_one_pane_can_be_stopped_alone(shown: Shown, qtbot: QtBot) -> None:
    shown.session.ask("Hello")
    shown.session.say("B", "Hel")
    shown.settle()
    stop = shown.pane("B").header.stop_button
    assert stop.isVisible()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert shown.calls("stop") == [(shown.session.key("B"),)]
    shown.settle()
    assert not stop.isVisible()


def prompt_buttons(welcome: Welcome) -> list[QPushButton]:
    """The suggestions that are shown."""
    every = [button for button in welcome.findChildren(QPushButton) if not button.isHidden()]
    others = (welcome.models_button, welcome.search_button)
    return [each for each in every if each not in others and each.text() != "More …"]


def test_suggested_prompts_ask_and_go_away(shown: Shown, qtbot: QtBot) -> None:
    assert shown.page.welcome.isVisible()
    assert len(prompt_buttons(shown.page.welcome)) == 3
    qtbot.mouseClick(prompt_buttons(shown.page.welcome)[0], Qt.MouseButton.LeftButton)
    assert shown.calls("ask") == [(general_prompts()[0].prompt, None, ())]
    shown.settle()
    assert not shown.page.welcome.isVisible()


def test_an_empty_chat_leads_to_models_of_ones_own(shown: Shown, qtbot: QtBot) -> None:
    welcome = shown.page.welcome
    for button, signal in (
        (welcome.models_button, shown.page.browse_wanted),
        (welcome.search_button, shown.page.search_wanted),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_demo_says_what_it_is_for_and_has_prompts_of_its_own(qtbot: QtBot) -> None:
    welcome = Welcome()
    qtbot.addWidget(welcome)
    welcome.set_chat(demo=True, candidates=4)
    said = [label.text() for label in welcome.findChildren(QLabel)]
    assert said[0] == "One small model, shrunk four ways."
    titles = [button.text() for button in prompt_buttons(welcome)]
    assert titles == [each.title for each in demo_prompts()[:3]]
    more = next(b for b in welcome.findChildren(QPushButton) if b.text() == "More …")
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert len(prompt_buttons(welcome)) == len(demo_prompts())
    with qtbot.waitSignal(welcome.chosen) as chosen:
        qtbot.mouseClick(prompt_buttons(welcome)[-1], Qt.MouseButton.LeftButton)
    assert chosen.args == [demo_prompts()[-1].prompt]


def test_the_last_answer_can_be_written_anew(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("One", "1"), ("Two", "2"))
    shown.settle()
    shown.until(lambda: len(shown.pane("B").answers) == 2)
    first, last = shown.pane("B").answers
    assert not first.regenerate_button.isVisible()
    qtbot.mouseClick(last.regenerate_button, Qt.MouseButton.LeftButton)
    assert shown.calls("regenerate") == [(shown.session.chat.turns[1], [shown.session.key("B")])]


def test_an_earlier_message_is_edited_where_it_stands(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("Whi is the sky blue?", "x"), ("And then?", "y"))
    shown.settle()
    shown.until(lambda: len(shown.pane("A").transcript.views()) == 2)
    card = shown.pane("A").transcript.views()[0].prompt
    qtbot.mouseClick(card.edit_button, Qt.MouseButton.LeftButton)
    assert card.editor is not None
    assert not card.label.isVisible()
    assert card.editor.edit.toPlainText() == "Whi is the sky blue?"
    card.editor.edit.selectAll()
    qtbot.keyClicks(card.editor.edit, "Why is the sky blue?")
    first = shown.session.chat.turns[0]
    qtbot.mouseClick(card.editor.ask_button, Qt.MouseButton.LeftButton)
    assert shown.calls("edit") == [(first, "Why is the sky blue?", [])]
    shown.settle()
    for letter in "ABC":
        views = shown.pane(letter).transcript.views()
        assert [view.turn.prompt for view in views] == ["Why is the sky blue?"]


def test_escape_leaves_the_message_as_it_was(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("Hello", "x"))
    shown.settle()
    card = shown.last_turn("A").prompt
    card.start_editing()
    assert card.editor is not None
    qtbot.keyClicks(card.editor.edit, " there")
    qtbot.keyClick(card.editor.edit, Qt.Key.Key_Escape)
    assert card.editor is None
    card.start_editing()
    assert card.editor is not None
    assert card.editor.edit.toPlainText() == "Hello there", "what was written is not lost"
    card.editor.edit.undo()
    assert card.editor.edit.toPlainText() == "Hello"
    card.stop_editing()
    assert card.label.isVisible()
    assert card.label.text() == "Hello"
    assert shown.calls("edit") == []


def test_what_was_edited_is_kept_when_it_is_refused(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("Hello", "x"))
    shown.settle()
    card = shown.last_turn("A").prompt
    card.start_editing()
    assert card.editor is not None
    shown.session.refuse = "Stop the answers first."
    qtbot.keyClicks(card.editor.edit, " there")
    qtbot.keyClick(card.editor.edit, Qt.Key.Key_Return, CONTROL)
    assert card.editor is not None
    assert card.editor.edit.toPlainText() == "Hello there"


def test_nothing_is_offered_that_cannot_be_asked_now(shown: Shown) -> None:
    shown.session.with_turns(("Hello", "x"))
    shown.settle()
    shown.session.begin_load("B")
    shown.settle()
    turn = shown.last_turn("A")
    assert not turn.prompt.edit_button.isEnabled()
    assert not turn.answer.regenerate_button.isEnabled()
    shown.session.end_load("B")
    shown.settle()
    assert turn.prompt.edit_button.isEnabled()


def test_how_an_answer_ended_is_said_in_words(shown: Shown) -> None:
    session = shown.session
    session.ask("Hello")
    for letter, reason in (
        ("A", StopReason.END),
        ("B", StopReason.LENGTH),
        ("C", StopReason.CONTEXT),
    ):
        session.say(letter, "Some text")
        session.finish(letter, reason)
    shown.settle()
    words = {letter: shown.last_turn(letter).answer.stop_label.text() for letter in "ABC"}
    assert words["A"] == ""
    assert words["B"].startswith("length limit reached: 412")
    assert words["C"].startswith("context full: 4")


def test_a_projector_that_comes_with_a_model_goes_with_it(shown: Shown) -> None:
    run, panes = shown.page.controller, shown.session.panes
    assert run.add([Path("/m/mmproj-seer-F16.gguf"), Path("/m/seer-Q8_0.gguf")])
    (added,) = shown.session.panes[len(panes) :]
    assert added.candidate.place == "/m/seer-Q8_0.gguf"
    assert added.candidate.projector == "/m/mmproj-seer-F16.gguf"
    assert added.sees
