"""``hour FOLDER WIDTH HEIGHT THEME PERCENT``: a first-time hobbyist's hour, a picture a step.

Keys and clicks are the X server's (:mod:`tests.screenshots.hand`), the engines, the demo and the
Hub's client are real; the Hub is the tests' own, with versions of the demo under another name.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from unittest import mock

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from app.core.models.levels import level_by_name
from app.engine.local.client import LocalEngines
from app.engine.protocol.making import Quantize, Quantized
from app.lab.demo.demo import demo_base
from app.lab.engines.calls import EngineCalls
from app.lab.works.ladders.entry import LadderState
from app.store.paths import Paths
from app.store.settings import Settings, SettingsFile
from app.ui.application import make_application
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.kit.words.language import speak
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.hub_way import close_library
from tests.screenshots.hand import Hand, window_manager

REPO = "songbird/Starling-5M-Instruct-GGUF"
HUB_LEVELS = ("Q8_0", "Q5_K_M", "Q3_K_M")


def main() -> int:
    """Live through the hour."""
    folder, choice = Path(sys.argv[1]), ThemeChoice(sys.argv[4])
    width, height, percent = (int(sys.argv[place]) for place in (2, 3, 5))
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(os.environ["SHRINKSCOPE_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        text_percent=percent, theme="dark" if choice is ThemeChoice.DARK else "light"
    )
    paths = Paths.below(home)
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    SettingsFile(paths.settings).save(settings)
    manager = window_manager()
    application = make_application(sys.argv[:1])
    speak(application)
    theme = Theme(application)
    theme.set_choice(choice)
    try:
        with FakeHub(_starlings(home / "stock")) as hub:
            environment = {
                "HF_ENDPOINT": hub.endpoint,
                "HOME": str(home),
                "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            }
            with (
                mock.patch.dict(os.environ, environment),
                mock.patch("app.hub.settings.DEFAULT_ENDPOINT", hub.endpoint),
            ):
                _first_start(theme, home, folder, (width, height))
                _coming_back(theme, home, folder, (width, height))
            close_library()
    finally:
        if manager is not None:
            manager.terminate()
            manager.wait()
    return 0


def _first_start(theme: Theme, home: Path, folder: Path, size: tuple[int, int]) -> None:
    hand = Hand(theme, Paths.below(home), size=size)
    hand.folder = folder
    hand.window.main.move(0, 0)
    try:
        _three_questions(hand)
        _own_model(hand, home)
        _from_the_hub(hand)
        _measure(hand)
        _vote(hand)
        _report(hand, home)
        _settings(hand)
        hand.quit()
    finally:
        hand.close()


def _three_questions(hand: Hand) -> None:
    hand.shot("start")
    hand.until(lambda: not hand.window._makes_demo)  # noqa: SLF001 - pictures of a PC at rest
    hand.shot("demo-there")
    hand.click("A sum")
    hand.until(hand.answered)
    hand.rest()
    hand.shot("first-answers")
    for name, question in (
        ("letters", "Spell elephant backwards."),
        ("months", "Which month comes after May?"),
    ):
        hand.ask_all(question)
        hand.until(lambda: hand.session.busy)
        hand.shot(f"{name}-coming")
        hand.until(hand.answered)
        hand.rest()
        hand.shot(f"{name}-answers")
    hand.click("Details")
    hand.shot("details")
    hand.click("Details")
    hand.click("Over time")
    hand.shot("over-time")
    hand.click("Over time")


def _own_model(hand: Hand, home: Path) -> None:
    own = home / "models" / "my-starling-F16.gguf"
    own.parent.mkdir()
    shutil.copyfile(demo_base(), own)
    hand.keys("ctrl+n")
    hand.until(lambda: not hand.turns)
    hand.shot("new-chat")
    hand.click("Add a model")
    hand.shot("picker")
    hand.click_and_name("Open a file …", own, "file-dialog")
    hand.until(lambda: any(own.name in pane.candidate.place for pane in hand.panes))
    hand.shot("own-model")


def _from_the_hub(hand: Hand) -> None:
    hand.click("Models")
    hand.until(lambda: hand.models.page.isVisible())
    hand.shot("models-first")
    hand.tab("On this PC")
    hand.shot("models-here")
    hand.tab("Hub")
    hand.fill("Search the Hub", "starling")
    hand.keys("Return")
    hand.choose(REPO)
    page = hand.models.page
    hand.until(lambda: page.panel.files.predictions.share == 1)
    hand.shot("models-memory")
    hand.until(lambda: not page.panel.files.predictions.measuring)
    hand.shot("models-speed")
    hand.choose("Q5_K_M")
    hand.keys("space")
    hand.click("Compare with the original too (F16)")
    hand.shot("models-chosen")
    hand.click("Download and compare")
    hand.until(lambda: page.downloads.model.finished > 1)
    hand.shot("models-downloaded")


def _measure(hand: Hand) -> None:
    hand.click("Compare them")
    hand.until(lambda: len(hand.panes) == 2)
    hand.shot("two-versions")
    hand.click("Measure")
    hand.until(lambda: hand.ladder is not None)
    hand.shot("measure-form")
    hand.click("Measure", hand.ladder.page if hand.ladder else None)
    page = hand.ladder.page if hand.ladder else None
    assert page is not None
    QTest.qWait(4_000)
    hand.shot("measuring-begins")
    QTest.qWait(15_000)
    hand.shot("measuring")
    hand.until(
        lambda: (
            page.entry is not None
            and page.entry.state in (LadderState.FINISHED, LadderState.FAILED)
        )
    )
    QTest.qWait(500)
    hand.shot("verdict")
    hand.click("Details")
    hand.shot("verdict-details")


def _vote(hand: Hand) -> None:
    hand.tab("Blind votes")
    hand.shot("votes")


def _report(hand: Hand, home: Path) -> None:
    report = home / "report.html"
    hand.click_and_name("Report", report, "report-dialog", "Down", "Return")
    hand.until(report.exists, "no report was written")
    hand.shot("report-written")


def _settings(hand: Hand) -> None:
    for page in ("Settings", "About", "Help"):
        hand.click(page)
        hand.shot(page.lower())


def _coming_back(theme: Theme, home: Path, folder: Path, size: tuple[int, int]) -> None:
    hand = Hand(theme, Paths.below(home), size=size)
    hand.folder = folder
    hand._steps = 90  # noqa: SLF001 - behind all those before
    hand.window.main.move(0, 0)
    try:
        hand.shot("back")
        assert hand.find(QPlainTextEdit, "Prompt for every model").hasFocus()
    finally:
        hand.close()


def _starlings(folder: Path) -> FakeRepository:
    """Versions of the demo under another name."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [FakeFile("starling-F16.gguf", demo_base())]
    with EngineCalls("stock", LocalEngines(folder)) as engine:
        for level in HUB_LEVELS:
            target = folder / f"starling-{level}.gguf"
            ftype = level_by_name(level).ftype
            source = str(demo_base())
            engine.call(
                Quantize(engine.next_id(), source, str(target), ftype, threads=2), Quantized
            )
            files.append(FakeFile(target.name, target))
    return FakeRepository(REPO, files)


if __name__ == "__main__":
    sys.exit(main())
