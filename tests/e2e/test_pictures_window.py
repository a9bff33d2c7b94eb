"""Pictures in the real window: real models that see, a real store, real files.

Tests app.ui.pages.compare.panes.askable, app.ui.pages.compare.asking and
app.ui.pages.compare.turns.prompt_editor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import StopReason
from app.lab.compare.panes import PaneState
from app.store.history.marks import EntryMarks
from app.store.paths import Paths
from tests.e2e.person import Person
from tests.helpers import pictures as made
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama
from tests.helpers.vision_files import TOKENS, write_projector

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme
    from app.ui.pictures.strip import PictureStrip

pytestmark = pytest.mark.e2e


@pytest.fixture
def paths() -> Paths:
    """The person's folders, which are this test's own."""
    return Paths.default()


@pytest.fixture
def open_window(theme: Theme, paths: Paths) -> Iterator[Callable[..., Person]]:
    """Opens the window on this test's store; closed after the test."""
    opened: list[Person] = []

    def open_it(*files: Path) -> Person:
        opened.append(Person(theme, paths, files, size=(1280, 800)))
        return opened[-1]

    yield open_it
    for person in opened:
        person.close()


@pytest.fixture
def blind(tmp_path: Path) -> Path:
    path = tmp_path / "blind-Q8_0.gguf"
    write_scripted_model(path, ["No", " eyes", "."])
    return path


@pytest.fixture
def seeing(tmp_path: Path) -> tuple[Path, Path]:
    """A model and its projector."""
    folder = tmp_path / "seer"
    folder.mkdir()
    model = write_tiny_llama(folder / "seer-F16.gguf")
    return model, write_projector(folder / "mmproj-seer-F16.gguf", 256)


def strip_of(person: Person) -> PictureStrip:
    strip = person.compare.prompt.field.strip
    assert strip is not None
    return strip


def paste(person: Person, *files: Path) -> None:
    """Copy files, and paste them into the field."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    QGuiApplication.clipboard().setMimeData(data)
    person.compare.prompt.edit.paste()
    QGuiApplication.clipboard().clear()
    person.until(lambda: not strip_of(person).reading)


def png(folder: Path, name: str, colour: tuple[int, int, int]) -> Path:
    file = folder / name
    file.write_bytes(made.coloured_png(60, 40, colour))
    return file


def test_a_picture_is_shown_to_those_that_see_and_kept_with_the_chat(
    open_window: Callable[..., Person],
    paths: Paths,
    blind: Path,
    seeing: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    person = open_window(blind)
    person.session.set_sampling(SamplingSettings(max_tokens=8))
    red = png(tmp_path, "red.png", (255, 0, 0))
    paste(person, red)
    prompt = person.compare.prompt
    prompt.edit.setPlainText("What is it?")
    person.until(lambda: not prompt.send_button.isEnabled(), "nobody sees")
    person.until(lambda: person.shows("This model cannot see"))

    person.compare.open_files(seeing[:1])
    blind_pane, pane = person.panes
    person.until(lambda: pane.projector_beside == str(seeing[1]))
    assert pane.candidate.projector is None, "it takes memory: not before there is a picture"
    person.until(lambda: prompt.send_button.isEnabled())
    (picture,) = strip_of(person).pictures()
    strip_of(person).clear()
    person.session.load(pane.key)
    person.until(lambda: pane.state is PaneState.READY)
    assert pane.loaded is not None
    assert not pane.loaded.sees
    strip_of(person).set_pictures([picture])
    assert pane.candidate.projector == str(seeing[1])
    person.until(lambda: (picture.width, picture.height) in pane.picture_tokens)
    person.until(lambda: person.shows(f"The picture takes {TOKENS['mlp']} tokens"))
    person.until(lambda: person.shows("A cannot see pictures"))

    person.click("Send")
    person.until(person.answered)
    person.rest()
    (turn,) = person.turns
    assert turn.pictures == (picture,)
    told, answer = turn.answers[blind_pane.key], turn.answers[pane.key]
    assert told.stop_reason is StopReason.ERROR
    assert answer.error is None
    assert answer.text
    assert strip_of(person).pictures() == []
    person.until(lambda: person.shows("This model cannot see"))
    row = person.compare.panes.transcript.rows.view_of(turn)
    assert row is not None
    (small,) = row.prompt.pictures
    person.until(small.isVisible)
    assert small in row.stops()

    # It stays when the message is edited, until it is taken out or others come.
    green = png(tmp_path, "green.png", (0, 255, 0))
    row.prompt.start_editing()
    editor = row.prompt.editor
    assert editor is not None
    assert not small.isVisible()
    assert editor.field.pictures() == [picture]
    assert editor.field.strip is not None
    editor.field.strip.take([green])
    assert not editor.ask_button.isEnabled(), "it is being read"
    person.until(editor.ask_button.isEnabled)
    person.click("Ask again")
    person.until(lambda: person.turns[-1] is not turn and person.answered())
    person.rest()
    assert [each.name for each in person.turns[-1].pictures] == ["red.png", "green.png"]
    person.compare.controller.edit(person.turns[-1], "What else is it?", [picture])
    person.until(lambda: person.turns[-1].prompt == "What else is it?" and person.answered())
    person.rest()
    assert person.turns[-1].pictures == (picture,)

    # Who cannot see goes on without.
    person.ask_all("And you?")
    person.until(lambda: len(person.turns) == 2 and person.answered())
    person.rest()
    answers = person.turns[-1].answers
    assert [answers[each.key].error for each in person.panes] == [None, None]

    # What was picked and not sent is there at the next start, and so is the chat.
    blue = png(tmp_path, "blue.png", (0, 0, 255))
    paste(person, blue)
    (unsent,) = strip_of(person).pictures()
    person.close()
    again = open_window()
    assert [turn.pictures for turn in again.turns] == [(picture,), ()]
    assert strip_of(again).pictures() == [unsent]
    row = again.compare.panes.transcript.rows.view_of(again.turns[0])
    assert row is not None
    assert len(row.prompt.pictures) == 1

    kept = {file.name for file in paths.pictures.iterdir()}
    assert {picture.file_name, unsent.file_name} < kept
    again.session.delete_chats([again.session.chat.id])
    EntryMarks(again._house.connection).purge()  # noqa: SLF001 - whose store it is
    assert [file.name for file in paths.pictures.iterdir()] == [unsent.file_name]
