"""Search, pick, download, compare: the real window against the project's own fake Hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListView

from app.store.paths import Paths
from app.ui.models.predictions import PredictionState
from app.ui.models.repository import OpenState
from app.ui.theme import Theme
from tests.e2e.person import Person
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.ui.models.page import ModelsPage

pytestmark = [pytest.mark.e2e, pytest.mark.qt_log_ignore("This plugin does not", extend=True)]

REPO = "org/tiny-llama-GGUF"
LEVELS = {"F16": 1, "Q8_0": 2}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub with one repository of two small models, which differ."""
    files = [
        FakeFile(
            f"tiny-llama-{level}.gguf",
            write_tiny_llama(tmp_path / f"{level}.gguf", seed=seed),
        )
        for level, seed in LEVELS.items()
    ]
    facts = {
        "downloads": 42,
        "gguf": {"total": 2_000_000, "architecture": "llama", "context_length": 512},
        "cardData": {"license": "mit"},
    }
    with FakeHub(FakeRepository(REPO, files, facts=facts)) as made:
        yield made


@pytest.fixture
def person(
    qapp: QApplication, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    """The window, on this Hub, with a cache of its own and a small model open."""
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hugging-face"))
    palette, sheet, font = qapp.palette(), qapp.styleSheet(), qapp.font()
    theme = Theme(qapp)
    first = write_tiny_llama(tmp_path / "first.gguf")
    made = Person(theme, Paths.default(), [first], size=(1280, 800))
    yield made
    made.close()
    theme.deleteLater()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(font)


def test_search_pick_download_compare(person: Person, hub: FakeHub, tmp_path: Path) -> None:
    window = person.window
    assert window.models is not None
    page = window.models.page
    window.main.show_page("models")
    assert hub.requests == []
    assert page.top.badge.text() == hub.endpoint.removeprefix("http://")

    words = person.find(QLineEdit, "Search the Hub")
    QTest.keyClicks(words, "tiny llama")
    QTest.keyClick(words, Qt.Key.Key_Return)
    person.until(lambda: page.search.model.rowCount() == 1)
    results = person.find(QListView, "Repositories")
    spot = results.visualRect(page.search.model.index(0)).center()
    QTest.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    person.until(lambda: page.repository.repository.state is OpenState.SHOWN)
    person.until(lambda: page.repository.files.predictions.share == 1)
    _check_predictions(page)
    assert hub.sent_bytes < sum(file.size for file in hub.repositories[REPO].files) + (2 << 20)

    for level in LEVELS:
        page.repository.files.model.check(f"tiny-llama-{level}.gguf")
    button = person.find(QAbstractButton, "Download and compare")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    person.until(lambda: window.main.current_page.id == "compare")
    person.until(lambda: len(person.panes) == 2)
    assert [Path(pane.candidate.path).name for pane in person.panes] == [
        f"tiny-llama-{level}.gguf" for level in LEVELS
    ]
    for pane in person.panes:
        assert Path(pane.candidate.path).is_relative_to(tmp_path / "hugging-face" / "hub")

    library = window.models.library
    person.until(lambda: {m.repository for m in library.models if m.model} == {REPO})
    assert page.downloads.model.unfinished == 0


def _check_predictions(page: ModelsPage) -> None:
    side = page.repository.files
    for file in side.model.files():
        prediction = side.predictions.of(file.name)
        assert prediction.state is PredictionState.KNOWN, prediction.problem
        assert prediction.figures is not None
        assert prediction.figures.needs.weights_bytes > 0
        assert prediction.figures.tokens_per_second
    assert side.advice.text().startswith("Recommended")
