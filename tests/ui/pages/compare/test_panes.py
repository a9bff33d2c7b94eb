"""Columns on the page: their heads, what stands below, what can be done with them.

Tests app.ui.pages.compare.page, app.ui.pages.compare.page_parts,
app.ui.pages.compare.panes.header, app.ui.pages.compare.panes.header_row,
app.ui.pages.compare.panes.notes and app.ui.pages.compare.panes.figures.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.settings import CHAT, CompareMode
from app.core.chats.chat import AnswerFigures
from app.lab.compare.panes import EngineWait, PaneFailure, PaneState
from app.ui.kit.elsewhere import ElsewherePopover
from app.ui.kit.widgets import DotState
from app.ui.pages.compare.figure_words import Figure
from app.ui.pages.compare.panes.menu import PaneCommand
from tests.helpers.scripted_engine import SECOND_NS
from tests.helpers.wishes import Wishes
from tests.ui.pages.compare.conftest import show
from tests.ui.pages.compare.scripted_session import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from app.ui.pages.compare.panes.column import Column
    from app.ui.pages.compare.panes.header import ColumnHeader
    from tests.ui.pages.compare.conftest import Shown
    from tests.ui.pages.compare.scripted_session import ScriptedSession

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def letters(shown: Shown) -> str:
    return "".join(view.pane.letter for view in shown.page.panes.views())


def notice_button(view: Column, text: str) -> QPushButton:
    return next(b for b in view.notes.notice.findChildren(QPushButton) if b.text() == text)


def open_menu(shown: Shown) -> QMenu:
    return next(m for m in shown.page.findChildren(QMenu) if m.isVisible())


def choose(shown: Shown, command: PaneCommand) -> None:
    menu = open_menu(shown)
    action = menu.findChild(QAction, command.value)
    assert action is not None
    assert action.isEnabled()
    action.trigger()
    menu.close()
    shown.settle()


def drag(chip: ColumnHeader, to: QPoint) -> None:
    start = chip.rect().center()
    QTest.mousePress(chip, LEFT, pos=start)
    QTest.mouseMove(chip, start + QPoint(30, 0))
    QTest.mouseMove(chip, chip.mapFromGlobal(to))
    QTest.mouseRelease(chip, LEFT, pos=chip.mapFromGlobal(to))


def test_each_candidate_has_one_head_and_a_column(shown: Shown) -> None:
    heads = shown.page.panes.headers.headers()
    assert [head.name.text for head in heads] == ["Q8_0", "Q4_K_M", "Q2_K"]
    assert letters(shown) == "ABC"
    widths = {head.width() for head in heads}
    assert max(widths) - min(widths) <= 1


def test_a_column_says_that_it_waits_for_the_engine(shown: Shown) -> None:
    session, view = shown.session, shown.pane("B")

    def wait(engine: EngineWait | None) -> None:
        session.pane(session.key("B")).engine_wait = engine
        session.set_state("B", PaneState.ASLEEP)
        shown.settle()
        view.tick()

    wait(EngineWait(share=0.25))
    assert view.header.state.text == "waits for the engine 25%"
    assert view.header.progress.share == 0.25
    assert view.header.dot.state is DotState.WAITING
    assert view.notes.about.text() == "The engine is being compiled · 25%"
    wait(EngineWait(share=0.5, seconds_left=200.0))
    assert view.header.state.text == "waits for the engine 50%"
    wait(EngineWait(failed=True))
    assert view.header.state.text == "has no engine"
    assert view.header.dot.state is DotState.FAILED
    wait(None)
    assert view.header.state.text == "not loaded"
    assert view.header.dot.state is DotState.ASLEEP


def test_files_are_chosen_and_opened_beside_the_others(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.page.add_wanted):
        qtbot.mouseClick(shown.page.panes.headers.add_button, LEFT)
    shown.files.chosen = [Path("/models/one.gguf"), Path("/models/two.gguf")]
    shown.page.controller.choose_and_add()
    shown.settle()
    assert letters(shown) == "ABCDE"


def test_there_are_six_panes_at_most_and_the_button_says_so(shown: Shown) -> None:
    shown.page.open_files([Path(f"/models/{i}.gguf") for i in range(3)])
    shown.settle()
    add = shown.page.panes.headers.add_button
    assert letters(shown) == "ABCDEF"
    assert not add.isEnabled()
    assert "Six" in add.toolTip()
    assert not shown.page.commands.add.isEnabled()


def test_a_column_is_closed_by_its_head_and_by_keys(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.page.panes.headers.headers()[0].close_button, LEFT)
    shown.settle()
    assert letters(shown) == "BC"
    qtbot.keyClick(shown.page, Qt.Key.Key_2, CONTROL)
    qtbot.keyClick(shown.page, Qt.Key.Key_W, CONTROL)
    shown.settle()
    assert letters(shown) == "B"
    assert not shown.page.prompt.whom_button.isVisible()
    assert not shown.page.top.mode.isVisible()


def test_removing_without_a_focused_pane_asks_which(shown: Shown, qtbot: QtBot) -> None:
    qtbot.keyClick(shown.page, Qt.Key.Key_W, CONTROL)
    assert letters(shown) == "ABC"
    assert shown.page.notice.isVisible()


def test_without_panes_the_page_says_what_to_do(
    qtbot: QtBot, sessions: Callable[[], ScriptedSession]
) -> None:
    shown = show(qtbot, sessions())
    assert shown.page.empty.isVisible()
    with qtbot.waitSignal(shown.page.add_wanted):
        qtbot.mouseClick(shown.page.empty.findChildren(QPushButton)[0], LEFT)
    shown.page.open_files([Path("/models/one.gguf")])
    shown.settle()
    assert not shown.page.empty.isVisible()
    assert letters(shown) == "A"


def test_a_head_dragged_to_the_end_moves_its_column_there(shown: Shown) -> None:
    chips = shown.page.panes.headers.headers()
    end = chips[2].mapToGlobal(QPoint(chips[2].width() - 2, 8))
    drag(chips[0], end)
    shown.settle()
    assert letters(shown) == "BCA"


def test_a_head_dragged_to_the_front_moves_its_column_there(shown: Shown) -> None:
    chips = shown.page.panes.headers.headers()
    drag(chips[2], chips[0].mapToGlobal(QPoint(2, 8)))
    shown.settle()
    assert letters(shown) == "CAB"


def test_a_head_dropped_where_it_was_moves_nothing(shown: Shown) -> None:
    chips = shown.page.panes.headers.headers()
    drag(chips[1], chips[1].mapToGlobal(QPoint(20, 8)))
    assert shown.calls("move_candidate") == []


def test_the_original_says_so_in_words(
    qtbot: QtBot, sessions: Callable[[], ScriptedSession]
) -> None:
    shown = show(qtbot, sessions().with_panes("F16", "Q4_K_M"))
    sizes = {"A": 11_000_000, "B": 3_410_000}
    for letter, size in sizes.items():
        pane = shown.session.pane(shown.session.key(letter))
        pane.model = ScriptedModel("demo", letter and pane.model.level_name, size)  # type: ignore
        shown.session.listener.pane_changed(pane.key)
    shown.settle()
    heads = shown.page.panes.headers.headers()
    assert [head.role.text for head in heads] == ["the original", "−69%"]
    assert "4.9 bits a weight, 69% smaller" in heads[1].name.toolTip()
    shown.session.set_reference(shown.session.key("B"))
    shown.settle()
    assert [head.role.text for head in heads] == ["+223%", "compared with"]
    assert "compared with" in heads[1].accessibleName()


def test_in_a_narrow_column_the_state_keeps_its_words(
    qtbot: QtBot, sessions: Callable[[], ScriptedSession]
) -> None:
    shown = show(qtbot, sessions().with_panes("F16", "Q4_K_M"))
    head = shown.page.panes.headers.headers()[0]
    head.role.set_text("compared with · sees pictures · context 32k")
    head.state.set_text("not loaded")
    head.setFixedWidth(158)
    shown.settle()
    assert head.state.shown_text() == "not loaded"
    assert head.role.shown_text().startswith("com")


def test_versions_that_are_called_alike_are_told_apart_by_their_family(
    qtbot: QtBot, sessions: Callable[[], ScriptedSession]
) -> None:
    session = sessions().with_panes("Q4_K_M", name="gemma").with_panes("Q4_K_M", name="llama")
    shown = show(qtbot, session)
    heads = shown.page.panes.headers.headers()
    assert [head.name.text for head in heads] == ["Q4_K_M · gemma", "Q4_K_M · llama"]
    shown.page.prompt.menu.aboutToShow.emit()
    texts = [action.text() for action in shown.page.prompt.menu.actions()]
    assert texts[1].startswith("Ask A only: Q4_K_M · gemma")


@pytest.mark.parametrize(
    ("command", "method"),
    [
        (PaneCommand.RELOAD, "reload"),
        (PaneCommand.UNLOAD, "unload"),
        (PaneCommand.REMOVE, "remove_candidate"),
        (PaneCommand.REFERENCE, "set_reference"),
    ],
)
def test_the_menu_of_a_pane_does_what_it_says(
    shown: Shown, qtbot: QtBot, command: PaneCommand, method: str
) -> None:
    key = shown.session.key("B")
    qtbot.mouseClick(shown.pane("B").header.menu_button, LEFT)
    choose(shown, command)
    assert shown.calls(method) == [(key,)]


def test_the_menu_moves_panes_too(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.page.panes.headers.headers()[1].menu_button, LEFT)
    choose(shown, PaneCommand.MOVE_LEFT)
    assert letters(shown) == "BAC"


def test_a_sleeping_pane_can_be_loaded(shown: Shown, qtbot: QtBot) -> None:
    shown.session.set_state("C", PaneState.ASLEEP)
    shown.settle()
    assert shown.pane("C").header.state.text == "not loaded"
    qtbot.mouseClick(shown.pane("C").header.menu_button, LEFT)
    choose(shown, PaneCommand.LOAD)
    assert shown.calls("load") == [(shown.session.key("C"),)]


def test_keys_choose_whom_to_ask(shown: Shown, qtbot: QtBot) -> None:
    prompt = shown.page.prompt
    qtbot.keyClick(shown.page, Qt.Key.Key_2, CONTROL)
    assert prompt.edit.hasFocus()
    assert prompt.only == shown.session.key("B") == shown.page.panes.focused_key
    assert prompt.edit.placeholderText().startswith("Ask B only …")
    assert prompt.edit.accessibleName() == "Prompt for B only"
    qtbot.keyClick(prompt.edit, Qt.Key.Key_2, CONTROL)
    assert prompt.only is None
    assert prompt.edit.placeholderText().startswith("Ask all three …")
    head = shown.pane("C").header
    qtbot.mouseClick(head, LEFT)
    assert shown.page.panes.focused_key == shown.session.key("C")
    assert prompt.only is None


def test_commands_for_the_palette_are_the_pages_actions(shown: Shown) -> None:
    texts = [action.text() for action in shown.page.actions()]
    assert "Ask every model" in texts
    assert "Show the log of the chosen model’s engine" in texts
    assert all(texts)


@pytest.mark.parametrize(
    ("state", "words", "dot"),
    [
        (PaneState.PREPARING, "being made 40%", DotState.WORKING),
        (PaneState.LOADING, "loading 40%", DotState.WORKING),
        (PaneState.READING, "reading the prompt 40%", DotState.WORKING),
        (PaneState.WAITING, "waiting", DotState.WAITING),
        (PaneState.STOPPING, "stopping", DotState.WAITING),
        (PaneState.FAILED, "failed", DotState.FAILED),
        (PaneState.ASLEEP, "not loaded", DotState.ASLEEP),
        (PaneState.READY, "ready", DotState.READY),
    ],
)
def test_states_have_a_word_and_a_shape(
    shown: Shown, state: PaneState, words: str, dot: DotState
) -> None:
    progress = 0.4 if words.endswith("%") else None
    shown.session.set_state("B", state, progress=progress)
    shown.settle()
    header = shown.pane("B").header
    assert header.state.text == words
    assert header.dot.state is dot
    assert header.progress.share == progress


def test_a_failure_stands_in_the_pane_with_ways_on(shown: Shown, qtbot: QtBot) -> None:
    view = shown.pane("B")
    shown.session.fail(
        "B", PaneFailure("The engine ended by itself.", "Open another version.", "abort")
    )
    shown.settle()
    assert view.notes.notice.isVisible()
    assert view.notes.notice.sentence == "The engine ended by itself."
    assert view.notes.notice.advice == "Open another version."
    assert not shown.pane("A").notes.notice.isVisible()
    qtbot.mouseClick(notice_button(view, "Reload"), LEFT)
    assert shown.calls("reload") == [(view.key,)]
    view.pane.failure = None
    shown.session.set_state("B", PaneState.READY)
    shown.settle()
    assert not view.notes.notice.isVisible()


@pytest.mark.parametrize(
    ("turns", "ways"),
    [((), ["Try again", "Show log"]), ((("Hello", "Hi"),), ["Ask again", "Show log"])],
)
def test_a_server_that_fails_is_asked_again(
    shown: Shown, turns: tuple[tuple[str, str], ...], ways: list[str]
) -> None:
    shown.session.with_turns(*turns)
    shown.settle()
    pane = shown.session.pane(shown.session.key("B"))
    served = Candidate(ServerModel(url="http://127.0.0.1:9931/v1", model="m"))
    pane.setup = replace(pane.setup, candidate=served)
    shown.session.fail("B", PaneFailure("Nothing answers there."))
    shown.settle()
    assert _offered(shown.pane("B")) == ways


def _offered(view: Column) -> list[str]:
    buttons = view.notes.notice.findChildren(QPushButton)
    return [button.text() for button in buttons if not button.isHidden()]


def test_a_full_context_offers_to_drop_the_oldest_turns(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("Hello", "x"), ("And then?", "y"))
    view = shown.pane("C")
    view.pane.failure = PaneFailure("The context is full.", can_drop_turns=True)
    shown.session.listener.pane_changed(view.key)
    shown.settle()
    qtbot.mouseClick(notice_button(view, "Drop the oldest turns"), LEFT)
    assert shown.calls("drop_oldest_turns") == [(view.key,)]


def test_a_file_that_is_gone_can_be_found(shown: Shown, qtbot: QtBot) -> None:
    shown.session.fail("B", PaneFailure("“b.gguf” is not there.", is_gone=True))
    shown.session.fail("C", PaneFailure("It broke."))
    shown.settle()
    view = shown.pane("B")
    qtbot.mouseClick(notice_button(view, "Find it …"), LEFT)
    assert shown.calls("find_again") == []  # they changed their mind
    shown.files.chosen = [Path("/elsewhere/b.gguf")]
    qtbot.mouseClick(notice_button(view, "Find it …"), LEFT)
    assert shown.calls("find_again") == [(view.key, Path("/elsewhere/b.gguf"))]
    texts = [each.text() for each in shown.pane("C").notes.notice.findChildren(QPushButton)]
    assert "Find it …" not in texts


def test_a_failed_answer_can_be_asked_again(shown: Shown, qtbot: QtBot) -> None:
    shown.session.ask("Hello")
    shown.session.finish("A")
    shown.session.finish("B", error="It broke.")
    shown.session.finish("C")
    shown.session.fail("B", PaneFailure("It broke."))
    shown.settle()
    view = shown.pane("B")
    assert shown.last_turn("B").answer.stop_label.text() == "It broke."
    qtbot.mouseClick(notice_button(view, "Ask again"), LEFT)
    assert shown.calls("retry") == [(view.key,)]


def test_an_engine_at_fault_can_be_repaired(shown: Shown, qtbot: QtBot) -> None:
    wanted: list[None] = []
    shown.page.repair_wanted.connect(lambda: wanted.append(None))
    shown.session.fail("B", PaneFailure("It lacks an instruction.", can_repair=True))
    shown.session.fail("C", PaneFailure("It broke."))
    shown.settle()
    qtbot.mouseClick(notice_button(shown.pane("B"), "Repair the engine"), LEFT)
    assert len(wanted) == 1
    # Whoever wants to try it as it is may.
    qtbot.mouseClick(notice_button(shown.pane("B"), "Reload"), LEFT)
    assert shown.calls("reload") == [(shown.pane("B").key,)]
    other = shown.pane("C").notes.notice.findChildren(QPushButton)
    assert "Repair the engine" not in [button.text() for button in other]


def test_a_log_can_be_read_and_copied(shown: Shown, qtbot: QtBot) -> None:
    shown.session.fail("B", PaneFailure("It broke.", detail="GGML_ASSERT"))
    shown.settle()
    qtbot.mouseClick(notice_button(shown.pane("B"), "Show log"), LEFT)
    view = shown.page.windows.show_log(shown.session.key("B"))
    assert view.isVisible()
    assert "loaded meta data" in view.text.toPlainText()
    shown.session.engine("B").log += "GGML_ASSERT failed\n"
    qtbot.mouseClick(view.refresh_button, LEFT)
    qtbot.mouseClick(view.copy_button, LEFT)
    assert "GGML_ASSERT failed" in QGuiApplication.clipboard().text()
    view.close()


def test_use_elsewhere_gives_path_and_command(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.pane("B").header.menu_button, LEFT)
    choose(shown, PaneCommand.ELSEWHERE)
    popover = shown.page.findChild(ElsewherePopover)
    assert popover is not None
    qtbot.mouseClick(popover.path_button, LEFT)
    assert QGuiApplication.clipboard().text() == shown.pane("B").pane.candidate.place
    qtbot.mouseClick(popover.command_button, LEFT)
    assert QGuiApplication.clipboard().text().startswith("llama-server -m")
    popover.close()


def test_figures_of_the_answer_stand_below_it(shown: Shown) -> None:
    shown.session.ask("Hello")
    shown.session.say("B", "Hi")
    shown.session.say("B", " you")
    shown.settle()
    figures = shown.page.figures
    assert figures.bars[Figure.SPEED].bars[1].quantity.value == "31.2"
    assert shown.pane("B").header.state.text.replace("\u00a0", " ") == "31.2 tok/s"
    shown.session.finish(
        "B",
        figures=AnswerFigures(
            prompt_tokens=30,
            reused_tokens=10,
            prompt_ns=SECOND_NS // 10,
            first_token_ns=SECOND_NS * 41 // 100,
            generated_tokens=412,
            thinking_tokens=132,
            generation_ns=SECOND_NS * 411 // 20,
            shared=True,
        ),
    )
    shown.settle()
    assert not figures.bars[Figure.TOKENS].isVisible()
    QTest.mouseClick(figures.details_button, LEFT)
    assert figures.bars[Figure.TOKENS].isVisible()
    bars = {figure: line.bars[1] for figure, line in figures.bars.items()}
    said = {figure: str(bar.quantity).replace("\u00a0", " ") for figure, bar in bars.items()}
    assert said[Figure.TOKENS] == "412 tok"
    assert said[Figure.THINKING] == "132 tok"
    assert said[Figure.PROMPT_SPEED] == "200 tok/s"
    assert said[Figure.SPEED] == "20.0 tok/s"
    assert said[Figure.FIRST_TOKEN] == "0.41 s"
    assert "20 of the prompt's 30 tokens" in bars[Figure.PROMPT_SPEED].help
    assert bars[Figure.SPEED].hollow
    assert figures.caveat.text() == "times shared"
    assert "B 20.0" in figures.bars[Figure.SPEED].accessibleDescription()


def test_figures_forget_who_was_closed(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("Hello", "Hi"))
    shown.settle()
    memory = shown.page.figures.bars[Figure.MEMORY]
    assert [bar.letter for bar in memory.bars] == ["A", "B", "C"]
    shown.session.remove_candidate(shown.session.key("B"))
    qtbot.waitUntil(lambda: [bar.letter for bar in memory.bars] == ["A", "C"])


def test_speeds_of_a_busy_pc_say_that_they_do_not_count(shown: Shown) -> None:
    shown.session.ask("Hello")
    shown.session.say("B", "Hi")
    busy = AnswerFigures(generated_tokens=40, generation_ns=2 * SECOND_NS, busy=True)
    shown.session.finish("B", figures=busy)
    shown.settle()
    figures = shown.page.figures
    assert figures.caveat.isVisible()
    assert figures.caveat.text() == "PC busy: speeds do not count"
    assert figures.bars[Figure.SPEED].bars[1].hollow


def test_measured_memory_takes_the_place_of_the_estimate(shown: Shown) -> None:
    shown.session.with_turns(("Hello", "Hi"))
    shown.settle()
    memory = shown.page.figures.bars[Figure.MEMORY]
    assert memory.bars[1].quantity.value.startswith("≈")
    assert memory.bars[1].hollow
    shown.pane("B").pane.needed_bytes = 4_600_000_000
    shown.session.listener.pane_changed(shown.session.key("B"))
    shown.settle()
    assert str(memory.bars[1].quantity).replace("\u00a0", " ") == "4.60 GB"
    assert not memory.bars[1].hollow


def test_the_mode_is_chosen_and_explained(shown: Shown) -> None:
    mode = shown.page.top.mode
    assert "at once" in mode.toolTip()
    mode.setCurrentIndex(mode.findData(CompareMode.RACE))
    assert shown.calls("set_mode") == [(CompareMode.RACE,)]
    assert "one after another" in mode.toolTip()


def test_unequal_settings_are_said_in_one_line(shown: Shown) -> None:
    assert not shown.page.hygiene.isVisible()
    setup = shown.pane("B").pane.setup
    shown.session.update_candidate(replace(setup, sampling=CHAT))
    shown.settle()
    assert shown.page.hygiene.isVisible()
    assert shown.page.hygiene.text() == "B uses its own sampling."


def test_what_the_answers_show_is_said_with_the_next_step(shown: Shown, qtbot: QtBot) -> None:
    shown.session.ask("Hello")
    for letter, text in (("A", "yes"), ("B", "yes"), ("C", "no")):
        assert not shown.page.figures.outcome.isVisible()
        shown.session.say(letter, text)
        shown.session.finish(letter)
        shown.settle()
    assert shown.page.figures.outcome.text == "A and B agree, C does not."
    with qtbot.waitSignal(shown.page.measure_wanted):
        qtbot.mouseClick(shown.page.figures.measure_button, LEFT)


def test_one_alone_has_its_figures_in_a_line(shown: Shown) -> None:
    shown.session.with_turns(("Hello", "Hi"))
    for letter in "BC":
        shown.session.remove_candidate(shown.session.key(letter))
    shown.settle()
    figures = shown.page.figures
    assert not figures.bars[Figure.SPEED].isVisible()
    assert "tok/s" in figures.summary.text
    assert not figures.outcome.isVisible()


def test_going_on_with_one_takes_its_turns_along(shown: Shown, qtbot: QtBot) -> None:
    shown.session.with_turns(("One?", "1"), ("Two?", "2"))
    shown.settle()
    old, key = shown.session.chat.id, shown.session.key("B")
    qtbot.mouseClick(shown.pane("B").header.menu_button, LEFT)
    wishes = Wishes(shown.page)
    choose(shown, PaneCommand.GO_ON)
    assert shown.session.chat.id != old
    assert letters(shown) == "B"
    assert [turn.prompt for turn in shown.session.chat.turns] == ["One?", "Two?"]
    assert [turn.answers[key].text for turn in shown.session.chat.turns] == ["1", "2"]
    wishes.undos[0]()
    shown.settle()
    assert shown.session.chat.id == old
    assert letters(shown) == "ABC"


def test_very_long_names_do_not_widen_a_column(
    qtbot: QtBot, sessions: Callable[[], ScriptedSession]
) -> None:
    name = "A-model-with-a-name-that-goes-on-and-on-" * 6
    session = sessions().with_panes("Q8_0", name=name).with_panes("Q8_0", name=f"other-{name}")
    shown = show(qtbot, session)
    first, second = shown.page.panes.headers.headers()
    assert abs(first.width() - second.width()) <= 1
    assert first.name.shown_text() != first.name.text
    assert name in first.name.toolTip()


def test_many_columns_scroll_sideways_and_keep_their_width(shown: Shown) -> None:
    across = shown.page.panes.transcript.horizontalScrollBar()
    assert across.maximum() == 0
    shown.page.resize(900, 700)
    shown.page.open_files([Path(f"/models/{i}.gguf") for i in range(3)])
    shown.settle()
    least = shown.page.panes.transcript.rows.least_column_px
    heads = shown.page.panes.headers.headers()
    # A column that is added is brought into sight.
    shown.until(lambda: across.value() > 0)
    assert all(head.width() >= least - 1 for head in heads)
    last = heads[-1]
    assert last.mapTo(shown.page.panes, last.rect().topRight()).x() <= shown.page.panes.width()
    shown.page.panes.focus_pane(shown.session.key("A"))
    shown.until(lambda: across.value() == 0)


def test_a_new_column_offers_to_answer_what_it_missed(shown: Shown, qtbot: QtBot) -> None:
    for prompt in ("One?", "Two?"):
        shown.session.ask(prompt)
        for letter in "ABC":
            shown.session.finish(letter)
    added = shown.session.add_candidate(candidate_of("/models/late-Q4_0.gguf"))
    shown.settle()
    button = shown.pane("D").notes.catch_up
    assert button is not None
    shown.until(button.isVisible)
    assert button.text() == "Answer 2 questions"
    qtbot.mouseClick(button, LEFT)
    assert shown.calls("catch_up") == [(added.key,)]
    shown.settle()
    assert not button.isVisible()


def test_a_column_that_missed_nothing_offers_nothing(shown: Shown) -> None:
    shown.settle()
    assert shown.pane("A").notes.catch_up is None


def test_plots_and_bars_give_way_where_the_window_is_low(shown: Shown) -> None:
    shown.session.with_turns(("Hello", "Hi"))
    plots = QWidget()
    shown.page.place_plots(plots)
    shown.page.show_plots(True)
    shown.settle()
    speed, line = shown.page.figures.bars[Figure.SPEED], shown.page.fontMetrics().height()
    assert plots.isVisibleTo(shown.page)
    shown.page.resize(1280, 30 * line)
    assert not plots.isVisibleTo(shown.page)
    assert speed.isVisibleTo(shown.page)
    shown.page.resize(1280, 24 * line)
    assert not speed.isVisibleTo(shown.page)
    assert shown.page.figures.plots_button.isVisibleTo(shown.page)
    shown.page.resize(1280, 800)
    assert plots.isVisibleTo(shown.page)


@pytest.mark.parametrize("answered", [True, False])
def test_a_pane_that_was_closed_can_be_had_back(shown: Shown, *, answered: bool) -> None:
    if answered:
        shown.session.ask("Hello")
        shown.session.finish("B")
        shown.settle()
    wishes = Wishes(shown.page)
    key = shown.session.key("B")
    setup = shown.session.pane(key).setup
    shown.page.controller.update_candidate(setup.running(template_id="chatml"))
    shown.page.controller.remove(key)
    shown.settle()
    assert letters(shown) == "AC"
    assert wishes.said == ["B was closed with its answers." if answered else "B was closed."]
    wishes.undos[0]()
    shown.settle()
    assert letters(shown) == "ABC"
    assert shown.session.pane(key).candidate.template_id == "chatml"


def test_what_went_wrong_stands_at_the_answer(shown: Shown) -> None:
    long = "A line of an answer that is long enough to wrap in a narrow column.\n\n" * 30
    shown.session.ask("Hello")
    shown.session.say("A", long)
    shown.session.finish("A")
    shown.session.finish("B", error="It broke.")
    shown.session.finish("C")
    shown.session.fail("B", PaneFailure("It broke."))
    shown.settle()
    view = shown.pane("B")
    answer = shown.last_turn("B").answer
    shown.until(view.notes.notice.isVisible)
    assert answer.isAncestorOf(view.notes)
    assert not view.notes.visibleRegion().isEmpty()
    # A row that goes leaves the notes where they were.
    shown.page.commands.new_chat.trigger()
    shown.settle()
    shown.until(lambda: view.notes.isVisible())
    assert view.slot.isAncestorOf(view.notes)
    view.pane.failure = None
    shown.session.set_state("B", PaneState.READY)
    shown.settle()
    assert not view.notes.tells_failure


def test_the_chats_give_way_where_the_window_is_narrow(shown: Shown) -> None:
    page, wide = shown.page, shown.page.fontMetrics().averageCharWidth() * 130
    page.resize(wide, 700)
    assert page.chats.isVisible()
    page.resize(wide // 2, 700)
    assert not page.chats.isVisible()
    assert page.chat_list_visible, "it is remembered as shown"
    page.commands.show_chats.trigger()
    assert page.chats.isVisible()
    page.commands.show_chats.trigger()
    page.resize(wide, 700)
    assert page.chats.isVisible()
