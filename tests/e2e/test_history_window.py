"""A person looks through the History page of the real window.

Tests app.ui.pages.history.part, app.ui.pages.history.desk, app.ui.pages.history.page,
app.ui.pages.history.list, app.ui.pages.history.details, app.ui.pages.history.filters,
app.ui.entries.menus, app.lab.history.repeat and app.ui.pages.ladder.vote_again.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.core.candidates.candidate import candidate_of
from app.core.history.entry import EntryKind
from app.store.database import open_beside, open_database
from app.store.paths import Paths
from tests.e2e.person import Person
from tests.helpers import histories
from tests.helpers.gguf_files import write_scripted_model
from tests.helpers.window_parts import history_of, ladder_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.ui.kit.theme import Theme
    from app.ui.pages.history.page import HistoryPage

pytestmark = pytest.mark.e2e

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def person(theme: Theme, tmp_path: Path) -> Iterator[Person]:
    """Before a window with an entry of each kind, older than the index of their words."""
    model = write_scripted_model(tmp_path / "a-F16.gguf", ["42"])
    paths = Paths.below(tmp_path / "home")
    paths.create()
    clock, connection = histories.Clock(), open_database(paths.database)
    histories.add_bench(connection, clock, 20.0, candidate=candidate_of(model))
    histories.add_ladder(connection, clock, "My levels")
    gone = candidate_of(tmp_path / "gone.gguf")
    histories.add_batch(connection, clock, "animals.txt", ("A cat?", "Meow"), candidate=gone)
    histories.add_vote(connection, clock, "Which one?", "One", "Two")
    talk = ("What is it?", "A quokka."), ("And that?", "A wombat.")
    histories.add_chat(connection, clock, "Animals", *talk, candidate=candidate_of(model))
    histories.add_bench(connection, clock, 25.0, candidate=candidate_of(model))
    connection.close()
    made = Person(theme, paths, [model], size=(1280, 800))
    yield made
    made.close()


@pytest.fixture
def page(person: Person) -> HistoryPage:
    """The History page, with all that there is."""
    person.window.main.show_page("history")
    person.until(lambda: history_of(person.window) is not None)
    desk = history_of(person.window)
    assert desk is not None
    person.until(lambda: len(desk.page.entries.model.rows) == 6)
    person.until(lambda: desk.page.filters.models.count() > 1)  # the index is made
    return desk.page


def kinds(page: HistoryPage) -> list[str]:
    return [entry.kind.value for entry in page.entries.model.rows]


def choose(page: HistoryPage, kind: EntryKind) -> None:
    page.entries.choose(kinds(page).index(kind.value))


def test_words_are_searched_and_the_chat_opens_where_it_was(
    person: Person, page: HistoryPage
) -> None:
    assert kinds(page) == ["bench", "chat", "vote", "batch", "ladder", "bench"]
    person.until(page.details.before.isVisible)
    person.until(lambda: "+25.0 %" in page.details.before.text())
    person.press(Qt.Key.Key_F, CONTROL)
    person.until(page.filters.search.hasFocus)
    QTest.keyClicks(page.filters.search, "quokka")
    person.until(lambda: kinds(page) == ["chat"])
    person.until(lambda: "quokka" in page.entries.model.rows[0].found)
    person.press(Qt.Key.Key_Return)
    person.until(page.entries.view.hasFocus)
    person.until(lambda: "A wombat." in page.details.text.plain_text())
    person.press(Qt.Key.Key_Return)
    person.until(lambda: [t.prompt for t in person.session.chat.turns][1:] == ["And that?"])
    current = person.window.main.current_page
    assert current is not None
    assert current.id == "compare"
    person.window.main.show_page("history")
    page.filters.search.setText('" xyzzy *')
    person.until(page.nothing.isVisible)
    page.filters.clear()
    person.until(lambda: len(kinds(page)) == 6)
    page.filters.kinds.setCurrentIndex(page.filters.kinds.findData(EntryKind.BENCH))
    person.until(lambda: kinds(page) == ["bench", "bench"])


def test_many_are_deleted_and_come_back(person: Person, page: HistoryPage) -> None:
    page.entries.view.setFocus()
    person.until(page.entries.view.hasFocus)
    person.press(Qt.Key.Key_A, CONTROL)
    person.until(lambda: "6" in page.details.title.text())
    person.press(Qt.Key.Key_Delete)
    person.until(page.empty.isVisible)
    status = person.window.main.status
    person.until(lambda: "6 entries were deleted" in status.remark)
    status.undo_button.click()
    person.until(lambda: len(kinds(page)) == 6)
    person.until(lambda: len(person.session.list_chats()) == 2)


def test_pins_and_folders_are_those_of_the_list_of_chats(person: Person, page: HistoryPage) -> None:
    choose(page, EntryKind.CHAT)
    page.entries.pin_action.trigger()
    person.until(lambda: kinds(page)[0] == "chat")
    choose(page, EntryKind.CHAT)
    person.until(lambda: page.entries.pin_action.text() == "Unpin")
    page.entries.folder_wanted.emit(page.entries.entries, "Zoo")
    person.until(lambda: page.entries.model.rows[0].folder == "Zoo")
    person.until(lambda: page.filters.folders.findData("Zoo") >= 0)
    (summary, *_) = person.session.list_chats()
    assert (summary.title, summary.pinned, summary.folder) == ("Animals", True, "Zoo")
    menu = QMenu(page)
    page.entries.fill_folders(menu)
    assert [a.text() for a in menu.actions() if a.isChecked()] == ["Zoo"]
    page.filters.folders.setCurrentIndex(page.filters.folders.findData("Zoo"))
    person.until(lambda: kinds(page) == ["chat"])
    person.window.main.status.undo_button.click()
    person.until(lambda: person.session.list_chats()[0].folder == "")


def test_each_kind_is_done_once_more(person: Person, page: HistoryPage) -> None:
    choose(page, EntryKind.BENCH)
    page.entries.repeat_action.trigger()
    person.until(lambda: kinds(page)[:2] == ["bench", "bench"])
    person.until(lambda: not page.stop_button.isVisible())
    assert not page.notice.isVisible()
    choose(page, EntryKind.BATCH)  # whose model is gone, which is said
    page.entries.repeat_action.trigger()
    person.until(lambda: kinds(page)[:2] == ["batch", "bench"])
    person.until(page.notice.isVisible)
    assert page.notice.sentence.startswith("gone: ")
    choose(page, EntryKind.CHAT)
    page.entries.repeat_action.trigger()
    person.until(lambda: all(turn.answers for turn in person.session.chat.turns))
    person.until(person.answered)
    person.rest()
    assert [turn.prompt for turn in person.session.chat.turns] == ["What is it?", "And that?"]
    person.window.main.show_page("history")
    choose(page, EntryKind.LADDER)
    page.entries.repeat_action.trigger()
    person.until(lambda: ladder_of(person.window) is not None)
    desk = ladder_of(person.window)
    assert desk is not None
    person.until(desk.page.picker.isVisible)


def test_two_that_were_voted_on_are_asked_something_else(
    person: Person, page: HistoryPage, tmp_path: Path
) -> None:
    _, other, one, *_ = histories.ladder_candidates()
    with closing(open_beside(Paths.below(tmp_path / "home").database)) as connection:
        histories.add_vote(connection, histories.Clock(), "Old?", "A", "B", both=(one, other))
    person.window.main.show_page("compare")
    person.window.main.show_page("history")
    person.until(lambda: kinds(page).count("vote") == 2)
    titles = [entry.facts.title for entry in page.entries.model.rows]
    page.entries.choose(titles.index("Old?"))
    page.entries.repeat_action.trigger()
    person.until(lambda: ladder_of(person.window) is not None)
    desk = ladder_of(person.window)
    assert desk is not None
    board = desk.page.board
    person.until(lambda: board.votes is not None and board.stack.currentWidget() is board.votes)
    assert board.votes is not None
    form = board.votes.form
    assert {form.reference_key, *form.candidate_keys} == {one.key(), other.key()}
    assert "something else" in board.votes.notices.news.words.text()
    assert form.written() == []
    # Of two that no measurement has, one is set up.
    person.window.main.show_page("history")
    choose(page, EntryKind.VOTE)
    page.entries.repeat_action.trigger()
    person.until(desk.page.picker.isVisible)


def test_an_entry_is_exported(
    person: Person, page: HistoryPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "speeds.csv"
    asked: list[tuple[object, ...]] = []

    def ask(*words: object) -> Path:
        asked.append(words)
        return target

    monkeypatch.setattr("app.ui.kit.file_dialogs.FileDialogs.target", lambda _self, *w: ask(*w))
    choose(page, EntryKind.BENCH)
    page.entries.export_action.trigger()
    person.until(target.is_file)
    assert asked[0][1:] == ("a-F16.md", (".json", ".csv"))
    assert "25.00" in target.read_text("utf-8")
