"""What stands around the table: the answer, limits, remarks, details, what goes on.

Tests app.ui.pages.ladder.details.details, app.ui.pages.ladder.details.details_html,
app.ui.pages.ladder.details.of_server, app.ui.pages.ladder.details.remarks,
app.ui.pages.ladder.list.ladder_list, app.ui.pages.ladder.list.work_strip,
app.ui.pages.ladder.table.how.losses and app.ui.pages.ladder.words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.ladder.pairs import Pair
from app.core.ladder.results import AlongStep, StepKind
from app.core.quality.along import Said
from app.core.servers.facts import ServerModelFacts
from app.core.verdict import Judgement, Limits, State
from app.lab.engines.room import EngineRoom
from app.lab.ladder.kept import About
from app.lab.ladder.plan import Step
from app.lab.ladder.progress import LadderProgress
from app.lab.works.ladders.entry import LadderEntry, LadderState
from app.store.database import open_database
from app.ui.kit.jobs import Jobs
from app.ui.kit.tokens import LIGHT
from app.ui.kit.words.format import time_left
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.board import LadderBoard
from app.ui.pages.ladder.details.details import DetailsPanel
from app.ui.pages.ladder.details.details_html import details_html
from app.ui.pages.ladder.details.remarks import RemarksBanner
from app.ui.pages.ladder.list.ladder_list import LadderList, LadderListModel, ListRole
from app.ui.pages.ladder.table.how.losses import how_asked
from app.ui.pages.ladder.votes.backend import VotesBackend
from app.ui.pages.ladder.votes.panel import VotesPanel
from app.ui.pages.ladder.words import entry_title
from tests.lab import ladder_cases as cases
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    from app.lab.ladder.rows import LadderResult

    Watch = Callable[[QAbstractItemModel], None]

USUAL = Limits(8_000_000_000, 5.0)
Q2, BROKEN = "/m/sky-Q2_K.gguf", "/m/<script>.gguf"


def entry(state: LadderState = LadderState.FINISHED) -> LadderEntry:
    result = cases.result()
    letters = dict(zip(result.plan.keys, "ABCD", strict=True))
    made = LadderEntry(None, result.plan, 10**18, state, letters)
    made.result = result
    return made


def board(qtbot: QtBot, height: int = 900) -> LadderBoard:
    made = LadderBoard(USUAL)
    qtbot.addWidget(made)
    made.resize(1000, height)
    made.show()
    return made


def test_different_models_of_one_size_are_held_against_each_other(qtbot: QtBot) -> None:
    shown = board(qtbot)
    seen = view()
    pair = Pair(Q2, BROKEN, Judgement(State.CANNOT_TELL, ()), None, "At equal memory: who knows.")
    seen = replace(seen, pairs=(pair,))
    shown.show_view(seen, complete=True)
    assert pair.sentence in shown.sentences.sentences


def test_the_answer_and_a_sentence_a_version(qtbot: QtBot) -> None:
    shown = board(qtbot)
    assert shown.nothing.isVisible()
    assert not shown.card.isVisible()
    seen = view()
    shown.show_view(seen, complete=True)
    assert shown.card.headline.text() == "Run Q8_0"
    assert shown.sentences.sentences[:4] == [told(row.sentence) for row in seen.rows]
    assert shown.table.chosen == seen.recommendation.file


def test_table_and_plots_share_a_high_window_and_take_turns_in_a_low_one(qtbot: QtBot) -> None:
    shown = board(qtbot, height=900)
    shown.show_view(view(), complete=True)
    qtbot.waitUntil(lambda: shown.table.isVisible() and shown.details.isVisible())
    assert shown.stack.indexOf(shown.table) == -1
    shown.resize(800, 480)
    qtbot.waitUntil(lambda: shown.stack.indexOf(shown.table) == 0)
    assert next(shown.tabs.tabText(at) for at in range(shown.tabs.count())) == "Table"
    shown.resize(1000, 900)
    qtbot.waitUntil(lambda: shown.stack.indexOf(shown.table) == -1)
    assert shown.table.isVisible()


def test_the_work_strip_says_what_goes_on(qtbot: QtBot) -> None:
    shown = board(qtbot)
    strip = shown.strip
    measured = entry(LadderState.MEASURING)
    measured.progress = LadderProgress(Step(StepKind.QUALITY, (Q2,)), 4, 11, 0.4, 42.0, 0.25)
    shown.show_work(measured, held=False)
    assert strip.words.text().replace("\u00a0", " ") == (
        "Reading a text with C Q2_K: 25% · about 40 s left"
    )
    assert strip.line.share == 0.4
    assert strip.pause_button.isVisible()
    asking = Step(StepKind.TASKS, (Q2,))
    measured.about = About(list(cases.ITEMS))
    measured.progress = LadderProgress(asking, 5, 11, 0.5, 42.0, 0.25, busy=True)
    shown.show_work(measured, held=False)
    said = strip.words.text().replace("\u00a0", " ")
    assert said.startswith("Asking C Q2_K 480 questions: 120 done · about 40 s left · ")
    assert "keep the PC busy" in said
    shown.show_work(measured, held=True)
    assert "answers in Compare" in strip.words.text()
    for state, button in (
        (LadderState.PAUSED, strip.go_on_button),
        (LadderState.UNFINISHED, strip.go_on_button),
        (LadderState.WAITING, strip.cancel_button),
    ):
        shown.show_work(entry(state), held=False)
        assert button.isVisible(), state
    failed = entry(LadderState.FAILED)
    failed.error = "“x.gguf” is not there."
    shown.show_work(failed, held=False)
    assert strip.words.text().replace("\u200b", "") == failed.error
    assert strip.go_on_button.text() == "Try again"
    shown.show_work(entry(), held=False)
    assert not strip.isVisible()


def test_time_left_is_about() -> None:
    assert time_left(None) == ""
    assert time_left(2).startswith("about 5")
    assert time_left(600) == "about 10 min left"
    assert time_left(3 * 3600) == "about 3 h left"


def test_remarks_unfold_and_stay_dismissed(qtbot: QtBot) -> None:
    banner = RemarksBanner()
    qtbot.addWidget(banner)
    banner.show_remarks(["One.", "Two.", "Three."])
    assert banner.isVisible()
    assert not banner.others.isVisible()
    banner.more_button.click()
    assert banner.others.text() == "Two.\nThree."
    assert banner.others.isVisible()
    banner.hide()
    banner.show_remarks(["One.", "Two.", "Three."])
    assert not banner.isVisible()
    banner.show_remarks(["Four."])
    assert banner.isVisible()


def _tip(measured: LadderResult, file: str) -> str:
    seen = view(measured)
    row = seen.row(file)
    assert row is not None
    return how_asked(seen, row)


def _details(measured: LadderResult, file: str) -> str:
    seen = view(measured)
    row = seen.row(file)
    assert row is not None
    return details_html(seen, row, LIGHT, wide=False)


def test_details_show_foreign_text_as_it_is(qtbot: QtBot) -> None:
    page = _details(cases.result(), Q2)
    assert "sums &lt;0&gt;?" in page
    assert "&lt;i&gt;7&lt;/i&gt;" in page
    assert "a &lt;b&gt;" in page
    assert "loses" in page
    broken = _details(cases.result(), BROKEN)
    assert "GGML_ASSERT(x &lt; y)" in broken
    assert "<script>" not in broken


def test_details_of_a_servers_model_say_what_it_tells_and_what_it_cost(qtbot: QtBot) -> None:
    measured = cases.result()
    said = Said("Why?", (b"Be", b"cause"), ended=True)
    cases.change(measured, measured.plan.reference, answers=AlongStep("", (said,)))
    measured, key = cases.on_server(measured, Q2)
    page = _details(measured, key)
    for words in ("cellar &lt;1&gt;", "http://big:9931/v1", "vLLM", "moon-2", "fp_1", "seed"):
        assert words in page
    for words in ("not told", "33.0", "44.0", "500 read", "0.0020 by the prices"):
        assert words in page
    assert "the same for 1 of 2 tokens" in page
    assert "what it needs on this PC cannot be told" in page
    shown = board(qtbot)
    shown.details.is_there = lambda _path: False
    shown.show_view(view(measured), complete=True)
    shown.show_tab(shown.details)
    shown.table.choose(key)
    assert not shown.details.find_button.isVisible(), "there is no file"


@pytest.mark.parametrize("width", [1210, 730])
def test_details_never_scroll_sideways(qtbot: QtBot, width: int) -> None:
    """Nor below each other, with ids, questions and texts as long as real ones."""
    long_id = "/srv/models/" + "models--org--Llama-3.3-70B-Instruct-GGUF/" * 4 + "x.gguf"
    measured, key = cases.on_server(
        cases.result(), Q2, told=ServerModelFacts(long_id), fingerprint="fp_" + "0123456789" * 9
    )
    quality = measured.rows[key].quality
    assert quality is not None
    before, token = "The municipality has decided in the meeting of yesterday to", "enlarge"
    worst = tuple(replace(each, before=before * 2, token=token) for each in quality.worst)
    cases.change(measured, key, quality=msgspec.structs.replace(quality, worst=worst))
    shown = view(measured)
    items = [replace(each, prompt=f"{each.prompt} and " * 40) for each in shown.about.items]
    shown = replace(shown, about=msgspec.structs.replace(shown.about, items=items))
    panel = DetailsPanel()
    qtbot.addWidget(panel)
    panel.resize(width, 500)
    panel.show()
    for each in (key, shown.reference.key):
        panel.show_file(shown, each)
        assert panel.text.horizontalScrollBar().maximum() == 0
        assert panel.text.document().size().width() <= panel.text.viewport().width()


def test_details_count_empty_answers() -> None:
    measured = cases.result()
    assert "Empty" not in _details(measured, Q2)
    cases.change(measured, Q2, tasks=cases.tasks(60, "empty"))
    page = _details(measured, Q2)
    assert ">Empty</th>" in page
    assert "<td align=right>60</td>" in page
    assert "Cut" not in page
    assert "(cut off)" not in page
    assert "60 are empty" in _tip(measured, Q2)


def test_details_follow_the_row(qtbot: QtBot) -> None:
    shown = board(qtbot)
    shown.show_view(view(), complete=True)
    shown.show_tab(shown.details)
    shown.table.choose(Q2)
    assert shown.details.title.text() == "Q2_K"
    assert "sums" in shown.details.text.toPlainText()
    assert shown.pane_button.text() == "Open C in Compare"
    with qtbot.waitSignal(shown.pane_wanted) as caught:
        shown.pane_button.click()
    assert caught.args == [Q2]


def test_the_list_keeps_the_choice_while_ladders_move(qtbot: QtBot, watched: Watch) -> None:
    model = LadderListModel()
    watched(model)
    first, second = entry(), entry(LadderState.UNFINISHED)
    model.take([first, second])
    model.take([second, first])
    assert model.index(0).data(ListRole.ENTRY) is second
    model.note_ladder(second, held=False)
    assert model.index(0).data(ListRole.SECOND_LINE) == "4 versions · unfinished"
    model.take([first])
    assert model.rowCount() == 1
    ladders = LadderList()
    qtbot.addWidget(ladders)
    ladders.model.take([first, second])
    ladders.choose(second)
    ladders.model.take([second, first])
    assert ladders.entry is second


def test_other_limits_are_another_view() -> None:
    strict = view(limits=replace(USUAL, memory_bytes=1))
    assert strict.recommendation.file is None
    assert strict.limits.memory_bytes == 1
    assert [row.over_limit for row in strict.rows] == [True, True, True, False]


def test_a_version_whose_file_is_gone_can_be_found(qtbot: QtBot) -> None:
    shown = board(qtbot)
    shown.show_view(view(), complete=True)
    shown.details.show()
    wanted: list[str] = []
    shown.find_wanted.connect(wanted.append)
    assert shown.details.find_button.isVisible()
    shown.details.find_button.click()
    assert wanted == [shown.table.chosen]
    shown.details.is_there = lambda _: True
    shown.details.look_again()
    assert not shown.details.find_button.isVisible()


def test_a_measurement_is_renamed_where_it_stands(qtbot: QtBot) -> None:
    ladders = LadderList()
    qtbot.addWidget(ladders)
    first = entry()
    ladders.model.take([first])
    index = ladders.model.index(0)
    assert index.data() == "sky"
    told: list[tuple[object, str]] = []
    ladders.renamed.connect(lambda one, name: told.append((one, name)))
    assert ladders.model.setData(index, "  My sky ")
    assert not ladders.model.setData(index, "sky"), "it is called so"
    assert told == [(first, "My sky")]
    first.name = "My sky"
    assert entry_title(first) == "My sky"
    first.name, first.ordinal = "", 2
    assert entry_title(first) == "sky (2)"


@pytest.fixture
def votes(qtbot: QtBot, tmp_path: Path) -> Iterator[VotesPanel]:
    """Blind votes over a store of their own."""
    connection, jobs = open_database(tmp_path / "votes.sqlite3"), Jobs()
    room = EngineRoom(tmp_path / "state", lambda: 10**9)
    yield VotesPanel(VotesBackend(connection, room, jobs))
    jobs.shutdown()
    connection.close()


def test_votes_hide_the_verdict_and_all_that_could_move_them(
    qtbot: QtBot, votes: VotesPanel
) -> None:
    shown = board(qtbot)
    shown.set_votes(votes)
    shown.show_view(view(), complete=True)
    assert shown.above.isVisible()
    shown.show_tab(votes)
    qtbot.waitUntil(lambda: not shown.above.isVisible())
    assert not shown.table.isVisible()
    qtbot.wait(1)
    place = votes.mapTo(shown, votes.rect().topLeft())
    # A vote changes the view, and something goes on with the measurement.
    shown.show_view(view(limits=Limits(1)), complete=True)
    shown.show_work(entry(LadderState.UNFINISHED), held=False)
    qtbot.wait(1)
    assert not shown.card.isVisible()
    assert votes.mapTo(shown, votes.rect().topLeft()) == place
    shown.show_tab(shown.details)
    qtbot.waitUntil(lambda: shown.card.isVisible() and shown.table.isVisible())


def test_pausing_leaves_the_keyboard_where_it_goes_on(qtbot: QtBot) -> None:
    shown = board(qtbot)
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    shown.show_work(entry(LadderState.MEASURING), held=False)
    shown.strip.pause_button.setFocus()
    shown.show_work(entry(LadderState.PAUSED), held=False)
    assert shown.strip.go_on_button.hasFocus()
    shown.show_work(entry(LadderState.MEASURING), held=False)
    assert shown.strip.pause_button.hasFocus()
