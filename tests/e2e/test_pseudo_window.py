"""The real window in the pseudo-language: no word of it is plain English.

Files, models and answers have names without words here, so that whatever reads as English is the
program's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.core.hub_names import HubAddress
from app.lab.compare.panes import PaneState
from app.lab.hub.picks import shipped_picks
from app.lab.works.ladders.entry import LadderState
from app.lab.works.work import WorkState
from app.library.model_files import read_shards
from app.store.paths import Paths
from app.ui.kit.words.language import PSEUDO_LANGUAGE, VARIABLE, speak
from app.ui.pages.compare.panes.menu import PaneCommand
from app.ui.pages.models.repository.repository import OpenState
from app.ui.pages.shrink.part import ShrinkPart
from tests.e2e.measuring_window import choose_questions
from tests.e2e.person import Person
from tests.helpers import histories
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama, write_truncated_llama
from tests.helpers.histories import Clock
from tests.helpers.hub_way import close_library
from tests.helpers.pseudo_reader import Reader
from tests.helpers.window_parts import history_of, part_of

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme

pytestmark = pytest.mark.e2e

CONTROL = Qt.KeyboardModifier.ControlModifier
# Why a file could not be measured is kept in English.
KEPT = ("It could not be read when this ladder was measured", "is truncated", "are there")
REPO, GATED = "m1/r2", "m1/r3"
FACTS = {"general.name": "M1", "general.license": "mit"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub with a repository, and one behind a licence."""
    facts = {"downloads": 42, "gguf": {"total": 2_000_000, "context_length": 512},
             "cardData": {"license": "mit"}}  # fmt: skip
    content = write_tiny_llama(tmp_path / "h.gguf", seed=7, metadata=FACTS)
    files = [FakeFile(f"m1-{level}.gguf", content) for level in ("Q8_0", "Q2_K")]
    with FakeHub(
        FakeRepository(REPO, files, facts=facts), FakeRepository(GATED, files, gated=True)
    ) as made:
        yield made
    close_library()


@pytest.fixture
def earlier(qapp: QApplication) -> list[QWidget]:
    """What windows of earlier tests have left in this process."""
    return qapp.allWidgets()


@pytest.fixture
def person(
    earlier: list[QWidget],
    qapp: QApplication,
    theme: Theme,
    hub: FakeHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Person]:
    """Before the window in the pseudo-language, on this Hub and with a folder of such files."""
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv(VARIABLE, PSEUDO_LANGUAGE)
    mine = tmp_path / "m"
    mine.mkdir()
    write_tiny_llama(mine / "m3-Q4_K_M.gguf", metadata=FACTS)
    broken = write_truncated_llama(mine / "m4.gguf")
    paths = Paths.default()
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text(json.dumps({"version": 1, "library_folders": [str(mine)]}))
    answers = [
        write_scripted_model(tmp_path / f"m{n}.gguf", pieces, metadata=FACTS)
        for n, pieces in enumerate((["4", "2"], ["4", "3"]))
    ]
    before = set(qapp.findChildren(QTranslator))
    speak(qapp)
    made = Person(theme, paths, [*answers, broken], size=(1400, 900))
    yield made
    made.close()
    for translator in set(qapp.findChildren(QTranslator)) - before:
        qapp.removeTranslator(translator)
        translator.deleteLater()


@pytest.fixture
def reader(earlier: list[QWidget], tmp_path: Path, hub: FakeHub) -> Reader:
    """Somebody who knows no English but the names here."""
    picks = shipped_picks().picks  # content, as models' own pages are
    told = [text for pick in picks for text in (pick.name, pick.why, pick.repo_id, pick.licence)]
    return Reader(earlier, str(tmp_path), hub.endpoint, *told)


def test_compare(person: Person, reader: Reader) -> None:
    session, controller = person.session, person.compare.controller
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    reader.read("start")
    session.ask("1 + 1?")
    person.until(person.answered)
    person.until(lambda: PaneState.FAILED in {pane.state for pane in person.panes})
    person.rest()
    reader.read("answers")
    for view in person.compare.panes.views():
        view.header.menu_requested.emit(view.header.mapToGlobal(view.header.rect().center()))
        reader.read("a pane's menu")
        person.press(Qt.Key.Key_Escape)
    key = person.panes[0].key
    controller.run(PaneCommand.SETTINGS, key)
    reader.read("settings of a pane")
    person.press(Qt.Key.Key_Comma, CONTROL)
    controller.run(PaneCommand.ELSEWHERE, key)
    reader.read("elsewhere")
    close_others(person)
    controller.run(PaneCommand.LOG, key)
    close_others(person)  # an engine's log is llama.cpp's
    for pane in list(person.panes):
        controller.remove(pane.key)
    reader.read("no pane")
    reader.understood()


def test_what_lies_around_the_pages(person: Person, reader: Reader) -> None:
    main = person.window.main
    main.palette_action.trigger()
    reader.read("palette")
    person.press(Qt.Key.Key_Escape)
    for page in ("compare", "models"):
        main.show_page(page)
        main.help_action.trigger()
        reader.read(f"help of {page}")
        main.help_action.trigger()
    for page in ("settings", "about"):
        main.show_page(page)
        reader.read(page)
    reader.understood()


def test_models(person: Person, reader: Reader) -> None:
    person.window.main.show_page("models")
    page, library = person.models.page, person.models.library
    reader.read("Models")
    person.until(lambda: len(library.models) > 1 and not library.scanning)
    page.show_tab(1)
    for model in page.library.tree.shown():
        page.library.show_model(model.path)
        QTest.qWait(0)
        reader.read("the library")
    page.show_tab(0)
    field = person.find(QLineEdit, "Search the Hub")
    for words, rows in (("nothing", 0), ("m1", 2)):
        field.clear()
        QTest.keyClicks(field, words)
        QTest.keyClick(field, Qt.Key.Key_Return)
        person.until(lambda rows=rows: page.search.model.rowCount() == rows)
        reader.read("a search")
    page.open_address(HubAddress(GATED))
    person.until(page.panel.card.isVisible)
    reader.read("a licence")
    page.open_address(HubAddress(REPO))
    person.until(lambda: page.panel.opening.state is OpenState.SHOWN)
    person.until(lambda: page.panel.files.predictions.share == 1)
    reader.read("a repository")
    page.panel.files.model.check("m1-Q8_0.gguf")
    person.click("Download")
    person.until(lambda: page.downloads.model.finished == 1)
    reader.read("downloads")
    page.account_action.trigger()
    person.until(page.account.isVisible)
    reader.read("account")
    page.account.window().close()
    reader.understood()


def test_history(person: Person, reader: Reader) -> None:
    reader.know("sky-Q4_K_M", "kv", "q8_0")
    house, clock = person._house, Clock()  # noqa: SLF001 - whose store it is
    for speed in (20.0, 25.0):
        histories.add_bench(house.connection, clock, speed)
    histories.add_vote(house.connection, clock, "m1", "m1", "m1")
    histories.add_batch(house.connection, clock, "m1", ("m1", "m1"))
    person.window.main.show_page("history")
    person.until(lambda: history_of(person.window) is not None)
    desk = history_of(person.window)
    assert desk is not None
    page = desk.page
    person.until(lambda: len(page.entries.model.rows) == 4)
    for row in range(4):
        page.entries.choose(row)
        QTest.qWait(0)
        page.details.text.set_markdown("")  # a document of its own, in English
        reader.read("an entry")
    page.entries.choose(2)  # the later one of both
    person.until(lambda: bool(page.details.before.text()))
    page.details.text.set_markdown("")
    reader.read("the difference")
    page.entries.view.selectAll()
    reader.read("many")
    page.filters.search.setText("m2")
    person.until(page.nothing.isVisible)
    page.details.text.set_markdown("")
    reader.read("nothing")
    reader.understood()


def test_shrink(person: Person, reader: Reader) -> None:
    part = part_of(person.window, ShrinkPart)
    person.window.main.show_page("shrink")
    person.until(lambda: part.desk is not None)
    assert part.desk is not None
    page = part.desk.page
    page.choose(person.panes[0].candidate.file)
    person.until(lambda: bool(page.making.versions.rows))
    page.making.common.show()
    reader.read("Shrink")
    page.making.versions.setData(
        page.making.versions.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
    )
    page.making.make()
    reader.read("versions that are made")
    person.until(lambda: all(each.state is WorkState.DONE for each in part.desk.makes.all))
    part.desk.pump()
    reader.read("versions that were made")
    page.tabs.setCurrentIndex(1)
    page.inside.look()
    person.until(page.inside.look_button.isEnabled)
    page.inside.map.choose([(0, 0)])
    shards = read_shards(person.panes[0].candidate.file)
    reader.know(*(tensor.name for shard in shards for tensor in shard.header.tensors))
    reader.read("inside")
    reader.understood()


def test_ladder(person: Person, reader: Reader, tmp_path: Path) -> None:
    reader.know(*KEPT, "own")  # a kind of questions is called as in its file
    main = person.window.main
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    main.show_page("ladder")
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    reader.read("no ladder")
    main.help_action.trigger()
    reader.read("help")
    main.help_action.trigger()
    main.show_page("compare")
    person.click("Measure what each version loses …")
    person.until(page.picker.isVisible)
    reader.read("setting one up")
    questions = tmp_path / "q1.jsonl"
    asked = [{"prompt": f"{n} + 1 = ?", "answer": n + 1} for n in range(12)]
    questions.write_text("\n".join(map(json.dumps, asked)))
    choose_questions(page, questions)
    person.click("Measure")
    entry = page.entry
    assert entry is not None
    step = None
    while entry.state is not LadderState.FINISHED:
        QTest.qWait(20)
        assert entry.state is not LadderState.FAILED, entry.error
        if entry.progress is not None and entry.progress.step != step:
            step = entry.progress.step
            reader.read("measuring")
    person.until(lambda: page.view is not None)
    for row in page.view.rows:
        page.board.table.choose(row.key)
        reader.read("measured")
    page.run.delete(entry)
    reader.read("one was deleted")
    reader.understood()


def close_others(person: Person) -> None:
    """Close what lies over the window."""
    for other in QApplication.topLevelWidgets():
        if other is not person.window.main and other.isVisible():
            other.close()
    QTest.qWait(0)
