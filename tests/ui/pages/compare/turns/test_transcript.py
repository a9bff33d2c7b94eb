"""Questions and answers as they stand in rows.

Tests app.ui.pages.compare.turns.answer_view, app.ui.pages.compare.turns.standing,
app.ui.pages.compare.turns.parts, app.ui.pages.compare.turns.quiet_button,
app.ui.pages.compare.turns.rows, app.ui.pages.compare.turns.reading_place and
app.ui.pages.compare.turns.view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.chat import MAX_ANSWER_BYTES, Answer, AnswerFigures, StopReason
from app.ui.answers.markdown import MarkdownView
from app.ui.answers.text_parts import PART_WEIGHT, weight
from app.ui.kit.theme import GRID
from app.ui.pages.compare.turns.quiet_button import QuietButton
from app.ui.pages.compare.turns.window import FEW_TURNS, FIRST_TURNS, MOST_TURNS
from app.ui.pages.compare.words import stop_words

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.pages.compare.turns.answer_view import AnswerView
    from app.ui.pages.compare.turns.transcript import Transcript
    from app.ui.pages.compare.turns.view import TurnRow
    from tests.ui.pages.compare.conftest import Shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton
ANSWER = "Air scatters **short** waves most.\n\n- blue\n- violet\n"
LONG = "A line of an answer that is long enough to wrap in a narrow pane.\n\n" * 12


def with_turns(shown: Shown, turns: int, text: str = ANSWER) -> Transcript:
    shown.session.with_turns(*[(f"Question {i}", f"{i}. {text}") for i in range(turns)])
    shown.settle()
    transcript = shown.pane("A").transcript
    wanted = min(turns, FIRST_TURNS)
    shown.until(lambda: len(transcript.views()) == wanted)
    return transcript


def said(row: TurnRow) -> AnswerView:
    """A's answer."""
    return row.answers()[0]


def prompts(transcript: Transcript) -> list[str]:
    return [view.turn.prompt for view in transcript.views()]


def top_of(transcript: Transcript, view: TurnRow) -> int:
    return view.y() - transcript.verticalScrollBar().value()


def at_end(transcript: Transcript) -> bool:
    bar = transcript.verticalScrollBar()
    return bar.maximum() > 0 and bar.value() == bar.maximum()


def at_newest(transcript: Transcript) -> bool:
    """Whether the newest message stands on top, or the end is in sight."""
    bar, newest = transcript.verticalScrollBar(), transcript.views()[-1]
    on_top = abs(top_of(transcript, newest)) <= 2 * GRID
    return bar.maximum() > 0 and (on_top or bar.value() == bar.maximum())


def test_a_long_chat_shows_its_newest_turns_in_order(shown: Shown) -> None:
    transcript = with_turns(shown, 300)
    assert prompts(transcript) == [f"Question {i}" for i in range(300 - FIRST_TURNS, 300)]
    assert transcript.earlier_button.isVisible()
    assert not transcript.later_button.isVisible()
    shown.until(lambda: at_end(transcript))


def test_a_short_chat_is_shown_whole(shown: Shown) -> None:
    transcript = with_turns(shown, 3)
    assert len(transcript.views()) == 3
    assert not transcript.earlier_button.isVisible()


def test_earlier_turns_come_above_and_what_is_read_stays(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 100)
    first = transcript.views()[0]
    transcript.verticalScrollBar().setValue(60)
    before = top_of(transcript, first)
    qtbot.mouseClick(transcript.earlier_button, LEFT)
    shown.until(lambda: len(transcript.views()) == 2 * FIRST_TURNS)
    assert prompts(transcript)[0] == f"Question {100 - 2 * FIRST_TURNS}"
    shown.until(lambda: top_of(transcript, first) == before)


def test_scrolling_to_the_top_brings_earlier_turns(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 100)
    shown.until(lambda: at_end(transcript))
    transcript.verticalScrollBar().setValue(0)
    shown.until(lambda: len(transcript.views()) == 2 * FIRST_TURNS)


def test_only_a_few_dozen_turns_ever_have_widgets(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 200)
    for wanted in (2 * FIRST_TURNS, MOST_TURNS):
        transcript.show_earlier()
        shown.until(lambda wanted=wanted: len(transcript.views()) == wanted)
    transcript.show_earlier()
    # At once: what is read here is the end of the chat, so its turns soon come back.
    assert transcript.later_button.isVisible()
    assert len(transcript.views()) <= MOST_TURNS
    qtbot.mouseClick(transcript.end_button, LEFT)
    shown.until(lambda: len(transcript.views()) == FIRST_TURNS)
    assert prompts(transcript)[-1] == "Question 199"
    assert not transcript.later_button.isVisible()


def test_fewer_turns_have_widgets_where_turns_are_long(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 100, LONG)
    shown.until(lambda: at_newest(transcript))
    for newest in (99, 89, 79):
        transcript.verticalScrollBar().setValue(0)
        last = f"Question {newest}"
        shown.until(lambda last=last: prompts(transcript)[-1] == last and transcript.rows.at_rest)
        assert len(transcript.views()) == FEW_TURNS
    first = prompts(transcript)[0]
    # And back: what was let go of comes again.
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().maximum())
    shown.until(lambda: prompts(transcript)[0] != first)
    shown.until(lambda: len(transcript.views()) == FEW_TURNS)


def test_it_stays_at_the_newest_turn_while_text_comes(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 3, LONG)
    shown.session.ask("More")
    shown.settle()
    for _ in range(3):
        shown.session.say("A", LONG)
        shown.settle()
    shown.until(lambda: at_newest(transcript) and transcript.views()[-1].height() > 300)
    assert transcript.follows_end
    assert not transcript.end_button.isVisible()


def test_it_lets_the_person_read_while_text_comes(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 3, LONG)
    shown.session.ask("More")
    shown.session.say("A", LONG)
    shown.settle()
    bar = transcript.verticalScrollBar()
    shown.until(lambda: bar.maximum() > 300)
    bar.setValue(bar.maximum() // 2)
    maximum = bar.maximum()
    read = next(v for v in transcript.views() if v.y() + v.height() > bar.value())
    place = top_of(transcript, read)
    shown.session.say("A", LONG)
    shown.settle()
    shown.until(lambda: bar.maximum() > maximum)
    assert top_of(transcript, read) == place
    assert transcript.end_button.isVisible()
    qtbot.mouseClick(transcript.end_button, LEFT)
    assert bar.value() == bar.maximum()
    assert not transcript.end_button.isVisible()


def test_a_new_prompt_brings_the_end_into_sight_again(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 6, LONG)
    transcript.verticalScrollBar().setValue(100)
    shown.session.ask("More")
    shown.settle()
    shown.until(lambda: at_end(transcript))


def test_another_chat_shows_other_turns(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 5)
    first = shown.session.chat.id
    shown.session.open_chat(shown.session.store_chat())
    shown.settle()
    assert transcript.views() == []
    assert shown.page.welcome.isVisible()
    shown.session.open_chat(first)
    shown.settle()
    shown.until(lambda: len(transcript.views()) == 5)


def test_views_of_turns_that_stay_are_kept(shown: Shown) -> None:
    transcript = with_turns(shown, 3)
    kept = transcript.views()
    shown.session.ask("More")
    shown.settle()
    assert transcript.views()[:3] == kept


def test_thinking_is_folded_until_it_is_asked_for(shown: Shown, qtbot: QtBot) -> None:
    shown.session.ask("Hello")
    shown.settle()
    shown.session.say("A", "", thinking="First I add. ")
    shown.pane("A").pane.live_tokens = 132
    shown.settle()
    thinking = shown.last_turn("A").answer.thinking
    assert thinking is not None
    assert thinking.toggle.text() == "Thinking … 132 tokens"
    assert thinking.body is None
    qtbot.mouseClick(thinking.toggle, LEFT)
    assert thinking.body is not None
    assert thinking.body.toPlainText() == "First I add. "
    shown.session.say("A", "", thinking="Then I carry.")
    shown.settle()
    assert thinking.body.toPlainText() == "First I add. Then I carry."
    shown.session.say("A", "85")
    shown.session.finish("A", figures=AnswerFigures(generated_tokens=140, thinking_tokens=135))
    shown.settle()
    assert thinking.toggle.text() == "Thinking: 135 tokens"
    qtbot.mouseClick(thinking.toggle, LEFT)
    assert not thinking.body.isVisible()


def test_another_answers_thinking_takes_the_place_of_the_first(shown: Shown, qtbot: QtBot) -> None:
    shown.session.ask("Hello")
    shown.session.say("A", "Yes", thinking="One two three four")
    shown.settle()
    thinking = shown.last_turn("A").answer.thinking
    assert thinking is not None
    qtbot.mouseClick(thinking.toggle, LEFT)
    key = shown.session.key("A")
    shown.session.chat.turns[-1].answers[key] = Answer(text="No", thinking="Other")
    shown.session.listener.turns_changed()
    shown.settle()
    assert thinking.body is not None
    assert thinking.body.toPlainText() == "Other"


def test_the_first_difference_is_marked_against_the_reference(shown: Shown, qtbot: QtBot) -> None:
    session = shown.session
    session.ask("What?")
    for letter, text in (("A", "one two three"), ("B", "one too three"), ("C", "one two three")):
        session.say(letter, text)
        session.finish(letter)
    shown.settle()
    shown.until(lambda: shown.last_turn("B").answer.text.marked_position is not None)
    buttons = {x: shown.last_turn(x).answer.standing.difference_button.isVisible() for x in "ABC"}
    assert buttons == {"A": False, "B": True, "C": False}
    text = shown.last_turn("B").answer.text
    assert text.toPlainText()[text.marked_position :].startswith("too")


def test_another_reference_moves_the_marks(shown: Shown) -> None:
    session = shown.session
    session.ask("What?")
    for letter, text in (("A", "one two"), ("B", "one too"), ("C", "one two")):
        session.say(letter, text)
        session.finish(letter)
    shown.settle()
    session.set_reference(session.key("B"))
    shown.settle()
    visible = {x: shown.last_turn(x).answer.standing.difference_button.isVisible() for x in "ABC"}
    assert visible == {"A": True, "B": False, "C": True}
    assert shown.last_turn("B").answer.text.marked_position is None


def test_the_tag_brings_the_first_difference_into_sight(shown: Shown, qtbot: QtBot) -> None:
    session = shown.session
    session.ask("What?")
    for letter, word in (("A", "red"), ("B", "blue")):
        session.say(letter, f"It is {word}.\n\n" + LONG * 2)
        session.finish(letter)
    shown.settle()
    transcript = shown.pane("B").transcript
    bar = transcript.verticalScrollBar()
    shown.until(lambda: bar.maximum() > 400)
    bar.setValue(bar.maximum())
    qtbot.mouseClick(shown.last_turn("B").answer.standing.difference_button, LEFT)
    assert bar.value() < 200
    # The original's answer is marked at the same place.
    assert shown.last_turn("A").answer.text.marked_position == len("It is ")


def test_an_answer_is_copied_as_text_or_as_markdown(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 1)
    answer = said(transcript.views()[0])
    for wanted, copied in (
        ("Copy as text", "0. Air scatters short waves most."),
        ("Copy as Markdown", f"0. {ANSWER}"),
    ):
        qtbot.mouseClick(answer.copy_button, LEFT)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(a for a in menu.actions() if a.text() == wanted)
        assert isinstance(action, QAction)
        action.trigger()
        menu.close()
        lines = QGuiApplication.clipboard().text()
        assert copied.removeprefix("0. ").splitlines()[0] in lines
    assert QGuiApplication.clipboard().text() == f"0. {ANSWER}"


def test_a_message_is_copied(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 1)
    qtbot.mouseClick(transcript.views()[0].prompt.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == "Question 0"


def test_an_answer_that_was_cut_off_says_so(shown: Shown) -> None:
    session = shown.session
    session.with_turns(("Hello", "Half an ans"))
    for answer in session.chat.turns[0].answers.values():
        answer.stop_reason = None
    session.listener.turns_changed()
    shown.settle()
    assert "cut off" in shown.last_turn("A").answer.stop_label.text()


def test_a_stopped_answer_keeps_its_text(shown: Shown) -> None:
    session = shown.session
    session.ask("Hello")
    session.say("A", "So far")
    session.finish("A", StopReason.STOPPED)
    shown.settle()
    answer = shown.last_turn("A").answer
    assert answer.text.toPlainText() == "So far"
    assert answer.stop_label.text() == "stopped"


def test_a_very_long_message_is_shown_in_part_until_wanted(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("word " * 2000, "Fine."))
    shown.settle()
    card = shown.last_turn("A").prompt
    assert len(card.label.text()) < 2000
    assert card.whole_button is not None
    qtbot.mouseClick(card.whole_button, LEFT)
    assert card.whole_text is not None
    assert len(card.whole_text.parts.source) == 10_000


def test_text_of_models_and_persons_is_never_taken_for_markup(shown: Shown) -> None:
    shown.session.with_turns(("<b>bold</b> <img src=x>", "<b>not bold</b>"))
    shown.settle()
    turn = shown.last_turn("A")
    assert turn.prompt.label.text() == "<b>bold</b> <img src=x>"
    assert turn.prompt.label.textFormat() is Qt.TextFormat.PlainText
    assert "<b>" in turn.answer.text.toPlainText()


def test_buttons_of_older_turns_show_when_wanted(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 2)
    older, newest = transcript.views()
    assert said(newest).copy_button.is_painted()
    assert not said(older).copy_button.is_painted()
    said(older).copy_button.setFocus()
    assert said(older).copy_button.is_painted()
    said(older).reveal_buttons(True)
    said(older).copy_button.clearFocus()
    assert said(older).copy_button.is_painted()


def buttons_of(view: TurnRow) -> list[str]:
    return [button.accessibleName() for button in view.findChildren(QuietButton)]


def test_a_turn_gets_its_buttons_when_somebody_comes_near(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseMove(shown.page, QPoint(1, 1))
    transcript = with_turns(shown, 4)
    by_pointer, by_keys, neither, newest = transcript.views()
    assert len(buttons_of(newest)) == 4
    assert buttons_of(by_pointer) == buttons_of(by_keys) == []
    shown.until(lambda: at_end(transcript))
    QApplication.processEvents()
    heights = [view.height() for view in transcript.views()]
    widths = [view.prompt.label.width() for view in transcript.views()]
    transcript.scroll_to(by_pointer)
    qtbot.mouseMove(shown.page, QPoint(1, 1))
    qtbot.mouseMove(by_pointer, by_pointer.prompt.geometry().center())
    shown.until(lambda: len(buttons_of(by_pointer)) == 4)
    assert by_pointer.prompt.copy_button.is_painted()
    said(by_keys).text.setFocus(Qt.FocusReason.TabFocusReason)
    assert len(buttons_of(by_keys)) == 4
    assert buttons_of(neither) == []
    QApplication.processEvents()
    assert [view.height() for view in transcript.views()] == heights
    assert [view.prompt.label.width() for view in transcript.views()] == widths


def test_keys_go_from_a_text_to_its_buttons(shown: Shown, qtbot: QtBot) -> None:
    older, newest = with_turns(shown, 2).views()
    for view, offers_anew in ((older, False), (newest, True)):
        prompt, answer = view.prompt, said(view)
        answer.text.setFocus(Qt.FocusReason.TabFocusReason)
        expected = [answer.regenerate_button] if offers_anew else []
        for button in [*expected, answer.copy_button]:
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            assert button.hasFocus()
        answer.text.setFocus(Qt.FocusReason.TabFocusReason)
        for button in (prompt.copy_button, prompt.edit_button):
            qtbot.keyClick(
                QApplication.focusWidget(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier
            )
            assert button.hasFocus()


def test_an_answer_that_has_not_begun_has_only_what_it_shows(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseMove(shown.page, QPoint(1, 1))  # the pointer may rest where the turn will be
    shown.session.ask("Hello")
    shown.settle()
    turn = shown.last_turn("A")
    assert turn.answer.findChildren(MarkdownView) == []
    assert buttons_of(turn.row) == []
    assert turn.answer.live_label.isVisible()
    shown.session.say("A", "Hi")
    shown.settle()
    assert turn.answer.text.isVisible()
    assert not turn.answer.live_label.isVisible()
    shown.session.finish("A")
    shown.settle()
    assert len(buttons_of(turn.row)) == 4


def test_of_a_long_thinking_the_last_part_is_shown(shown: Shown, qtbot: QtBot) -> None:
    shown.session.ask("Hello")
    shown.settle()
    shown.session.say("A", "", thinking="step " * 10)
    shown.settle()
    thinking = shown.last_turn("A").answer.thinking
    assert thinking is not None
    thinking.toggle.click()
    for length in (1_000, 20_000, 60_000, 200_000, 200_001):
        thinking.set_thinking("x" * length, None, coming=True)
        assert thinking.body is not None
        assert 0 < weight(thinking.body.toPlainText()) <= PART_WEIGHT
    thinking.copy()
    assert QGuiApplication.clipboard().text() == "x" * 200_001


# ------------------------------------------------------------------------------ going back


def test_an_answer_that_was_written_anew_can_be_gone_back_to(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 2)
    view = transcript.views()[-1]
    key, turn = shown.session.panes[0].key, view.turn
    before = turn.answers[key].text
    qtbot.mouseClick(said(view).regenerate_button, LEFT)
    shown.settle()
    shown.session.say("A", "Another answer.")
    shown.session.finish("A")
    shown.settle()
    assert said(view).earlier_button.isVisible()
    assert said(view).text.parts.source == "Another answer."
    qtbot.mouseClick(said(view).earlier_button, LEFT)
    shown.settle()
    assert said(view).text.parts.source == before
    assert said(view).earlier_button.isVisible()


def test_a_message_that_was_edited_can_be_gone_back_to(shown: Shown, qtbot: QtBot) -> None:
    transcript = with_turns(shown, 2)
    view = transcript.views()[-1]
    assert view.prompt.earlier_button is None
    shown.session.edit(view.turn, "Another question")
    for letter in "ABC":
        shown.session.finish(letter)
    shown.settle()
    view = transcript.views()[-1]
    assert view.turn.prompt == "Another question"
    assert view.prompt.earlier_button is not None
    view.prompt.start_editing()
    assert not view.prompt.earlier_button.isVisible()
    view.prompt.stop_editing()
    qtbot.mouseClick(view.prompt.earlier_button, LEFT)
    shown.settle()
    assert transcript.views()[-1].turn.prompt == "Question 1"


def test_an_answer_that_may_not_be_longer_says_so() -> None:
    full = Answer("x" * MAX_ANSWER_BYTES, stop_reason=StopReason.LENGTH)
    short = Answer("x" * 100, stop_reason=StopReason.LENGTH)
    assert stop_words(full, COMPARE_GREEDY, None).startswith("as long as an answer may be: 524")
    assert stop_words(short, COMPARE_GREEDY, None).startswith("length limit")


# ------------------------------------------------------------------------------ side by side


def answered(shown: Shown, *texts: str) -> None:
    shown.session.ask("What?")
    for letter, text in zip("ABC", texts, strict=True):
        shown.session.say(letter, text)
        shown.session.finish(letter)
    shown.settle()


def test_an_equal_answer_is_one_line_until_it_is_opened(shown: Shown, qtbot: QtBot) -> None:
    answered(shown, "one two", "one two", "one too")
    same = shown.last_turn("B").answer
    assert same.standing.same_button.text() == "= the same as A"
    assert not same.copy_button.isVisible()
    assert same.height() < shown.last_turn("C").answer.height() or same.text.isHidden()
    qtbot.mouseClick(same.standing.same_button, LEFT)
    assert same.text.isVisible()
    assert same.text.toPlainText() == "one two"
    # It stays open when its widgets are made anew.
    shown.session.open_chat(shown.session.store_chat(("Other", "x")))
    shown.settle()
    shown.session.open_chat(1)
    shown.settle()
    opened = shown.last_turn("B").answer
    assert opened is not same
    assert opened.text.isVisible()
    qtbot.mouseClick(opened.standing.same_button, LEFT)
    assert not opened.text.isVisible()


def test_an_answer_says_how_it_stands_to_the_originals(shown: Shown) -> None:
    answered(shown, "one two", "one too", "other")
    assert shown.last_turn("A").answer.standing.label.text() == "compared with"
    tags = [shown.last_turn(x).answer.standing.difference_button.text() for x in "BC"]
    assert tags == ["≠ first difference", "≠ from the first word"]


def test_answers_that_were_cut_off_are_neither_equal_nor_different(shown: Shown) -> None:
    shown.session.ask("What?")
    for letter in "ABC":
        shown.session.say(letter, "one two")
        shown.session.finish(letter, StopReason.STOPPED)
    shown.settle()
    for letter in "BC":
        answer = shown.last_turn(letter).answer
        assert answer.text.isVisible()
        assert answer.standing.stops() == []


def test_answers_stand_level_and_as_wide_as_their_heads(shown: Shown) -> None:
    answered(shown, "one two", LONG, "other")
    shown.until(lambda: shown.last_turn("B").answer.height() > 100)
    cells = [shown.last_turn(letter).answer for letter in "ABC"]
    assert len({cell.mapToGlobal(QPoint()).y() for cell in cells}) == 1
    assert len({cell.text.mapToGlobal(QPoint()).y() for cell in cells}) == 1
    assert len({cell.height() for cell in cells}) == 1
    heads = [shown.pane(letter).header for letter in "ABC"]
    for cell, head in zip(cells, heads, strict=True):
        assert abs(cell.mapToGlobal(QPoint()).x() - head.mapToGlobal(QPoint()).x()) <= 1
        assert abs(cell.width() - head.width()) <= 1


def test_keys_go_from_left_to_right_and_from_top_to_bottom(shown: Shown) -> None:
    for _ in range(2):
        answered(shown, "one two", "one too", "other")
    panes = shown.page.panes
    shown.until(lambda: not any(timer.isActive() for timer in panes.findChildren(QTimer)))
    stops = [stop for row in shown.pane("A").transcript.views() for stop in row.stops()]
    heads = [shown.pane(letter).header for letter in "ABC"]
    chats = shown.page.chats
    expected = [chats.search, chats.view, *heads, *stops, shown.page.prompt.edit]
    chain, widget = [], shown.page.top.settings_button.nextInFocusChain()
    while len(chain) < len(expected) and widget is not shown.page.top.settings_button:
        if widget in expected:
            chain.append(widget)
        widget = widget.nextInFocusChain()
    assert chain == expected
