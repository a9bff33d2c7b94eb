"""The real window over real engines, a real store and the demo model, used as a person does.

Tests app.lab.demo.demo, app.ui.window, app.ui.pages.compare.part and app.ui.pages.compare.top_bar.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QMenu, QWidget

from app.core.candidates.settings import CompareMode, SamplingSettings
from app.core.chats.chat import StopReason
from app.lab.compare.panes import PaneState
from app.lab.demo.demo import DEMO_LEVELS, FIRST_PANES, DemoFiles
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.paths import Paths
from app.store.settings import Settings, SettingsFile
from app.ui.kit.words.sentences import told
from app.ui.shell.main_window import MainWindow
from tests.e2e.conftest import LONG_TOKENS
from tests.e2e.person import ENDING_SECONDS, Person, running
from tests.helpers.engine_builds import FakeBuild
from tests.helpers.gguf_files import write_with_value

if TYPE_CHECKING:
    from subprocess import Popen

    from PySide6.QtWidgets import QApplication

    from app.ui.kit.theme import Theme
    from tests.e2e.conftest import Models

pytestmark = pytest.mark.e2e

LONG = SamplingSettings(max_tokens=1_000_000)
SHORT = SamplingSettings(max_tokens=6)
_COMPILED = "The engine is being compiled"
CONTROL = Qt.KeyboardModifier.ControlModifier
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


@pytest.fixture
def paths() -> Paths:
    """The person's folders, which are this test's own."""
    return Paths.default()


@pytest.fixture
def long_context(paths: Paths) -> None:
    """So much room in every pane that what is to be stopped goes on until somebody stops it."""
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    SettingsFile(paths.settings).save(Settings(context_tokens=LONG_TOKENS))


class Windows(QObject):
    """Notes every window that is shown; a part shown before it has a parent is one for a moment.

    Attributes:
        strangers: Those that are neither the main window nor meant to lie over it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strangers: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            over = watched.windowType() in (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
            if not over and not isinstance(watched, MainWindow | QDialog | QMenu):
                self.strangers.append(repr(watched))
        return False


@pytest.fixture(autouse=True)
def one_window(qapp: QApplication) -> Iterator[None]:
    """Fail a test in which something flashed up as a window of its own and took the keyboard."""
    windows = Windows()
    qapp.installEventFilter(windows)
    yield
    qapp.removeEventFilter(windows)
    assert windows.strangers == []


@pytest.fixture
def open_window(theme: Theme, paths: Paths) -> Iterator[Callable[..., Person]]:
    """Opens the window, by default on this test's store; closed after the test."""
    opened: list[Person] = []

    def open_it(*files: Path, at: Paths = paths, size: tuple[int, int] = (1600, 900)) -> Person:
        person = Person(theme, at, files, size=size)
        opened.append(person)
        return person

    yield open_it
    for person in opened:
        person.close()


# --- a first start ------------------------------------------------------------------------


def test_a_first_start_and_a_first_comparison(
    open_window: Callable[..., Person], paths: Paths, tmp_path: Path
) -> None:
    person = open_window(at=replace(paths, cache=tmp_path / "cache"))
    files = DemoFiles.below(tmp_path / "cache" / "demo")
    assert [pane.candidate.file for pane in person.panes] == [
        files.path(level) for level in FIRST_PANES
    ]
    # Made by engines, which may be quicker than the window: no pane is ready before its file.
    assert person.state(1) is PaneState.PREPARING or files.path(FIRST_PANES[1]).is_file()
    person.until(lambda: all(pane.state is not PaneState.PREPARING for pane in person.panes))
    person.until(lambda: all(files.path(level).is_file() for level in DEMO_LEVELS))
    person.until(lambda: all(pane.model is not None for pane in person.panes))

    person.click("A sum")
    person.until(lambda: person.session.busy)
    person.until(person.answered)
    person.rest()
    (turn,) = person.turns
    answers = [turn.answers[pane.key] for pane in person.panes]
    assert [answer.error for answer in answers] == [None] * 4
    assert all(answer.text.strip() for answer in answers)
    for place, answer in enumerate(answers):
        assert answer.figures is not None
        assert not answer.figures.shared
        first = answer.text.split()[0]
        person.until(lambda place=place, first=first: says(person, place, first))
    # The three ternary values of TQ1_0 cannot keep to the reference's answer.
    difference = person.session.first_difference(turn, person.panes[3].key)
    assert difference is not None
    assert answers[3].text[:difference] == answers[0].text[:difference]
    person.until(lambda: person.shows("≠ ", person.view(3)))
    assert not person.shows("≠ ", person.view(0))
    assert not psutil.Process().children(recursive=True) or person.engine_pids()


def test_the_window_opens_before_there_is_an_engine(
    open_window: Callable[..., Person],
    models: Models,
    paths: Paths,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "build").mkdir()
    build = FakeBuild(tmp_path / "build", monkeypatch)
    build.says({"step": "compiling", "done": 30, "total": 120})
    person = open_window(at=replace(paths, cache=tmp_path / "cache"))
    person.until(lambda: person.shows("step 30 of 120"))
    for place in (0, 1):
        person.until(lambda place=place: person.shows("25%", person.view(place)))
        person.until(lambda place=place: person.shows(_COMPILED, person.view(place)))
    assert person.state(1) is PaneState.PREPARING
    person.click("A sum")
    person.until(lambda: person.state(0) is PaneState.WAITING)
    assert not person.engine_pids()

    build.succeed()
    person.until(person.answered)
    person.rest()
    answers = person.turns[0].answers.values()
    assert [answer.error for answer in answers] == [None] * 4
    person.until(lambda: not person.shows("step 30 of 120"))


def says(person: Person, place: int, word: str) -> bool:
    """Whether a word can be read in a column, or that it says what the original says."""
    view = person.view(place)
    return person.shows(word, view) or person.shows("= the same as A", view)


# --- a conversation -----------------------------------------------------------------------


def test_a_conversation(
    open_window: Callable[..., Person], models: Models, long_context: None
) -> None:
    person = open_window(models["blue"], models["green"], models["endless"])
    person.compare.controller.set_sampling(LONG)
    endless = person.panes[2].key

    person.ask_all("Why is the sky blue?")
    person.until(lambda: bool(person.turns[0].answers[endless].text))
    assert person.state(0) is PaneState.READY
    person.click("Stop C", person.view(2))
    person.rest()
    answers = [person.turns[0].answers[pane.key] for pane in person.panes]
    assert [answer.text for answer in answers[:2]] == ["The sky is blue.", "The sky is green!"]
    assert answers[2].stop_reason is StopReason.STOPPED
    person.until(lambda: person.shows("≠ first difference", person.view(1)))

    person.ask_one("B", "Only you")
    person.until(lambda: len(person.turns) == 2)
    person.rest()
    assert list(person.turns[1].answers) == [person.panes[1].key]
    person.until(lambda: person.shows("Only you"))
    assert person.view(0).transcript.views()[1].answer(person.panes[0].key) is None

    before = person.turns[1].answers[person.panes[1].key]
    person.point_at(person.view(1).answers[-1])
    person.click("Answer this anew", person.view(1))
    person.until(lambda: person.turns[1].answers[person.panes[1].key] is not before)
    person.rest()
    assert person.turns[1].answers[person.panes[1].key].text == "The sky is green!"

    first = person.view(0).transcript.views()[0]
    person.point_at(first)
    person.click("Edit and ask again from here", first)
    assert first.prompt.editor is not None
    box = first.prompt.editor.edit
    box.selectAll()
    QTest.keyClicks(box, "What colour is the sky?")
    QTest.keyClick(box, Qt.Key.Key_Return, CONTROL)
    person.until(lambda: [turn.prompt for turn in person.turns] == ["What colour is the sky?"])
    person.until(lambda: bool(person.turns[0].answers[endless].text))
    person.press(Qt.Key.Key_Escape)
    person.rest()
    person.until(lambda: person.shows("What colour is the sky?"))
    person.until(lambda: not person.shows("Only you"))
    assert person.turns[0].answers[endless].stop_reason is StopReason.STOPPED


def test_together(open_window: Callable[..., Person], models: Models, long_context: None) -> None:
    person = open_window(models["endless"], models["endless"])
    person.compare.controller.set_sampling(LONG)
    mode = person.find(QComboBox, "How models answer")
    mode.setFocus()
    person.press(Qt.Key.Key_Down)
    assert person.session.chat.mode is CompareMode.TOGETHER
    person.ask_all("Go")
    person.until(
        lambda: (
            [person.state(place) for place in (0, 1)] == [PaneState.GENERATING] * 2
            and all(answer.text for answer in person.turns[0].answers.values())
        )
    )
    person.click("Stop")
    person.rest()
    for answer in person.turns[0].answers.values():
        assert answer.figures is not None
        assert answer.figures.shared


# --- what goes wrong ----------------------------------------------------------------------


def test_panes_that_fail_say_why_and_the_others_go_on(
    open_window: Callable[..., Person], models: Models
) -> None:
    person = open_window(models["blue"])
    expected = {
        models["truncated"]: "truncated",
        models["aborts"]: "gave up on this file",
        models["aborts_late"]: "gave up on this file",
    }
    for path in expected:
        assert person.compare.open_files([path])
    person.until(lambda: person.state(1) is PaneState.FAILED)
    assert person.compare.open_files([models["green"]])
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    person.ask_all("Why is the sky blue?")
    person.until(person.answered)
    person.rest()
    for place, sentence in enumerate(expected.values(), start=1):
        failure = person.panes[place].failure
        assert failure is not None
        assert sentence in failure.sentence
        said = told(failure.sentence)
        person.until(lambda place=place, said=said: person.shows(said, person.view(place)))
    answers = person.turns[0].answers
    assert answers[person.panes[0].key].text == "The sky is blue."
    assert answers[person.panes[4].key].text == "The sky is green!"


@posix
def test_a_pane_without_numbers_says_so_and_the_other_answers(
    open_window: Callable[..., Person], models: Models, demo_model: Path, tmp_path: Path
) -> None:
    nan = float("nan")
    broken = write_with_value(tmp_path / "nan.gguf", demo_model, "blk.2.ffn_down.weight", nan)
    person = open_window(models["blue"], broken)
    person.ask_all("Why is the sky blue?")
    person.until(person.answered)
    person.until(lambda: person.shows("computes no numbers (NaN)", person.view(1)))
    assert person.turns[0].answers[person.panes[0].key].text
    assert not person.turns[0].answers[person.panes[1].key].text


def test_a_killed_engine_is_reloaded(
    open_window: Callable[..., Person], models: Models, long_context: None
) -> None:
    person = open_window(models["endless"], models["blue"])
    person.compare.controller.set_sampling(LONG)
    person.ask_all("Go")
    key = person.panes[0].key
    person.until(lambda: " w2" in person.turns[0].answers[key].text)
    pid = person.panes[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    person.until(lambda: person.state(0) is PaneState.FAILED)
    person.rest()
    answer = person.turns[0].answers[key]
    assert answer.stop_reason is StopReason.ERROR
    assert answer.text.startswith(" w0 w1 w2")
    assert person.turns[0].answers[person.panes[1].key].text == "The sky is blue."
    person.until(lambda: person.shows("ended from outside", person.view(0)))
    person.click("Reload", person.view(0))
    person.until(lambda: person.state(0) is PaneState.READY)
    person.rest()
    person.until(lambda: not person.offers("Reload", person.view(0)))
    assert person.panes[0].pid not in (None, pid)


# --- the end, and coming back -------------------------------------------------------------


def test_close_and_come_back(
    open_window: Callable[..., Person], models: Models, paths: Paths
) -> None:
    person = open_window(models["blue"], models["green"])
    person.ask_all("Why is the sky blue?")
    person.until(person.answered)
    person.rest()
    person.press(Qt.Key.Key_N, CONTROL)
    person.until(lambda: not person.turns)
    person.ask_all("And at night?")
    person.until(person.answered)
    person.rest()
    page = person.compare
    page.controller.move(person.panes[0].key, 1)
    page.controller.rename_chat(person.session.chat.id, "By night")
    page.controller.set_sampling(SHORT)
    assert not page.plots_visible
    person.press(Qt.Key.Key_P, CONTROL)
    person.window.main.resize(1400, 810)
    assert page.plots_visible
    keys = [pane.key for pane in person.panes]
    chat_id = person.session.chat.id
    person.until(lambda: person.window.engine.facts.hello is not None)
    assert person.window.engine.facts.hello is not None
    assert "CPU" in person.window.engine.facts.hello.backends
    person.close()

    person = open_window()
    page = person.compare
    assert person.session.chat.id == chat_id
    assert [pane.key for pane in person.panes] == keys
    assert person.session.chat.title == "By night"
    assert person.session.chat.sampling == SHORT
    assert page.plots_visible
    assert [chat.title for chat in person.session.list_chats()] == [
        "By night",
        "Why is the sky blue?",
    ]
    person.until(lambda: person.shows("The sky is green!", person.view(0)))
    person.until(lambda: person.shows("And at night?"))
    # Chats are found by what was said in them, too.
    chats = page.chats.view.model()
    person.find(QLineEdit, "Search chats by their words").setText("at night")
    person.until(lambda: [chats.index(0, 0).data()] == ["By night"] and chats.rowCount() == 1)
    person.find(QLineEdit, "Search chats by their words").clear()
    assert person.engine_pids() == []
    person.ask_all("Still there?")
    person.until(lambda: len(person.turns) == 2 and person.answered())
    assert {answer.text for answer in person.turns[1].answers.values()} == {
        "The sky is blue.",
        "The sky is green!",
    }
    assert paths.settings.is_file()


def test_the_store_of_the_first_version_comes_back_after_an_update(
    open_window: Callable[..., Person], paths: Paths
) -> None:
    kept = Path(__file__).parents[1] / "store" / "databases"
    paths.create()
    shutil.copy(kept / "version-1.sqlite3", paths.database)
    shutil.copy(kept / "version-1-settings.json", paths.settings)

    person = open_window()

    assert person.session.chat.title == "Skies"
    person.until(lambda: person.shows("The sky is green!", person.view(1)))
    person.until(lambda: person.shows("And in the evening?"))
    assert not person.compare.plots_visible
    assert not person.window.main.notice.isVisible()


# The window's program with a hand at its session: asks at once, and after each turn of its
# clockwork says how much text it had then.
DRIVEN = """
import sys, time
from pathlib import Path

from PySide6.QtCore import QTimer

from app.core.hub.opening import Opening
from app.core.candidates.settings import SamplingSettings
from app.ui import application
from app.ui.window import Window


class Driven(Window):
    def complete(self):
        super().complete()
        self.session.set_sampling(SamplingSettings(max_tokens=1_000_000))
        self.turn = self.session.ask("Go on for ever")
        print("engine folder", flush=True)

    def _pump(self):
        super()._pump()
        if hasattr(self, "turn"):
            (answer,) = self.turn.answers.values()
            pid = self.session.panes[0].pid or 0
            print(time.monotonic_ns(), pid, len(answer.text), flush=True)


application.Window = Driven
sys.exit(application.main(Opening(files=tuple(sys.argv[1:]))))
"""


@posix
def test_a_killed_window_loses_a_quarter_of_a_second_at_most(
    open_window: Callable[..., Person],
    start_python: Callable[..., Popen[str]],
    models: Models,
    paths: Paths,
    long_context: None,
) -> None:
    process = start_python("-c", DRIVEN, models["endless"])
    said: list[tuple[int, int, int]] = []
    assert process.stdout is not None
    for line in process.stdout:
        words = line.split()
        if words[0].isdigit():
            said.append((int(words[0]), int(words[1]), int(words[2])))
        lengths = {length for _, _, length in said}
        if len(lengths) > 40 and said[-1][0] - said[0][0] > 1_500_000_000:
            break
    process.kill()
    said += [
        tuple(map(int, line.split()))  # type: ignore[misc]
        for line in process.stdout.readlines()
        if line.endswith("\n")
    ]
    process.wait()
    engine = said[-1][1]
    assert engine > 0
    _, alive = psutil.wait_procs(running(engine), timeout=ENDING_SECONDS)
    assert not alive

    chat = stored_chats(paths)[0]
    (answer,) = chat.turns[0].answers.values()
    last_ns = said[-1][0]
    sure = max(length for at_ns, _, length in said if at_ns <= last_ns - 250_000_000)
    assert sure > 0
    assert len(answer.text) >= sure
    words = "".join(f" w{number}" for number in range(30))
    assert (words * (len(answer.text) // len(words) + 1)).startswith(answer.text)

    person = open_window()
    assert person.turns[0].prompt == "Go on for ever"
    person.until(lambda: person.shows("w7 w8", person.view(0)))
    person.until(lambda: person.shows("cut off", person.view(0)))


@posix
def test_a_second_program_says_that_the_first_has_the_store(
    open_window: Callable[..., Person], start_python: Callable[..., Popen[str]], models: Models
) -> None:
    person = open_window(models["blue"])
    second = start_python("-m", "app", stderr=True)
    sentence = second.stderr.readline()
    assert "already running" in sentence
    assert str(os.getpid()) in sentence
    second.kill()
    second.wait()
    person.ask_all("Are you well?")
    person.until(person.answered)


# --- no file takes the window down --------------------------------------------------------


def test_no_file_takes_the_window_down(
    open_window: Callable[..., Person], models: Models, demo_model: Path, tmp_path: Path
) -> None:
    person = open_window(models["blue"])
    names = ["text", "empty", "absurd", "version", "unknown", "endless_template"]
    names += ["greedy_template", "failing_template", "bytes", "steers", "mute"]
    corpus = [models[name] for name in names]
    corpus += [mutated(demo_model, tmp_path, seed) for seed in range(29)]
    for start in range(0, len(corpus), 5):
        meet(person, corpus[start : start + 5])
        answers = person.turns[-1].answers
        assert answers[person.panes[0].key].text == "The sky is blue."
        for pane in person.panes[1:]:
            ended = answers.get(pane.key)
            assert pane.failure or (ended and ended.stop_reason), pane
        for pane in person.panes[1:]:
            person.compare.controller.remove(pane.key)
    person.click("About")
    person.click("Compare")


def meet(person: Person, files: list[Path]) -> None:
    """Open files beside the first pane and ask all that can be asked."""
    assert person.compare.open_files(files)
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    person.compare.controller.set_sampling(SHORT)
    askable = [pane.key for pane in person.panes if not pane.failure]
    assert person.compare.controller.ask("Why is the sky blue?", askable)
    person.until(person.answered)
    person.rest()


def mutated(source: Path, folder: Path, seed: int) -> Path:
    """A copy of a model file with a few bytes of its header changed."""
    chance = random.Random(seed)
    data = bytearray(source.read_bytes())
    # The tail of the header: numbers and names, not the thousands of tokens between.
    header = data.index(b"blk.0.") + 4000
    starts = [*range(4, 3000), *range(header - 4800, header)]
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.choice(starts)
        match chance.randrange(4):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.randrange(256)
            case 2:
                data[at : at + 4] = struct.pack("<I", chance.choice((0, 1, 2**31, 2**32 - 1)))
            case _:
                data[at : at + 8] = struct.pack("<Q", chance.choice((0, 2**40, 2**63)))
    path = folder / f"mutated-{seed}.gguf"
    path.write_bytes(data)
    return path


def stored_chats(paths: Paths) -> list:
    """The chats of a store that nobody has open, newest first."""
    connection = open_database(paths.database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        store = ChatStore(connection)
        return [store.load(summary.id) for summary in store.list_chats()]
    finally:
        connection.close()
        assert isinstance(connection, sqlite3.Connection)
