"""A session over real engines, driven without an event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.bootstrap import at_once
from app.core.candidates.candidate import candidate_of
from app.engine.local.client import LocalEngines
from app.engine.local.pool import EnginePool
from app.lab.compare.open_chat import SessionListener
from app.lab.compare.running.runner import Runner
from app.lab.compare.session import Session
from app.lab.engines.elsewhere import EnginesElsewhere
from app.lab.servers.book import ServerBook
from app.library.model_files import open_model_file
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import ServerSecrets
from tests.helpers import gguf_files as files

if TYPE_CHECKING:
    from app.core.chats.chat import Turn
    from app.core.chats.pictures import Picture
    from app.engine.api import Engines, Sink
    from app.lab.compare.answers import Answers
    from app.lab.compare.panes import PaneState

PATIENCE_SECONDS = 90.0
PLENTY_BYTES = 50_000_000_000


class Remembered(SessionListener):
    """A session's listener that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.speeds: list[float] = []
        self.states: dict[str, list[PaneState]] = {}
        self.session: Session | None = None

    def panes_changed(self) -> None:
        self.told.append("panes")

    def pane_changed(self, key: str) -> None:
        assert self.session is not None
        state = self.session.pane(key).state
        states = self.states.setdefault(key, [])
        if not states or states[-1] is not state:
            states.append(state)

    def turns_changed(self) -> None:
        self.told.append("turns")

    def answer_changed(self, turn: Turn, key: str) -> None:
        self.told.append("answer")

    def speed_sampled(self, key: str, time_ns: int, tokens_per_second: float) -> None:
        self.told.append("speed")
        self.speeds.append(tokens_per_second)

    def chats_changed(self) -> None:
        self.told.append("chats")

    def said(self, sentence: str) -> None:
        self.told.append(sentence)


class Bench:
    """A session, its listener, and the figures that the pool is told.

    Attributes:
        memory_bytes: What the pool believes all engines may use.
        engines: Where engines come from that are started from now on.
    """

    def __init__(self, folder: Path, recorder: ChatStore, engines: Engines | None = None) -> None:
        self.memory_bytes = PLENTY_BYTES
        self.engines = engines or LocalEngines(folder / "state")
        self.listener = Remembered()
        self.runner: Runner | None = None
        self._folder, self._recorder = folder, recorder
        self.session = self.session_of(lambda picture: picture.file_name)

    def session_of(self, picture_file: Callable[[Picture], str]) -> Session:
        """A session that finds its pictures so."""
        folder = self._folder
        book = ServerBook(KeptServers(folder / "servers.json"), ServerSecrets(lambda: None))
        elsewhere = EnginesElsewhere(book)

        def pool_for(sink: Sink) -> EnginePool:
            return EnginePool(sink, self.engines, self._budget_bytes, 2)

        def runner_for(listener: Answers) -> Runner:
            self.runner = Runner(listener, pool_for, lambda: PLENTY_BYTES, elsewhere)
            return self.runner

        session = Session(
            runner_for,
            self._recorder,
            open_model_file,
            at_once,
            folder / "templates",
            picture_file=picture_file,
            know_server=elsewhere,
        )
        session.listener = self.listener
        self.listener.session = session
        return session

    def _budget_bytes(self) -> int:
        assert self.runner is not None
        return self.memory_bytes - self.runner.pool.used_bytes

    def until(self, condition: Callable[[], bool]) -> None:
        """Drive the session until something is so."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, [pane.state for pane in self.session.panes]
            self.session.wait(0.2)
            self.session.pump()

    def rest(self) -> None:
        """Drive the session until nothing is wanted any more."""
        self.until(lambda: not self.session.busy)

    def open(self, paths: Sequence[Path]) -> list[str]:
        """Begin a chat with these files; returns the panes' keys."""
        self.session.start_with([candidate_of(path) for path in paths])
        return [pane.key for pane in self.session.panes]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChatStore]:
    """A real store."""
    connection = open_database(tmp_path / "chats.sqlite3")
    yield ChatStore(connection)
    connection.close()


@pytest.fixture
def bench(tmp_path: Path, store: ChatStore) -> Iterator[Bench]:
    """A session over real engines and a real store; no engine is left at the end."""
    made = Bench(tmp_path, store)
    yield made
    assert made.session.close()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small model files that answer in known ways."""
    folder = tmp_path_factory.mktemp("models")
    words = ["The", " sky", " is", " blue", "."]
    endless = [f" w{number}" for number in range(30)]
    return {
        "blue": files.write_scripted_model(folder / "blue.gguf", words),
        "green": files.write_scripted_model(
            folder / "green.gguf", ["The", " sky", " is", " green", "!"]
        ),
        "endless": files.write_scripted_model(
            folder / "endless.gguf", endless, ends=False, context_length=32768
        ),
        "short": files.write_scripted_model(
            folder / "short.gguf", endless, ends=False, context_length=256
        ),
        "thinks": files.write_thinking_model(folder / "thinks.gguf"),
        "mute": files.write_scripted_model(folder / "mute.gguf", words, chat_template=None),
        "aborts": files.write_duplicate_token_model(folder / "aborts.gguf"),
        "aborts late": files.write_first_message_crash_model(folder / "late.gguf"),
        "broken": files.write_truncated_llama(folder / "broken.gguf"),
    }
