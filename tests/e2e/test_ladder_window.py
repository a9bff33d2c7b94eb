"""The Ladder page of the real window over real engines: measured, stopped, gone on with, read.

Tests app.ui.pages.ladder.page, app.ui.pages.ladder.desk, app.ui.pages.ladder.views,
app.ui.pages.ladder.controller, app.ui.pages.ladder.part and app.ui.kit.late.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from app.core.candidates.notation import told_settings
from app.core.candidates.settings import EngineSettings, KvType
from app.core.tasks.results import KindVerdict
from app.core.verdict import State
from app.lab.compare.panes import PaneState
from app.lab.works.ladders.entry import LadderState
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.ui.pages.ladder.table.columns import STATE, place_of
from tests.e2e.measuring_window import choose_questions, leave_out
from tests.e2e.person import PATIENCE_SECONDS, Person

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.lab.ladder.rows import LadderResult
    from app.lab.verdict.view import LadderView
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.kit.theme import Theme
    from app.ui.pages.ladder.page import LadderPage

pytestmark = pytest.mark.e2e

KILLED_AFTER_STEPS = 5

Open = Callable[..., Person]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def paths(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    below = Paths.below(home)
    cache = tmp_path_factory.getbasetemp() / "ladder-cache"
    return Paths(below.config, below.data, below.state, cache)


@pytest.fixture
def open_person(qtbot: QtBot, theme: Theme, paths: Paths) -> Iterator[Open]:
    """Opens the window on one store, again and again."""
    people: list[Person] = []

    def start() -> Person:
        people.append(Person(theme, paths, size=(1280, 800)))
        return people[-1]

    yield start
    for person in people:
        person.close()


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    lines = [{"prompt": f"What is {n} + {n}?", "answer": 2 * n} for n in range(1, 13)]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@pytest.mark.slow
def test_the_second_demo_shows_what_its_adapter_teaches(open_person: Open) -> None:
    person = open_person()
    _click(person, "Which one?")
    page = _ladder(person)
    _click(person, "Measure the demo’s adapter")
    entry = _entry(person, page)
    person.until(lambda: entry.state is LadderState.FINISHED)
    person.until(lambda: _shows(page.view, entry.result))
    assert page.view is not None
    base, taught = sorted(page.view.rows, key=lambda row: row.is_reference)
    assert (taught.name, base.name) == ("F16, adapter demo-capitals.gguf", "F16")
    kinds = {kind.kind: kind for kind in base.kinds}
    assert kinds.pop("capitals").verdict is KindVerdict.LOSES
    assert all(kind.verdict is KindVerdict.CANNOT_TELL for kind in kinds.values())
    assert base.judgement is not None
    assert base.judgement.state is State.LOSES


def test_one_file_with_two_kinds_of_kv_cache_is_measured_as_it_stands_in_compare(
    open_person: Open, questions: Path
) -> None:
    person = open_person()
    person.until(lambda: all(pane.model is not None for pane in person.panes))
    session = person.window.session
    first, *others = person.panes
    for pane in others:
        session.remove_candidate(pane.key)
    small_cache = EngineSettings(kv_type=KvType.Q4_0)
    session.add_candidate(replace(first.candidate, engine=small_cache))
    person.until(lambda: all(pane.model is not None for pane in person.panes))

    _click(person, "Measure what each version loses …")
    page = _ladder(person)
    person.until(page.picker.isVisible)
    assert [told_settings(file.candidate) for file in page.picker.model.checked] == ["", "KV q4_0"]
    choose_questions(page, questions)
    _click(person, "Measure")
    entry = _entry(person, page)
    assert list(entry.letters.values()) == ["A", "B"]
    person.until(lambda: entry.state is LadderState.FINISHED)
    person.until(lambda: _shows(page.view, entry.result))

    assert page.view is not None
    plain, small = page.view.rows
    assert [row.name for row in (plain, small)] == ["F16", "KV q4_0"]
    assert plain.memory is not None
    assert small.memory is not None
    assert small.memory.kv_bytes < plain.memory.kv_bytes / 2
    assert small.quality is not None
    assert small.quality.figures["mean_kld"]

    # A row opens as it was measured: in the pane that is so, or in a new one.
    with_cache = next(pane for pane in session.panes if pane.candidate.key() == small.key)
    for close_first in (False, True):
        if close_first:
            session.remove_candidate(with_cache.key)
        person.window.main.show_page("ladder")
        page.board.table.choose(small.key)
        _click(person, f"Open {small.letter} in Compare")
        engines = [EngineSettings(), small_cache]
        person.until(lambda engines=engines: [p.candidate.engine for p in session.panes] == engines)


def test_from_compare_to_the_verdict(
    open_person: Open, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_person()
    person.until(lambda: all(pane.state is not PaneState.PREPARING for pane in person.panes))
    person.until(lambda: all(pane.model is not None for pane in person.panes))
    assert person.ladder is None, "who only chats does not pay for it"

    # What stands side by side in Compare is picked; the least shrunken one is the reference.
    _click(person, "Measure what each version loses …")
    page = _ladder(person)
    person.until(page.picker.isVisible)
    assert [file.letter for file in page.picker.model.checked] == ["A", "B", "C", "D"]
    assert page.picker.reference == person.panes[0].candidate
    leave_out(page, "Q2_K")
    box = person.find(QComboBox, "Compared with")
    for level in ("Q4_K_M", "F16"):
        box.setCurrentText(level)
        box.activated.emit(box.currentIndex())
    choose_questions(page, questions)
    _click(person, "Measure")
    entry = _entry(person, page)
    assert list(entry.letters.values()) == ["A", "B", "D"], "letters are those of Compare"

    # Rows fill while it is measured; it can be paused, gone on with and cancelled.
    person.until(lambda: page.view is not None and page.board.model.rowCount() == 3)
    person.until(lambda: _text(page, 0, place_of("tokens_per_second")) != "–")
    assert entry.state is LadderState.MEASURING
    _click(person, "Pause")
    person.until(lambda: entry.state is LadderState.PAUSED)
    person.until(lambda: person.shows("Paused"))
    page.run.delete(entry)
    assert page.entry is entry, "not in the middle"
    _click(person, "Go on")
    person.until(lambda: entry.state is LadderState.MEASURING)
    _click(person, "Stop")
    person.until(lambda: entry.state is LadderState.UNFINISHED)
    person.until(lambda: person.shows("This measurement is not finished."))
    person.close()

    # After a restart it is there, with what was measured, and goes on from there.
    person = open_person()
    _click(person, "Which one?")
    page = _ladder(person)
    person.until(lambda: page.view is not None)
    entry = _entry(person, page)
    assert entry.state is LadderState.UNFINISHED
    assert _text(page, 0, place_of("tokens_per_second")) != "–"
    assert list(entry.letters.values()) == ["A", "B", "D"]
    _click(person, "Go on")
    person.until(lambda: entry.state is LadderState.FINISHED)
    assert entry.result is not None
    assert entry.result.resumed_steps > 0
    person.until(lambda: _shows(page.view, entry.result))
    assert all(_text(page, row, place_of("mean_kld")) != "–" for row in range(3))
    assert _text(page, 2, STATE) == "loses"
    # Of twelve questions.
    person.until(lambda: page.board.card.headline.text() == "Cannot tell yet")
    assert len(page.board.sentences.sentences) >= 3
    page.board.show_tab(page.board.details)
    assert "Right answers, kind by kind" in page.board.details.text.toPlainText()

    # Other limits are other verdicts, with nothing measured anew.
    before = page.view
    field = page.board.card.limits.memory
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "10")  # the demo model is one of megabytes
    QTest.keyClick(field, Qt.Key.Key_Return)
    person.until(lambda: page.view is not before)
    person.until(lambda: page.board.card.headline.text() == "None keeps to your limits")
    assert entry.state is LadderState.FINISHED
    _click(person, "This PC’s limits")
    person.until(lambda: page.board.card.headline.text() == "Cannot tell yet")

    # The report, with everything beside it.
    target = tmp_path / "report.html"
    dialogs = "app.ui.kit.file_dialogs.QFileDialog.getSaveFileName"
    monkeypatch.setattr(dialogs, lambda *_args, **_more: (str(target), ""))
    page.commands.reports[".html"].trigger()
    person.until(lambda: all(target.with_suffix(s).exists() for s in (".json", ".md", ".csv")))
    person.until(target.exists)
    document = json.loads(target.with_suffix(".json").read_text())
    assert document["arguments"]["candidates"] == [Path(file).name for file in entry.keys]
    assert document["text"]["sha256"]
    assert document["recommendation"]["sentence"] in target.read_text().replace("&#39;", "'")

    # A row's pane.
    file = entry.keys[2]
    page.board.table.choose(file)
    _click(person, "Open D in Compare")
    person.until(lambda: file in [pane.candidate.place for pane in person.panes])
    assert person.window.main.current_page is not None
    assert person.window.main.current_page.id == "compare"

    # Deleted without a question, brought back as it was, and deleted again.
    _click(person, "Which one?")
    store, before = LadderStore(person._house.connection), page.view  # noqa: SLF001 - whose it is
    assert before is not None
    for is_brought_back in (True, False):
        page.ladders.delete_action.trigger()
        person.until(lambda: not page.ladders.model.rowCount())
        person.until(lambda: person.offers("Measure the demo model"))
        assert store.list_ladders() == []
        if is_brought_back:
            _click(person, "Undo")
            person.until(lambda: page.ladders.model.rowCount() == 1)
            assert _entry(person, page) is entry
            assert [each.id for each in store.list_ladders()] == [entry.number]
            person.until(lambda: page.view is not None)
            assert page.view is not None
            assert [row.name for row in page.view.rows] == [row.name for row in before.rows]
    person.close()


def test_killed_in_the_middle_of_a_ladder_it_goes_on_by_itself(
    open_person: Open, paths: Paths, home: Path, questions: Path
) -> None:
    words = [sys.executable, "-m", "tests.e2e.measuring_window", home, paths.cache, questions]
    root = Path(__file__).parents[2]
    with subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        steps = 0
        while steps < KILLED_AFTER_STEPS:
            line = window.stdout.readline()
            assert line, f"the window ended after {steps} steps"
            steps = int(line)
        engines: list[psutil.Process] = []
        while not engines and window.poll() is None:  # between two steps there may be none
            engines = psutil.Process(window.pid).children(recursive=True)
        window.kill()
    _, alive = psutil.wait_procs(engines, timeout=PATIENCE_SECONDS)
    assert engines
    assert not alive, "an engine outlived the window"

    # It goes on by itself, and so it does when the window was only closed.
    person = open_person()
    person.until(lambda: person.shows("Measuring goes on where it stopped: shrinkscope-demo."))
    _click(person, "Show")
    page = _ladder(person)
    entry = _entry(person, page)
    person.until(lambda: not person.window.main.notice.isVisible())
    person.until(lambda: entry.state is LadderState.MEASURING)
    person.close()

    # Who goes to the page by the rail needs no notice of it either.
    person = open_person()
    person.until(lambda: person.shows("Measuring goes on where it stopped: shrinkscope-demo."))
    _click(person, "Which one?")
    person.until(lambda: not person.window.main.notice.isVisible())
    person.close()

    # What the person puts off waits for the person.
    person = open_person()
    person.until(lambda: person.shows("Measuring goes on where it stopped: shrinkscope-demo."))
    assert person.ladder is not None
    entry = _entry(person, person.ladder.page)
    _click(person, "Not now")
    person.until(lambda: entry.state is LadderState.UNFINISHED)
    person.close()
    person = open_person()
    assert person.ladder is None
    _click(person, "Which one?")
    page = _ladder(person)
    entry = _entry(person, page)
    assert entry.state is LadderState.UNFINISHED
    _click(person, "Go on")
    person.until(lambda: entry.state is LadderState.FINISHED)
    assert entry.result is not None
    assert entry.result.resumed_steps >= steps
    assert all(row.memory and row.tasks and row.speed for row in entry.result.rows.values())
    assert page.ladders.model.rowCount() == 1
    person.close()


def test_limits_columns_and_layout_are_kept(open_person: Open) -> None:
    person = open_person()
    _click(person, "Which one?")
    page = _ladder(person)
    page.board.table.set_columns(["name", "votes"])
    page.board.table.columns_changed.emit()
    page.commands.show_list.setChecked(False)
    page.board.card.limits.loss.setText("7")
    page.board.card.limits.loss.commit()
    person.close()
    person = open_person()
    _click(person, "Which one?")
    page = _ladder(person)
    assert page.board.table.columns == ["name", "votes"]
    assert not page.commands.show_list.isChecked()
    assert page.views.limits.tolerance == pytest.approx(0.07)
    person.close()


def _ladder(person: Person) -> LadderPage:
    """The page, once it is built."""
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    person.until(page.isVisible)
    return page


def _click(person: Person, name: str) -> None:
    """Click a button as soon as it is there."""
    person.until(lambda: person.offers(name), f"nothing is called {name}")
    person.click(name)


def _entry(person: Person, page: LadderPage) -> LadderEntry:
    """What the page shows, once it shows one."""
    person.until(lambda: page.entry is not None)
    assert page.entry is not None
    return page.entry


def _shows(view: LadderView | None, result: LadderResult | None) -> bool:
    """Whether everything that was measured is on the page."""
    return (
        view is not None
        and result is not None
        and (view.elapsed_ns, view.resumed_steps) == (result.elapsed_ns, result.resumed_steps)
    )


def _text(page: LadderPage, row: int, column: int | None) -> str:
    assert column is not None
    return str(page.board.model.index(row, column).data())


def test_what_cannot_be_told_yet_is_settled_by_asking_more(
    open_person: Open, tmp_path: Path
) -> None:
    path = tmp_path / "many.jsonl"
    pairs = [(one, other) for one in range(11, 51) for other in range(12, 22)]
    lines = [{"prompt": f"What is {n} + {m}?", "answer": n + m} for n, m in pairs]
    path.write_text("\n".join(map(json.dumps, lines)))
    person = open_person()
    person.until(lambda: all(pane.model is not None for pane in person.panes))
    for pane in person.panes[2:]:
        person.session.remove_candidate(pane.key)
    _click(person, "Measure what each version loses …")
    page = _ladder(person)
    person.until(page.picker.isVisible)
    choose_questions(page, path)
    _click(person, "Measure")
    entry = _entry(person, page)
    person.until(lambda: entry.state is LadderState.FINISHED)
    person.until(lambda: _shows(page.view, entry.result))
    person.until(lambda: page.board.card.headline.text() == "Cannot tell yet")
    assert entry.result is not None
    speeds = {key: row.speed for key, row in entry.result.rows.items()}

    _click(person, "Ask them: Q4_K_M")
    person.until(lambda: entry.state is LadderState.FINISHED and len(entry.about.items) > 60)
    person.until(lambda: _shows(page.view, entry.result))
    assert page.ladders.model.rowCount() == 1, "it is the same measurement"
    assert {key: row.speed for key, row in entry.result.rows.items()} == speeds
    assert page.view is not None
    for row in page.view.rows:
        assert row.right is not None
        assert row.right.counts is not None
        assert row.right.counts[1] > 60
    person.close()
