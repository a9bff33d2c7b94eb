"""The tab of importance matrices: what they are made of, and which are kept.

Through :mod:`app.ui.pages.shrink.matrix.texts`, :mod:`app.ui.pages.shrink.matrix.kept_rows` and
:mod:`app.lab.shrink.matrices.kept`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.core.models.levels import level_by_name
from app.core.shrink.importance import Entry, Importance, input_size, is_weighted, to_bytes
from app.lab.shrink.matrices.kept import KeptMatrices, export
from app.lab.shrink.matrices.texts import OwnChats
from app.library.model_files import open_model_file, read_shards
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.jobs import Jobs
from app.ui.pages.shrink.matrix.tab import MatrixBackends, MatrixTab
from tests.helpers import gguf_files as files

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Dialogs(FileDialogs):
    """Answers in a person's place."""

    def __init__(self) -> None:
        super().__init__(lambda: pytest.fail("no dialog is to be shown"))
        self.answers: list[Path] = []

    def one(self, title: str, kinds: str) -> Path | None:
        assert title
        assert "(*.gguf" in kinds
        return self.answers.pop(0) if self.answers else None

    def several(self, title: str, kinds: str) -> list[Path]:
        assert title
        assert "(*.txt" in kinds
        return self.answers

    def target(self, title: str, name: str) -> Path | None:
        assert title
        assert name.endswith(".imatrix.gguf")
        return self.answers.pop(0)


class Desk:
    """The tab over a tiny model."""

    def __init__(self, folder: Path) -> None:
        self.model = open_model_file(files.write_tiny_llama(folder / "tiny.gguf"))
        self.kept, self.jobs, self.dialogs = KeptMatrices(folder / "cache"), Jobs(), Dialogs()
        backends = MatrixBackends(self.kept, lambda: OwnChats(3, 84_000), export)
        self.tab = MatrixTab(backends, self.jobs, self.dialogs)
        self.said: list[str] = []
        self.tab.said.connect(self.said.append)

    def matrix(self, path: Path, model: str = "") -> Path:
        tensors = [info for each in read_shards(self.model.path) for info in each.header.tensors]
        entries = {
            info.name: Entry(
                np.ones(input_size(info.dimensions), np.float32), np.ones(1, np.float32)
            )
            for info in tensors
            if is_weighted(info)
        }
        path.write_bytes(to_bytes(Importance(entries, ("wiki.txt",), 7, 512, model)))
        return path


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    qtbot.addWidget(made.tab)
    made.tab.show_model(made.model)
    qtbot.waitUntil(made.tab.texts.chats_box.isEnabled)
    yield made
    made.jobs.shutdown()


def test_texts_are_ticked_and_one_always_is(desk: Desk, tmp_path: Path) -> None:
    texts, changed = desk.tab.texts, list[bool]()
    desk.tab.changed.connect(lambda: changed.append(True))
    assert texts.words == ()
    assert texts.chats_words.isHidden()
    assert "3 chats, 84" in texts.chats_box.text()
    texts.chats_box.click()
    assert texts.words == ("bundled", "history")
    assert not texts.chats_words.isHidden()
    texts.bundled_box.click()
    assert texts.words == ("history",)
    desk.dialogs.answers = [tmp_path / "a.md", tmp_path / "b.py"]
    texts.files_button.click()
    assert texts.words == ("history", str(tmp_path / "a.md"), str(tmp_path / "b.py"))
    assert texts.files_words.text == "a.md, b.py"
    assert changed
    texts.chats_box.click()
    texts.clear_button.click()
    assert texts.words == ()
    assert texts.bundled_box.isChecked()
    desk.dialogs.answers = [tmp_path / str(number) for number in range(60)]
    texts.files_button.click()
    assert desk.said == ["At most 50 texts can be read for one importance matrix."]
    assert texts.words == ()


def test_one_is_imported_told_of_exported_and_deleted(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    tab = desk.tab
    assert tab.rows.none.isVisibleTo(tab)
    desk.dialogs.answers = [desk.matrix(tmp_path / "m.gguf", "before.gguf")]
    tab.import_button.click()
    qtbot.waitUntil(lambda: len(tab.rows.rows) == 1)
    (row,) = tab.rows.rows
    assert row.title.text == "wiki.txt"
    facts = row.facts.text.replace("\u00a0", " ").replace("\u202f", " ").replace(",", "")
    assert "3584 tokens 14 tensors of before.gguf" in facts
    used: list[tuple[Path, str]] = []
    tab.use_wanted.connect(lambda path, name: used.append((path, name)))
    row.use.click()
    assert used == [(row.kept.path, "wiki.txt")]
    desk.dialogs.answers = [tmp_path / "out.gguf"]
    row.export.click()
    qtbot.waitUntil(lambda: "Written: out.gguf" in desk.said)
    assert (tmp_path / "out.gguf").read_bytes() == (tmp_path / "m.gguf").read_bytes()
    row.remove.click()
    qtbot.waitUntil(lambda: not tab.rows.rows)
    assert not row.kept.path.exists()


def test_what_is_none_or_another_models_is_a_sentence(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    other = files.write_tiny_llama(tmp_path / "other.gguf", d_model=512)
    matrix = desk.matrix(tmp_path / "m.gguf")
    for model, chosen, part in (
        (open_model_file(other), matrix, "is another model's"),
        (desk.model, desk.model.path, "is no importance matrix"),
    ):
        desk.tab.show_model(model)
        desk.dialogs.answers = [chosen]
        desk.tab.import_button.click()
        qtbot.waitUntil(lambda part=part: any(part in said for said in desk.said))
    assert not desk.tab.rows.rows
    desk.tab.show_model(None)
    assert not desk.tab.import_button.isEnabled()


def test_levels_that_need_one_cannot_be_made_twice(desk: Desk) -> None:
    assert not desk.tab.effect_button.isEnabled()
    names = ("Q8_0", "Q4_0", "Q3_K_M", "IQ2_M")
    for known in (2, 4):  # they come one after the other
        desk.tab.show_levels(map(level_by_name, names[:known]))
    assert [desk.tab.level.itemText(place) for place in range(2)] == ["Q4_0", "Q3_K_M"]
    assert desk.tab.level.count() == 2
    assert desk.tab.level.currentText() == "Q3_K_M"
    wanted: list[object] = []
    desk.tab.effect_wanted.connect(wanted.append)
    desk.tab.effect_button.click()
    assert wanted == [level_by_name("Q3_K_M")]
