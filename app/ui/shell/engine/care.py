"""Cares for the engine of this PC: it is built, asked what it is, checked and repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.engine.variants import left_out
from app.lab.compare.doubts import EngineDoubts
from app.lab.compare.panes import EngineWait
from app.lab.engines.repair import RepairWay
from app.ui.kit.widgets.banner import BannerAction, Severity
from app.ui.kit.words.text import translate
from app.ui.settings.engine.facts import EngineFacts
from app.ui.shell.engine.build import EngineBuild
from app.ui.shell.engine.check_words import conclusion_words
from app.ui.shell.engine.checkup import Conclusion, EngineCheckup
from app.ui.shell.engine.strip import EngineStrip

if TYPE_CHECKING:
    from app.lab.compare.running.runner import Runner
    from app.store.paths import Paths
    from app.ui.kit.jobs import Jobs
    from app.ui.shell.main_window import MainWindow


def tell_conclusion(main: MainWindow, conclusion: Conclusion, left_out: tuple[str, ...]) -> None:
    """Say what failed, and what is done about it or is left to the person.

    Args:
        main: Where the notice stands.
        conclusion: What is to be told.
        left_out: CPU variants that engines do without.
    """
    sentence, advice = conclusion_words(conclusion, left_out)
    repair = conclusion.repair
    actions: tuple[BannerAction, ...] = ()
    if repair.way is RepairWay.COMMAND:
        text = translate("EngineCheck", "Copy the line")
        copy = BannerAction(text, lambda: QGuiApplication.clipboard().setText(repair.command))
        actions = (copy,)
    main.show_notice(Severity.WARNING, sentence, advice, actions)


class EngineCare(QObject):
    """Main thread only.

    Signals:
        ready: An engine can be started: the first, or a new one.

    Attributes:
        build: Whether engines can be started; builds them where they are missing.
        facts: What engines say of themselves.
        checkup: What the engine's check of itself found.
    """

    ready = Signal()

    def __init__(self, main: MainWindow, paths: Paths, jobs: Jobs, runner: Runner) -> None:
        """Nothing is built and nothing checked before it is told to.

        Args:
            main: Where it says what must be said; its owner.
            paths: The program's folders.
            jobs: The door to background work.
            runner: Lets panes wait for the engine, and load none that would fail.
        """
        super().__init__(main)
        self._main = main
        self._state_folder = paths.state
        self._runner = runner
        self._wait: EngineWait | None = None
        self.build = EngineBuild(self)
        self.facts = EngineFacts(paths.state, jobs, self)
        runner.doubt = doubts = EngineDoubts()
        self.checkup = EngineCheckup(paths, jobs, self.build, doubts, self)
        main.add_strip(EngineStrip(self.build, main))
        self.build.changed.connect(self._follow_build)
        self.build.ready.connect(self._on_ready)
        self.checkup.concluded.connect(self._on_failed)
        self._follow_build()

    @property
    def is_there(self) -> bool:
        """Whether engines can be started."""
        return self.build.wait is None

    def repair(self) -> None:
        """Go on without what failed here."""
        hello = self._runner.engine or self.facts.hello
        if hello is not None:
            self.checkup.repair(hello)

    def note_started(self) -> None:
        """The runner has started an engine."""
        if self._runner.engine is not None:
            self.facts.note(self._runner.engine)

    def _follow_build(self) -> None:
        if self.build.wait != self._wait:
            self._wait = self.build.wait
            self._runner.wait_for_engine(self._wait)

    def _on_ready(self) -> None:
        self.facts.ask_again()
        self.ready.emit()
        self._main.say(self.tr("The engine is there."))

    def _on_failed(self, conclusion: Conclusion) -> None:
        if conclusion.has_moved:
            # The panes leave the engines that they have.
            self._runner.wait_for_engine(EngineWait())
            self._runner.wait_for_engine(self._wait)
            self.facts.ask_again()
        tell_conclusion(self._main, conclusion, left_out(self._state_folder))
