"""Search, pick, download, compare: the real window against the project's own fake Hub."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListView

from app.hub.cache import KEEP_PARTS_S, HubCache
from app.store.paths import Paths
from app.ui.pages.models.repository.repository import OpenState
from tests.e2e.person import Person
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme
    from app.ui.pages.models.page import ModelsPage

pytestmark = [pytest.mark.e2e, pytest.mark.qt_log_ignore("This plugin does not", extend=True)]

REPO = "org/tiny-llama-GGUF"
GATED = "careful/gated-model-GGUF"
TOKEN = "hf_accepted"
LEVELS = ("F16", "Q8_0")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub with two repositories of small models, one of them gated."""
    facts = {
        "downloads": 42,
        "gguf": {"total": 2_000_000, "architecture": "llama", "context_length": 512},
        "cardData": {"license": "mit"},
    }
    open_to_all = FakeRepository(REPO, _files(tmp_path / "open", 1), facts=facts)
    # Other contents: headers that are known need not be asked for.
    gated = FakeRepository(GATED, _files(tmp_path / "gated", 3), gated=True, facts=facts)
    with FakeHub(open_to_all, gated) as made:
        yield made


def _files(folder: Path, first_seed: int) -> list[FakeFile]:
    """Two small models, which differ."""
    folder.mkdir()
    return [
        FakeFile(f"tiny-llama-{level}.gguf", write_tiny_llama(folder / f"{level}.gguf", seed=seed))
        for seed, level in enumerate(LEVELS, first_seed)
    ]


@pytest.fixture
def opened(
    theme: Theme, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Person]]:
    """Opens the window on this Hub, with a cache of its own and a small model open."""
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hugging-face"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    first = write_tiny_llama(tmp_path / "first.gguf")
    people: list[Person] = []

    def open_window() -> Person:
        people.append(Person(theme, Paths.default(), [first], size=(1280, 800)))
        return people[-1]

    yield open_window
    for each in people:
        each.close()


@pytest.fixture
def person(opened: Callable[[], Person]) -> Person:
    """The person before the window."""
    return opened()


def test_search_pick_download_compare(person: Person, hub: FakeHub, tmp_path: Path) -> None:
    window = person.window
    page = _models(person)
    assert hub.requests == []
    assert page.top.badge.text == hub.endpoint.removeprefix("http://")

    _search(person, "tiny llama")
    _open_first(person)
    person.until(lambda: page.panel.opening.state is OpenState.SHOWN)
    _check_predictions(person, page)
    assert hub.sent_bytes < sum(file.size for file in hub.repositories[REPO].files) + (2 << 20)

    for level in LEVELS:
        page.panel.files.model.check(f"tiny-llama-{level}.gguf")
    button = person.find(QAbstractButton, "Download and compare")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    person.until(page.offer.isVisible)
    assert window.main.current_page.id == "models"
    person.click("Compare them")
    assert window.main.current_page.id == "compare"
    person.until(lambda: len(person.panes) == 2)
    assert [pane.candidate.file.name for pane in person.panes] == [
        f"tiny-llama-{level}.gguf" for level in LEVELS
    ]
    for pane in person.panes:
        assert pane.candidate.file.is_relative_to(tmp_path / "hugging-face" / "hub")

    library = person.models.library
    # Beside them stands the file that the window was opened with.
    person.until(lambda: {m.repository for m in library.models if m.model} == {REPO, None})
    assert page.downloads.model.unfinished == 0


def test_a_gated_model_is_downloaded_after_signing_in(person: Person, hub: FakeHub) -> None:
    hub.tokens[TOKEN] = True
    page = _models(person)
    _search(person, "gated")
    _open_first(person)
    panel = page.panel
    person.until(panel.card.isVisible)
    assert person.shows("You must accept the licence first")
    person.click("Try again", panel.card)
    person.until(panel.card.isVisible)

    _type_token(person, "hf_of-nobody")
    person.until(lambda: person.shows("does not accept the token", panel))
    _type_token(person, TOKEN)
    person.until(panel.files.isVisible)
    _check_predictions(person, page)
    panel.files.model.check("tiny-llama-Q8_0.gguf")
    person.click("Download")
    person.until(lambda: page.downloads.model.finished == 1)
    (entry,) = page.downloads.rows()
    assert entry.entry.path is not None
    person.click("Account")
    person.until(lambda: "memory" in page.account.sentence.text())
    page.account.who_button.click()
    person.until(lambda: TOKEN in page.account.owner.text())
    page.account.forget_button.click()
    page.account.question.do_button.click()
    person.until(lambda: "not signed in" in page.account.sentence.text())
    page.account.window().close()


def test_a_comparison_is_remembered_when_the_window_was_closed_in_between(
    opened: Callable[[], Person], hub: FakeHub
) -> None:
    person = opened()
    page = _models(person)
    hub.bytes_per_second = 1.0
    _search(person, "tiny llama")
    _open_first(person)
    person.until(lambda: page.panel.opening.state is OpenState.SHOWN)
    for level in LEVELS:
        page.panel.files.model.check(f"tiny-llama-{level}.gguf")
    person.click("Download and compare")
    person.until(lambda: page.downloads.model.unfinished == 2)
    person.close()
    hub.bytes_per_second = None

    person = opened()
    page = _models(person)
    person.until(page.offer.isVisible)
    person.click("Compare them")
    person.until(lambda: len(person.panes) == 2)
    assert [pane.candidate.file.name for pane in person.panes] == [
        f"tiny-llama-{level}.gguf" for level in LEVELS
    ]


def test_what_nobody_will_go_on_with_leaves_the_cache(
    opened: Callable[[], Person], hub: FakeHub, tmp_path: Path
) -> None:
    cache = HubCache(tmp_path / "hugging-face" / "hub")
    stray, fresh = cache.part(REPO, "1" * 64), cache.part(REPO, "2" * 64)
    for path in (stray, fresh):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
    long_ago = stray.stat().st_mtime - KEEP_PARTS_S - 60
    os.utime(stray, (long_ago, long_ago))
    person = opened()
    person.until(lambda: not stray.exists())
    assert fresh.exists()
    assert hub.requests == []


# --- the person on this page ------------------------------------------------------------------


def _models(person: Person) -> ModelsPage:
    person.window.main.show_page("models")
    return person.models.page


def _search(person: Person, words: str) -> None:
    field = person.find(QLineEdit, "Search the Hub")
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Qt.Key.Key_Return)


def _open_first(person: Person) -> None:
    model = person.models.page.search.model
    person.until(lambda: model.rowCount() == 1)
    results = person.find(QListView, "Repositories")
    spot = results.visualRect(model.index(0)).center()
    QTest.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def _type_token(person: Person, token: str) -> None:
    field = person.find(QLineEdit, "Access token")
    QTest.keyClicks(field, token)
    person.click("Sign in")


def _check_predictions(person: Person, page: ModelsPage) -> None:
    side = page.panel.files
    person.until(lambda: side.predictions.share == 1 and not side.predictions.measuring)
    for file in side.model.files():
        prediction = side.predictions.of(file.name)
        assert prediction.fit is not None, prediction.problem
        assert prediction.fit.needs.weights_bytes > 0
        assert prediction.fit.tokens_per_second
    assert side.advice.text().startswith("Recommended")
