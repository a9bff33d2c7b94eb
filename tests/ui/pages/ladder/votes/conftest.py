"""The panel of votes over its real backend, real engines and a real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

from app.core.candidates.candidate import LETTERS, candidate_of
from app.core.candidates.notation import told_settings
from app.engine.remote.access import Access
from app.engine.remote.engine import RemoteEngines
from app.lab.engines.room import EngineRoom
from app.lab.pictures.shelf import PictureShelf
from app.monitor.machine import available_memory_bytes
from app.store.database import open_database
from app.store.votes import VoteStore
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.jobs import Jobs
from app.ui.pages.ladder.votes.backend import VotesBackend
from app.ui.pages.ladder.votes.candidate import VoteCandidate
from app.ui.pages.ladder.votes.panel import Stage, VotesPanel
from app.ui.pages.ladder.votes.voting import VotingState
from app.ui.pictures.door import PictureDoor
from tests.helpers import gguf_files as files
from tests.helpers.wishes import Wishes

if TYPE_CHECKING:
    import sqlite3

    from pytestqt.qtbot import QtBot

    from app.core.candidates.candidate import Candidate
    from app.core.votes.pairs import VotePair

PATIENCE_MS = 60_000


class Shown:
    """The panel in a window of its own.

    Attributes:
        said: Sentences for the person.
        changes: How often the verdict should be asked anew.
    """

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.folder = folder
        self.qtbot = qtbot
        self.changes = 0
        self.start()

    def start(self) -> None:
        """Begin on what is stored, as a program that is started again."""
        self.connection: sqlite3.Connection = open_database(self.folder / "votes.sqlite3")
        self.jobs = Jobs()
        room = EngineRoom(
            self.folder / "state",
            available_memory_bytes,
            elsewhere=lambda model: RemoteEngines(Access(model.url, model.model)),
        )
        door = PictureDoor(
            self.jobs, PictureShelf(self.folder / "pictures"), FileDialogs(lambda: self.window)
        )
        self.backend = VotesBackend(self.connection, room, self.jobs, door)
        self.panel = VotesPanel(self.backend)
        self.panel.changed.connect(self._count)
        self.window = QMainWindow()
        self.window.setCentralWidget(self.panel)
        self.window.resize(1000, 680)
        self.said = Wishes(self.window).said
        with self.qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()

    def end(self) -> None:
        """Take it down."""
        self.jobs.shutdown()
        self.window.close()
        self.window.deleteLater()
        self.connection.close()

    def _count(self) -> None:
        self.changes += 1

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the event loop run until something holds."""
        self.qtbot.waitUntil(holds, timeout=PATIENCE_MS)

    def offer(
        self, *paths: Path, twins: Sequence[Candidate] = (), projector: Path | None = None
    ) -> None:
        """Offer files, the first as the reference, and wait until it is known what they are.

        Args:
            paths: The files.
            twins: Some of them again, with settings.
            projector: With which all of them see.
        """
        candidates = [*map(candidate_of, paths), *twins]
        if projector is not None:
            candidates = [replace(each, projector=str(projector)) for each in candidates]
        names = [Path(each.place).stem + told_settings(each) for each in candidates]
        with self.qtbot.waitSignal(self.backend.changed, timeout=PATIENCE_MS):
            self.panel.set_candidates(
                [
                    VoteCandidate(letter, each, f"name-of-{name}")
                    for letter, each, name in zip(LETTERS, candidates, names, strict=False)
                ],
                candidates[0].key(),
            )

    def ask(self, *prompts: str) -> None:
        """Write prompts and ask."""
        self.panel.form.add_prompts(prompts)
        self.panel.form.most_tokens.set_value(8)
        self.panel.form.ask_button.click()

    def ask_and_wait(self, *prompts: str) -> None:
        """Ask, and wait until everything is answered."""
        with self.qtbot.waitSignal(self.backend.ended, timeout=PATIENCE_MS):
            self.ask(*prompts)

    @property
    def blind(self) -> bool:
        """Whether a pair is to be voted on."""
        voting = self.panel.voting
        return self.panel.stage is Stage.VOTING and voting.state is VotingState.BLIND

    @property
    def pair(self) -> VotePair:
        """The pair that is shown, with what the person does not know."""
        return VoteStore(self.connection).pair(self.panel.pair_id)

    def key(self, key: Qt.Key) -> None:
        """Press a key wherever the keyboard is."""
        QTest.keyClick(self.window.focusWidget() or self.window, key)

    def vote_for(self, candidate: bool) -> None:
        """Prefer the candidate, or the reference, whichever side that is."""
        self.key(Qt.Key.Key_Left if self.pair.candidate_left == candidate else Qt.Key.Key_Right)


@pytest.fixture
def shown(tmp_path: Path, qtbot: QtBot) -> Iterator[Shown]:
    made = Shown(tmp_path, qtbot)
    yield made
    made.end()


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small model files that answer in known ways."""
    folder = tmp_path_factory.mktemp("versions")
    words = ["The", " sky", " is", " blue", "."]
    return {
        "blue": files.write_scripted_model(folder / "blue.gguf", words),
        "green": files.write_scripted_model(
            folder / "green.gguf", ["The", " sky", " is", " green", "!"]
        ),
        "grey": files.write_scripted_model(folder / "grey.gguf", ["Grey", ",", " I", " think"]),
        "twin": files.write_scripted_model(
            folder / "twin.gguf", words, metadata={"general.name": "twin"}
        ),
        "endless": files.write_scripted_model(
            folder / "endless.gguf",
            [f" w{number}" for number in range(30)],
            ends=False,
            context_length=32768,
        ),
        "aborts": files.write_first_message_crash_model(folder / "aborts.gguf"),
    }
