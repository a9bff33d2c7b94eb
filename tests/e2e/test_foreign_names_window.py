"""Names that look like markup or steer, through every page of the real window."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListView

from app.core.candidates.candidate import candidate_of
from app.lab.compare.panes import PaneState
from app.store.paths import Paths
from app.ui.kit.widgets import BannerAction, Severity
from app.ui.pages.ladder.votes.candidate import VoteCandidate
from app.ui.pages.models.repository.repository import OpenState
from tests.e2e.person import Person
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama, write_truncated_llama
from tests.helpers.hostile import MARK, MARKED
from tests.helpers.hub_way import close_library
from tests.helpers.shown_texts import Shown, fault_of, shown_texts

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme

    pass

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not", extend=True),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names that Linux allows"),
]

REPO = f"org/{MARK}-GGUF"
EVERYTHING = " ".join(MARKED)
STEMS = [name.replace("/", ":") for name in MARKED]
HUB_FILE = f"R&D {MARK}\u202e\u009b-Q8_0.gguf"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub with a repository whose every text is hostile."""
    facts = {
        "downloads": 42,
        "pipeline_tag": EVERYTHING,
        "gguf": {"total": 2_000_000, "architecture": EVERYTHING[:150], "context_length": 512},
        "cardData": {"license": EVERYTHING},
    }
    content = write_tiny_llama(tmp_path / "hub.gguf", seed=7, metadata=_header())
    names = (HUB_FILE, f"&lt;{MARK}&gt;-Q2_K.gguf")
    with FakeHub(
        FakeRepository(REPO, [FakeFile(name, content) for name in names], facts=facts)
    ) as made:
        yield made
    close_library()


def _header() -> dict[str, str]:
    keys = ("general.name", "general.license", "general.quantized_by", "general.size_label")
    return dict.fromkeys((*keys, "general.base_model.0.name"), EVERYTHING)


@pytest.fixture
def person(
    theme: Theme, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    """Before the window, on this Hub and with a folder of such files."""
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hugging-face"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    mine = tmp_path / "mine"
    mine.mkdir()
    for stem in (*STEMS, f"half{MARK}\udcff"):
        write_tiny_llama(mine / f"{stem}.gguf", metadata=_header())
    write_truncated_llama(mine / f"broken {STEMS[2]}.gguf")
    paths = Paths.default()
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text(json.dumps({"version": 1, "library_folders": [str(mine)]}))
    answers = write_scripted_model(tmp_path / f"{STEMS[0]}.gguf", ["Yes"], metadata=_header())
    broken = mine / f"broken {STEMS[2]}.gguf"
    made = Person(theme, paths, [answers, broken], size=(1400, 900))
    yield made
    made.close()


def marked() -> list[Shown]:
    """The texts with the mark that can be seen now."""
    return [shown for shown in shown_texts() if MARK in shown.text]


def check(person: Person, where: str, least: int) -> None:
    """Every text with the mark is text; ``least`` of them there must be, sooner or later."""
    person.until(lambda: len(marked()) >= least, f"{where}: too few texts")
    assert [(shown, fault) for shown in shown_texts() if (fault := fault_of(shown))] == [], where


def test_compare(person: Person) -> None:
    session = person.session
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    session.set_system_prompt(EVERYTHING)
    session.ask(EVERYTHING)
    person.until(person.answered)
    person.until(lambda: PaneState.FAILED in {pane.state for pane in person.panes})
    session.rename_chat(session.chat.id, EVERYTHING)
    check(person, "chat", 12)
    for view in person.compare.panes.views():
        view.header.menu_requested.emit(view.header.mapToGlobal(view.header.rect().center()))
        check(person, "a pane's menu", 12)
        person.press(Qt.Key.Key_Escape)
    person.window.main.say(EVERYTHING)
    again = BannerAction(EVERYTHING, lambda: None)
    person.window.main.show_notice(Severity.ERROR, EVERYTHING, EVERYTHING, (again,))
    check(person, "what the window says", 20)


def test_models(person: Person) -> None:
    person.window.main.show_page("models")
    page, library = person.models.page, person.models.library
    person.until(lambda: len(library.models) > len(STEMS) and not library.scanning)
    page.show_tab(1)
    for model in page.library.tree.shown():
        page.library.show_model(model.path)
        QTest.qWait(0)
        check(person, "the library", 40)
    page.show_tab(0)
    field = person.find(QLineEdit, "Search the Hub")
    QTest.keyClicks(field, MARK)
    QTest.keyClick(field, Qt.Key.Key_Return)
    person.until(lambda: page.search.model.rowCount() > 0)
    results = person.find(QListView, "Repositories")
    spot = results.visualRect(page.search.model.index(0)).center()
    QTest.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    person.until(lambda: page.panel.opening.state is OpenState.SHOWN)
    person.until(lambda: page.panel.files.predictions.share == 1)
    person.until(lambda: not page.panel.files.predictions.measuring)
    check(person, "the Hub", 50)
    page.panel.files.model.check(HUB_FILE)
    person.click("Download")
    person.until(lambda: page.downloads.model.finished == 1)
    (row,) = page.downloads.rows()
    assert row.entry.path is not None
    assert row.entry.path.name == HUB_FILE  # on the disk it is called as on the Hub
    check(person, "downloads", 50)


def test_the_ladder(person: Person) -> None:
    person.click("Which one?")
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    person.until(lambda: page.isVisible() and page.commands.demo.isEnabled())
    files = [pane.candidate.file for pane in person.panes]
    page.pick(list(map(candidate_of, files)), candidate_of(files[0]))
    person.until(lambda: person.shows("Measure", page))
    check(person, "the picker", 12)
    votes = page.board.votes
    assert votes is not None
    named = [
        VoteCandidate(letter, candidate_of(path), EVERYTHING)
        for letter, path in zip("AB", files, strict=True)
    ]
    votes.set_candidates(named, str(files[0]))
    check(person, "votes", 12)
