"""The window *Many prompts* over real engines, a real store and real files.

Tests app.ui.pages.compare.batch, app.ui.pages.compare.batch.window,
app.ui.pages.compare.batch.table and app.ui.pages.compare.batch.beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtWidgets import QWidget

from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Chat
from app.lab.batch.kept import batch_of
from app.store.database import open_beside, open_database
from app.store.history.measured import MeasuredStore
from app.store.paths import Paths
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.pages.compare.batch.desk import BatchDesk
from tests.helpers import histories

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.core.candidates.candidate import Candidate
    from app.ui.kit.jobs import Jobs
    from app.ui.kit.theme import Theme

PATIENCE_MS = 120_000
PROMPTS = "How many days has April?\n\nHow many days has May?\n"


class Dialogs(FileDialogs):
    """Answers in a person's place."""

    def __init__(self, folder: Path) -> None:
        super().__init__(lambda: pytest.fail("no dialog is to be shown"))
        self.folder_of_answers = folder
        self.prompts = folder / "questions.csv"

    def one(self, title: str, kinds: str) -> Path | None:
        assert title
        assert "*.jsonl" in kinds
        return self.prompts

    def target(self, title: str, name: str, forms: object = ()) -> Path | None:
        assert title
        assert forms == (".jsonl",)
        return self.folder_of_answers / name


@pytest.fixture
def whom(demo_model: Path, tmp_path: Path) -> dict[Candidate, str]:
    return {candidate_of(demo_model): "A F16", candidate_of(tmp_path / "gone.gguf"): "B gone"}


@pytest.fixture
def desk(
    qtbot: QtBot, theme: Theme, jobs: Jobs, tmp_path: Path, whom: dict[Candidate, str]
) -> Iterator[BatchDesk]:
    paths = Paths.below(tmp_path / "home")
    paths.create()
    page = QWidget()
    qtbot.addWidget(page)
    with closing(open_database(paths.database)):
        made = BatchDesk(page, jobs, Dialogs(tmp_path), paths, lambda: Chat(1), lambda: whom)
        made.open()
        yield made
        made.close()


def kept(desk: BatchDesk) -> list[tuple[str, list[list[str]]]]:
    """Names and answers of the batches in the history."""
    found: list[tuple[str, list[list[str]]]] = []
    with closing(open_beside(desk.paths.database)) as connection:
        numbers = [row[0] for row in connection.execute("SELECT id FROM batch ORDER BY id")]
        for number in numbers:
            plan, result, _ = batch_of(MeasuredStore(connection).batch(number))
            answers = [[each.text for each in said] for said in result.answers.values()]
            found.append((plan.name, answers))
    return found


def test_typed_prompts_are_asked_shown_kept_and_written(
    desk: BatchDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    window = desk.window
    assert not window.ask_button.isEnabled()
    window.edit.setPlainText(PROMPTS)
    window.ask_button.click()
    assert desk.runs
    qtbot.waitUntil(lambda: not desk.runs, timeout=PATIENCE_MS)
    assert window.model.rowCount() == 2
    assert window.model.index(0, 1).data() == "April has 30 days."
    assert "gone.gguf" in window.model.index(1, 2).data()
    assert window.state.text() == "2 answers failed; their cells say why."
    window.view.choose(1)
    prompt, first, second = (column.text.toPlainText() for column in window.beside.columns)
    assert (prompt, first) == ("How many days has May?", "May has 31 days.")
    assert "gone.gguf" in second
    assert "tok/s" in window.beside.columns[1].facts.text
    assert kept(desk)[0][1][0] == ["April has 30 days.", "May has 31 days."]
    window.save_button.click()
    written = tmp_path / "Answers.csv"
    qtbot.waitUntil(written.is_file, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "Answers.csv" in window.state.text(), timeout=PATIENCE_MS)
    assert "April has 30 days." in written.read_text("utf-8")


def test_a_batch_of_the_history_is_shown_and_written(
    desk: BatchDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    with closing(open_beside(desk.paths.database)) as connection:
        talk = ("A cat?", "Meow"), ("A dog?", "Woof")
        number = histories.add_batch(connection, histories.Clock(), "/x/animals.txt", *talk)
    window = desk.window
    window.close()
    desk.show_kept(number)
    qtbot.waitUntil(window.isVisible, timeout=PATIENCE_MS)
    assert window.taken.text() == "2 prompts of “animals.txt”"
    assert [window.model.index(row, 1).data() for row in (0, 1)] == ["Meow", "Woof"]
    assert "Meow" in window.beside.columns[1].text.toPlainText()
    assert window.ask_button.isEnabled()  # whoever is open in Compare
    window.save_button.click()
    qtbot.waitUntil((tmp_path / "animals.csv").is_file, timeout=PATIENCE_MS)
    desk.show_kept(number + 1)
    qtbot.waitUntil(lambda: "cannot be read" in window.state.text(), timeout=PATIENCE_MS)


def test_prompts_of_a_file_and_what_is_wrong_with_one(
    desk: BatchDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    window, file = desk.window, tmp_path / "questions.csv"
    file.write_text("number,question\n1,Who?\n", "utf-8")
    window.file_button.click()
    qtbot.waitUntil(lambda: "prompt" in window.state.text(), timeout=PATIENCE_MS)
    assert window.edit.isVisible()
    file.write_text("prompt,system\nHow many days has June?,Be brief.\n", "utf-8")
    window.file_button.click()
    qtbot.waitUntil(window.taken.isVisible, timeout=PATIENCE_MS)
    assert window.taken.text() == "1 prompt of “questions.csv”"
    assert not window.edit.isVisible()
    window.ask_button.click()
    qtbot.waitUntil(lambda: not desk.runs, timeout=PATIENCE_MS)
    assert kept(desk)[0][0] == "questions.csv"
    window.forget_button.click()
    assert window.edit.isVisible()
    assert not window.ask_button.isEnabled()


def test_stopped_it_keeps_what_was_answered(desk: BatchDesk, qtbot: QtBot) -> None:
    window = desk.window
    window.edit.setPlainText("\n".join(["How many days has April?"] * 3000))
    window.ask_button.click()
    assert window.ask_button.text() == "Stop"
    qtbot.waitUntil(lambda: window.model.index(0, 1).data() != "", timeout=PATIENCE_MS)
    window.ask_button.click()
    assert not desk.runs
    assert window.state.text().startswith("Stopped.")
    assert window.save_button.isEnabled()
    assert msgspec.json.encode(kept(desk)[0][1][0][0]) == b'"April has 30 days."'
